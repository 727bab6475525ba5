"""A Library follows a folder: new, changed, moved and deleted files, also after it was not looking for a while."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import Embedder
from qa import DocumentError, Library
from qa.library import Watch

ROOT = Path(__file__).resolve().parents[3]
HOURS = "图书馆周一闭馆，周二至周日开放。"
ROADS = "全年修路四十公里。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "资料" / "深").mkdir(parents=True)
    return tmp_path / "资料"


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", model=embedder) as opened:
        yield opened


def looks(watch: Watch, times: int = 3) -> list[tuple[str, str]]:
    return [(change.kind, os.path.basename(change.path)) for _ in range(times) for change in watch.look()]


def names(library: Library) -> list[str]:
    return sorted(os.path.basename(d.path or "") for d in library.documents())


def vectors(library: Library) -> set[int]:
    return {p.id for d in library.documents() for p in library.passages(d.id)}


def test_new_changed_and_deleted_files(library: Library, folder: Path) -> None:
    (folder / "时间.txt").write_text(HOURS, encoding="utf-8")
    watch = Watch(library, folder)
    assert looks(watch) == [("added", "时间.txt")]
    (folder / "深" / "修路.txt").write_text(ROADS, encoding="utf-8")
    (folder / "时间.txt").write_text(HOURS + "节假日不变。", encoding="utf-8")
    assert looks(watch) == [("replaced", "时间.txt"), ("added", "修路.txt")]
    assert looks(watch) == []
    (folder / "时间.txt").unlink()
    assert looks(watch) == [("removed", "时间.txt")]
    assert names(library) == ["修路.txt"]
    assert "闭馆" not in "".join(hit.passage.text for hit in library.search("哪天闭馆"))


def test_a_moved_file_keeps_its_document_and_its_passages(library: Library, folder: Path) -> None:
    (folder / "时间.txt").write_text(HOURS, encoding="utf-8")
    watch = Watch(library, folder)
    looks(watch)
    (document,) = library.documents()
    held = vectors(library)
    (folder / "时间.txt").rename(folder / "深" / "开放.txt")
    assert looks(watch) == [("moved", "开放.txt")]
    assert [d.id for d in library.documents()] == [document.id]
    assert vectors(library) == held
    shutil.move(folder / "深", folder / "别处")
    assert looks(watch) == [("moved", "开放.txt")]
    assert vectors(library) == held


def test_a_copy_takes_the_place_of_its_original(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text(HOURS, encoding="utf-8")
    watch = Watch(library, folder)
    looks(watch)
    shutil.copy(folder / "a.txt", folder / "b.txt")
    assert looks(watch) == []
    (folder / "a.txt").unlink()
    assert looks(watch, 4) == [("moved", "b.txt")]
    (folder / "b.txt").unlink()
    assert looks(watch) == [("removed", "b.txt")]


def test_a_file_that_is_being_written_waits(library: Library, folder: Path) -> None:
    watch = Watch(library, folder)
    looks(watch)
    path = folder / "长.txt"
    for piece in range(4):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"第{piece}段。{HOURS}\n")
        assert looks(watch, 1) == []
    assert looks(watch, 1) == [("added", "长.txt")]
    assert len(library.documents()) == 1
    assert "第3段" in library.documents()[0].text


def test_starting_again_catches_up(library: Library, folder: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"{name}：{HOURS}", encoding="utf-8")
    looks(Watch(library, folder))
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_text(ROADS, encoding="utf-8")
    (folder / "c.txt").rename(folder / "d.txt")
    assert sorted(looks(Watch(library, folder))) == [("moved", "d.txt"), ("removed", "a.txt"), ("replaced", "b.txt")]
    assert names(library) == ["b.txt", "d.txt"]
    assert looks(Watch(library, folder)) == []


def test_only_what_came_from_the_folder_is_removed(library: Library, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "资料2.txt"
    other.write_text(HOURS, encoding="utf-8")
    library.add(other)
    library.add_bytes(ROADS.encode(), "上传.txt")
    other.unlink()
    assert looks(Watch(library, folder)) == []
    assert len(library.documents()) == 2


def test_a_folder_that_is_away_takes_nothing_away(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text(HOURS, encoding="utf-8")
    watch = Watch(library, folder)
    looks(watch)
    folder.rename(folder.with_name("离线"))
    assert [kind for kind, _ in looks(watch, 5)] == ["failed"]
    assert len(library.documents()) == 1
    folder.with_name("离线").rename(folder)
    assert looks(watch) == []
    with pytest.raises(DocumentError, match="there is no folder"):
        Watch(library, folder / "没有")


def test_archives(library: Library, folder: Path) -> None:
    def pack(files: dict[str, str]) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        (folder / "包.zip").write_bytes(out.getvalue())

    pack({"a.txt": HOURS, "b.txt": ROADS})
    watch = Watch(library, folder)
    assert looks(watch) == [("added", "a.txt"), ("added", "b.txt")]
    pack({"a.txt": HOURS + "节假日不变。"})
    assert looks(watch) == [("replaced", "a.txt"), ("removed", "b.txt")]
    (folder / "包.zip").write_bytes(b"PK broken")
    assert looks(watch) == [("failed", "包.zip")]
    assert names(library) == ["a.txt"]
    (folder / "包.zip").unlink()
    assert looks(watch) == [("removed", "a.txt")]
    assert library.unread() == []


def test_what_cannot_be_read_is_told_once(library: Library, folder: Path) -> None:
    (folder / "坏.docx").write_bytes(b"PK")
    watch = Watch(library, folder)
    assert looks(watch, 4) == [("failed", "坏.docx")]
    assert [u.name for u in library.unread()] == ["坏.docx"]
    (folder / "坏.docx").unlink()
    assert looks(watch) == []
    assert library.unread() == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_command_ends_with_ctrl_c(folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").write_text(HOURS, encoding="utf-8")
    command = [sys.executable, "-m", "qa.cli", "--library", str(tmp_path / "l"), "watch", str(folder), "--every", "0.2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as running:
        assert running.stdout is not None
        assert running.stdout.readline().split()[0] == "added"
        (folder / "a.txt").unlink()
        assert running.stdout.readline().split()[0] == "removed"
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "no longer following it" in errors
    assert "Traceback" not in errors
