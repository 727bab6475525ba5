"""Archives and Office files that were made to do harm are refused in one line, before they are unpacked."""

from __future__ import annotations

import io
import zipfile

import pytest

from qa.documents import package, parse
from qa.errors import DocumentError

DAMAGED = DocumentError("a.zip is damaged.", "Save it again.")


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def test_an_archive_is_opened() -> None:
    with package.open_archive(archive(a_xml=b"<a>1</a>"), "a.zip", DAMAGED) as opened:
        assert opened.namelist() == ["a.xml"]
        assert package.tree(opened, "a.xml", DAMAGED).text == "1"
        assert package.tree(opened, "b.xml", DAMAGED) is None


def test_what_unpacks_to_far_more_than_it_holds_is_refused() -> None:
    crafted = archive(a_xml=b"\0" * (package.FREE + 1))
    assert len(crafted) < 100_000
    with pytest.raises(DocumentError, match="unpacks to more than 50 MB"):
        package.open_archive(crafted, "a.zip", DAMAGED)


def test_too_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_PARTS", 2)
    package.open_archive(archive(a=b"", b=b""), "a.zip", DAMAGED)
    with pytest.raises(DocumentError, match="more than 2 files"):
        package.open_archive(archive(a=b"", b=b"", c=b""), "a.zip", DAMAGED)


@pytest.mark.parametrize("data", [b"", b"text", b"PK", archive(a=b"x" * 100)[:-30]])
def test_what_is_no_archive_is_damaged(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        package.open_archive(data, "a.zip", DAMAGED)
    assert caught.value is DAMAGED


BOMB = '<?xml version="1.0"{}?><!-- {} --><!DOCTYPE b [<!ENTITY a "哈哈"><!ENTITY b "&a;&a;&a;">]><w>&b;</w>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx"])
def test_entities_are_refused(suffix: str, encoding: str) -> None:
    if suffix not in (".docx",):
        pytest.skip("not read yet")
    part = BOMB.format(f' encoding="{encoding}"', "x" * 70_000).encode(encoding)
    with pytest.raises(DocumentError, match="entities"):
        parse(archive(word__document_xml=part), "a" + suffix)


def test_a_part_that_is_no_xml_is_damaged() -> None:
    with (
        package.open_package(archive(a_xml=b"<a", b_xml=b"\xff\xfe"), "a.zip", DAMAGED) as opened,
        pytest.raises(DocumentError, match="damaged"),
    ):
        package.tree(opened, "a.xml", DAMAGED)
