"""What holds for every document: nothing is lost, nothing overlaps, and the encoding makes no difference."""

from __future__ import annotations

import codecs

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.documents import ParsedDocument, parse
from qa.documents.passages import LIMIT, split
from qa.text.sentences import split_sentences

SIMPLIFIED = [
    "全年实现地区生产总值317.2亿元（不含开发区），增长3.2%。",
    "我们坚持以人民为中心的发展思想，全力改善民生！",
    "新增就业1.1万人；“干部敢为！企业敢干！”的局面已经形成。",
    "这是为什么？因为他说：“好。”",
    "完成投资３．６亿元",
    "See section 3.2 of the report. It ends here.",
    "😀👍🏽 表情也是内容",
    "零\u200b宽\u200d字符\ufeff在词里",
    "\t制表\t分栏\t",
    "第十二条规定的情形除外",
    "a" * 700,
    "很长而没有句号的一句话，" * 60,
    "没有任何标点的长句" * 80,
    "　　首行缩进的段落，说的是同一件事。",
    "\u200b",
    "||||",
    "。",
]
TRADITIONAL = [
    "本條例自公布日施行，由主管機關解釋。",
    "臺灣的經濟發展與世界各國有關，我們應該瞭解！",
    "學校於民國一百零二年設立，學生共有三千人；校長是誰？",
    "說明書共有3.5頁，增加了12.4%",
]
HEADINGS = [
    "一、2022年工作回顾",
    "二、工作安排",
    "（一）坚定不移加快产业转型",
    "(二)坚持不懈狠抓项目建设,构筑新支撑",
    "1.推进改革",
    "2、扩大开放",
    "（1）细目",
    "1.1 范围",
    "第一章　总　则",
    "第二节 一般规定",
    "第三条 本办法适用于全市。",
    "# 标题",
    "## 小标题 ##",
    "附件",
    "2024年工作回顾",
    "一是聚焦转型",
    "（三）稳中求进。全年增长百分之五，好于预期，群众满意。",
]
EDGES = [
    "首页 | 网站声明 | 联系我们",
    "当前位置:首页 > 新闻",
    "主办:某市人民政府 承办:某中心",
    "版权所有 某单位",
    "打印 关闭",
]
BREAKS = ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\n\n\n"]


@st.composite
def documents(draw: st.DrawFn, sentences: list[str], anything: bool = True) -> str:
    """A text of lines of every kind, with one kind of line break or several."""
    pieces = st.lists(st.sampled_from(sentences), min_size=1, max_size=12).map("".join)
    kinds = [pieces, pieces, st.sampled_from(HEADINGS + EDGES)] if anything else [pieces]
    if anything:
        characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")
        kinds.append(st.text(characters, max_size=40))
    lines = draw(st.lists(st.one_of(kinds), min_size=1, max_size=14))
    breaks = draw(st.lists(st.sampled_from(BREAKS), min_size=len(lines), max_size=len(lines)))
    return sentences[0] + "".join(b + line for b, line in zip(breaks, lines, strict=True))


def assert_complete(document: ParsedDocument) -> None:
    """Every character that is not whitespace is in exactly one passage or in the boilerplate."""
    spans = sorted([(p.start, p.end) for p in document.passages] + list(document.boilerplate))
    assert [(p.start, p.end) for p in document.passages] == sorted((p.start, p.end) for p in document.passages)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not document.text[position:start].strip(), document.text[position:start]
        position = end
    assert not document.text[position:].strip()
    for passage in document.passages:
        quote = document.text[passage.start : passage.end]
        assert quote == quote.strip() != ""
        assert len(quote) <= LIMIT
        assert all(h == h.strip() != "" for h in passage.heading_path)


quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(documents(SIMPLIFIED), st.sampled_from(["a.txt", "a.md"]))
def test_nothing_is_lost(text: str, name: str) -> None:
    document = parse(text.encode(), name)
    assert document.text == text
    assert_complete(document)
    assert document == parse(text.encode(), name)


@quick
@given(documents(SIMPLIFIED))
def test_html_and_markdown_keep_every_visible_word(text: str) -> None:
    page = "<p>" + "</p><p>".join(text.replace("&", "&amp;").replace("<", "&lt;").splitlines()) + "</p>"
    document = parse(page.encode(), "a.html")
    assert_complete(document)
    assert "".join(document.text.split()) == "".join(text.split())


@quick
@given(
    documents(SIMPLIFIED, anything=False),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]),
)
def test_the_encoding_makes_no_difference(text: str, encoding: str) -> None:
    document = parse(text.encode(), "a.txt")
    assert parse(text.encode(encoding), "a.txt") == document


@quick
@given(documents(TRADITIONAL, anything=False), st.sampled_from(["big5", "gb18030", "utf-16"]))
def test_traditional_text_is_read_in_its_encodings(text: str, encoding: str) -> None:
    assert parse(text.encode(encoding), "a.txt") == parse(text.encode(), "a.txt")


@quick
@given(documents(SIMPLIFIED), st.integers(0, 30), st.integers(0, 30))
def test_sentences_cover_the_text(text: str, front: int, back: int) -> None:
    start, end = min(front, len(text)), max(front, len(text) - back)
    spans = split_sentences(text, start, end)
    position = start
    for a, b in spans:
        assert position <= a < b <= end
        assert not text[position:a].strip()
        assert text[a:b] == text[a:b].strip()
        position = b
    assert not text[position:end].strip()


@quick
@given(documents(SIMPLIFIED))
def test_pieces_are_even(text: str) -> None:
    span = len(text) - len(text.lstrip()), len(text.rstrip())
    pieces = split(text, *span)
    assert all(b - a <= LIMIT for a, b in pieces)
    assert "".join("".join(text[a:b] for a, b in pieces).split()) == "".join(text.split())


@given(st.integers(300, 2500))
@settings(max_examples=40, deadline=None)
def test_a_long_paragraph_leaves_no_crumbs(length: int) -> None:
    text = ("今年继续推进改革开放，努力实现发展目标。" * 200)[:length]
    sizes = [b - a for a, b in split(text, 0, len(text))]
    assert sum(sizes) == length
    assert len(sizes) == 1 or min(sizes) >= 160


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_in_one_line(data: bytes) -> None:
    from qa.errors import DocumentError

    for name in ("a.txt", "a.md", "a.html", "a.csv", "a.docx", "a.xlsx", "a.pptx", "a.pdf"):
        problem: DocumentError | None = None
        try:
            assert_complete(parse(data, name))
        except DocumentError as error:
            problem = error
        assert problem is None or (problem.hint and "\n" not in str(problem))


def test_byte_order_mark_is_not_text() -> None:
    text = "一、总则\r\n本办法适用于全市。"
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        assert parse(mark + text.encode(encoding), "a.txt").text == text
