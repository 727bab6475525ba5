"""The chat in a real browser: what a person does there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa import Answer, Conversations, Library, ask
from qa.feedback import read
from tests.ui.conftest import PHONE, WAIT, Opened, Server
from ui.texts import EN, ZH

pytestmark = pytest.mark.browser

BULLETIN = """青石镇统计公报

青石镇人民政府
2024年3月5日

2023年全镇粮食总产量达到38.7万吨，比上年增长2.1%。

青石图书馆于2019年5月18日正式开馆。

青石大桥全长1268米，总投资3.2亿元，2021年10月1日建成通车。

青石镇现有中学3所、小学9所，在校学生6120人。
"""
OTHER = """白石镇公告

白石镇人民政府
2022年6月1日

白石灯塔于1987年6月2日正式点亮，塔高32米。
"""
QUESTIONS = ["青石大桥全长多少米？", "青石图书馆于哪天正式开馆？", "青石镇现有多少所中学？"]
UNANSWERABLE = "火星上第一家咖啡馆的老板叫什么名字？"
LIGHTHOUSE = "白石灯塔于哪天正式点亮？"
ATTACK_NAME = "坏<img src=x onerror=window.hacked=1>名.txt"
ATTACK = """<script>window.hacked = 1</script>黑石<b>公告</b>

<img src=x onerror="window.hacked = 1">黑石灯塔于1987年6月2日正式点亮。${window.hacked = 1} {{constructor}}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("chat")
    (folder / "files").mkdir()
    (folder / "files" / "白石.txt").write_text(OTHER, encoding="utf-8")
    with Library.open(folder / "library") as opened:
        opened.add_bytes(BULLETIN.encode(), "公报.txt")
        opened.add(folder / "files")
        yield opened


@pytest.fixture(scope="module")
def server(library: Library) -> Iterator[Server]:
    running = Server(library.folder)
    yield running
    running.close()


@pytest.fixture(scope="module")
def answered(library: Library) -> Answer:
    """A question that the reader answers."""
    for question in QUESTIONS:
        answer = ask(question, library=library)
        if not answer.abstained:
            return answer
    pytest.fail("the reader answers none of the plain questions on the bulletin")


def test_an_answer_comes_with_its_citation_and_the_source_marks_the_quote(
    opened: Opened, server: Server, answered: Answer
) -> None:
    window = opened(server.url)
    exchange = window.ask(answered.question)
    assert exchange.locator(".y-words").inner_text() == answered.text
    assert exchange.locator("[data-kind=citation] mark").first.inner_text() == answered.text
    source = window.page.locator("#source")
    assert source.locator("mark").inner_text() == answered.citations[0].quote
    window.new()
    assert window.page.locator(".y-exchange").count() == 0
    assert source.locator("mark").count() == 0
    exchange = window.ask(answered.question)
    exchange.locator(".y-reference").first.click()
    source.locator("mark").wait_for()
    assert source.locator("mark").inner_text() == answered.citations[0].quote
    assert source.locator(".y-passage").inner_text() == answered.citations[0].passage.text.rstrip("\n")
    whole = source.locator(".y-text").evaluate("box => box.textContent")
    assert whole == answered.citations[0].document.text


def test_the_quote_is_copied_with_its_source_and_the_original_is_there(
    opened: Opened, server: Server, answered: Answer, library: Library
) -> None:
    window = opened(server.url, permissions=["clipboard-read", "clipboard-write"])
    window.ask(answered.question)
    window.page.click("[data-copy]")
    copied = window.page.evaluate("navigator.clipboard.readText()")
    assert answered.text in copied
    assert answered.citations[0].document.title in copied
    with window.page.expect_download() as download:
        window.page.click("#source a[download]")
    name, data = library.original(answered.citations[0].document.id)
    assert download.value.suggested_filename == name
    assert Path(download.value.path()).read_bytes() == data


def test_an_unanswerable_question_is_not_answered_and_others_are_offered(opened: Opened, server: Server) -> None:
    window = opened(server.url)
    exchange = window.ask(UNANSWERABLE)
    assert ZH.abstained in exchange.inner_text()
    assert exchange.locator(".y-answer").count() == 0
    exchange.locator("[data-kind=nearest]").first.click()
    window.page.wait_for_selector("#source .y-passage")
    assert window.page.locator("#source mark").count() == 0
    window.page.wait_for_selector("#offers .y-chip")
    offered = window.page.locator("#offers .y-chip").first.inner_text()
    window.page.locator("#offers .y-chip").first.click()
    second = window.answered(1)
    assert second.locator(".y-asked").inner_text() == offered
    assert second.locator(".y-answer").count() == 1


def test_a_follow_up_is_completed_said_and_corrected(opened: Opened, server: Server, library: Library) -> None:
    first, second = "青石大桥全长多少米？", "总投资呢？"
    expected = ask(second, library=library, history=[first]).question
    assert expected != second
    window, other = opened(server.url), opened(server.url)
    window.ask(first)
    exchange = window.ask(second)
    assert exchange.locator(".y-understood q").inner_text() == expected
    # One click takes it as it stands.
    exchange.locator("[data-mode=literal]").click()
    window.page.wait_for_function("document.querySelectorAll('.y-understood').length === 0")
    window.answered(1)
    # And its wording can be changed where it is not what was meant.
    exchange = window.ask("那总投资呢？")
    exchange.locator("[data-open-editor=correct]").click()
    field = exchange.locator("[data-editor=correct] textarea")
    field.fill(QUESTIONS[1])
    field.press("Enter")
    window.page.wait_for_function(
        "wanted => document.querySelectorAll('.y-exchange')[2]?.querySelector('.y-understood q')?.textContent"
        " === wanted && document.querySelectorAll('.y-exchange')[2].querySelector('.y-after')",
        arg=QUESTIONS[1],
    )
    assert window.page.locator(".y-exchange").nth(2).locator(".y-asked").inner_text() == "那总投资呢？"
    # Nobody else's conversation is leant on.
    assert other.ask(second).locator(".y-understood").count() == 0
    assert first not in other.page.inner_text("body")


@pytest.mark.slow
def test_conversations_survive_a_restart_with_their_citations(
    opened: Opened, library: Library, answered: Answer
) -> None:
    running = Server(library.folder)
    try:
        window = opened(running.url)
        quote = window.ask(answered.question).locator(".y-card[data-kind=citation] .y-quote").first.inner_text()
        window.ask(UNANSWERABLE)
        address = window.page.url
        assert "conversation=" in address
        running.restart()
        window.page.goto(running.url)
        window.page.wait_for_selector(".y-conversation")
        assert window.page.locator(".y-exchange").count() == 0
        window.page.locator(".y-conversation .y-title").first.click()
        exchange = window.answered(0)
        assert exchange.locator(".y-card[data-kind=citation] .y-quote").first.inner_text() == quote
        assert window.page.locator(".y-exchange").count() == 2
        exchange.locator(".y-card[data-kind=citation]").first.click()
        window.page.wait_for_selector("#source mark")
        assert window.page.inner_text("#source mark") == answered.citations[0].quote
        # Its address leads back to it, in this browser alone.
        window.page.goto(address)
        window.answered(1)
        other = opened(address)
        assert other.page.locator(".y-exchange, .y-conversation").count() == 0
    finally:
        running.close()


def test_conversations_are_searched_renamed_exported_and_deleted(opened: Opened, server: Server) -> None:
    window = opened(server.url)
    page = window.page
    window.ask(QUESTIONS[0])
    window.new()
    window.ask(UNANSWERABLE)
    titles = page.locator(".y-conversation .y-title")
    assert titles.count() == 2
    page.fill(".y-search", "大橋")
    page.wait_for_function("document.querySelectorAll('.y-conversation').length === 1")
    assert titles.inner_text() == QUESTIONS[0]
    assert page.evaluate("document.activeElement.className") == "y-search"
    page.fill(".y-search", "")
    page.wait_for_function("document.querySelectorAll('.y-conversation').length === 2")
    page.once("dialog", lambda dialog: dialog.accept("<b>桥</b>"))
    last = page.locator(".y-conversation").last
    last.locator("summary").click()
    last.locator("[data-event=rename]").click()
    page.wait_for_function("[...document.querySelectorAll('.y-title')].some((e) => e.textContent === '<b>桥</b>')")
    row = page.locator(".y-conversation", has_text="<b>桥</b>")
    row.locator("summary").click()
    with page.expect_download() as download:
        row.locator("a").click()
    exported = Path(download.value.path()).read_text(encoding="utf-8")
    assert QUESTIONS[0] in exported
    assert "青石镇统计公报" in exported
    delete = row.locator("[data-event=delete]")
    if not delete.is_visible():
        row.locator("summary").click()
    delete.click()
    assert delete.inner_text() == ZH.delete_confirm
    delete.click()
    page.wait_for_function("document.querySelectorAll('.y-conversation').length === 1")


def test_a_question_is_changed_asked_again_and_stopped(opened: Opened, server: Server) -> None:
    window = opened(server.url)
    page = window.page
    window.ask(QUESTIONS[0])
    window.ask("总投资呢？")
    first = page.locator(".y-exchange").first
    first.hover()
    first.locator("[data-open-editor=edit]").click()
    first.locator("[data-editor=edit] textarea").fill(QUESTIONS[1])
    first.locator("[data-editor=edit] [data-event]").click()
    page.wait_for_function("document.querySelectorAll('#conversation .y-exchange').length === 1")
    assert window.answered(0).locator(".y-asked").inner_text() == QUESTIONS[1]
    before = page.locator("#conversation .y-exchange").get_attribute("data-id")
    # It may be answered again before anybody sees it worked on; what is drawn anew does not bear the mark.
    page.evaluate("document.querySelector('.y-after').dataset.old = '1'")
    page.click(".y-after [data-mode=again]")
    page.wait_for_function("!document.querySelector('[data-old]')")
    window.answered(0)
    assert page.locator("#conversation .y-exchange").get_attribute("data-id") == before
    assert page.locator("#conversation .y-exchange").count() == 1


@pytest.fixture
def starting(library: Library) -> Iterator[Server]:
    """A window of its own whose models are still being loaded."""
    server = Server(library.folder)
    yield server
    server.close()


@pytest.mark.slow
def test_what_is_left_while_it_is_answered_does_not_come_back(opened: Opened, starting: Server) -> None:
    window = opened(starting.url)
    page = window.page
    # The models are still being loaded.
    page.fill("#question textarea", QUESTIONS[0])
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".y-working")
    window.new()
    exchange = window.ask(QUESTIONS[1])
    assert exchange.locator(".y-asked").inner_text() == QUESTIONS[1]
    page.wait_for_timeout(1000)
    assert page.locator(".y-exchange").count() == 1
    assert page.locator(".y-working").count() == 0
    # The question that was left can be asked again in its place.
    page.locator(".y-conversation .y-title", has_text=QUESTIONS[0]).click()
    page.locator(".y-exchange", has_text=ZH.unfinished).wait_for()
    page.click(".y-after [data-mode=again]")
    page.wait_for_selector(".y-exchange .y-answer")


@pytest.mark.slow
def test_what_is_sent_while_another_question_is_answered_is_asked_after_it(opened: Opened, starting: Server) -> None:
    window = opened(starting.url)
    page = window.page
    for question in QUESTIONS[:2]:
        page.fill("#question textarea", question)
        # Twice is once.
        page.press("#question textarea", "Enter")
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".y-working")
    window.answered(1)
    page.wait_for_timeout(1000)
    assert page.locator(".y-exchange .y-asked").all_inner_texts() == QUESTIONS[:2]
    assert page.locator(".y-working").count() == 0


def test_questions_are_limited_to_a_scope(opened: Opened, server: Server, library: Library) -> None:
    window = opened(server.url)
    page = window.page
    assert ask(LIGHTHOUSE, library=library).citations
    assert window.ask(LIGHTHOUSE).locator(".y-answer").count() == 1
    page.click("#filters > button")
    page.wait_for_timeout(500)  # gradio makes the fields when they are opened, and empties them
    page.fill("#scope-since input, #scope-since textarea", "2024")
    exchange = window.ask(LIGHTHOUSE)
    assert "2024" in exchange.locator(".y-scope").inner_text()
    assert "白石镇公告" not in exchange.inner_text()
    page.fill("#scope-since input, #scope-since textarea", "后年")
    assert "后年" in window.ask(LIGHTHOUSE).locator(".y-error").inner_text()


def test_a_question_that_cannot_be_asked_gets_a_message_and_the_conversation_goes_on(
    opened: Opened, server: Server
) -> None:
    window = opened(server.url)
    assert window.ask("长" * 3000).locator(".y-error").inner_text()
    assert window.ask(UNANSWERABLE).locator(".y-abstained").count() == 1


@pytest.mark.slow
def test_what_is_changed_or_removed_is_said_and_never_cited_again(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "白石.txt"
    file.write_text(OTHER, encoding="utf-8")
    with Library.open(tmp_path / "library") as library:
        library.add(file)
        running = Server(library.folder)
        try:
            window = opened(running.url)
            page = window.page
            exchange = window.ask(LIGHTHOUSE)
            quote = exchange.locator(".y-card[data-kind=citation] .y-quote").inner_text()
            file.write_text(OTHER.replace("1987年6月2日", "1988年8月3日"), encoding="utf-8")
            assert library.update().replaced
            page.reload()
            exchange = window.answered(0)
            assert exchange.locator(".y-card[data-kind=citation] .y-quote").inner_text() == quote
            assert ZH.source_changed in exchange.inner_text()
            exchange.locator(".y-card[data-kind=citation]").click()
            page.wait_for_selector("#source .y-warning")
            assert page.inner_text("#source mark") == "1987年6月2日"
            assert "1988年8月3日" in window.ask(LIGHTHOUSE).locator(".y-words").inner_text()
            library.remove([document.id for document in library.documents()])
            again = window.ask(LIGHTHOUSE)
            assert again.locator("[data-kind=citation], [data-kind=nearest]").count() == 0
            page.reload()
            exchange = window.answered(0)
            assert ZH.source_removed in exchange.inner_text()
            exchange.locator(".y-card[data-kind=citation]").click()
            page.wait_for_selector("#source .y-warning")
            assert "塔高32米" not in page.inner_text("#source")
        finally:
            running.close()


def test_what_is_said_of_an_answer_is_kept_and_may_be_changed(
    opened: Opened, server: Server, library: Library, answered: Answer
) -> None:
    window = opened(server.url, PHONE)
    page = window.page
    before = len(read(library))
    exchange = window.ask(answered.question)
    box = exchange.locator(".y-feedback")
    assert not box.locator(".y-reason").is_visible()

    def say(words: str, box: Any = box) -> None:
        box.get_by_role("button", name=words, exact=True).click()
        box.locator("[aria-pressed=true]", has_text=words).wait_for()
        assert box.locator("[aria-pressed=true]").count() == 1
        assert box.locator(".y-receipt").inner_text() == ZH.feedback_stored

    say(ZH.feedback_right)
    assert [(f.asked, f.verdict, f.text) for f in read(library)[before:]] == [
        (answered.question, "right", answered.text)
    ]
    say(ZH.feedback_wrong)
    reason = '"<b>不是</b>'
    box.locator(".y-reason").fill(reason)
    box.locator(".y-reason").press("Enter")
    page.wait_for_function("document.querySelector('.y-receipt').textContent !== '…'")
    assert window.overflow() <= 0
    (given,) = read(library)[before:]
    assert (given.verdict, given.reason) == ("wrong", reason)
    # Another question draws the conversation anew; what was said stays marked, and what follows has its history.
    second = window.ask(UNANSWERABLE).locator(".y-feedback")
    assert box.locator("[aria-pressed=true]").inner_text() == ZH.feedback_wrong
    say(ZH.feedback_right_to_refuse, second)
    refused = read(library)[-1]
    assert (refused.asked, refused.verdict, refused.abstained) == (UNANSWERABLE, "right", True)
    assert refused.history == (answered.question,)
    # An answer of a conversation that is opened again can still be judged.
    page.reload()
    say(ZH.feedback_right, window.answered(0).locator(".y-feedback"))
    assert read(library)[before].verdict == "right"


def test_the_browser_decides_the_language_and_the_person_over_it(opened: Opened, server: Server) -> None:
    window = opened(server.url, locale="en-GB", color_scheme="light")
    page = window.page
    assert EN.ready_heading in page.inner_text(".y-welcome")
    assert page.inner_text("#send") == EN.send
    assert page.get_attribute("#question textarea", "placeholder") == EN.question_placeholder
    assert page.evaluate("document.documentElement.lang") == "en"
    page.click("[data-language=zh]")
    page.wait_for_function("wanted => document.querySelector('#send')?.textContent.trim() === wanted", arg=ZH.send)
    page.wait_for_selector(".y-welcome")
    assert ZH.ready_heading in page.inner_text(".y-welcome")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert not page.evaluate("document.body.classList.contains('dark')")
    page.click(".y-tool[data-theme]")
    assert page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.wait_for_selector(".y-welcome")
    assert page.evaluate("document.body.classList.contains('dark')")
    dark = opened(server.url, color_scheme="dark")
    assert dark.page.evaluate("document.body.classList.contains('dark')")


def test_the_keys(opened: Opened, server: Server) -> None:
    window = opened(server.url)
    page = window.page
    page.click(".y-welcome h2")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.closest('#question') !== null")
    assert page.input_value("#question textarea") == ""
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    assert page.input_value("#question textarea") == "第一行\n第二行"
    # An Enter that chooses a word of an input method sends nothing.
    page.evaluate(
        "document.querySelector('#question textarea').dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    page.wait_for_timeout(500)
    assert page.locator(".y-exchange").count() == 0
    page.keyboard.press("Enter")
    window.answered(0)


@pytest.mark.slow
def test_markup_from_documents_names_and_questions_stays_text(opened: Opened, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        library.add_bytes(ATTACK.encode(), ATTACK_NAME)
        running = Server(library.folder)
    try:
        window = opened(running.url)
        page = window.page
        exchange = window.ask("<b>黑石灯塔</b>于哪天正式点亮？<script>window.hacked=1</script>")
        assert "<b>黑石灯塔</b>" in exchange.locator(".y-asked").inner_text()
        exchange.locator(".y-card").first.click()
        page.wait_for_function("document.querySelector('#source').innerText.includes('<script>')")
        page.wait_for_timeout(300)
        assert page.evaluate("window.hacked") is None
        assert page.locator("#columns script, #columns img").count() == 0
        response = page.request.get(f"{running.url}original/{library_document(running.folder)}")
        assert response.headers["content-type"].startswith("text/plain")
        assert "sandbox" in response.headers["content-security-policy"]
    finally:
        running.close()


def library_document(folder: Path) -> str:
    with Library.open(folder) as library:
        return library.documents()[0].id


@pytest.mark.slow
def test_samples_are_offered_where_there_is_nothing(opened: Opened, tmp_path: Path) -> None:
    running = Server(tmp_path / "library")
    try:
        page = opened(running.url).page
        page.click("#samples")
        page.wait_for_selector(".y-additions .y-close", timeout=4 * WAIT)  # loading the model, and 112 passages
        assert page.locator(".y-additions li.y-added").count() == 5
        page.wait_for_selector("#offers .y-chip")
    finally:
        running.close()


def test_a_phone_shows_everything_within_its_width(opened: Opened, server: Server, answered: Answer) -> None:
    window = opened(server.url, PHONE)
    page = window.page
    assert window.overflow() <= 0
    exchange = window.ask(answered.question)
    assert window.overflow() <= 0
    exchange.locator(".y-card[data-kind=citation]").first.click()
    mark = page.locator("#source mark")
    mark.wait_for()
    page.wait_for_timeout(400)  # the sheet slides in
    box = mark.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert 0 <= box["y"] <= PHONE["height"]
    assert window.overflow() <= 0
    page.click("#source .y-close")
    page.click(".y-menu")
    page.wait_for_timeout(400)
    assert page.locator(".y-conversation").first.is_visible()
    page.click("#sidebar .y-close")
    send = page.locator("#send").bounding_box()
    assert send is not None
    assert send["x"] + send["width"] <= PHONE["width"]
    assert send["y"] + send["height"] <= PHONE["height"]


def test_on_a_phone_the_header_holds_its_links_on_every_page(opened: Opened, server: Server) -> None:
    page = opened(server.url, PHONE).page
    links = page.locator(".y-header:visible .y-pages a")
    for number in range(links.count()):
        links.nth(number).click()
        page.wait_for_selector(f".y-header:visible .y-pages a:nth-child({number + 1})[aria-current]")
        header = page.locator(".y-header:visible").bounding_box()
        boxes = [link.bounding_box() for link in links.all()]
        assert len(boxes) == 3
        assert all(box["y"] + box["height"] <= header["y"] + header["height"] for box in boxes)


def test_what_is_kept_is_what_was_shown(opened: Opened, server: Server, library: Library, answered: Answer) -> None:
    window = opened(server.url)
    window.ask(answered.question)
    owner = next(c["value"] for c in window.page.context.cookies() if c["name"] == "yinda_owner")
    with Conversations(library.folder) as conversations:
        (conversation,) = conversations.list(owner)
        (exchange,) = conversations.exchanges(owner, conversation.id)
    assert exchange.answer is not None
    kept = [c.to_dict() for c in exchange.answer.citations]
    assert [c["quote"] for c in kept] == [c.quote for c in answered.citations]
    assert json.dumps(kept, ensure_ascii=False)


@pytest.mark.slow
def test_a_pdf_is_shown_as_its_page_with_the_words_boxed(opened: Opened, tmp_path: Path) -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab is not installed")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = tmp_path / "公告.pdf"
    drawn = canvas.Canvas(str(file))
    for page in ("白石镇公告", "白石灯塔于1987年6月2日正式点亮，塔高32米。"):
        drawn.setFont("STSong-Light", 16)
        drawn.drawString(72, 500, page)
        drawn.showPage()
    drawn.save()
    with Library.open(tmp_path / "library") as library:
        library.add(file)
        quote = ask(LIGHTHOUSE, library=library).citations[0]
        running = Server(library.folder)
    try:
        window = opened(running.url)
        page = window.page
        exchange = window.ask(LIGHTHOUSE)
        assert ZH.page.format(page=quote.page) in exchange.locator(".y-card").first.inner_text()
        image = page.locator("#source .y-page img")
        image.wait_for()
        page.wait_for_function("document.querySelector('#source .y-page img').naturalWidth > 500")
        box, picture = page.locator("#source .y-page i").bounding_box(), image.bounding_box()
        assert box is not None
        assert picture is not None
        assert picture["x"] <= box["x"] < box["x"] + box["width"] <= picture["x"] + picture["width"]
        # 500 points above the foot of a page of 842, and as wide as the quote is of the line.
        assert abs((box["y"] - picture["y"]) / picture["height"] - (842 - 500) / 842) < 0.04
        page.click("#source [data-view=text]")
        assert page.locator("#source .y-text mark").inner_text() == quote.quote
    finally:
        running.close()
