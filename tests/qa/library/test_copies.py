"""Copies and versions of a document: noticed when they are added, cited once, replaced when a person says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Embedder
from qa import Library, ask
from qa.library import schema
from qa.text.sketch import SAME, VERSION, overlap, sketch

TITLE = "青石市公共泳池管理规定"
SECTIONS = [
    "第一条　为了规范公共泳池的管理，保障游泳者的安全，结合本市实际，制定本规定。",
    "第二条　公共泳池由市体育局负责监督管理，区体育部门负责日常检查，检查结果应当公开。",
    "第三条　公共泳池每日开放时间为上午九时至晚上八时，节假日可以适当延长开放时间。",
    "第四条　泳池水深超过一米五的，应当配备不少于三名救生员，救生员应当持证上岗。",
    "第五条　泳池经营者应当每两小时检测一次水质，检测记录至少保存两年，以备查验。",
    "第六条　门票价格实行政府指导价，成人每次二十元，学生和老年人每次十元。",
    "第七条　违反本规定的，由市体育局责令改正；拒不改正的，处五千元以上两万元以下罚款。",
]
OTHER = "青石市图书馆读者须知\n图书馆每周一闭馆，其余各日上午九时至下午六时开放，读者凭证入馆，借书期限为三十天。\n"


def rules(date: str = "2020年5月1日", organisation: str = "青石市体育局", **changes: str) -> str:
    body = "\n".join(SECTIONS)
    for old, new in changes.items():
        body = body.replace(old, new)
    return f"{TITLE}\n（{date}{organisation}令第5号公布）\n{body}\n"


def site(text: str) -> str:
    """The same text as another site has it: wrapped in its navigation, with other spaces and marks."""
    page = text.replace("，", ", ").replace("　", "  ").replace("\n", "\n\n")
    head, foot = (
        "首页 | 网站地图 | 登录\n当前位置：首页 > 法规",
        "主办：青石市人民政府\n版权所有 备案：青ICP备12345678号",
    )
    return f"{head}\n{page}\n{foot}\n"


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", model=embedder) as opened:
        opened.add_bytes(OTHER.encode(), "图书馆.txt")
        yield opened


def add(library: Library, text: str, name: str, **options: str):  # type: ignore[no-untyped-def]
    (addition,) = library.add_bytes(text.encode(), name, **options).additions  # type: ignore[arg-type]
    assert addition.status in ("added", "replaced", "unchanged")
    return addition


def test_the_same_bytes_in_two_places_are_one_document(library: Library, tmp_path: Path) -> None:
    for folder in ("甲", "乙"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.txt").write_text(rules())
    report = library.add([tmp_path / "甲", tmp_path / "乙"])
    assert [a.status for a in report.additions] == ["added", "unchanged"]
    assert report.additions[0].document_id == report.additions[1].document_id


def test_a_copy_from_another_site_is_noticed_and_cited_once(library: Library) -> None:
    first = add(library, rules(), "规定.txt")
    assert (first.copies, first.versions, first.warnings) == ((), (), ())
    second = add(library, site(rules()), "网页.txt")
    assert second.copies == (first.document_id,)
    assert f"({first.document_id})" in second.warnings[-1]
    assert second.warnings[-1].startswith("the same text is in")
    hits = library.search("泳池几点开放？", 10)
    assert len({hit.passage.text.replace(" ", "") for hit in hits}) == len(hits)
    (hit,) = [hit for hit in hits if "晚上八时" in hit.passage.text]
    assert {hit.passage.document_id, *hit.also} == {first.document_id, second.document_id}
    answer = ask("公共泳池每日开放时间是什么？", library=library)
    (citation,) = answer.citations
    assert len(citation.also) == 1
    assert {citation.document.id, citation.also[0].id} == {first.document_id, second.document_id}
    assert citation.to_dict()["also"][0]["id"] == citation.also[0].id
    # One that is removed is named no more.
    library.remove(citation.also[0].id)
    assert ask("公共泳池每日开放时间是什么？", library=library).citations[0].also == ()


def test_a_version_stands_beside_and_answers_with_the_later_date(library: Library) -> None:
    old = add(library, rules(), "2020.txt")
    new = add(library, rules("2023年6月1日", 成人每次二十元="成人每次三十元"), "2023.txt")
    assert new.status == "added"
    assert new.versions == (old.document_id,)
    assert new.warnings == (f"another version is 《{TITLE}》 of 2020-05-01 ({old.document_id}); both are kept",)
    assert len(library.documents()) == 3
    # What both have is cited from the later one; what differs is said by each.
    (citation,) = ask("公共泳池每日开放时间是什么？", library=library).citations
    assert (citation.document.id, [d.id for d in citation.also]) == (new.document_id, [old.document_id])
    prices = [hit for hit in library.search("成人门票每次多少钱？", 5) if "成人" in hit.passage.text]
    assert {hit.passage.document_id for hit in prices} == {old.document_id, new.document_id}
    assert all(hit.also == () for hit in prices)


def test_a_newer_version_takes_the_place_of_the_older_where_a_person_says_so(library: Library) -> None:
    old = add(library, rules(), "2020.txt")
    library.edit(old.document_id, organisation="青石市体育局")
    new = add(library, rules("2023年6月1日", 成人每次二十元="成人每次三十元"), "2023.txt", versions="replace")
    assert (new.status, new.document_id, new.versions) == ("replaced", old.document_id, ())
    assert new.warnings == (f"it took the place of 《{TITLE}》 of 2020-05-01 ({old.document_id})",)
    assert {d.date for d in library.documents()} == {"2023-06-01", None}
    assert not any("二十元" in hit.passage.text for hit in library.search("成人门票多少钱", 10))
    again = add(library, rules(), "2020.txt", versions="replace")
    assert (again.status, again.versions) == ("added", (new.document_id,))
    assert again.warnings[0].startswith("a newer version is")
    assert library.problems() == []


def test_reports_of_two_years_are_no_versions_of_each_other(library: Library) -> None:
    bodies = {
        2023: "全年新建公园三座，改造老旧小区四十个，城市面貌有了新的变化。粮食产量达到二十万吨，比上年增长三成。",
        2024: "我们修好了沿河步道，学校新增学位两千个。财政收入突破三十亿元，居民存款继续增加，物价保持平稳。",
    }
    for year, body in bodies.items():
        text = f"政府工作报告\n——{year}年1月9日在青石市第九届人民代表大会第四次会议上\n各位代表：\n{body}\n"
        assert add(library, text, f"{year}.txt").versions == ()


def test_copies_are_known_after_reopening_and_of_older_libraries(tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "old"
    with Library.open(folder, model=embedder) as opened:
        first = add(opened, rules(), "规定.txt")
    # As version 3 had it.
    connection = sqlite3.connect(folder / "library.sqlite")
    for statement in ("DROP TABLE sketch_marks", "DROP TABLE sketches", "ALTER TABLE details DROP COLUMN number"):
        connection.execute(statement)
    connection.execute("UPDATE meta SET value = '3' WHERE key = 'schema'")
    connection.commit()
    connection.close()
    with Library.open(folder, model=embedder) as opened:
        assert opened.document(first.document_id).number is None
        assert add(opened, site(rules()), "网页.txt").copies == (first.document_id,)
        assert opened.document(first.document_id).number == "青石市体育局令第5号"
        assert opened._store.meta("schema") == str(schema.VERSION)


def test_a_document_is_found_by_its_number(library: Library) -> None:
    for number in range(1, 13):
        head = f"青石市水务局关于第{number}次停水的通知\n青水〔2024〕{number}号\n"
        text = f"{head}各用户：\n因检修停水，请储水备用。联系人：王海。\n"
        add(library, text, f"{number}.txt")
    for asked in (
        "青水〔2024〕7号文件要求什么？",
        "青水[2024]第7号文件要求什么？",
        "青水（２０２４）7号文件要求什么？",
    ):
        hits = library.search(asked, 3)
        assert hits[0].title == "青石市水务局关于第7次停水的通知"
    one = next(d for d in library.documents() if d.number == "青水〔2024〕11号")
    edited = library.edit(one.id, number="青水务（2024）111号")
    assert (edited.number, edited.edited) == ("青水务〔2024〕111号", ("number",))
    assert library.search("青水务【2024】111号说了什么", 1)[0].passage.document_id == one.id
    assert {e.number for e in library.catalogue() if e.id == one.id} == {"青水务〔2024〕111号"}
    assert library.edit(one.id, number="").number is None


characters = st.text("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥", min_size=400, max_size=900)


@given(characters, st.lists(st.integers(0, 10_000), max_size=3), st.text(" ，。\n　", max_size=5))
def test_marks_and_spaces_do_not_count_and_few_edits_little(text: str, places: list[int], idle: str) -> None:
    spaced = idle.join(text[i : i + 30] for i in range(0, len(text), 30))
    assert overlap(sketch(text), sketch(spaced)) == 1.0
    changed = text
    for place in places:
        at = place % len(text)
        changed = changed[:at] + "改" + changed[at + 1 :]
    # Each edit changes at most 8 of the runs of either text.
    runs = len({text[i : i + 8] for i in range(len(text) - 7)})
    floor = (runs - 8 * len(places)) / (runs + 8 * len(places))
    assert overlap(sketch(text), sketch(changed)) >= floor - 0.15


def test_what_has_little_in_common() -> None:
    one, other = rules(), OTHER * 3
    assert overlap(sketch(one), sketch(other)) < 0.1 < VERSION < SAME
    assert overlap(sketch("短"), sketch("短")) == 0.0
    assert sketch("短") == b""
