"""Markdown, HTML and Word: what is content, what is a heading, what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from qa.documents import MAX_BYTES, SUFFIXES, ParsedDocument, parse, read_file
from qa.errors import DocumentError


def quotes(document: ParsedDocument) -> list[tuple[tuple[str, ...], str]]:
    return [(p.heading_path, document.text[p.start : p.end]) for p in document.passages]


LONG = (
    "这一段话足够长，说的是今年的重点工作安排以及为此需要的资金、人员和时间，也说明了由谁负责、何时完成、如何验收。" * 2
)


def test_markdown() -> None:
    source = (
        "---\ntitle: 工作手册\ndate: 2024年3月5日\n---\n\n# 工作手册\n\n引言。\n\n## 一、**总则**\n\n"
        f"{LONG}\n\n```python\n# 这不是标题\nx = 1\n```\n\n### 细则\n\n"
        "| 项目 | 金额 |\n|---|---|\n| 路灯 | 3.2 |\n\n"
        "小节\n----\n- 第一项\n- 第二项\n"
    )
    document = parse(source.encode(), "手册.md")
    assert document.text == source.replace("| 项目 | 金额 |\n|---|---|\n| 路灯 | 3.2 |", "路灯：金额：3.2")
    assert (document.title, document.date, document.media_type) == ("工作手册", "2024-03-05", "text/markdown")
    assert [source[a:b] for a, b in document.boilerplate] == ["---\ntitle: 工作手册\ndate: 2024年3月5日\n---"]
    paths = dict(quotes(document))
    assert () in paths
    assert paths[("一、总则", "细则")] == "路灯：金额：3.2"
    assert paths[("小节",)] == "小节\n----\n- 第一项\n- 第二项"
    assert any("# 这不是标题" in text for path, text in quotes(document) if path == ("一、总则",))


def test_markdowns_tables_name_their_columns_and_all_else_is_the_source() -> None:
    before = "<!-- 草稿 -->\r\n**各区**如下。\r\n\r\n"
    first = "| 城区 | 收入<br>（亿元） |\r\n| :-- | --: |\r\n| [老城](a.html) | **38.7**万 |\r\n| 东\\|西 | `5` |\r\n"
    between = "\r\n<!-- 第二张 -->\r\n> 引文：\r\n>\r\n"
    second = "> | 年 | 数 |\r\n> | - | - |\r\n> | 2022 | 1 |\r\n"
    after = "\r\n<!-- 完 -->尾声。\r\n"
    document = parse((before + first + between + second + after).encode(), "表.md")
    one = "老城（城区）：收入（亿元）：38.7万\n东|西（城区）：收入（亿元）：5\n"
    two = "2022年：数：1\n"
    assert document.text == before + one + between + two + after
    assert [document.text[a:b] for a, b in document.boilerplate] == ["<!-- 草稿 -->", "<!-- 第二张 -->", "<!-- 完 -->"]
    assert {*one.split("\n"), two.strip()} - {""} <= {text for _, text in quotes(document)}
    # A table with a comment inside stays as it stands.
    source = "| 年 | 数 |\n| - | - |\n| 2022 <!-- ? --> | 1 |\n"
    assert parse(source.encode(), "表.md").text == source


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    source = "---\n没有字段\n---\n正文。"
    assert parse(source.encode(), "a.md").boilerplate == ()


PAGE = f"""<!doctype html><html><head><meta charset="gb2312"><title>安全生产通知_某市人民政府门户网站</title>
<meta name="PubDate" content="2023-05-06 10:11"><meta name="ContentSource" content="某市日报">
<script>var 秘密 = 1;</script><style>p {{ color: red }}</style></head>
<body><nav><a href="/">首页</a> <a href="/b">新闻</a></nav>
<h1>安全生产通知</h1>
<p>各单位：</p><p>{LONG}</p>
<h2>一、范围</h2><p>第一句，<b>强调</b>的内容<br>换行之后。</p><p style="display:none">看不见</p>
<table><tr><th>项目</th><th>金额</th></tr><tr><td>路灯<br>更新</td><td>3.2</td></tr></table>
<h2>二、时间</h2><div>六月&nbsp;底前。</div>
<footer>版权所有：某市人民政府</footer></body></html>"""


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_html(encoding: str) -> None:
    document = parse(PAGE.encode(encoding), "通知.html")
    assert (document.title, document.date, document.source) == ("安全生产通知", "2023-05-06", "某市日报")
    assert "秘密" not in document.text
    assert "看不见" not in document.text
    assert [document.text[a:b] for a, b in document.boilerplate] == ["首页 新闻", "版权所有：某市人民政府"]
    found = quotes(document)
    assert found[0] == ((), f"安全生产通知\n各单位：\n{LONG}")
    assert (("一、范围",), "一、范围\n第一句，强调的内容\n换行之后。") in found
    assert (("一、范围",), "路灯 更新：金额：3.2") in found
    assert found[-1] == (("二、时间",), "二、时间\n六月\xa0底前。")


def test_html_page_laid_out_with_a_table() -> None:
    page = f"<table><tr><td>栏目</td><td><h2>标题</h2><p>{LONG}</p></td></tr></table>"
    assert (("标题",), f"标题\n{LONG}") in quotes(parse(page.encode(), "a.htm"))


def test_html_that_is_only_navigation_keeps_its_text() -> None:
    document = parse("<nav>首页</nav>".encode(), "a.html")
    assert document.boilerplate == ()
    assert quotes(document) == [((), "首页")]


def test_html_nested_deeply() -> None:
    page = "<div>" * 5000 + "深处的文字" + "</div>" * 5000
    assert parse(page.encode(), "a.html").text == "深处的文字"


def word(*build: object) -> bytes:
    import docx

    document = docx.Document()
    for step in build:
        step(document)  # type: ignore[operator]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_docx() -> None:
    def table(d: object) -> None:
        t = d.add_table(rows=2, cols=2)  # type: ignore[attr-defined]
        for i, value in enumerate(["项目", "金额", "路灯", "3.2"]):
            t.cell(i // 2, i % 2).text = value

    data = word(
        lambda d: d.add_heading("年度报告", 0),
        lambda d: d.add_paragraph("某市财政局\n2024年"),
        lambda d: d.add_heading("概况", 1),
        lambda d: d.add_paragraph(LONG),
        table,
        lambda d: d.add_heading("分项", 2),
        lambda d: d.add_paragraph("表后的话。"),
    )
    document = parse(data, "报告.docx")
    assert document.title == "年度报告"
    assert document.text == f"年度报告\n某市财政局\n2024年\n概况\n{LONG}\n路灯：金额：3.2\n分项\n表后的话。"
    assert quotes(document) == [
        ((), "年度报告\n某市财政局\n2024年"),
        (("概况",), f"概况\n{LONG}"),
        (("概况",), "路灯：金额：3.2"),
        (("概况", "分项"), "分项\n表后的话。"),
    ]


def test_docx_reads_links_and_insertions_but_no_deletions() -> None:
    data = word(lambda d: d.add_paragraph("占位文字"))
    body = (
        '<w:p><w:r><w:t>甲</w:t></w:r><w:ins w:id="1" w:author="x"><w:r><w:t>乙</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText>丙</w:delText></w:r></w:del>'
        "<w:hyperlink><w:r><w:t>丁</w:t></w:r></w:hyperlink></w:p>"
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    xml = parts["word/document.xml"].decode()
    start, end = xml.index("<w:p>"), xml.index("</w:p>") + len("</w:p>")
    parts["word/document.xml"] = (xml[:start] + body + xml[end:]).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert parse(out.getvalue(), "a.docx").text == "甲乙丁"


def damaged_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<not xml")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.txt", "empty"),
        (b" \r\n\t \xe3\x80\x80", "a.txt", "empty"),
        ("\u200b\ufeff".encode(), "a.txt", "empty"),
        (b"<html><script>x</script></html>", "a.html", "empty"),
        (b"hello", "a.xyz", "unknown format"),
        (b"hello", "a", "unknown format"),
        (b"hello", "a.docx", "damaged"),
        (damaged_archive(), "a.docx", "damaged"),
        (word(lambda d: d.add_paragraph("内容"))[:-200], "a.docx", "damaged"),
        (word(lambda d: None), "a.docx", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.docx", "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.doc", "old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xls", "old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xlsx", "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.ppt", "old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.pptx", "encrypted"),
        (damaged_archive(), "a.xlsx", "damaged"),
        (damaged_archive(), "a.pptx", "damaged"),
        (word(lambda d: d.add_paragraph("内容")), "a.xlsx", "no workbook"),
        (word(lambda d: d.add_paragraph("内容")), "a.pptx", "no presentation"),
        (b"PK\x03\x04 ...", "a.csv", "Office"),
        (b" , ,\r\n,,", "a.csv", "empty"),
        (b"%PDF-1.7 ...", "a.pdf", "damaged or no PDF"),
        (b"%PDF-1.7 ...", "a.txt", "PDF"),
    ],
)
def test_errors_say_what_is_wrong(data: bytes, name: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says) as caught:
        parse(data, name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_read_file(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_bytes(b"abc")
    assert read_file(path) == b"abc"
    for wrong in (tmp_path / "missing.txt", tmp_path, Path("a\x00b.txt")):
        with pytest.raises(DocumentError) as caught:
            read_file(wrong)
        assert caught.value.hint


def test_too_large_a_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(DocumentError, match="100 MB"):
        read_file(path)


def test_suffixes_are_those_that_parse_reads() -> None:
    texts = {".txt", ".text", ".md", ".markdown", ".html", ".htm"}
    assert texts < SUFFIXES
    for suffix in texts:
        assert parse("一句话。".encode(), "a" + suffix.upper()).text == "一句话。"
