"""Archives and messages in a Library; what could not be read is remembered."""

from __future__ import annotations

import io
import os
import sqlite3
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from embeddings import Embedder
from qa import AddReport, Library, Unread
from qa.documents import Limits

LIBRARY_HOURS = "图书馆周一闭馆，周二至周日开放。"
ROADS = "全年修路四十公里。"


def packed(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Library:
    return Library.open(tmp_path / "library", model=embedder)


def statuses(report: AddReport) -> list[tuple[str, str]]:
    return [(os.path.basename(a.path), a.status) for a in report.additions]


def test_an_archive_s_files_are_documents_with_its_place(library: Library, tmp_path: Path) -> None:
    archive = tmp_path / "资料.zip"
    archive.write_bytes(packed({"馆/时间.txt": LIBRARY_HOURS, "修路.txt": ROADS, "坏.txt": b"\x00\x01"}))
    seen = []
    report = library.add(archive, progress=lambda step: seen.append(step.done))
    assert statuses(report) == [("时间.txt", "added"), ("修路.txt", "added"), ("坏.txt", "failed")]
    assert seen == sorted(seen)
    assert seen[-1] == 1
    place = str(archive.resolve())
    assert [d.path for d in library.documents()] == [f"{place}/馆/时间.txt", f"{place}/修路.txt"]
    hit = library.search("哪天闭馆")[0]
    assert library.original(hit.passage.document_id) == ("资料.zip/馆/时间.txt", LIBRARY_HOURS.encode())
    assert [(u.location, u.name) for u in library.unread()] == [(f"{place}/坏.txt", "资料.zip/坏.txt")]
    assert "not readable text" in library.unread()[0].reason

    assert [s for _, s in statuses(library.add(archive))] == ["unchanged", "unchanged", "failed"]
    assert [s for _, s in statuses(library.update())] == ["unchanged", "unchanged", "failed"]

    archive.write_bytes(packed({"馆/时间.txt": LIBRARY_HOURS + "节假日不变。", "坏.txt": ROADS + "又修五里。"}))
    report = library.update()
    assert statuses(report) == [("时间.txt", "replaced"), ("坏.txt", "added"), ("修路.txt", "failed")]
    assert "no longer in its archive" in report.failed[0].reason
    assert library.unread() == []
    archive.unlink()
    assert [s for _, s in statuses(library.update())] == ["failed"] * 3


def test_the_same_bytes_elsewhere_do_not_move_what_is_in_an_archive(library: Library, tmp_path: Path) -> None:
    archive, file = tmp_path / "资料.zip", tmp_path / "时间.txt"
    archive.write_bytes(packed({"时间.txt": LIBRARY_HOURS}))
    file.write_text(LIBRARY_HOURS, encoding="utf-8")
    library.add(archive)
    assert statuses(library.add(file)) == [("时间.txt", "unchanged")]
    assert library.documents()[0].path == f"{archive.resolve()}/时间.txt"
    archive.unlink()
    library.add(file)
    assert library.documents()[0].path == str(file.resolve())


def test_an_uploaded_archive(library: Library) -> None:
    report = library.add_bytes(packed({"a/时间.txt": LIBRARY_HOURS, "内.zip": packed({"修路.txt": ROADS})}), "资料.zip")
    assert [(a.path, a.status) for a in report.additions] == [
        ("资料.zip/a/时间.txt", "added"),
        ("资料.zip/内.zip/修路.txt", "added"),
    ]
    assert [e.file for e in library.catalogue()] == ["资料.zip/a/时间.txt", "资料.zip/内.zip/修路.txt"]
    assert all(d.path is None for d in library.documents())
    assert library.add_bytes(b"PK", "坏.zip").failed[0].reason.startswith("坏.zip is damaged")
    assert library.unread() == []


def test_a_message_and_what_is_attached(library: Library, tmp_path: Path) -> None:
    made = EmailMessage()
    made["Subject"], made["From"] = "闭馆安排", "li@example.com"
    made.set_content(LIBRARY_HOURS)
    made.add_attachment(ROADS.encode(), maintype="text", subtype="plain", filename="修路.txt")
    path = tmp_path / "信.eml"
    path.write_bytes(made.as_bytes())
    assert statuses(library.add(tmp_path)) == [("信.eml", "added"), ("修路.txt", "added")]
    assert [d.title for d in library.documents()] == ["闭馆安排", "修路"]
    assert [d.path for d in library.documents()] == [str(path.resolve()), f"{path.resolve()}/修路.txt"]


def test_what_cannot_be_read_is_remembered_until_it_can(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "资料"
    folder.mkdir()
    good, bad, empty = folder / "好.txt", folder / "坏.docx", folder / "空.txt"
    good.write_text(ROADS, encoding="utf-8")
    bad.write_bytes(b"PK no document")
    empty.touch()
    assert len(library.add(folder).failed) == 2
    assert [u.name for u in library.unread()] == ["坏.docx", "空.txt"]
    (first, _) = library.unread()
    assert (first.location, "damaged" in first.reason, bool(first.hint)) == (str(bad.resolve()), True, True)
    assert first.at.endswith("+00:00")
    assert first.to_dict()["location"] == first.location
    empty.write_text(LIBRARY_HOURS, encoding="utf-8")
    library.add(empty)
    assert [u.name for u in library.unread()] == ["坏.docx"]
    bad.unlink()
    library.add(folder)
    assert library.unread() == []
    library.add(tmp_path / "nowhere")
    assert library.unread() == []


def test_it_is_remembered_by_the_file_and_read_by_older_and_read_only_ones(library: Library, tmp_path: Path) -> None:
    (tmp_path / "空.txt").touch()
    library.add(tmp_path / "空.txt")
    library.close()
    with Library.open(tmp_path / "library") as again:
        assert [u.name for u in again.unread()] == ["空.txt"]
    connection = sqlite3.connect(tmp_path / "library" / "library.sqlite")
    for table in ("unread", "sketches", "sketch_marks"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("ALTER TABLE details DROP COLUMN number")
    connection.execute("UPDATE meta SET value = '2' WHERE key = 'schema'")
    connection.commit()
    connection.close()
    with Library.open(tmp_path / "library") as older:
        assert older.unread() == []
        older._store.remember_unread(Unread("/x", "x", "why", "", "2026-01-01T00:00:00+00:00"))
        assert [u.location for u in older.unread()] == ["/x"]


def test_limits_are_the_library_s(tmp_path: Path, embedder: Embedder) -> None:
    with Library.open(tmp_path / "library", model=embedder, limits=Limits(document=20)) as small:
        report = small.add_bytes(packed({"长.txt": LIBRARY_HOURS, "短.txt": "短短的。"}), "a.zip")
        assert [a.status for a in report.additions] == ["failed", "added"]
        assert "unpacks to more than" in report.failed[0].reason
        assert "at most" in small.add_bytes(LIBRARY_HOURS.encode(), "长.txt").failed[0].reason
