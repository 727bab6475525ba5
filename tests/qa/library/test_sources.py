"""From what a person names to files: folders, patterns, links that go round, folders that cannot be looked into."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qa.documents import Limits
from qa.library.sources import Failed, Source, file_of, is_there, is_within, named


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "a.txt",
        "报告/一.docx",
        "报告/深/二.docx",
        "报告/三.md",
        ".隐.txt",
        ".git/x.txt",
        "图.png",
        "~$锁.docx",
    ):
        path = tmp_path / "资料" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "资料"


def found(*paths: str | Path) -> tuple[list[str], list[str]]:
    """Names of the files, and the reasons of what failed."""
    sources = list(named(paths, Limits()))
    names = [source.name for source in sources if isinstance(source, Source)]
    return names, [source.error.message for source in sources if isinstance(source, Failed)]


def test_a_folder(folder: Path) -> None:
    assert found(folder) == (["a.txt", "一.docx", "三.md", "二.docx"], [])


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("**/*.docx", ["一.docx", "二.docx"]),
        ("*.txt", ["a.txt"]),
        ("报告/?.*", ["一.docx", "三.md"]),
        ("报告/[三].md", ["三.md"]),
        ("*", ["a.txt", "三.md", "一.docx", "二.docx"]),
        ("**", ["三.md", "一.docx", "二.docx", "a.txt"]),
    ],
)
def test_patterns(folder: Path, pattern: str, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(found(str(folder / pattern))[0]) == sorted(names)
    monkeypatch.chdir(folder)
    assert sorted(found(pattern)[0]) == sorted(names)


def test_a_pattern_that_fits_nothing_says_so(folder: Path) -> None:
    assert "nothing that can be read fits" in found(str(folder / "*.png"))[1][0]


def test_a_file_whose_name_looks_like_a_pattern(folder: Path) -> None:
    (folder / "[草稿].txt").write_bytes(b"x")
    assert found(folder / "[草稿].txt") == (["[草稿].txt"], [])


def test_pages_saved_with_a_folder(folder: Path) -> None:
    for name in ("页.html", "页_files/广告.html", "旧.htm", "旧.files/a.htm", "别的_files/b.html"):
        path = folder / "网" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    assert found(folder / "网")[0] == ["旧.htm", "页.html", "b.html"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_that_go_round_end(folder: Path) -> None:
    (folder / "报告" / "圈").symlink_to(folder, target_is_directory=True)
    (folder / "自.txt").symlink_to(folder / "自.txt")
    (folder / "断.txt").symlink_to(folder / "没有.txt")
    (folder / "另.txt").symlink_to(folder / "a.txt")
    names, reasons = found(folder)
    assert names == ["a.txt", "另.txt", "一.docx", "三.md", "二.docx"]
    assert len(reasons) == 2
    assert "leads back to itself" in reasons[0]
    assert "a link to a folder that it is in" in reasons[1]
    assert "leads back to itself" in found(folder / "自.txt")[1][0]
    names, _ = found(str(folder / "**" / "*.docx"))
    assert sorted(names) == ["一.docx", "二.docx"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look everywhere")
def test_folders_that_cannot_be_looked_into_are_listed(folder: Path) -> None:
    (folder / "报告").chmod(0)
    try:
        names, reasons = found(folder)
    finally:
        (folder / "报告").chmod(0o755)
    assert names == ["a.txt"]
    assert "cannot be looked into: Permission denied" in reasons[0]


def test_places(folder: Path) -> None:
    inside = f"{folder}/a.txt/报告/一.docx"
    assert file_of(inside) == file_of(str(folder / "a.txt")) == folder / "a.txt"
    assert file_of(str(folder / "没有.docx")) is None
    assert is_there(inside)
    assert is_there("https://example.com/a")
    assert is_within(inside, str(folder / "a.txt"))
    assert not is_within(str(folder / "a.txt2"), str(folder / "a.txt"))
