"""A file is replaced as a whole, with the mode that a plain write would leave."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.drafting import Draft, write_jsonl
from eval.errors import SetError
from eval.files import write_whole
from eval.runs import folder
from eval.sets import writing

WRITERS: list[Callable[[Path], None]] = [
    lambda path: write_whole(path, b"x"),
    lambda path: folder.write_text(path, "x"),
    lambda path: writing.write_text(path, "x"),
    lambda path: write_jsonl([Draft("d", "谁？")], path),
]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o027])
def test_the_mode_is_that_of_a_plain_write(
    tmp_path: Path, write: Callable[[Path], None], mask: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(mask)
    try:
        (tmp_path / "plain").write_bytes(b"x")
        with monkeypatch.context() as patched:
            # The mask belongs to all threads: it is not touched, not even for a moment.
            patched.setattr(os, "umask", lambda mask: pytest.fail("the umask was set"))
            write(tmp_path / "new")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    os.chmod(tmp_path / "new", 0o640)
    write(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new", "plain"]


@pytest.mark.parametrize("write", WRITERS)
def test_it_is_on_the_disk_before_it_is_in_its_place(
    tmp_path: Path, write: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    seen: list[bytes] = []
    sync = os.fsync

    def observed(handle: int) -> None:
        seen.append(path.read_bytes())
        sync(handle)

    monkeypatch.setattr(os, "fsync", observed)
    write(path)
    assert seen[0] == b"old"
    assert path.read_bytes() != b"old"


@pytest.mark.parametrize("write", WRITERS)
def test_what_fails_leaves_the_old_file(
    tmp_path: Path, write: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises((OSError, SetError), match="No space left"):
        write(path)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]


def test_a_link_is_written_through_and_a_long_name_fits(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "link").symlink_to("there")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_bytes() == b"new"
    name = "长" * 85  # 255 bytes: as long as a name may be
    write_whole(tmp_path / name, b"x")
    assert (tmp_path / name).read_bytes() == b"x"
