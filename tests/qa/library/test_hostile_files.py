"""A folder full of files made to do harm: each is refused with its reason, and the good one is added."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from qa import Library
from qa.documents import Limits

GOOD = "图书馆周一闭馆，周二至周日开放。"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "哈">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 11))
    + ']><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>&a10;</w:t></w:r></w:p></w:body></w:document>"
)


def many_pages(count: int) -> bytes:
    """A PDF that shows one page over and over."""
    kids = " ".join(["3 0 R"] * count)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, each in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{each}\nendobj\n".encode())
    start = out.tell()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(
        f"xref\n0 4\n0000000000 65535 f \n{table}trailer << /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    )
    return out.getvalue()


def locked(printer: Any) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption

    printed = printer(encrypt=StandardEncryption("secret", strength=128))
    printed.line(90, 100, GOOD)
    printed.page()
    data: bytes = printed.bytes()
    return data


def packed(files: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def laughing() -> bytes:
    import docx

    out = io.BytesIO()
    docx.Document().save(out)
    with zipfile.ZipFile(out) as sound:
        parts = {name: sound.read(name) for name in sound.namelist()}
    return packed(parts | {"word/document.xml": LAUGHS})


@pytest.fixture
def folder(tmp_path: Path, printer: Any) -> Path:
    folder = tmp_path / "资料"
    folder.mkdir()
    files: dict[str, bytes] = {
        "好.txt": GOOD.encode(),
        "万页.pdf": many_pages(10_000),
        "密码.pdf": locked(printer),
        "炸弹.zip": packed({"a.txt": bytes(120 << 20)}),
        "逃.zip": packed({"../../etc/passwd.txt": "root", "好.txt": GOOD + "节假日也开放。"}),
        "笑.docx": laughing(),
        "深.html": b"<div>" * 100_000 + GOOD.encode(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with (folder / "大.html").open("wb") as file:
        file.truncate(200 << 20)  # sparse: it takes no room
    if os.name != "nt":
        (folder / "圈").symlink_to(folder, target_is_directory=True)
    return folder


def test_each_is_refused_with_its_reason(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    reasons = {
        "万页.pdf": "has 10,000 pages; at most 5,000 are read",
        "密码.pdf": "needs a password",
        "炸弹.zip": "unpacks to more than 50 MB",
        "passwd.txt": "leads out of the archive",
        "笑.docx": "declares XML entities",
        "深.html": "nests its elements more than 10,000 deep",
        "大.html": "has 200 MB; at most 100 MB are read",
        "圈": "a link to a folder that it is in",
    }
    if os.name == "nt":
        reasons.pop("圈")
    with Library.open(tmp_path / "library", model=embedder, limits=Limits(seconds=60)) as library:
        report = library.add(folder)
        failed = {os.path.basename(a.path): a.reason for a in report.failed}
        assert failed.keys() == reasons.keys()
        for name, reason in reasons.items():
            assert reason in failed[name]
            assert "\n" not in failed[name]
        assert {os.path.basename(a.path) for a in report.added} >= {"好.txt"}
        assert sum(a.path.endswith("好.txt") for a in report.added) == 2
        assert {os.path.basename(u.location) for u in library.unread()} == failed.keys()
        assert library.problems() == []
