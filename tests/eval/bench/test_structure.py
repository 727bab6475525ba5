"""The benchmarks of structure and of copies: what they look for, and that they see what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.bench import copies, structure
from qa.documents import parse

LAW = (
    "节水法\n第一章　总则\n第一条　为了节水，制定本法。\n第二章　管理\n第二条　实行计划用水。\n"
    "附　则\n第三条　本法即日施行。\n"
)


def test_what_should_be_found_is_read_line_by_line() -> None:
    assert [(each.label, each.above) for each in structure.articles(LAW)] == [
        ("第一条", "第一章"),
        ("第二条", "第二章"),
        ("第三条", None),
    ]
    assert [each.label for each in structure.sections("报告\n一、回顾\n二、安排，如下：\n三、保障")] == [
        "一、回顾",
        "三、保障",
    ]


def test_what_is_missing_or_misplaced_is_seen() -> None:
    document = parse(LAW.encode(), "法.txt")
    wanted = structure.articles(LAW)
    sound = structure.outcome("法", document, wanted)
    assert (sound.wanted, sound.found, sound.placed, sound.wrong) == (3, 3, 3, "")
    lost = replace(document, passages=tuple(replace(p, heading_path=p.heading_path[-1:]) for p in document.passages))
    misplaced = structure.outcome("法", lost, wanted)
    assert (misplaced.found, misplaced.placed) == (3, 1)
    assert "第一章 第一条" in misplaced.wrong
    nothing = structure.outcome("法", replace(document, passages=()), wanted)
    assert nothing.found == 0
    said = structure.table("Laws", "articles", [sound, misplaced])
    assert "6/6 articles found (100.00%), 4 in their place (66.67%)" in said
    assert "法: 2 of 3, first" in said


def test_laws_of_the_collection(shared: Path) -> None:
    outcomes = structure.measure_laws(shared, 350)
    assert sum(o.wanted for o in outcomes) > 100
    assert [o.name for o in outcomes if o.placed < o.wanted] == []
    found = copies.measure(shared, 350)
    assert found.edited[0.001] == found.laws > 5
    assert found.edited[0.03] == 0
    assert "noticed as copies" in copies.table(found)
