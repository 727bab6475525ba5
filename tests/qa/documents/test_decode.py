"""Bytes become exactly the text that was saved, or are refused."""

from __future__ import annotations

import pytest

from qa.documents import parse
from qa.documents.decode import decode
from qa.errors import DocumentError

SIMPLIFIED = "各位代表：现在，我向大会报告工作。全年地区生产总值增长3.2%，好于预期。"
TRADITIONAL = "本條例自公布日施行。主管機關應於每年三月公布統計資料，並說明其用途。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_simplified(encoding: str) -> None:
    assert decode(SIMPLIFIED.encode(encoding)) == SIMPLIFIED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-be", "gb18030", "big5", "cp950", "big5hkscs"])
def test_traditional(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding)) == TRADITIONAL


def test_gb18030_beyond_gbk() -> None:
    text = SIMPLIFIED + "㐀𠀀😀𬱖"
    assert decode(text.encode("gb18030")) == text


def test_english_utf16_without_mark() -> None:
    text = "Plain English, saved as Unicode by an old editor."
    assert decode(text.encode("utf-16-le")) == text


def test_line_breaks_and_invisible_characters_stay() -> None:
    text = "一行\r\n二\u200b行\r三行\ufeff\x0c四行\n"
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SIMPLIFIED.encode() + SIMPLIFIED.encode("gb18030"), id="two encodings in one file"),
        pytest.param(SIMPLIFIED.encode()[:-1] + b"\xff\xfe\xff", id="broken end"),
        pytest.param(bytes(range(256)) * 4, id="all bytes"),
        pytest.param(b"text\x00\x01\x02\x03 with zeros", id="zeros"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, id="picture"),
        pytest.param(b"\x01\x02\x03\x04\x05\x06abc", id="control characters"),
        pytest.param(b"PK\x03\x04" + b"abc" * 20, id="archive"),
        pytest.param("これは日本語の文章です。".encode("shift_jis") * 3, id="Shift JIS"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(data, "报告.txt")
    assert "报告.txt" in str(caught.value)
    assert caught.value.hint


def test_real_report_in_other_encodings(shared: object) -> None:
    from pathlib import Path

    path = next((Path(str(shared)) / "seed").glob("*.txt"))
    text = path.read_bytes().decode()
    for encoding in ("gb18030", "utf-16", "utf-16-le"):
        assert decode(text.encode(encoding)) == text
