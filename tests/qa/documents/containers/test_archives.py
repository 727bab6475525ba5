"""ZIP archives: what is inside, by its own name; nothing leads out, and nothing unpacks without bound."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.documents import Limits
from qa.documents.containers import unpack
from qa.documents.isolation import IsolatedReader
from qa.documents.limits import held
from qa.errors import DocumentError
from qa.library.sources import Failed, Source, inside

TEXT = "图书馆周一闭馆，周二至周日开放。"


def packed(files: dict[str, bytes | str], **more: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def named(names: list[bytes], extra: bytes = b"") -> bytes:
    """An archive whose names are these bytes, without the flag for UTF-8: as older programs write them."""
    stand_ins = [chr(ord("a") + i) * len(name) for i, name in enumerate(names)]
    data = packed(dict.fromkeys(stand_ins, TEXT))
    for stand_in, name in zip(stand_ins, names, strict=True):
        data = data.replace(stand_in.encode(), name)
    return data


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    made = IsolatedReader()
    yield made
    made.close()


def found(reader: IsolatedReader, data: bytes, name: str = "资料.zip") -> dict[str, str]:
    """What comes of an archive: for each label the text, or the reason behind a cross."""
    out = {}
    for piece in inside(Source(name, name, f"/x/{name}", lambda: data), reader):
        source = piece.source
        if isinstance(source, Failed):
            out[source.label] = f"✗ {source.error.message}"
            continue
        assert source.location == f"/x/{source.label}"
        try:
            out[source.label] = reader.parse(source.read(), source.name).text
        except DocumentError as error:
            out[source.label] = f"✗ {error.message}"
    return out


def test_files_become_documents_with_the_archive_s_name_before_theirs(reader: IsolatedReader) -> None:
    data = packed(
        {
            "报告/2023.txt": TEXT,
            "报告/说明.md": "# 说明\n\n全年修路四十公里。",
            "图.png": b"\x89PNG",
            ".hidden.txt": "x",
            "__MACOSX/报告/._2023.txt": "x",
            "空/": "",
        }
    )
    assert found(reader, data) == {
        "资料.zip/报告/2023.txt": TEXT,
        "资料.zip/报告/说明.md": "# 说明\n\n全年修路四十公里。",
    }


@pytest.mark.parametrize(("encoding", "name"), [("gbk", "报告/二〇二三年工作报告.txt"), ("big5", "報告/工作報告.txt")])
def test_names_in_local_encodings(encoding: str, name: str) -> None:
    assert [e.path for e in unpack(named([name.encode(encoding)]), "a.zip").entries] == [name]


def test_names_in_utf_8_without_the_flag() -> None:
    assert [e.path for e in unpack(named(["年度报告.txt".encode()]), "a.zip").entries] == ["年度报告.txt"]


@given(
    st.lists(
        st.text("财政收入预算报告〇一二年度会议纪要()-_ab1", min_size=1, max_size=12),
        min_size=1,
        max_size=4,
        unique=True,
    )
)
def test_names_come_through(stems: list[str]) -> None:
    names = [f"{stem.strip()}文件.txt" for stem in stems]
    names = list(dict.fromkeys(names))
    assert [e.path for e in unpack(packed(dict.fromkeys(names, TEXT)), "a.zip").entries] == names


def test_the_unicode_name_in_the_extra_field() -> None:
    info = zipfile.ZipInfo("_____.txt")
    raw = "财政收入.txt".encode()
    field = struct.pack("<BI", 1, zlib.crc32(b"_____.txt")) + raw
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, TEXT)
    assert [e.path for e in unpack(out.getvalue(), "a.zip").entries] == ["财政收入.txt"]


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd.txt",
        "/etc/passwd.txt",
        "C:/Windows/a.txt",
        "..\\..\\a.txt",
        "a/../../b.txt",
        "\\\\host\\a.txt",
    ],
)
def test_paths_that_lead_out_are_refused(reader: IsolatedReader, path: str) -> None:
    said = found(reader, packed({path: "secret", "好.txt": TEXT}))
    assert said.pop("资料.zip/好.txt") == TEXT
    (reason,) = said.values()
    assert reason.startswith("✗")
    assert "leads out of the archive" in reason


@pytest.mark.parametrize(
    ("kind", "word"), [(stat.S_IFLNK, "a link"), (stat.S_IFCHR, "a device"), (stat.S_IFIFO, "a device")]
)
def test_links_and_devices_are_refused(reader: IsolatedReader, kind: int, word: str) -> None:
    info = zipfile.ZipInfo("链.txt")
    info.external_attr = (kind | 0o777) << 16
    out = io.BytesIO(packed({"好.txt": TEXT}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    said = found(reader, out.getvalue())
    assert said["资料.zip/好.txt"] == TEXT
    assert word in said["资料.zip/链.txt"]


def test_an_encrypted_file_is_told_and_the_rest_goes_on(reader: IsolatedReader) -> None:
    data = bytearray(packed({"密.txt": TEXT, "好.txt": TEXT}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    said = found(reader, bytes(data))
    assert "is encrypted" in said["资料.zip/密.txt"]
    assert said["资料.zip/好.txt"] == TEXT


def test_a_damaged_file_is_told_and_the_rest_goes_on(reader: IsolatedReader) -> None:
    data = bytearray(packed({"坏.txt": TEXT * 5, "好.txt": TEXT}))
    at = data.index("坏.txt".encode()) + len("坏.txt".encode())
    data[at + 4] ^= 0xFF
    said = found(reader, bytes(data))
    assert "damaged inside its archive" in said["资料.zip/坏.txt"]
    assert said["资料.zip/好.txt"] == TEXT


def test_archives_in_archives_to_a_depth(reader: IsolatedReader) -> None:
    data, path = packed({"底.txt": TEXT}), "底.txt"
    for level in range(4):
        data, path = packed({f"{level}.zip": data, f"{level}.txt": TEXT}), f"{level}.zip/{path}"
    said = found(reader, data, "外.zip")
    assert said["外.zip/3.txt"] == said["外.zip/3.zip/2.zip/1.zip/1.txt".replace("1.zip/1", "1.zip/0")] == TEXT
    assert "is an archive in 4 others; at most 3 are opened" in said["外.zip/3.zip/2.zip/1.zip/0.zip"]
    assert f"外.zip/{path}" not in said


def test_an_archive_that_holds_nothing_says_so(reader: IsolatedReader) -> None:
    assert "holds no document" in found(reader, packed({"图.png": b"x"}))["资料.zip"]
    assert "is damaged or no ZIP archive" in found(reader, b"PK\x03\x04 no archive")["资料.zip"]
    assert "is damaged or no ZIP archive" in found(reader, b"text")["资料.zip"]


def test_saved_pages_keep_their_folders_to_themselves(reader: IsolatedReader) -> None:
    page = "<html><body><p>" + TEXT * 3 + "</p></body></html>"
    data = packed({"网/页.html": page, "网/页_files/广告.html": page, "网/别的_files/a.html": page})
    assert list(found(reader, data)) == ["资料.zip/网/页.html", "资料.zip/网/别的_files/a.html"]


# -- bombs ------------------------------------------------------------------------------------------------

ZEROS = bytes(60 << 20)


def test_a_bomb_by_ratio(reader: IsolatedReader) -> None:
    assert "unpacks to more than 200 times its size" in found(reader, packed({"a.txt": ZEROS}))["资料.zip"]


def test_a_bomb_by_what_it_declares() -> None:
    bounds = Limits(unpacked=1000)
    with held(bounds), pytest.raises(DocumentError, match="unpacks to more than"):
        unpack(packed({"a.txt": bytes(600), "b.txt": bytes(600)}), "a.zip")
    with held(Limits(entries=2)), pytest.raises(DocumentError, match="holds more than 2 files"):
        unpack(packed(dict.fromkeys("abc", "x")), "a.zip")


def test_a_bomb_that_declares_less_than_it_holds(reader: IsolatedReader) -> None:
    """No more than was declared is unpacked, and then its sum is wrong."""
    data = bytearray(packed({"a.txt": bytes(30 << 20), "好.txt": TEXT}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 100)
    said = found(reader, bytes(data))
    assert "damaged" in said["资料.zip/a.txt"]
    assert said["资料.zip/好.txt"] == TEXT


def test_a_bomb_of_archives_in_archives() -> None:
    """Each archive is small enough; all together they are not."""
    reader = IsolatedReader(Limits(unpacked=300_000))
    leaf = packed({f"{i}.txt": TEXT * 2000 for i in range(2)})
    said = found(reader, packed({f"{i}.zip": leaf for i in range(9)}))
    reader.close()
    assert "unpacks to more than 0 MB, with what is in it" in said["资料.zip"]
    assert sum(not text.startswith("✗") for text in said.values()) < 4


def test_many_files_in_archives_in_archives() -> None:
    reader = IsolatedReader(Limits(entries=20))
    leaf = packed({f"{i}.txt": TEXT for i in range(9)})
    said = found(reader, packed({f"{i}.zip": leaf for i in range(9)}))
    reader.close()
    assert "holds more than 20 files" in said["资料.zip"]
    assert len(said) <= 20


def one_line(do: Callable[[], Any]) -> Any:
    """What comes of it, or None and a refusal of one line."""
    refusals = []
    try:
        return do()
    except DocumentError as error:
        refusals.append(error.message)
    assert "\n" not in refusals[0]
    return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_archive_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(packed({"报告/2023.txt": TEXT * 3, "b.md": "# b", "c.zip": packed({"d.txt": TEXT})}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    opened = one_line(lambda: unpack(bytes(whole), "a.zip"))
    for number, entry in enumerate(opened.entries if opened else ()):
        assert not entry.path.startswith("/")
        one_line(lambda number=number: opened.read(number, 1 << 20))
