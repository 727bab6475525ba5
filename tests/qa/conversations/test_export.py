"""Conversations as Markdown: a Markdown parser sees our markup, and texts of others as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from kept_samples import answer, answers, citation, citations, exchange, exchanges, passage, texts
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa import LibraryError
from qa.conversations import (
    Conversation,
    Exchange,
    KeptAlternative,
    KeptAnswer,
    KeptCitation,
    as_markdown,
    write_markdown,
)

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
CONVERSATION = Conversation("0123456789abcdef", "大桥", "2024-05-01T08:00:00+00:00", "2024-05-02T08:00:00+00:00", 1)
OURS = {"heading", "paragraph", "blockquote", "text", "softbreak", "hardbreak", "strong", "inline", "html_inline"}


def tokens(markdown: str) -> Iterator[Token]:
    for token in MARKDOWN.parse(markdown):
        yield from token.children or [token]


def bare(text: str) -> str:
    """Text without space, controls and half characters, which are shown as spaces or "?"."""
    text = text.encode("utf-8", "replace").decode()
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", "", text)


def in_bold(markdown: str) -> list[str]:
    """The text of each block quote's bold parts, joined."""
    found: list[str] = []
    quoted = bold = False
    for token in tokens(markdown):
        if token.type == "blockquote_open":
            found.append("")
        quoted = (quoted or token.type == "blockquote_open") and token.type != "blockquote_close"
        if token.type in ("strong_open", "strong_close") or token.content in ("<strong>", "</strong>"):
            bold = not bold
        elif bold and quoted:
            found[-1] += token.content
    return [bare(each) for each in found]


def shown(markdown: str) -> str:
    return bare("".join(token.content for token in tokens(markdown) if token.type == "text"))


def test_a_conversation_in_both_languages() -> None:
    refusal = replace(answer(), text="", abstained=True, citations=(), nearest=(passage(), passage("泳池。")))
    put = [
        replace(exchange(), options={"since": "2023", "documents": ["d1", "d2"], "until": None}),
        exchange("e2", "谁修的？", refusal),
        Exchange("e3", "", "？", error="坏了", hint="再试"),
    ]
    assert as_markdown(CONVERSATION, put) == (
        """# 大桥

3 个问题，2024-05-02 08:00（UTC）

## 1. 多长？

理解为：青石大桥全长多少米？

范围：since = 2023; documents = d1, d2

**1268米**

可信度 90%

> 青石大桥全长**1268米**，总投资3.2亿元。
>
> — 《青石镇公报》，青石镇人民政府，2023-02，一、建设 › （一）桥梁，第3页

## 2. 谁修的？

理解为：青石大桥全长多少米？

**没有在文档里找到这个问题的答案。**

最接近的段落：

> 青石大桥全长1268米，总投资3.2亿元。
>
> — 《青石镇公报》，青石镇人民政府，2023-02，一、建设 › （一）桥梁，第3页

> 泳池。
>
> — 《青石镇公报》，青石镇人民政府，2023-02，一、建设 › （一）桥梁，第3页

## 3. ？

没有答成：坏了 — 再试
"""
    )
    english = as_markdown(CONVERSATION, put, "en")
    for words in ("Understood as: ", "confidence 90%", "do not answer this", "page 3", "Not answered: 坏了"):
        assert words in english


def test_what_other_documents_say_is_shown() -> None:
    other = KeptAlternative("3.2亿元", 0.5, citation("3.2亿元"))
    markdown = as_markdown(CONVERSATION, [exchange(given=replace(answer(), disagreements=(other,)))])
    assert in_bold(markdown) == ["1268米", "3.2亿元"]
    assert "不同的说法" in markdown


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("大桥（引桥）长。", "（引桥）"),
        ("价格是“三元”左右", "“三元”"),
        ("a*b*c", "*b*"),
        ("一\n\n二三\n四", "一\n\n二三\n四"),
        ("    # 标题\n- 列\n1. 二\n> 三\n---\n===\n| a | b |\n|---|---|", "列\n1. 二"),
        ("<b>粗</b> &amp; ![图](x) [链](y) `码` ~~删~~ http://a.b <http://a.b>", "[链](y)"),
        ("尾\\", "\\"),
        ("\t```\n码\n```", "码"),
        ("+5€和-3", "€"),
        ("1", "1"),
    ],
)
def test_markup_in_texts_is_text(text: str, quote: str) -> None:
    hostile = passage(text, title=text, organisation=text, heading_path=(text,))
    given = replace(answer(), text=quote, question=text, citations=(citation(quote, hostile),), nearest=())
    check(replace(CONVERSATION, title=text), [Exchange("e", "", text, text, (), given, options={text: text})])


@settings(deadline=None)
@given(texts, exchanges)
def test_texts_are_text(title: str, exchange: Exchange) -> None:
    check(replace(CONVERSATION, title=title), [exchange])


@settings(deadline=None)
@given(citations())
def test_every_quote_is_in_bold(cited: KeptCitation) -> None:
    given = replace(answer(), citations=(cited,))
    assert in_bold(as_markdown(CONVERSATION, [exchange(given=given)])) == [bare(cited.quote)]


@settings(deadline=None)
@given(answers)
def test_it_is_the_same_each_time_and_can_be_written(kept: KeptAnswer) -> None:
    put = [exchange(given=kept)]
    markdown = as_markdown(CONVERSATION, put)
    assert markdown == as_markdown(CONVERSATION, put)
    markdown.encode()


def check(conversation: Conversation, put: Sequence[Exchange]) -> None:
    markdown = as_markdown(conversation, put)
    found = list(tokens(markdown))
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in found}
    assert kinds <= OURS
    assert {token.content for token in found if token.type == "html_inline"} <= {"<strong>", "</strong>"}
    assert [token.tag for token in found if token.type == "heading_open"] == ["h1"] + ["h2"] * len(put)
    text = shown(markdown)
    for each in put:
        parts = [conversation.title, each.asked, each.error]
        if each.answer is not None and not each.answer.abstained:
            parts.append(each.answer.text)
            for cited in each.answer.citations:
                parts += [cited.passage.text, cited.passage.title, *cited.passage.heading_path]
        for part in parts:
            assert bare(part) in text


def test_files_have_the_name_of_the_title(tmp_path: Path) -> None:
    put = [exchange(asked="多长？\ud800")]
    path = write_markdown(tmp_path / "new" / "folder", CONVERSATION, put)
    assert path.name == "大桥-01234567.md"
    assert path.read_text("utf-8") == as_markdown(CONVERSATION, put)
    for title, name in (
        ("../../a b/", "a-b-01234567.md"),
        ("", "01234567.md"),
        ("长" * 200, "长" * 40 + "-01234567.md"),
    ):
        assert write_markdown(tmp_path, replace(CONVERSATION, title=title), put).name == name
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="cannot be written") as caught:
        write_markdown(tmp_path / "file", CONVERSATION, put)
    assert caught.value.hint
