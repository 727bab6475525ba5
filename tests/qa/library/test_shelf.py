"""Libraries beside one another: what is listed, what is opened, what may be made."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import Embedder
from qa import Library, LibraryError, Shelf


@pytest.fixture
def shelf(tmp_path: Path, embedder: Embedder) -> Iterator[Shelf]:
    with Library.open(tmp_path / "shelf" / "报告", model=embedder) as first:
        first.add_bytes("图书馆周一闭馆。".encode(), "a.txt")
        opened = Shelf(first)
        yield opened
        opened.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


def test_libraries_are_made_listed_and_kept_apart(shelf: Shelf, place: Path) -> None:
    assert shelf.name_of_first == "报告"
    assert shelf.names() == ["报告"]
    laws = shelf.create("法规（2023） v1.0")
    assert shelf.get("法规（2023） v1.0") is laws
    assert shelf.get("报告") is shelf.first
    assert laws.documents() == []
    laws.add_bytes("游泳池周二闭馆。".encode(), "b.txt")
    assert "游泳池" in laws.search("闭馆", 5)[0].passage.text
    assert len(laws.search("闭馆", 5)) == len(shelf.first.search("闭馆", 5)) == 1
    assert laws.embedder is shelf.first.embedder
    shelf.create("案例")
    assert shelf.names() == ["报告", "案例", "法规（2023） v1.0"]
    shelf.close()
    again = Shelf(shelf.first)
    assert again.names() == ["报告", "案例", "法规（2023） v1.0"]
    assert again.get("案例").documents() == []
    assert len(again.get("法规（2023） v1.0").documents()) == 1
    again.close()
    assert len(shelf.first.documents()) == 1  # the first is not closed with the others


def test_what_is_no_library_of_this_place_is_not_listed(shelf: Shelf, place: Path, tmp_path: Path) -> None:
    for name in ("空", ".hidden", "line\nbreak"):
        (place / name).mkdir()
    for name in (".hidden", "line\nbreak"):
        shutil.copy(place / "报告" / "library.sqlite", place / name)
    (place / "文件.txt").write_text("x")
    elsewhere = tmp_path / "elsewhere"
    with Library.open(elsewhere):
        pass
    (place / "链接").symlink_to(elsewhere)
    (place / "半个").mkdir()
    (place / "半个" / "library.sqlite").symlink_to(elsewhere / "library.sqlite")
    assert shelf.names() == ["报告"]
    for name in os.listdir(place):
        if name != "报告":
            with pytest.raises(LibraryError):
                shelf.get(name)


BAD = ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "x\0", "a\n", "\x1b", " a", "a ", ".a", "a.", "a:b", "a*", "CON"]
BAD += ["nul.txt", "com1", "长" * 61, "😀", "\udcff"]


@pytest.mark.parametrize("name", BAD)
def test_names_that_are_paths_or_would_not_do_everywhere(shelf: Shelf, place: Path, name: str) -> None:
    before = sorted(os.listdir(place))
    for use in (shelf.get, shelf.create):
        with pytest.raises(LibraryError) as caught:
            use(name)
        assert caught.value.hint
        assert "\n" not in caught.value.message
        assert "\0" not in caught.value.message
    assert sorted(os.listdir(place)) == before


def test_a_name_that_is_taken_or_unknown(shelf: Shelf, place: Path) -> None:
    shelf.create("Laws")
    (place / "空").mkdir()
    for name in ("Laws", "laws", "报告", "空"):
        with pytest.raises(LibraryError, match="already"):
            shelf.create(name)
    with pytest.raises(LibraryError, match="没有") as caught:
        shelf.get("没有")
    assert "报告" in caught.value.hint
    # A Library whose folder is taken away is not served from what was open.
    shutil.rmtree(place / "Laws")
    with pytest.raises(LibraryError):
        shelf.get("Laws")
    assert shelf.create("Laws").documents() == []


def test_a_library_of_another_model_is_listed_and_says_so_when_it_is_searched(shelf: Shelf, place: Path) -> None:
    from embeddings import load_embedder

    with Library.open(place / "旧", model=load_embedder(tuning=None)) as old:
        old.add_bytes("全年粮食产量86.5万吨。".encode(), "a.txt")
    (place / "坏").mkdir()
    (place / "坏" / "library.sqlite").write_bytes(b"no database" * 500)
    assert shelf.names() == ["报告", "坏", "旧"]
    other = shelf.get("旧")
    assert len(other.documents()) == 1
    with pytest.raises(LibraryError, match="was made with the model"):
        other.search("粮食")
    with pytest.raises(LibraryError, match="not a sound"):
        shelf.get("坏")


def test_threads_get_the_same_library(shelf: Shelf, embedder: Embedder, place: Path) -> None:
    with Library.open(place / "共用", model=embedder):
        pass
    got: list[Library] = []
    threads = [threading.Thread(target=lambda: got.append(shelf.get("共用"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(map(id, got))) == 1


def test_the_place_stays_when_the_process_changes_its_folder(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shelf").mkdir()
    monkeypatch.chdir(tmp_path / "shelf")
    with Library.open("one", model=embedder) as first:
        shelf = Shelf(first)
        monkeypatch.chdir(tmp_path)
        shelf.create("two")
        assert (tmp_path / "shelf" / "two" / "library.sqlite").is_file()
        assert shelf.names() == ["one", "two"]
        shelf.close()
