"""The page of documents without a browser: what it lists, what it shows, and how documents are received."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Embedder
from qa import Addition, CatalogueEntry, Library, Unread
from ui import receiving as receiving_module
from ui.catalogue import ORDERS, listed
from ui.components import documents as parts
from ui.desk import Desk
from ui.documents import adding_bytes
from ui.receiving import receiving
from ui.texts import EN, ZH, Texts
from ui.warm import WarmUp

ENTRY = CatalogueEntry(
    id="a",
    title="青石镇统计公报",
    date="2024-03-05",
    organisation="青石镇人民政府",
    source=None,
    media_type="text/plain",
    path=None,
    file="公报.txt",
    characters=100,
    passages=3,
    edited=(),
    added=1,
    sha256="",
)
ENTRIES = [
    ENTRY,
    replace(ENTRY, id="b", title="白石镇通知", date=None, organisation=None, file="B.TXT", passages=9, added=2),
    replace(
        ENTRY, id="c", title="Ｑｕｉｅｔ river", date="2019", organisation="白石镇", file="c.txt", passages=1, added=3
    ),
]
NASTY = "<img src=x onerror=alert(1)>\"'&"
MESSAGE = "青石图书馆于2019年5月18日正式开馆。"


def ids(search: str = "", order: str = "added") -> str:
    return "".join(entry.id for entry in listed(ENTRIES, search, order))


def test_orders() -> None:
    assert {order: ids(order=order) for order in ORDERS} == {
        "added": "cba",
        "title": "cba",  # Latin letters, then by sound: bai, qing
        "newest": "acb",
        "oldest": "cab",
        "passages": "bac",
    }
    assert ids(order="nonsense") == ids()


def test_search_takes_every_word_wherever_it_stands() -> None:
    assert ids("白石") == "cb"
    assert ids("白石 2019") == "c"
    assert ids("QUIET") == "c"
    assert ids("b.txt") == "b"
    assert ids("青石　公报") == "a"
    assert ids("没有这样的") == ""


@given(st.text(), st.sampled_from(ORDERS))
def test_a_search_only_leaves_out(search: str, order: str) -> None:
    everything = listed(ENTRIES, "", order)
    found = listed(ENTRIES, search, order)
    assert found == [entry for entry in everything if entry in found]


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("texts", [ZH, EN], ids=["zh", "en"])
def test_what_comes_from_outside_stays_text(texts: Texts) -> None:
    entry = replace(ENTRY, title=NASTY, organisation=NASTY, file=NASTY + ".txt", media_type=NASTY, date="2024")
    failed = Addition(NASTY, "failed", reason=NASTY, hint=NASTY)
    shown = [
        parts.document_list(
            [entry], 1, 1, NASTY, texts, writable=True, organisations=[NASTY], unread=[Unread(*[NASTY] * 5)]
        ),
        parts.addition_row(failed, texts),
        parts.page_head(NASTY, texts),
        parts.drop_zone(NASTY, True, [".txt"], 200, texts),
        parts.drop_zone(NASTY, False, [".txt"], 200, texts),
        parts.receipt(1, NASTY, document=NASTY, library=NASTY),
        parts.list_failed(NASTY, NASTY),
    ]
    for html in shown:
        parsed = Tags(html)
        assert not {tag for tag, _ in parsed.tags} & {"img", "script"}
        assert not any(name.startswith("on") for _, attributes in parsed.tags for name in attributes)
    row = next(attributes for _, attributes in Tags(shown[0]).tags if attributes.get("class") == "d-row")
    assert row["data-title"] == NASTY


def test_fields_that_can_be_seen_have_names() -> None:
    html = parts.drop_zone("a", True, [".txt"], 200, ZH) + parts.list_tools(ORDERS, ZH) + parts.page_head("a", ZH)
    html += parts.document_list(ENTRIES, 3, 3, "a", ZH, writable=True)
    labelled = {attributes.get("for") for tag, attributes in Tags(html).tags if tag == "label"}
    for tag, attributes in Tags(html).tags:
        if tag == "input" and attributes.get("name") not in ("title", "organisation", "date"):  # those stand in labels
            named = attributes.get("aria-label") or attributes.get("id") in labelled or attributes.get("data-all")
            assert named, attributes


def test_a_library_that_can_only_be_read_offers_no_change() -> None:
    html = parts.document_list(ENTRIES, 3, 3, "a", ZH, writable=False) + parts.drop_zone("a", False, [], 200, ZH)
    assert ZH.read_only in html
    assert not {attributes.get("data-do") for _, attributes in Tags(html).tags} & {"edit", "remove", "remove-chosen"}
    assert 'type="file"' not in html
    assert "/original/a?library=a&amp;download=1" in html


def test_warnings_of_a_document_are_told_with_it() -> None:
    addition = Addition(
        "a.pdf", "added", "a", "a", 3, warnings=("page 3 has no text, only a picture: it may be a scan",)
    )
    assert "第 3 页没有文字" in parts.addition_row(addition, ZH)
    assert "page 3 has no text" in parts.addition_row(addition, EN)


# -- receiving ----------------------------------------------------------------------------------------------


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", model=embedder) as opened:
        yield opened


@pytest.fixture
def client(library: Library) -> TestClient:
    app = FastAPI()
    app.include_router(receiving(Desk(library, WarmUp(library))))
    return TestClient(app, cookies={"yinda_language": "zh"})


def send(client: TestClient, name: str, data: bytes, **more: object) -> list[dict[str, object]]:
    answer = client.post(
        "/add", params={"name": name, **more}, content=data, headers={"content-type": "application/octet-stream"}
    )
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_document_is_added_under_its_own_name_and_tells_how_far_it_is(client: TestClient, library: Library) -> None:
    *steps, last = send(client, "某处/坏: 名?.txt", MESSAGE.encode())
    assert all(0 <= float(str(step["part"])) <= 1 for step in steps)
    assert last["status"] == "added"
    (entry,) = library.catalogue()
    assert entry.file == "坏: 名?.txt"
    assert send(client, "又一次.txt", MESSAGE.encode())[-1]["status"] == "unchanged"


def test_an_archive_gives_a_line_for_each_document_in_it(client: TestClient, library: Library) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("一/好.txt", MESSAGE)
        archive.writestr("坏.txt", b"")
    said = [step for step in send(client, "包.zip", out.getvalue()) if "part" not in step]
    assert [(step["status"], step["inside"]) for step in said] == [("added", "/一/好.txt"), ("failed", "/坏.txt")]
    assert "是空的" in str(said[1]["html"])
    assert [entry.file for entry in library.catalogue()] == ["包.zip/一/好.txt"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("空.txt", b"", "是空的"), ("程序.exe", b"MZ", "格式不认识"), ("图.txt", b"\x89PNG\r\n", "其实是图片")],
)
def test_what_cannot_be_read_is_told_in_chinese(client: TestClient, name: str, data: bytes, said: str) -> None:
    (last,) = [step for step in send(client, name, data) if "part" not in step]
    assert last["status"] == "failed"
    assert said in str(last["html"])


def test_too_large_a_file_is_refused_by_its_size_alone_and_by_what_comes(
    client: TestClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    (said,) = send(client, "大.txt", b"", size=300 << 20)
    assert said["status"] == "failed"
    assert "超过 200 MB" in str(said["html"])
    monkeypatch.setattr(receiving_module, "LARGEST", 1000)
    (said,) = send(client, "大.txt", b"x" * 1001, size=10)
    assert said["status"] == "failed"
    assert library.catalogue() == []


def test_an_unknown_library_is_told(client: TestClient) -> None:
    (said,) = send(client, "a.txt", b"x", library="没有")
    assert "没有资料库“没有”" in str(said["html"])


def test_a_form_of_another_page_is_not_taken(client: TestClient, library: Library) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.post("/add?name=a.txt", content=MESSAGE.encode(), headers={"content-type": kind})
        assert answer.status_code == 415
    assert library.catalogue() == []


@pytest.mark.parametrize("versions", ["beside", "replace"])
def test_a_newer_version_replaces_or_stands_beside_as_the_person_says(
    client: TestClient, library: Library, versions: str
) -> None:
    rules = "".join(
        f"第{n}条 {what}的具体办法由市体育局会同有关部门另行制定，报市人民政府批准后公布施行。\n"
        for n, what in zip(
            "一二三四五六", ("泳池开放", "门票定价", "水质检测", "安全巡查", "救生配备", "投诉处理"), strict=True
        )
    )
    old, new = (f"泳池管理规定\n青石市体育局\n{year}年6月1日\n\n{rules}" for year in (2020, 2023))
    send(client, "规定.txt", old.encode())
    last = send(client, "规定（新）.txt", new.encode(), versions=versions)[-1]
    assert last["status"] == ("replaced" if versions == "replace" else "added")
    dates = {entry.date for entry in library.catalogue()}
    assert dates == ({"2023-06-01"} if versions == "replace" else {"2020-06-01", "2023-06-01"})


def test_a_document_that_is_given_up_is_not_stored(library: Library) -> None:
    text = "".join(f"青石镇第{number}座桥长{number}米。\n\n" for number in range(200))
    steps = adding_bytes(library, text.encode(), "桥.txt", WarmUp(library), ZH)
    assert isinstance(next(steps), float)
    steps.close()
    for thread in threading.enumerate():
        if thread.name == "adding":
            thread.join(60)
    assert library.catalogue() == []
    *_, last = adding_bytes(library, MESSAGE.encode(), "一.txt", WarmUp(library), ZH)
    assert isinstance(last, Addition)
    assert last.status == "added"
    assert [entry.file for entry in library.catalogue()] == ["一.txt"]
