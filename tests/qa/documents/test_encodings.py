"""One text gives the same passages and quotes, in whatever encoding it was saved."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents import parse
from qa.documents.decode import decode

MARKED = {
    "UTF-8": ("utf-8", b""),
    "UTF-8 with mark": ("utf-8", codecs.BOM_UTF8),
    "UTF-16 LE with mark": ("utf-16-le", codecs.BOM_UTF16_LE),
    "UTF-16 BE with mark": ("utf-16-be", codecs.BOM_UTF16_BE),
    "UTF-16 LE": ("utf-16-le", b""),
    "UTF-16 BE": ("utf-16-be", b""),
    "GB18030": ("gb18030", b""),
}
SIMPLIFIED = (
    "第一条 为了保护环境，制定本条例。",
    "第二条 图书馆周一闭馆，周二至周日上午9时开放。",
    "全年地区生产总值增长3.2%，达到1,234.5亿元。",
    "一、工作总结",
    "（二）主要问题：进展缓慢、经费不足。",
    "镕、堃、喆、祎四位同志出席会议。",
    "The budget was approved on 2023-03-07.",
    "市人民政府办公室关于印发通知的函",
    "项目\t金额（万元）\t比例",
    "😀𠮷野家的合同自签字之日起生效。",
)
TRADITIONAL = (
    "第一條 為了保護環境，制定本條例。",
    "圖書館星期一休館，星期二至星期日上午9時開放。",
    "全年生產總值增長3.2%，達到1,234.5億元。",
    "一、工作總結",
    "主管機關應於每年三月公布統計資料，並說明其用途。",
    "The budget was approved on 2023-03-07.",
)
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", "\r\n\r\n"])


@st.composite
def texts(draw: st.DrawFn, sentences: tuple[str, ...]) -> str:
    lines = draw(st.lists(st.sampled_from(sentences), min_size=2, max_size=12))
    # A page of ASCII alone is the same in all of them but UTF-16, and says nothing of its encoding.
    lines.insert(draw(st.integers(0, len(lines))), sentences[0])
    end = draw(ENDS)
    return end.join(lines) + draw(st.sampled_from(["", end]))


def saved(text: str, how: str) -> bytes:
    encoding, mark = MARKED[how]
    return mark + text.encode(encoding)


@pytest.mark.parametrize("name", ["文件.txt", "文件.md"])
@settings(max_examples=60, deadline=None)
@given(text=texts(SIMPLIFIED))
def test_simplified(name: str, text: str) -> None:
    expected = parse(text.encode(), name)
    assert "".join(text[p.start : p.end] for p in expected.passages)
    for how in MARKED:
        parsed = parse(saved(text, how), name)
        assert parsed == expected, how
        assert parsed.text == text


@settings(max_examples=100, deadline=None)
@given(text=texts(TRADITIONAL))
def test_traditional(text: str) -> None:
    expected = parse(text.encode(), "文件.txt")
    for encoding in ("big5", "cp950", "utf-16", "gb18030"):
        assert parse(text.encode(encoding), "文件.txt") == expected, encoding


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.sampled_from(SIMPLIFIED), min_size=3, max_size=9))
def test_pages(lines: list[str]) -> None:
    """Also where the page names an encoding, and where it names a smaller one than it is in."""
    body = "".join(f"<p>{line}</p>" for line in [*lines, SIMPLIFIED[0]])
    page = f"<html><head><meta charset='{{}}'><title>页</title></head><body>{body}</body></html>"
    expected = parse(page.format("utf-8").encode(), "页.html")
    for how in MARKED:
        assert parse(saved(page.format("utf-8"), how), "页.html") == expected, how
    assert parse(page.format("gb2312").encode("gb18030"), "页.html") == expected


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60))
def test_marks_decide(text: str) -> None:
    """With a mark there is nothing to guess: any text comes through."""
    text = text.removeprefix("\ufeff") or "字"
    for how in ("UTF-8 with mark", "UTF-16 LE with mark", "UTF-16 BE with mark"):
        assert decode(saved(text, how)) == text.removeprefix("\ufeff"), how
