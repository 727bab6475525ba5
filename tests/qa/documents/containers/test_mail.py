"""Messages with what is attached to them, and pages saved as one file."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents import parse
from qa.documents.containers import unpack
from qa.errors import DocumentError

BODY = "王主任：\n\n图书馆周一闭馆，周二至周日开放。\n\n> 原来的来信：哪天闭馆？\n>> 更早的来信。\n"
PAGE = (
    "<html><head><title>通知</title></head><body><h1>闭馆通知</h1><p>图书馆周一闭馆，周二至周日开放。</p></body></html>"
)


def message(**headers: str) -> EmailMessage:
    made = EmailMessage()
    for key, value in {"Subject": "闭馆安排", "From": "李明 <li@example.com>", **headers}.items():
        made[key] = value
    return made


def plain() -> EmailMessage:
    made = message(To="王芳 <wang@example.com>", Date="Tue, 07 Mar 2023 09:30:00 +0800")
    made.set_content(BODY)
    return made


def test_a_message_is_read_with_its_headers_and_quoted_replies() -> None:
    parsed = parse(plain().as_bytes(), "信.eml")
    assert (parsed.title, parsed.date, parsed.source) == ("闭馆安排", "2023-03-07", "李明")
    assert parsed.media_type == "message/rfc822"
    assert parsed.text.startswith("Subject: 闭馆安排\nFrom: 李明 <li@example.com>\nTo: 王芳 <wang@example.com>\nDate: ")
    assert "> 原来的来信：哪天闭馆？\n>> 更早的来信。" in parsed.text


def test_an_html_message_is_read_as_a_page() -> None:
    made = message()
    made.set_content("请用支持 HTML 的程序查看。")
    made.add_alternative(
        f"{PAGE}<script>alert('x')</script><img src='http://example.com/x.png'>{'<p>全年修路四十公里。</p>' * 9}",
        subtype="html",
    )
    text = parse(made.as_bytes(), "信.eml").text
    assert "闭馆通知" in text
    assert "全年修路四十公里。" in text
    assert "请用支持" not in text
    assert "alert" not in text


def test_of_two_bodies_that_say_the_same_the_plain_one_is_read() -> None:
    made = message()
    made.set_content(BODY)
    made.add_alternative(f"<p>{BODY}</p>", subtype="html")
    assert parse(made.as_bytes(), "信.eml").text.count("周二至周日开放") == 1


def words(text: str, encoding: str, said: str) -> str:
    return f"=?{said}?B?{base64.b64encode(text.encode(encoding)).decode()}?="


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(words("朱镕基同志的报告", "gbk", "GB2312").encode(), id="more than GB2312 holds"),
        pytest.param("朱镕基同志的报告".encode("gb18030"), id="bare GB18030"),
        pytest.param("朱镕基同志的报告".encode(), id="bare UTF-8"),
        pytest.param(words("朱镕基同志的报告", "utf-8", "utf-8").encode(), id="UTF-8"),
        pytest.param(
            f"=?utf-8?B?{base64.b64encode('朱镕基同志的报告'.encode()[:10]).decode()}?=\r\n"
            f" =?utf-8?B?{base64.b64encode('朱镕基同志的报告'.encode()[10:]).decode()}?=".encode(),
            id="a character cut in two",
        ),
        pytest.param(words("朱镕基同志的报告", "gbk", "unknown-8bit").encode(), id="unknown encoding"),
    ],
)
def test_subjects_as_programs_write_them(subject: bytes) -> None:
    data = b"Subject: " + subject + b"\r\nFrom: a@example.com\r\n\r\n" + BODY.encode()
    assert parse(data, "信.eml").title == "朱镕基同志的报告"


@pytest.mark.parametrize(
    ("encoding", "said"), [("gbk", "gb2312"), ("gb18030", "gbk"), ("utf-8", "gb2312"), ("big5", "big5")]
)
def test_bodies_in_other_encodings(encoding: str, said: str) -> None:
    text = "本館於星期一休館，開放時間為上午九時。" if encoding == "big5" else "朱镕基同志说：图书馆周一闭馆。"
    data = f"Subject: a\r\nContent-Type: text/plain; charset={said}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    assert text in parse(data + text.encode(encoding), "信.eml").text


def test_attachments_become_documents() -> None:
    made = plain()
    made.add_attachment("全年修路四十公里。".encode(), maintype="text", subtype="plain", filename="修路 报告.txt")
    made.add_attachment("另一份。".encode(), maintype="text", subtype="plain", filename="修路 报告.txt")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="图.png")
    made.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="../../etc/表.pdf")
    forwarded = message(Subject="转发的信")
    forwarded.set_content("原信。")
    made.add_attachment(forwarded)
    data = made.as_bytes()
    opened = unpack(data, "信.eml")
    assert [e.path for e in opened.entries] == ["修路 报告.txt", "修路 报告 (2).txt", "表.pdf", "转发的信.eml"]
    assert opened.read(0, 1000).decode() == "全年修路四十公里。"
    assert opened.read(1, 1000).decode() == "另一份。"
    assert parse(opened.read(3, 10_000), "转发的信.eml").title == "转发的信"
    with pytest.raises(DocumentError, match="more than"):
        opened.read(0, 5)
    text = parse(data, "信.eml").text
    assert "周二至周日开放" in text
    assert "修路四十公里" not in text


def test_file_names_as_programs_write_them() -> None:
    def entry(disposition: str) -> str:
        head = f"Subject: a\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; {disposition}\r\n\r\nx"
        return (
            unpack(
                b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                + head.encode("gbk")
                + b"\r\n--b--\r\n",
                "m.eml",
            )
            .entries[0]
            .path
        )

    assert entry(f'filename="{words("报告.txt", "gbk", "gb2312")}"') == "报告.txt"
    assert entry("filename*=utf-8''%E6%8A%A5%E5%91%8A.txt") == "报告.txt"
    assert entry("filename*=gb2312''%B1%A8%B8%E6.txt") == "报告.txt"
    assert entry('filename="报告.txt"') == "报告.txt"


def saved(encoding: str = "utf-8") -> bytes:
    html = PAGE.replace("<head>", f'<head><meta charset="{encoding}">').encode(encoding)
    return (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.com/a.html\r\nSubject: x\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/html\r\nContent-Location: https://example.com/a.html\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(html) + b"\r\n"
        b"--b\r\nContent-Type: text/html\r\nContent-Location: https://ads.example.com/\r\n\r\n<p>frame</p>\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--b--\r\n"
    )


@pytest.mark.parametrize("name", ["页.mhtml", "页.mht"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_a_page_saved_as_one_file(name: str, encoding: str) -> None:
    parsed = parse(saved(encoding), name)
    assert parsed.text == "闭馆通知\n图书馆周一闭馆，周二至周日开放。"
    assert (parsed.title, parsed.source) == ("闭馆通知", "https://example.com/a.html")


@pytest.mark.parametrize("data", [b"no message", b"\x00\x01" * 40, b"\n\nbody", b"A: b\n" * 3 + b"\n"])
@pytest.mark.parametrize("name", ["a.eml", "a.mht"])
def test_what_is_no_message_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(data, name)
    assert name in caught.value.message


def test_messages_nested_without_end_are_refused() -> None:
    deep = b""
    for i in range(3000):
        deep += f'Content-Type: multipart/mixed; boundary="{i}"\r\n\r\n--{i}\r\n'.encode()
    for read in (lambda: parse(deep, "a.eml"), lambda: unpack(deep, "a.eml")):
        try:
            read()
        except DocumentError:
            continue


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_message_is_read_or_refused(data: st.DataObject) -> None:
    made = plain()
    made.add_attachment("全年修路四十公里。".encode(), maintype="text", subtype="plain", filename="修路.txt")
    whole = bytearray(data.draw(st.sampled_from([made.as_bytes(), saved()])))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    for name in ("a.eml", "a.mht"):
        try:
            parsed = parse(bytes(whole), name)
        except DocumentError:
            continue
        assert all(0 <= p.start < p.end <= len(parsed.text) for p in parsed.passages)
