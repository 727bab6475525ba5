"""A Library in one file and back: whole or not at all, while it is in use, and never over another one."""

from __future__ import annotations

import json
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embeddings import Embedder
from qa import Conversations, Library, LibraryError
from qa.cli import app
from qa.library import schema
from qa.progress import Step

TEXTS = ("图书馆周一闭馆，周二至周日开放。", "游泳池门票二十元。😀", "全年修路四十公里。")


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "馆", model=embedder) as opened:
        for number, text in enumerate(TEXTS):
            file = tmp_path / f"{number}.txt"
            file.write_text(text, "utf-8")
            opened.add(file)
        opened.edit(opened.documents()[0].id, title="新题")
        yield opened


def content(library: Library) -> list[object]:
    documents = library.documents()
    return [
        documents,
        [library.passages(d.id) for d in documents],
        [library.original(d.id) for d in documents],
        [(h.passage.text, pytest.approx(h.score, abs=1e-5)) for h in library.search("图书馆和游泳池", 9)],
    ]


def test_what_is_restored_is_what_was_backed_up(library: Library, tmp_path: Path, embedder: Embedder) -> None:
    with Conversations(library.folder) as kept:
        begun = kept.begin("me", "第一次谈话")
    (library.folder / "feedback.jsonl").write_text("{}\n")
    expected, file = content(library), tmp_path / "backup.zip"
    written = library.backup(file)
    assert (written.documents, written.bytes) == (3, file.stat().st_size)
    assert written.files == ("library.sqlite", "conversations.sqlite", "feedback.jsonl")
    library.remove([document.id for document in library.documents()])
    # The files that the documents came from are not on the other computer.
    for number in range(len(TEXTS)):
        (tmp_path / f"{number}.txt").unlink()
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "new" / "deep", tmp_path / "empty"):
        with Library.restore(file, folder) as restored:
            assert content(restored) == expected
            assert restored.problems() == []
            with Conversations(folder) as kept:
                assert [c.id for c in kept.all()] == [begun.id]
            assert (folder / "feedback.jsonl").read_text() == "{}\n"
            assert restored.add_bytes("新来的。".encode(), "n.txt").added
    with pytest.raises(LibraryError, match="exists already") as caught:
        Library.restore(file, tmp_path / "empty")
    assert caught.value.hint
    with pytest.raises(LibraryError, match="exists already"):
        library.backup(file)


def test_it_is_one_state_also_while_others_write(library: Library, tmp_path: Path, embedder: Embedder) -> None:
    """Two documents come and go together in the eyes of a reader: one is added, then the other, then both removed."""
    done = threading.Event()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with Library.open(library.folder, model=embedder) as other:
                while not done.is_set():
                    (added,) = other.add_bytes("消防站二十四小时值班。".encode(), "n.txt").added
                    other.remove(added.document_id or "")
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(3):
            library.backup(tmp_path / f"{number}.zip")
    finally:
        done.set()
        thread.join()
    assert failures == []
    for number in range(3):
        with Library.restore(tmp_path / f"{number}.zip", tmp_path / f"back-{number}") as restored:
            assert restored.problems() == []
            assert [d.text for d in restored.documents()][:3] == list(TEXTS)


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = file.with_name("changed.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out


def flip(members: dict[str, bytes]) -> None:
    data = bytearray(members["library.sqlite"])
    data[5000] ^= 1
    members["library.sqlite"] = bytes(data)


def longer(members: dict[str, bytes]) -> None:
    members["library.sqlite"] += b"\0" * 10_000_000


def outside(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = {f"../{name}": each for name, each in manifest["files"].items()}
    members["manifest.json"] = json.dumps(manifest).encode()
    members["../library.sqlite"] = members.pop("library.sqlite")


def newer(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps(manifest | {"version": 99}).encode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (flip, "checksum"),
        (longer, "checksum"),
        (outside, "no Library in it"),
        (newer, "newer version"),
        (lambda members: members.pop("manifest.json"), "not a sound back-up"),
        (lambda members: members.pop("library.sqlite"), "not a sound back-up"),
        (lambda members: members.update({"manifest.json": b"[]"}), "not a sound back-up"),
    ],
)
def test_what_is_no_sound_backup_is_refused_and_leaves_nothing(
    library: Library, tmp_path: Path, change: Callable[[dict[str, bytes]], None], reason: str
) -> None:
    library.backup(tmp_path / "backup.zip")
    changed = rewritten(tmp_path / "backup.zip", change)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LibraryError, match=reason) as caught:
        Library.restore(changed, tmp_path / "other")
    assert caught.value.hint
    assert "\n" not in caught.value.message
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("data", [None, b"", b"no archive at all" * 100])
def test_other_files_are_refused(tmp_path: Path, data: bytes | None) -> None:
    file = tmp_path / "a.zip"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(LibraryError) as caught:
        Library.restore(file, tmp_path / "other")
    assert caught.value.hint
    assert not (tmp_path / "other").exists()


def test_a_cut_off_file_is_refused(library: Library, tmp_path: Path) -> None:
    library.backup(tmp_path / "backup.zip")
    (tmp_path / "cut.zip").write_bytes((tmp_path / "backup.zip").read_bytes()[:-3000])
    with pytest.raises(LibraryError, match="not a sound back-up"):
        Library.restore(tmp_path / "cut.zip", tmp_path / "other")


def test_a_library_of_a_newer_layout_is_not_restored(library: Library, tmp_path: Path) -> None:
    with sqlite3.connect(library.folder / "library.sqlite") as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(schema.VERSION + 1),))
    library.backup(tmp_path / "backup.zip")
    with pytest.raises(LibraryError, match="newer version") as caught:
        Library.restore(tmp_path / "backup.zip", tmp_path / "other")
    assert "update Yinda" in caught.value.hint
    assert not (tmp_path / "other").exists()


def test_ctrl_c_leaves_nothing_half(library: Library, tmp_path: Path) -> None:
    library.backup(tmp_path / "backup.zip")
    before = sorted(tmp_path.rglob("*"))
    steps: list[Step] = []

    def stop_at(last: int) -> Callable[[Step], None]:
        def report(step: Step) -> None:
            steps.append(step)
            if len(steps) == last:
                raise KeyboardInterrupt

        return report

    for work in (
        lambda last: library.backup(tmp_path / "again.zip", progress=stop_at(last)),
        lambda last: Library.restore(tmp_path / "backup.zip", tmp_path / "other", progress=stop_at(last)),
    ):
        for last in (1, 2):
            steps.clear()
            with pytest.raises(KeyboardInterrupt):
                work(last)
            assert sorted(tmp_path.rglob("*")) == before


def test_on_the_command_line(library: Library, tmp_path: Path) -> None:
    file = str(tmp_path / "backup.zip")
    backed = CliRunner().invoke(app, ["--library", str(library.folder), "backup", file])
    assert backed.exit_code == 0
    assert "3 documents" in backed.output
    restored = CliRunner().invoke(app, ["--library", str(tmp_path / "new"), "restore", file])
    assert restored.exit_code == 0
    assert "3 documents" in restored.output
    again = CliRunner().invoke(app, ["--library", str(tmp_path / "new"), "restore", file])
    assert isinstance(again.exception, LibraryError)
    none = CliRunner().invoke(app, ["--library", str(tmp_path / "none"), "backup", str(tmp_path / "x.zip")])
    assert isinstance(none.exception, LibraryError)
