"""ZIP archives: names in the encoding that they were written in, and no more bytes than the limits allow."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO

from qa.documents import limits
from qa.documents.containers import Entry, is_companion, pages_folders, wanted
from qa.documents.decode import plausibility
from qa.errors import DocumentError

FREE = 50 * limits.MB
"""Bytes up to which the ratio does not matter: a table of equal cells packs very well."""

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error, IndexError)


class Archive:
    """A ZIP archive; ``entries`` are its files of readable formats, and those that are refused with the reason."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        damaged = DocumentError(f"{name} is damaged or no ZIP archive.", "Fetch it anew, or pack it again.")
        if not data.startswith(b"PK"):
            raise damaged
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except (*_BROKEN, NotImplementedError) as error:
            raise damaged from error
        infos = [info for info in self._archive.infolist() if not info.orig_filename.endswith(("/", "\\"))]
        self._check(infos, len(data))
        found = list(_listed(infos))
        self.entries = tuple(entry for entry, _ in found)
        self._infos = tuple(info for _, info in found)

    def _check(self, infos: Sequence[zipfile.ZipInfo], packed: int) -> None:
        bounds = limits.current()
        if len(infos) > bounds.entries:
            raise DocumentError(f"{self._name} holds more than {bounds.entries:,} files.", "Split it into parts.")
        unpacked = sum(info.file_size for info in infos)
        if unpacked > bounds.unpacked:
            raise too_much(self._name, bounds.unpacked)
        # The packed size is the file's own: entries may lie over each other, and what they declare is then not there.
        if unpacked > max(FREE, bounds.ratio * packed):
            raise DocumentError(
                f"{self._name} unpacks to more than {bounds.ratio} times its size.",
                "Unpack it, and add what is inside.",
            )

    def read(self, index: int, most: int) -> bytes:
        """The bytes of an entry, at most ``most``: counted as they come, because what is declared may be wrong."""
        info, path = self._infos[index], self.entries[index].path
        out = bytearray()
        if info.file_size > most:
            raise too_much(path, most)
        try:
            with self._archive.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    out += chunk
                    if len(out) > most:
                        raise too_much(path, most)
        except NotImplementedError as error:
            raise DocumentError(
                f"{path} is packed in a way that is not read.", "Unpack it, and add what is inside."
            ) from error
        except _BROKEN as error:
            raise DocumentError(f"{path} is damaged inside its archive.", "Fetch the archive anew.") from error
        return bytes(out)


def too_much(name: str, most: int) -> DocumentError:
    """The error for what unpacks to more than ``most`` bytes."""
    return DocumentError(f"{name} unpacks to more than {most // limits.MB:,} MB.", "Split it into parts.")


def _listed(infos: Sequence[zipfile.ZipInfo]) -> list[tuple[Entry, zipfile.ZipInfo]]:
    names = [name.replace("\\", "/") for name in _names(infos)]
    by_folder: dict[str, list[str]] = {}
    for name in names:
        folder, _, last = name.rpartition("/")
        by_folder.setdefault(folder, []).append(last)
    beside = frozenset(
        f"{folder}/{each}" if folder else each for folder, files in by_folder.items() for each in pages_folders(files)
    )
    found, seen = [], set[str]()
    for name, info in zip(names, infos, strict=True):
        path = "/".join(part for part in name.split("/") if part not in ("", "."))
        reason, hint = _refused(name, info)
        if not reason and (not wanted(path) or is_companion(path, beside)):
            continue
        if not reason and path in seen:
            reason, hint = f"{path} is in the archive twice; the first is taken.", "Pack it again."
        seen.add(path)
        found.append((Entry(path, info.file_size, reason, hint), info))
    return found


def _refused(name: str, info: zipfile.ZipInfo) -> tuple[str, str]:
    """Why an entry is not read, and what to do; ("", "") for one that is."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or (len(parts[0]) > 1 and parts[0][1] == ":"):
        return f"{name} has a path that leads out of the archive.", "Pack it again, without such paths."
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return f"{name} is a link, which is not followed.", "Pack the file itself."
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return f"{name} is a device or a pipe, not a file.", ""
    if info.flag_bits & _ENCRYPTED and wanted(name):
        return f"{name} is encrypted.", "Unpack the archive with its password, and add what is inside."
    return "", ""


def _names(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names as they were written: in UTF-8, or else in the encoding that fits all of an archive's names best."""
    raw = [_unicode_path(info) or _raw(info) for info in infos]
    unknown = b"\n".join(name for name in raw if isinstance(name, bytes))
    encoding = _encoding(unknown)
    return [name.decode(encoding, "replace") if isinstance(name, bytes) else name for name in raw]


def _raw(info: zipfile.ZipInfo) -> str | bytes:
    if info.flag_bits & _UTF8_NAME or info.orig_filename.isascii():
        return info.orig_filename
    try:
        data = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    try:
        return data.decode("utf-8")  # written by a program that forgot to say so
    except UnicodeDecodeError:
        return data


def _encoding(names: bytes) -> str:
    fitting = []
    for encoding in ("gb18030", "cp950"):
        try:
            fitting.append((plausibility(names.decode(encoding)), encoding))
        except UnicodeDecodeError:
            continue
    # The first of two that are equally likely.
    return max(fitting, key=lambda each: each[0])[1] if fitting else "cp437"


def _unicode_path(info: zipfile.ZipInfo) -> str | None:
    """The name from the extra field in which older programs put it beside one in a local encoding."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind != _UNICODE_PATH or len(field) < 5 or info.flag_bits & _UTF8_NAME:
            continue
        try:
            # The sum says whether the field still belongs to the name, which may have been changed since.
            if zlib.crc32(info.orig_filename.encode("cp437")) == struct.unpack_from("<I", field, 1)[0]:
                return field[5:].decode("utf-8")
        except UnicodeError:
            continue
    return None
