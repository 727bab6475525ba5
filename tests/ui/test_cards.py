"""What the window shows of an answer, as HTML."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Addition, Alternative, Answer, Citation, Document, Hit, Passage
from ui import cards, feedback
from ui.conversation import Exchange
from ui.text import ZH

NASTY = '<script>alert(1)</script><img src=x onerror="alert(1)">&amp;\'"`${1}{{2}}'
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=60) | st.text(
    "银行。\n<>&\"'abc", max_size=60
)


class Reader(HTMLParser):
    """Text, the text within marks, and the tags of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.marked, self.passage = "", "", ""
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.values: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.values += [value or "" for _, value in attrs]
        self._open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if any(tag == "mark" for tag, _ in self._open):
            self.marked += data
        if any(name == "y-passage" for _, name in self._open):
            self.passage += data


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text)))
    return text, start, draw(st.integers(start, len(text)))


def document(text: str = "标题\n\n正文。", title: str = "标题", **more: str) -> Document:
    return Document("d1", title, text, **more)


def cited(before: str, quote: str, after: str, title: str = "标题", lead: str = "") -> Citation:
    text = before + quote + after
    whole = document(lead + text, title, organisation=title, date="2024-03-05")
    passage = Passage(1, "d1", 0, len(lead), len(lead + text), text, (title,))
    start = len(lead + before)
    return Citation(quote, start, start + len(quote), whole, passage)


def answer(citation: Citation, **more: object) -> Answer:
    one = Answer(citation.quote, (citation,), 0.9, False, "问题？", (), (Hit(citation.passage, 0.8),))
    return dataclasses.replace(one, **more)  # type: ignore[arg-type]


@given(spans())
def test_marked_text_is_the_text_with_the_span_marked(case: tuple[str, int, int]) -> None:
    text, start, end = case
    read = Reader(cards.marked(text, start, end))
    assert read.text == text
    assert read.marked == text[start:end]


@given(spans(), st.integers(0, 20))
def test_an_excerpt_is_a_part_of_the_text_that_holds_the_whole_quote(case: tuple[str, int, int], around: int) -> None:
    text, start, end = case
    first, last = cards.window(text, start, end, around)
    assert 0 <= first <= start <= end <= last <= len(text)
    assert start - first <= around
    assert last - end <= around
    assert Reader(cards.excerpt(text, start, end, around)).marked == text[start:end]


@given(TEXTS, TEXTS.filter(bool), TEXTS, TEXTS)
def test_the_source_shows_the_whole_passage_and_marks_exactly_the_quote(
    before: str, quote: str, after: str, lead: str
) -> None:
    citation = cited(before, quote, after, lead=lead)
    for whole in (False, True):
        html = cards.source(citation.document, citation.passage, (citation.start, citation.end), ZH, whole=whole)
        read = Reader(html)
        assert read.passage == citation.passage.text
        assert read.marked == citation.quote
        assert citation.document.text in read.text


def test_an_excerpt_keeps_to_its_sentence() -> None:
    text = "第一句。大桥全长1268米，2021年通车。第三句。"
    start = text.index("1268米")
    assert cards.excerpt(text, start, start + 5) == "大桥全长<mark>1268米</mark>，2021年通车。"


def test_a_cut_sentence_shows_that_it_is_cut() -> None:
    text = "长" * 100 + "答案" + "长" * 100
    assert cards.excerpt(text, 100, 102, 5) == "…长长长长长<mark>答案</mark>长长长长长…"


def everything(nasty: str) -> list[str]:
    citation = cited(nasty, nasty, nasty, title=nasty)
    full = answer(
        citation,
        question=nasty + "？",
        alternatives=(Alternative(nasty, 0.3, citation),),
    )
    documents = {"d1": citation.document}
    texts = dataclasses.replace(
        ZH, feedback_right=nasty, feedback_label=nasty, reason_label=nasty, reason_send=nasty, feedback_has_answer=nasty
    )
    exchanges = [
        Exchange(nasty, answer=full, documents=documents),
        Exchange(nasty, answer=dataclasses.replace(full, abstained=True), documents=documents),
        Exchange(nasty, status=nasty),
        Exchange(nasty, error=nasty, hint=nasty),
    ]
    return [
        cards.conversation(exchanges, "", ZH),
        cards.conversation([], cards.welcome(1, 2, [nasty], ZH), ZH),
        cards.source(citation.document, citation.passage, (citation.start, citation.end), ZH),
        cards.source(citation.document, None, None, ZH, whole=True),
        cards.document_list([citation.document], {"d1": 3}, ZH),
        cards.additions([Addition(nasty, "failed", reason=nasty, hint=nasty)], 2, nasty, ZH),
        cards.no_source(nasty, ZH),
        feedback.buttons(nasty, False, texts),
        feedback.buttons(nasty, True, texts),
        feedback.receipt(nasty, nasty, nasty, kept=False),
    ]


def nasty_values(read: Reader) -> str:
    return read.text + "".join(read.values)


def test_markup_from_outside_shows_as_text_everywhere() -> None:
    for plain, nasty in zip(everything("普通"), everything(NASTY), strict=True):
        before, after = Reader(plain), Reader(nasty)
        assert after.tags == before.tags
        assert after.attributes == before.attributes
        assert "alert(1)" in nasty_values(after)


@given(TEXTS)
def test_html_stays_well_formed_with_any_text(text: str) -> None:
    for html in everything(text or "字"):
        assert Reader(html)._open == []


def test_an_answer_shows_quote_number_source_and_confidence() -> None:
    html = cards.answer(0, "问题？", answer(cited("大桥全长", "1268米", "。", title="公报")), {}, ZH)
    read = Reader(html)
    assert read.marked == "1268米"
    for part in ("[1]", "公报", "2024-03-05", "大桥全长1268米。", ZH.confidence_high, "90%"):
        assert part in read.text
    assert "理解为" not in read.text


def test_a_question_understood_otherwise_says_so() -> None:
    html = cards.answer(0, "那今年呢？", answer(cited("", "答", ""), question="今年收入是多少？"), {}, ZH)
    assert "理解为：今年收入是多少？" in Reader(html).text


def test_an_abstention_offers_the_nearest_passages_and_no_answer() -> None:
    citation = cited("大桥全长", "1268米", "。")
    abstained = answer(citation, text="", citations=(), abstained=True, confidence=0.1)
    read = Reader(cards.answer(0, "问题？", abstained, {"d1": citation.document}, ZH))
    assert ZH.abstained in read.text
    assert "大桥全长1268米。" in read.text
    assert read.marked == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.97, ZH.confidence_high), (0.6, ZH.confidence_middle), (0.2, ZH.confidence_low), (1.7, "100%")],
)
def test_confidence_is_told_in_words(value: float, words: str) -> None:
    assert words in Reader(cards.confidence(value, ZH)).text


def test_an_addition_is_told_with_reason_and_hint() -> None:
    done = [
        Addition("甲.txt", "added", passages=3),
        Addition("a/b/乙.md", "unchanged"),
        Addition("丙.bin", "failed", reason="不是文本", hint="换一个"),
    ]
    text = Reader(cards.additions(done, 3, "", ZH)).text
    for part in ("甲.txt", "3 段", "乙.md", ZH.unchanged, "丙.bin", "不是文本", "换一个"):
        assert part in text
    assert "a/b" not in text
