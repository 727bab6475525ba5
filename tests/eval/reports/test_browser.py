"""The report in a real browser: offline, in both languages, at both widths, with its list of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.reports.html import write_html
from eval.results import Outcome, RunResult, Stage
from eval.types import PredictedCitation, Prediction, Question, Reference, StoredPassage

pytestmark = pytest.mark.browser

ATTACK = '</script><img src=x onerror="window.hacked=1"><!--<b>青石大桥</b>&amp;全长多少米？'
# The answer that was given and the expected one overlap; characters beyond the first plane stand before them.
TEXT = "𠀀𠀁" + "铺垫。" * 60 + "青石大桥全长1268米，2021年建成。" + "其后。" * 60
GIVEN, EXPECTED = "全长1268米", "1268米，2021年"


def attack() -> Outcome:
    """A question full of markup, answered with a part of the right place."""
    start = TEXT.index(GIVEN)
    citation = PredictedCitation(GIVEN, "青石<i>.txt", 50 + start, 50 + start + len(GIVEN), "attack")
    question = Question(
        "attack-1",
        ATTACK,
        (Reference(EXPECTED, 50 + TEXT.index(EXPECTED)),),
        kind="<b>markup</b>",
        history=("<u>前文</u>",),
    )
    prediction = Prediction("乡镇公报", "attack-1", GIVEN, False, 0.71, (citation,), ATTACK, GIVEN, citation)
    return Outcome(question, prediction, False, Stage.NOT_READ, None, {"right": 0.0})


def lost() -> Outcome:
    """A question that could not be asked."""
    question = Question("lost-1", "问", (Reference("答"),), kind="追问")
    prediction = Prediction("乡镇公报", "lost-1", "", True, 0.0, error="the question is longer than 8,000 characters")
    return Outcome(question, prediction, False, Stage.FAILED, None, {"right": 0.0})


@pytest.fixture(scope="module")
def report(making: Callable[..., RunResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = making(extra=[attack(), lost()])
    passage = StoredPassage("attack", "青石<i>.txt", "公报<script>", 50, 50 + len(TEXT), TEXT)
    result = replace(made, passages={**made.passages, passage.key: passage})
    return write_html(result, tmp_path_factory.mktemp("report") / "报告.html")


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Callable[..., Any]]:
    """Opens the report from its file; afterwards nothing else was asked for, and no script failed or was refused."""
    asked: list[str] = []
    failed: list[str] = []
    contexts = []

    def open_page(width: int = 1280, language: str = "zh-CN", scheme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, locale=language, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("console", lambda message: failed.append(message.text) if message.type == "error" else None)
        page.goto(report.as_uri())
        page.wait_for_selector("#browse-2 .question")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert set(asked) == {report.as_uri()}
    assert failed == []


def seek(page: Any, text: str, number: int = 0) -> Any:
    """The questions shown once ``text`` is searched for."""
    page.fill(f"#browse-{number} input[type=search]", text)
    return page.locator(f"#browse-{number} .question")


def test_markup_in_a_question_shows_as_text(opened: Callable[..., Any]) -> None:
    page = opened()
    found = seek(page, "attack-1")
    assert found.count() == 1
    assert found.locator(".asked").text_content() == ATTACK
    told = found.text_content()
    assert "<b>markup</b>" in told
    assert "<u>前文</u>" in told
    assert "公报<script>" in told
    assert "青石<i>.txt" in told
    assert page.evaluate("window.hacked") is None
    assert page.locator(".browse img, .browse script, .browse u").count() == 0


def test_both_places_are_marked_where_they_are_and_the_whole_passage_can_be_opened(opened: Callable[..., Any]) -> None:
    page = opened()
    passage = seek(page, "attack-1").locator(".passage")
    marks = passage.locator("mark").evaluate_all("marks => marks.map(mark => [mark.className, mark.textContent])")
    assert marks == [["given", "全长"], ["given expected", "1268米"], ["expected", "，2021年"]]
    shown = passage.locator(".text").text_content()
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert shown.strip("…") in TEXT
    passage.locator("button").click()
    assert passage.locator(".text").text_content() == TEXT
    assert "".join(passage.locator("mark").all_text_contents()) == "全长1268米，2021年"


def test_marks_are_the_citation_and_the_reference_of_the_run(opened: Callable[..., Any], run: RunResult) -> None:
    page = opened()
    missed = next(o for o in run.sets[0].outcomes if o.stage is Stage.NOT_RETRIEVED)
    found = seek(page, missed.prediction.id)
    cited, evidence = found.locator('[data-role="cited"]'), found.locator('[data-role="evidence"]')
    assert cited.locator("mark.given").all_text_contents() == [missed.prediction.text]
    assert evidence.locator("mark.expected").all_text_contents() == [missed.question.answers[0]]
    assert evidence.locator("mark.given").count() == 0
    title = next(p.title for p in run.passages.values() if p.document == missed.question.evidence[0].document)
    assert title in evidence.text_content()


def test_questions_are_filtered_by_stage_kind_and_text_and_turned_page_by_page(
    opened: Callable[..., Any], run: RunResult
) -> None:
    page = opened()
    box = page.locator("#browse-0")
    outcomes = run.sets[0].outcomes
    refused = [o for o in outcomes if o.stage is Stage.WRONGLY_REFUSED]
    box.locator('[data-choice="wrongly-refused"]').click()
    ids = box.locator(".question").evaluate_all("all => all.map(one => one.dataset.id)")
    assert ids == [o.question.id for o in refused][:20]
    box.locator("select").select_option(label="数字")
    ids = box.locator(".question").evaluate_all("all => all.map(one => one.dataset.id)")
    assert ids == [o.question.id for o in refused if o.question.kind == "数字"]
    box.locator("select").select_option(value="-1")
    box.locator('[data-choice="everything"]').click()
    seen = []
    while True:
        seen += box.locator(".question").evaluate_all("all => all.map(one => one.dataset.id)")
        turn = box.locator('[data-turn="next"]')
        if turn.is_disabled():
            break
        turn.click()
    assert seen == ["attack-1", "lost-1", *(o.question.id for o in outcomes)]
    town = outcomes[17].question.question[:3]
    box.locator("input").fill(town)
    expected = [o for o in outcomes if any(town in text for text in (o.question.question, *o.question.history))]
    expected += [o for o in outcomes if o not in expected and town in o.prediction.question]
    assert box.get_by_role("status").inner_text() == f"{len(expected)} 题"
    box.locator("input").fill("没有这样的问题")
    assert box.locator(".question").inner_text() == "没有符合条件的问题。"


def test_a_question_that_could_not_be_asked_is_found_and_says_why(opened: Callable[..., Any]) -> None:
    page = opened()
    assert "1 个未能提问" in page.inner_text("#set-0 .set-head")
    chip = page.locator('#browse-0 [data-choice="failed"]')
    assert chip.text_content() == "未能提问1"
    chip.click()
    found = page.locator("#browse-0 .question")
    assert found.evaluate_all("all => all.map(one => one.dataset.id)") == ["lost-1"]
    assert found.locator(".unasked").inner_text() == "未能提问: the question is longer than 8,000 characters"
    assert "拒答" not in found.inner_text()
    assert "可信度" not in found.inner_text()
    assert page.locator('#browse-1 [data-choice="failed"]').count() == 0


def test_a_stage_in_the_summary_leads_to_its_questions(opened: Callable[..., Any]) -> None:
    page = opened()
    page.locator('#set-0 .stage-link[data-stage="wrongly-answered"]').click()
    stages = page.locator("#browse-0 .question").evaluate_all("all => [...new Set(all.map(one => one.dataset.stage))]")
    assert stages == ["wrongly-answered"]


def test_the_language_follows_the_browser_and_can_be_switched(opened: Callable[..., Any]) -> None:
    page = opened(language="en-GB")
    assert "Where the questions ended" in page.inner_text("#set-0")
    assert "问题止于何处" not in page.inner_text("#set-0")
    assert page.title() == "Yinda evaluation report"
    seek(page, "attack-1")
    page.click("#language")
    assert "问题止于何处" in page.inner_text("#set-0")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("#browse-0 input").input_value() == "attack-1"
    assert page.locator("#browse-0 .question").count() == 1


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_sideways(opened: Callable[..., Any], width: int, language: str) -> None:
    page = opened(width, language)
    seek(page, "attack-1")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    wide = page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('body *')]"
        ".filter(one => !one.closest('.scroll') || one.matches('.scroll'))"
        ".map(one => one.getBoundingClientRect().right - innerWidth)].filter(over => over > 0.5).length"
    )
    assert wide == 0
    # Letters of a plot lie inside it.
    outside = page.evaluate(
        "[...document.querySelectorAll('svg.plot text')].filter(one => one.getBoundingClientRect().width)"
        ".filter(one => { const a = one.getBoundingClientRect(), b = one.closest('svg').getBoundingClientRect();"
        " return a.left < b.left - 0.5 || a.right > b.right + 0.5 || a.top < b.top - 0.5 || a.bottom > b.bottom + 0.5})"
        ".map(one => one.textContent)"
    )
    assert outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_their_ground(opened: Callable[..., Any], scheme: str) -> None:
    page = opened(scheme=scheme)
    seek(page, "attack-1")
    contrasts = page.evaluate(
        """() => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
              .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ground = (one) => {
            for (; one; one = one.parentElement) {
              const colour = getComputedStyle(one).backgroundColor;
              if (!/, 0\\)$/.test(colour)) return colour;
            }
            return "rgb(255, 255, 255)";
          };
          const names = ["h3", ".note", ".facts", ".tile small", "td", "thead th", "mark.given", "mark.expected",
            ".chip", ".chip[aria-pressed=true]", ".head span", ".link", ".source span", "nav a"];
          return names.map((name) => [name, document.querySelector(name)]).map(([name, one]) => {
            const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
            return [name, (a + 0.05) / (b + 0.05)];
          });
        }"""
    )
    # 4.5 is WCAG 2's limit (level AA).
    assert [(name, value) for name, value in contrasts if value < 4.5] == []


def test_a_set_of_retrieval_lists_documents(opened: Callable[..., Any], run: RunResult) -> None:
    page = opened()
    missed = next(o for o in run.sets[2].outcomes if o.evidence_rank == 2)
    page.locator('#browse-2 [data-choice="everything"]').click()
    found = seek(page, missed.question.id, 2)
    name = next(iter(missed.question.qrels))
    assert f"2. {name} ✓" in found.locator(".got-answer").inner_text()
    assert name in found.locator(".expected-answer").inner_text()
    assert page.locator("#set-2 [data-plot=confusion]").count() == 0
