"""The sample documents and their questions hold together: figures agree, and every answer is on the page."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval import samples

YEARS = {2022: "report-2022.txt", 2023: "report-2023.html", 2024: "report-2024.md"}


def visible_text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".html":
        return text
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    for node in tree.css("script, style"):
        node.decompose()
    assert tree.body is not None
    return tree.body.text()


def load_questions() -> list[dict[str, Any]]:
    lines = samples.questions().read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


DOCUMENTS = {path.name: visible_text(path) for path in sorted(samples.directory().iterdir())}
QUESTIONS = load_questions()
ANSWERABLE = [item for item in QUESTIONS if item["kind"] != "unanswerable"]


def test_the_documents_are_five_in_three_formats_and_of_the_announced_size() -> None:
    assert set(DOCUMENTS) == {*YEARS.values(), "handbook.md", "regulation.txt"}
    characters = sum(len(re.sub(r"\s", "", text)) for text in DOCUMENTS.values())
    assert 13_000 <= characters <= 18_000


def test_the_set_has_sixty_questions_of_the_announced_kinds() -> None:
    kinds = Counter(item["kind"] for item in QUESTIONS)
    assert len(QUESTIONS) == 60
    assert kinds["unanswerable"] == 12
    assert kinds["follow-up"] == 8
    assert set(kinds) == {
        *("figure", "date", "person", "entity", "list", "year", "section"),
        *("unanswerable", "follow-up"),
    }
    assert {item["document"] for item in ANSWERABLE} == set(DOCUMENTS)


def test_ids_and_questions_are_unique() -> None:
    assert [item["id"] for item in QUESTIONS] == [f"sample-{number:03d}" for number in range(1, 61)]
    assert len({item["question"] for item in QUESTIONS}) == 60


@pytest.mark.parametrize("item", ANSWERABLE, ids=lambda item: item["id"])
def test_every_accepted_answer_stands_in_the_one_paragraph_of_the_evidence(item: dict[str, Any]) -> None:
    text = DOCUMENTS[item["document"]]
    assert len(item["evidence"]) >= 6
    assert text.count(item["evidence"]) == 1
    paragraph = next(line for line in text.splitlines() if item["evidence"] in line)
    assert item["answers"]
    for answer in item["answers"]:
        assert answer in paragraph


def test_unanswerable_questions_have_neither_answer_nor_evidence() -> None:
    for item in QUESTIONS:
        if item["kind"] == "unanswerable":
            assert item["answers"] == []
            assert not {"evidence", "document"} & set(item)


def test_exactly_the_follow_ups_have_a_history_of_questions() -> None:
    for item in QUESTIONS:
        assert ("history" in item) == (item["kind"] == "follow-up")
        for earlier in item.get("history", []):
            assert isinstance(earlier, str)
            assert earlier.endswith("？")


@pytest.mark.parametrize("indicator", ["一般公共预算收入", "社会消费品零售总额", "全体居民人均可支配收入"])
def test_the_growth_each_report_states_is_the_growth_between_the_reports(indicator: str) -> None:
    stated = re.compile(re.escape(indicator) + r"([\d.]+)(?:亿元|元)，增长([\d.]+)%")
    found = {year: stated.search(DOCUMENTS[name]) for year, name in YEARS.items()}
    for year in (2023, 2024):
        before, now = found[year - 1], found[year]
        assert before is not None
        assert now is not None
        growth = (float(now[1]) / float(before[1]) - 1) * 100
        # Both levels are rounded, so the last printed digit of the growth may differ by one.
        assert growth == pytest.approx(float(now[2]), abs=0.1)


def test_the_articles_of_the_regulation_are_numbered_without_gaps() -> None:
    digits = "零一二三四五六七八九"

    def chinese(number: int) -> str:
        tens, ones = divmod(number, 10)
        lead = digits[tens] if tens > 1 else ""
        return lead + ("十" if tens else "") + (digits[ones] if ones else "")

    articles = re.findall(r"^第([一二三四五六七八九十]+)条　", DOCUMENTS["regulation.txt"], re.MULTILINE)
    assert articles == [chinese(number) for number in range(1, len(articles) + 1)]
    assert len(articles) == 29
