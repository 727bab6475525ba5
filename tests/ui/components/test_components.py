"""What the window shows, as HTML."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Addition, CatalogueEntry, Document, Hit, Passage
from qa.conversations import Conversation, Exchange, KeptAlternative, KeptAnswer, KeptCitation, KeptPassage
from ui.components import answer as parts
from ui.components import feedback, marks
from ui.components.documents import additions
from ui.components.header import header
from ui.components.sidebar import sidebar
from ui.components.source import Around, kept_source, no_source, source
from ui.place import Place
from ui.texts import EN, ZH, Texts

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


def kept(text: str, start: int = 0, **more: object) -> KeptPassage:
    values: dict[str, object] = {
        "document_id": "d1",
        "title": "标题",
        "organisation": None,
        "date": "2024-03-05",
        "source": None,
        "sha256": "f00",
        "path": None,
        "file": "文.txt",
        "media_type": "text/plain",
        "heading_path": ("标题",),
        "page": None,
        "start": start,
        "end": start + len(text),
        "text": text,
    }
    return KeptPassage(**{**values, **more})  # type: ignore[arg-type]


def cited(before: str, quote: str, after: str, **more: object) -> KeptCitation:
    passage = kept(before + quote + after, **more)
    start = passage.start + len(before)
    return KeptCitation(passage, quote, start, start + len(quote))


def answer(*citations: KeptCitation, **more: object) -> KeptAnswer:
    text = "；".join(citation.quote for citation in citations)
    return dataclasses.replace(KeptAnswer(text, False, 0.9, "问题？", citations), **more)  # type: ignore[arg-type]


def asked(answer: KeptAnswer | None, **more: object) -> Exchange:
    return dataclasses.replace(Exchange.new("问题？"), question="问题？", answer=answer, **more)  # type: ignore[arg-type]


def entry(sha256: str = "f00", title: str = "标题") -> CatalogueEntry:
    values = {field.name: None for field in dataclasses.fields(CatalogueEntry)}
    return CatalogueEntry(**{**values, "id": "d1", "title": title, "sha256": sha256})  # type: ignore[arg-type]


@given(spans())
def test_marked_text_is_the_text_with_the_span_marked(case: tuple[str, int, int]) -> None:
    text, start, end = case
    read = Reader(marks.marked(text, start, end))
    assert read.text == text
    assert read.marked == text[start:end]


@given(spans(), st.integers(0, 20))
def test_an_excerpt_is_a_part_of_the_text_that_holds_the_whole_quote(case: tuple[str, int, int], around: int) -> None:
    text, start, end = case
    first, last = marks.window(text, start, end, around)
    assert 0 <= first <= start <= end <= last <= len(text)
    assert start - first <= around
    assert last - end <= around
    assert Reader(marks.excerpt(text, start, end, around)).marked == text[start:end]


@given(TEXTS, st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=4))
def test_emphasis_changes_no_text(text: str, pieces: list[tuple[int, int]]) -> None:
    assert Reader(marks.emphasised(text, pieces)).text == text


@given(TEXTS, TEXTS, TEXTS.filter(bool), TEXTS, TEXTS, st.lists(st.integers(0, 300), max_size=5))
def test_the_source_shows_the_whole_document_and_marks_exactly_the_passage_and_the_quote(
    lead: str, before: str, quote: str, after: str, rest: str, headings: list[int]
) -> None:
    text = lead + before + quote + after + rest
    document = Document("d1", "标题", text)
    start = len(lead + before)
    passage = (len(lead), len(lead + before + quote + after))
    under = [
        Passage(i, "d1", i, offset, offset + 1, "", ("章", f"节{i}"))
        for i, offset in enumerate(sorted(o for o in headings if o < len(text)))
    ]
    html = source(document, under, "库", ZH, passage=passage, quote=(start, start + len(quote)))
    read = Reader(html)
    assert read.passage == text[slice(*passage)]
    assert read.marked == quote
    assert text in read.text


def test_a_long_document_is_shown_around_the_quote() -> None:
    text = "长" * 300_000 + "答案" + "长" * 300_000
    html = source(Document("d1", "长", text), [], "库", ZH, quote=(300_000, 300_002))
    read = Reader(html)
    assert read.marked == "答案"
    assert len(read.text) < 210_000
    assert ZH.shown_in_part in read.text


def test_the_outline_leads_to_where_each_heading_begins() -> None:
    text = "第一章 甲\n正文\n第二章 乙\n正文"
    second = text.index("第二章")
    under = [
        Passage(1, "d1", 0, 0, 8, "", ("第一章 甲",)),
        Passage(2, "d1", 1, second, len(text), "", ("第二章 乙",)),
    ]
    html = source(Document("d1", "标题", text), under, "库", ZH, quote=(second + 7, second + 9))
    read = Reader(html)
    assert f'data-goto="{second}"' in html
    assert f'data-at="{second}"' in html
    assert html.index("aria-current") > html.index("第一章 甲</button>")
    assert "第二章 乙" in read.text


def test_citations_are_gone_through_one_by_one() -> None:
    html = source(Document("d1", "标题", "正文"), [], "库", ZH, around=Around("x", "citation", 0, 3))
    assert 'data-place="1"' in html
    assert html.count("disabled") == 1
    assert "1 / 3" in html


def test_an_excerpt_keeps_to_its_sentence() -> None:
    text = "第一句。大桥全长1268米，2021年通车。第三句。"
    start = text.index("1268米")
    assert marks.excerpt(text, start, start + 5) == "大桥全长<mark>1268米</mark>，2021年通车。"


def test_a_cut_sentence_shows_that_it_is_cut() -> None:
    text = "长" * 100 + "答案" + "长" * 100
    assert marks.excerpt(text, 100, 102, 5) == "…长长长长长<mark>答案</mark>长长长长长…"


def test_the_parts_of_a_list_are_listed_each_with_its_citations() -> None:
    three = answer(cited("一、", "修桥；铺路", ""), cited("二、", "植树", "", start=50))
    assert parts.parts(three) == [("修桥；铺路", [0]), ("植树", [1])]
    html = parts.answer("x", three, {"d1": entry()}, ZH)
    assert html.count("<li>") == 2
    again = dataclasses.replace(answer(cited("", "6%", "")), citations=(cited("", "6%", ""), cited("增", "6%", "")))
    assert parts.parts(again) == [("6%", [0, 1])]
    assert "<ol" not in parts.answer("x", again, {"d1": entry()}, ZH)


def test_what_the_documents_say_differently_stands_side_by_side_with_its_dates() -> None:
    other = KeptAlternative("7%", 0.8, cited("增长", "7%", "", date="2022", document_id="d2"))
    html = parts.answer("x", answer(cited("增长", "6%", ""), disagreements=(other,)), {}, ZH)
    read = Reader(html)
    assert html.count('class="y-side"') == 2
    assert "2024-03-05" in read.text
    assert "2022" in read.text
    assert ZH.disagree in read.text


@pytest.mark.parametrize(
    ("held", "told"),
    [({"d1": entry()}, ""), ({"d1": entry("other")}, ZH.source_changed), ({}, ZH.source_removed)],
)
def test_a_citation_says_when_its_source_has_changed(held: dict[str, CatalogueEntry], told: str) -> None:
    read = Reader(parts.conversation([asked(answer(cited("增长", "6%", "")))], held, ZH))
    assert (ZH.source_changed in read.text, ZH.source_removed in read.text) == (
        told == ZH.source_changed,
        told == ZH.source_removed,
    )


def test_what_was_understood_is_shown_where_it_differs_from_what_was_asked() -> None:
    one = dataclasses.replace(Exchange.new("总投资呢？"), question="大桥总投资呢？", carried=((0, 2),), answer=answer())
    html = parts.conversation([one], {}, ZH)
    assert "<em>大桥</em>" in html
    assert ZH.understood in html
    assert ZH.understood not in parts.conversation([dataclasses.replace(one, question="总投资呢？")], {}, ZH)
    within = parts.conversation([dataclasses.replace(one, within=("<b>公报",))], {}, ZH)
    assert "接着问《&lt;b&gt;公报》" in within


def test_conversations_are_listed_by_day_and_the_open_one_is_marked() -> None:
    now = datetime(2026, 3, 5, 12, tzinfo=UTC)
    rows = [
        Conversation("a", "甲", "2026-03-05T09:00:00+00:00", "2026-03-05T09:00:00+00:00", 1),
        Conversation("b", "乙", "2026-03-04T09:00:00+00:00", "2026-03-04T09:00:00+00:00", 2),
        Conversation("c", "", "2025-03-04T09:00:00+00:00", "2025-03-04T09:00:00+00:00", 2),
    ]
    html = sidebar(rows, Place("库", "b"), ZH, now=now)
    text = Reader(html).text
    assert (
        text.index(ZH.today) < text.index("甲") < text.index(ZH.yesterday) < text.index("乙") < text.index(ZH.earlier)
    )
    assert ZH.untitled_conversation in text
    assert html.count("aria-current") == 1


def everything(nasty: str) -> list[str]:
    citation = cited(nasty, nasty, nasty, title=nasty, organisation=nasty, heading_path=(nasty,))
    full = answer(
        citation,
        question=nasty + "？",
        alternatives=(KeptAlternative(nasty, 0.3, citation),),
        disagreements=(KeptAlternative(nasty, 0.7, citation),),
        nearest=(citation.passage,),
    )
    texts = dataclasses.replace(
        ZH, feedback_right=nasty, feedback_label=nasty, reason_label=nasty, reason_send=nasty, feedback_has_answer=nasty
    )
    one = dataclasses.replace(
        Exchange.new(nasty, {"organisation": nasty, "documents": ["d1", nasty], "since": nasty}),
        question=nasty + "？",
        carried=((0, 3),),
    )
    exchanges = [
        dataclasses.replace(one, answer=full),
        dataclasses.replace(one, answer=dataclasses.replace(full, disagreements=())),
        dataclasses.replace(one, answer=dataclasses.replace(full, abstained=True)),
        dataclasses.replace(one, error=nasty, hint=nasty),
    ]
    passage = Passage(1, "d1", 0, 0, len(nasty), nasty, (nasty,))
    document = Document("d1", nasty, nasty, organisation=nasty, source=nasty, date=nasty)
    talk = Conversation(nasty, nasty, "2026-03-05T09:00:00+00:00", "2026-03-05T09:00:00+00:00", 1)
    return [
        parts.conversation(exchanges, {"d1": entry(title=nasty)}, ZH),
        parts.conversation(exchanges[:1], {}, EN, working={exchanges[0].id: parts.working(nasty, [], ZH)}),
        parts.working(nasty, [Hit(passage, 0.8, title=nasty, date=nasty, organisation=nasty)], ZH),
        parts.offers([nasty], nasty),
        source(document, [passage] * 2, nasty, ZH, passage=(0, len(nasty)), quote=(1, len(nasty))),
        kept_source(citation.passage, (citation.start, citation.end), False, ZH),
        kept_source(citation.passage, (citation.start, citation.end), True, ZH),
        additions([Addition(nasty, "failed", reason=nasty, hint=nasty)], 2, nasty, ZH),
        no_source(nasty, ZH),
        sidebar([talk], Place(nasty, nasty), ZH, search=nasty),
        header([nasty, "b"], nasty, "", ZH, [(nasty, nasty)]),
        feedback.buttons(nasty, False, texts),
        feedback.buttons(nasty, True, texts),
        feedback.receipt(nasty, nasty, nasty, kept=False),
    ]


@pytest.mark.parametrize("texts", [ZH, EN], ids=["zh", "en"])
def test_both_languages_fill_in_the_same_values(texts: Texts) -> None:
    for field in dataclasses.fields(Texts):
        ours, theirs = getattr(texts, field.name), getattr(ZH, field.name)
        assert ours.strip(), field.name
        assert sorted(part.split("}")[0] for part in ours.split("{")[1:]) == sorted(
            part.split("}")[0] for part in theirs.split("{")[1:]
        ), field.name


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
    html = parts.answer("x", answer(cited("大桥全长", "1268米", "。", title="公报", page=7)), {"d1": entry()}, ZH)
    read = Reader(html)
    assert read.marked == "1268米"
    for part in ("[1]", "公报", "2024-03-05", "大桥全长1268米。", "第 7 页", ZH.confidence_high, "90%"):
        assert part in read.text


def test_an_abstention_offers_the_nearest_passages_and_no_answer() -> None:
    abstained = answer(text="", abstained=True, confidence=0.1, nearest=(kept("大桥全长1268米。"),))
    read = Reader(parts.answer("x", abstained, {"d1": entry()}, ZH))
    assert ZH.abstained in read.text
    assert "大桥全长1268米。" in read.text
    assert read.marked == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.97, ZH.confidence_high), (0.6, ZH.confidence_middle), (0.2, ZH.confidence_low), (1.7, "100%")],
)
def test_confidence_is_told_in_words(value: float, words: str) -> None:
    assert words in Reader(parts.confidence(value, ZH)).text


def test_an_addition_is_told_with_reason_and_hint() -> None:
    done = [
        Addition("甲.txt", "added", passages=3),
        Addition("a/b/乙.md", "unchanged"),
        Addition("丙.bin", "failed", reason="不是文本", hint="换一个"),
    ]
    text = Reader(additions(done, 3, "", ZH)).text
    for part in ("甲.txt", "3 段", "乙.md", ZH.unchanged, "丙.bin", "不是文本", "换一个"):
        assert part in text
    assert "a/b" not in text
