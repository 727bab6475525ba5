"""The window over real documents: the report with its questions, and five reports as Word files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa import Library, ask
from tests.ui.conftest import Opened, Server
from ui.texts import ZH

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def questions(shared: Path) -> list[dict[str, Any]]:
    lines = (shared / "seed" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


@pytest.fixture(scope="module")
def library(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    words = sorted((shared / "data" / "reports" / "provincial-2025").glob("*.docx"))[:5]
    if len(words) < 5:
        pytest.skip("needs the provincial reports in ../shared")
    (report,) = (shared / "seed").glob("*.txt")
    with Library.open(tmp_path_factory.mktemp("real") / "library") as opened:
        assert len(opened.add([report, *words]).added) == 6
        yield opened


@pytest.fixture(scope="module")
def server(library: Library) -> Iterator[Server]:
    running = Server(library.folder)
    yield running
    running.close()


def test_answers_quotes_and_sources_are_those_of_the_library(
    opened: Opened, server: Server, library: Library, questions: list[dict[str, Any]]
) -> None:
    window = opened(server.url)
    asked = [q for q in questions if q["answers"] and not q.get("history")][::6]
    assert len(asked) >= 7
    given = 0
    for question in asked:
        window.new()
        expected = ask(question["question"], library=library)
        exchange = window.ask(question["question"])
        if expected.abstained:
            assert exchange.locator(".y-abstained").count() == 1
            continue
        given += 1
        assert exchange.locator(".y-words").all_inner_texts() == expected.text.split("；")
        for number, citation in enumerate(expected.citations):
            exchange.locator(f".y-card[data-kind=citation][data-place='{number}']").click()
            window.page.wait_for_function(
                "quote => document.querySelector('#source .y-text mark')?.textContent === quote", arg=citation.quote
            )
            marked = window.page.locator("#source .y-text").evaluate(
                "box => { const range = document.createRange(); range.setStart(box, 0);"
                " range.setEndBefore(box.querySelector('mark')); return range.toString().length; }"
            )
            # JavaScript counts UTF-16 units; these documents hold no character beyond one of them.
            assert marked == citation.start
    assert given >= 5


def test_follow_ups_are_understood_and_answered(
    opened: Opened, server: Server, questions: list[dict[str, Any]]
) -> None:
    window = opened(server.url)
    leaning = [q for q in questions if q.get("history")]
    assert len(leaning) == 8
    right = 0
    for question in leaning:
        window.new()
        for earlier in question["history"]:
            window.ask(earlier)
        exchange = window.ask(question["question"])
        assert exchange.locator(".y-understood").count() == 1
        words = "".join(exchange.locator(".y-words").all_inner_texts())
        right += any(answer in words for answer in question["answers"])
    assert right >= 7


def test_what_the_documents_do_not_say_is_refused_with_what_is_nearest(
    opened: Opened, server: Server, questions: list[dict[str, Any]]
) -> None:
    window = opened(server.url)
    for question in [q for q in questions if not q["answers"]][:3]:
        exchange = window.ask(question["question"])
        assert ZH.abstained in exchange.inner_text()
        assert exchange.locator(".y-card[data-kind=nearest]").count() == 3


def test_a_document_that_is_removed_on_its_page_is_never_cited_again(
    opened: Opened, server: Server, library: Library, questions: list[dict[str, Any]]
) -> None:
    window = opened(server.url)
    page = window.page
    question = next(q["question"] for q in questions if q["answers"] and not q.get("history"))
    report = ask(question, library=library).citations[0].document
    other = page.context.new_page()
    other.goto(f"{server.url}documents")
    remove = other.locator(f".d-row[data-id='{report.id}'] [data-do=remove]")
    remove.click()
    remove.click()
    other.wait_for_function("id => !document.querySelector(`[data-id='${id}']`)", arg=report.id)
    other.close()
    before = exchange_cards(window.ask(question))
    assert report.organisation not in before
    assert report.id not in {entry.id for entry in library.catalogue()}


def exchange_cards(exchange: Any) -> str:
    """What stands on the cards of an exchange."""
    return "".join(exchange.locator(".y-card .y-line").all_inner_texts())
