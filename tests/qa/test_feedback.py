"""Verdicts on answers: kept on disk, changed by later ones, not lost to crashes or to changes of the Library."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Embedder
from qa import Alternative, Answer, Citation, Document, Library, LibraryError, Passage, Turn, YindaError, ask
from qa.conversations import KeptAnswer
from qa.feedback import COLUMNS, FILE, Feedback, export, phrase_around, read, record
from qa.text.spreadsheet import unguarded

ROOT = Path(__file__).resolve().parents[2]
TEXT = "青石大桥全长1268米，总投资3.2亿元。引桥全长300米。"


def cited(quote: str, path: str | None = "/papers/公报.txt") -> Citation:
    document = Document("d1", "青石镇公报", "公报\n\n" + TEXT, path=path)
    start = document.text.index(quote)
    return Citation(quote, start, start + len(quote), document, Passage(1, "d1", 0, 4, 4 + len(TEXT), TEXT))


def answer(abstained: bool = False) -> Answer:
    one = cited("1268米")
    other = Alternative("300米", 0.1, cited("300米"))
    if abstained:
        return Answer("", (), 0.2, True, "大桥有多长？", (other,))
    return Answer(one.quote, (one,), 0.9, False, "青石大桥全长多少米？", (other,))


def test_a_verdict_is_read_back_with_all_that_was_shown(tmp_path: Path) -> None:
    given = record(tmp_path, answer(), "多长？", ["青石大桥？", Turn("在哪？")], "wrong", " 要引桥的 ", exchange="e1")
    assert read(tmp_path) == [given]
    assert (given.asked, given.question) == ("多长？", "青石大桥全长多少米？")
    assert given.history == ("青石大桥？", "在哪？")
    assert (given.verdict, given.reason, given.text, given.confidence) == ("wrong", "要引桥的", "1268米", 0.9)
    (place,) = given.citations
    document = cited("1268米").document
    assert document.text[place["start"] : place["end"]] == place["quote"] == "1268米"
    assert (place["document_id"], place["title"], place["file"]) == ("d1", "青石镇公报", "公报.txt")
    assert place["phrase"] == "青石大桥全长1268米"
    assert [other["text"] for other in given.alternatives] == ["300米"]


def test_a_later_verdict_on_the_same_exchange_replaces_the_earlier(tmp_path: Path) -> None:
    record(tmp_path, answer(), "一？", (), "right", exchange="a")
    record(tmp_path, answer(), "二？", (), "right", exchange="b")
    record(tmp_path, answer(), "一？", (), "should_have_refused", exchange="a")
    record(tmp_path, answer(abstained=True), "三？", (), "right")
    record(tmp_path, answer(abstained=True), "三？", (), "right")
    assert [(f.asked, f.verdict) for f in read(tmp_path)] == [
        ("一？", "should_have_refused"),
        ("二？", "right"),
        ("三？", "right"),
        ("三？", "right"),
    ]
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 5  # nothing is ever taken away


def test_a_folder_without_feedback_gives_none(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    assert read(tmp_path / "nowhere") == []


@given(st.data())
def test_whatever_a_crash_leaves_the_whole_lines_are_kept(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    written = [record(folder, answer(), f"问{i}？", (), "right") for i in range(2)]
    path = folder / FILE
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    cut = data.draw(st.integers(first, len(whole)))
    path.write_bytes(whole[:cut])
    kept = written if cut >= len(whole) - 1 else written[:1]
    assert read(folder) == kept
    after = record(folder, answer(), "后来？", (), "wrong")
    assert read(folder) == [*kept, after]
    assert all(json.loads(line) for line in path.read_bytes().splitlines())


def test_lines_that_are_no_feedback_are_passed_over(tmp_path: Path) -> None:
    one = record(tmp_path, answer(), "一？", (), "right")
    with open(tmp_path / FILE, "ab") as file:
        for line in (b"\xff\xfe", b"[]", b"{}", b'{"verdict": "right"}', b'{"verdict": "maybe"}', b""):
            file.write(line + b"\n")
    other = {**one.to_dict(), "exchange": "z", "from the future": 1}
    with open(tmp_path / FILE, "a", encoding="utf-8") as file:
        file.write(json.dumps(other) + "\n")
    assert [f.exchange for f in read(tmp_path)] == [one.exchange, "z"]


def test_many_processes_write_at_once_and_no_line_is_lost(tmp_path: Path) -> None:
    code = f"""
import sys
from qa import Answer
from qa.feedback import record
for i in range(20):
    record({str(tmp_path)!r}, Answer("答" * 3000, (), 0.5, False, "问？"), f"{{sys.argv[1]}}-{{i}}", (), "right")
"""
    running = [subprocess.Popen([sys.executable, "-c", code, str(n)], cwd=ROOT) for n in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert {f.asked for f in read(tmp_path)} == {f"{n}-{i}" for n in range(3) for i in range(20)}


def test_wrong_use_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(YindaError, match="verdict"):
        record(tmp_path, answer(), "？", (), "maybe")  # type: ignore[arg-type]
    with pytest.raises(LibraryError) as caught:
        record(tmp_path / "nowhere", answer(), "？", (), "right")
    assert caught.value.hint
    assert not (tmp_path / "nowhere").exists()
    if os.name == "posix" and os.geteuid() != 0:
        (tmp_path / FILE).touch(mode=0o000)
        with pytest.raises(LibraryError):
            read(tmp_path)


def test_feedback_outlives_everything_that_is_done_to_the_library(tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "library"
    with Library.open(folder, model=embedder) as library:
        library.add_bytes(TEXT.encode(), "上传的公报.txt")
        got = ask("青石大桥全长多少米？", library=library)
        given = record(library, got, "青石大桥全长多少米？", (), "right")
        assert isinstance(given, Feedback)
        assert {place["file"] for place in (*given.citations, *given.alternatives)} == {"上传的公报.txt"}
        assert record(folder, got, "又？", (), "right").alternatives == given.alternatives
        library.update()
        library.remove([document.id for document in library.documents()])
        library.add_bytes("另一份。".encode(), "另一份.txt")
        assert library.problems() == []
    with Library.open(folder) as library:
        assert read(library)[0] == given


def test_an_answer_of_a_conversation_that_was_kept_is_judged_like_one_just_given(tmp_path: Path) -> None:
    for just_given in (answer(), answer(abstained=True)):
        kept = KeptAnswer.from_dict(KeptAnswer.of(just_given, None).to_dict())
        for each in (just_given, kept):
            record(tmp_path, each, "多长？", ["青石大桥？"], "wrong", "要引桥的")
        one, other = (json.loads(line) for line in (tmp_path / FILE).read_bytes().splitlines()[-2:])
        assert list(one) == list(other)
        assert one == other | {"exchange": one["exchange"], "time": one["time"]}


def test_verdicts_become_a_table_that_a_spreadsheet_takes_as_text(tmp_path: Path) -> None:
    assert export(tmp_path) == ",".join(COLUMNS) + "\r\n"
    record(tmp_path, answer(), '=HYPERLINK("x")，多长？', ["一？", "二？"], "wrong", "+1\n-2", exchange="e1")
    record(tmp_path, answer(abstained=True), "@问", (), "right", "'引", exchange="-e2")
    rows = list(csv.DictReader(io.StringIO(export(tmp_path), newline="")))
    assert [row["verdict"] for row in rows] == ["wrong", "right"]
    assert (rows[0]["history"], rows[0]["text"], rows[0]["quotes"]) == ("一？\n二？", "1268米", "1268米")
    assert (rows[0]["documents"], rows[0]["abstained"], rows[1]["abstained"]) == ("青石镇公报", "0", "1")
    assert not any(cell[:1] in set("=+-@") for row in rows for cell in row.values())
    assert [unguarded(rows[0][name]) for name in ("asked", "reason")] == ['=HYPERLINK("x")，多长？', "+1\n-2"]
    assert [unguarded(rows[1][name]) for name in ("asked", "reason", "exchange")] == ["@问", "'引", "-e2"]


@given(
    st.text("，。\n大桥长 ", max_size=30),
    st.text("长1桥", min_size=1, max_size=4),
    st.text("，。\n大桥长 ", max_size=30),
)
def test_a_phrase_holds_its_quote_and_occurs_once(before: str, quote: str, after: str) -> None:
    text = before + quote + after
    phrase = phrase_around(text, len(before), len(before) + len(quote))
    assert quote in phrase
    assert text.count(phrase) == 1
    assert text.find(phrase) == text.rfind(phrase)
