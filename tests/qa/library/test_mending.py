"""``yinda doctor``: what is wrong is found and said; with ``--repair`` it is mended, and never made worse."""

from __future__ import annotations

import random
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from embeddings import Embedder
from qa import Conversations, Library, LibraryError
from qa.cli import app
from qa.doctor import examine
from qa.library.mending import save_readable

TEXT = "# 规定\n\n## 开放\n\n图书馆周一闭馆，周二至周日开放。\n\n## 票价\n\n游泳池门票二十元。😀\n"
OTHER = "全年修路四十公里。"
Harm = Callable[[sqlite3.Connection], object]


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    (tmp_path / "规定.md").write_text(TEXT, "utf-8")
    with Library.open(tmp_path / "library", model=embedder) as opened:
        opened.add(tmp_path / "规定.md")
        opened.add_bytes(OTHER.encode(), "修路.txt")
        opened.search("图书馆")
        yield opened


def harm(library: Library, change: Harm) -> None:
    with closing(sqlite3.connect(library.folder / "library.sqlite")) as connection:
        change(connection)
        connection.commit()


def found(library: Library) -> list[tuple[str, float]]:
    return [(h.passage.text, round(h.score, 4)) for h in library.search("图书馆和游泳池", 9)]


def vector(values: object) -> bytes:
    return np.asarray(values, dtype="<f4").tobytes()


FIRST = "(SELECT min(id) FROM passages)"
HARMS: dict[str, tuple[Harm, str]] = {
    "a vector that is not of length one": (
        lambda c: c.execute(f"UPDATE passages SET vector = ? WHERE id = {FIRST}", (vector(np.ones(384)),)),
        "vector",
    ),
    "a vector that is no number": (
        lambda c: c.execute(f"UPDATE passages SET vector = ? WHERE id = {FIRST}", (vector(np.full(384, np.nan)),)),
        "vector",
    ),
    "a vector of another dimension": (
        lambda c: c.execute(f"UPDATE passages SET vector = ? WHERE id = {FIRST}", (vector([1.0]),)),
        "vector",
    ),
    "a passage that begins too late": (lambda c: c.execute("UPDATE passages SET start = start + 1"), "passage"),
    "a passage outside the text": (
        lambda c: c.execute('UPDATE passages SET "end" = "end" + 900'),
        "outside the text",
    ),
    "a passage that is missing": (lambda c: c.execute(f"DELETE FROM passages WHERE id = {FIRST}"), "passage"),
    "headings of something else": (
        lambda c: c.execute(f"UPDATE passages SET heading_path = '[\"别的\"]' WHERE id = {FIRST}"),
        "other words",
    ),
    "headings that are none": (
        lambda c: c.execute("UPDATE passages SET heading_path = 'x' WHERE heading_path <> '[]'"),
        "other words",
    ),
    "a text that is shorter than it was": (
        lambda c: c.execute("UPDATE documents SET text = substr(text, 1, length(text) - 4)"),
        "wrong",
    ),
    "a length that is wrong": (lambda c: c.execute("UPDATE details SET characters = 3"), "length"),
    "pages that are none": (lambda c: c.execute("UPDATE details SET page_starts = '[9, 1]'"), "pages"),
    "an original that is gone": (
        lambda c: c.execute("DELETE FROM originals WHERE name = '规定.md'"),
        "original",
    ),
    "an original that is damaged": (
        lambda c: c.execute("UPDATE originals SET data = ? WHERE name = '规定.md'", (b"\x01" * 20,)),
        "original",
    ),
    "an original of something else": (
        lambda c: c.execute("UPDATE originals SET data = ? WHERE name = '规定.md'", (zlib.compress(b"x"),)),
        "original",
    ),
}


@pytest.mark.parametrize("name", HARMS)
def test_what_is_wrong_is_said_and_mended(library: Library, tmp_path: Path, embedder: Embedder, name: str) -> None:
    expected, texts = found(library), [d.text for d in library.documents()]
    first = library.documents()[0].id
    assert library.problems() == []
    change, words = HARMS[name]
    harm(library, change)
    problems = library.problems()
    assert any(words in line for line in problems), problems
    assert all("\n" not in line for line in problems)
    assert library.problems() == problems  # looking mends nothing
    said = library.repair()
    assert said
    assert library.problems() == []
    assert sorted(d.text for d in library.documents()) == sorted(texts)
    assert found(library) == expected
    assert library.original(first) == ("规定.md", TEXT.encode())
    with Library.open(library.folder, model=embedder) as again:
        assert found(again) == expected
    assert library.repair() == []


def test_an_original_that_is_nowhere_else_stays_a_fault(library: Library) -> None:
    harm(library, lambda c: c.execute("DELETE FROM originals WHERE name = '修路.txt'"))
    library.repair()
    (problem,) = library.problems()
    assert "original" in problem
    assert OTHER in [d.text for d in library.documents()]


def test_caches_are_built_anew(library: Library, embedder: Embedder) -> None:
    expected = found(library)
    cache = library.folder / "cache"
    shutil.rmtree(cache)
    cache.mkdir()
    (cache / "vectors.faiss").write_bytes(b"garbage")
    (cache / ".vectors.faiss-left").write_bytes(b"by a process that was killed")
    with Library.open(library.folder, model=embedder) as other:
        other.repair()
        assert other.problems() == []
        assert found(other) == expected
    assert not (cache / ".vectors.faiss-left").exists()


def test_the_doctor_says_it_with_exit_status_1(library: Library, tmp_path: Path) -> None:
    def doctor(*options: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["--library", str(library.folder), "doctor", *options])
        return result.exit_code, result.output

    assert doctor()[0] == 0
    (tmp_path / "规定.md").unlink()
    status, said = doctor()
    assert status == 0
    assert "gone from there" in said
    harm(library, HARMS["a vector that is no number"][0])
    assert doctor()[0] == doctor()[0] == 1
    status, said = doctor("--repair")
    assert status == 0
    assert "embedded anew" in said
    assert doctor()[0] == 0
    with Conversations(library.folder) as kept:
        kept.begin("me", "谈话")
    assert "conversations" in doctor()[1]
    for file in library.folder.glob("conversations.sqlite*"):
        file.write_bytes(b"no database" * 900)
    status, said = doctor()
    assert status == 1
    assert "not a sound file of Yinda conversations" in said


def pages_of(file: Path, table: str) -> tuple[int, list[int]]:
    """The size of a page, and the numbers of the leaf pages of a table, found without SQLite's help."""
    with closing(sqlite3.connect(file)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    data = file.read_bytes()

    def leaves(page: int) -> Iterator[int]:
        start = (page - 1) * size
        if data[start] == 13:  # a leaf of a table
            yield page
        elif data[start] == 5:
            cells = int.from_bytes(data[start + 3 : start + 5], "big")
            for cell in range(cells):
                at = start + int.from_bytes(data[start + 12 + 2 * cell : start + 14 + 2 * cell], "big")
                yield from leaves(int.from_bytes(data[at : at + 4], "big"))
            yield from leaves(int.from_bytes(data[start + 8 : start + 12], "big"))

    return size, list(leaves(root))


@pytest.fixture(scope="module")
def bridges(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    home, chance = tmp_path_factory.mktemp("bridges") / "library", random.Random(1)
    with Library.open(home, model=embedder) as library:
        for number in range(9):
            # Nothing that could be packed into little space.
            drawn = "".join(chance.choices("桥梁检查记录正常损坏修补完成东西南北上下年月日", k=1500))
            library.add_bytes(f"第{number}号桥梁的检查记录。{drawn}".encode(), f"{number}.txt")
        library.edit(library.documents()[0].id, title="新题")
    with Conversations(home) as kept:
        kept.begin("me", "谈话")
    return home


@pytest.mark.parametrize("table", ["documents", "passages", "originals"])
def test_what_a_damaged_file_gives_is_saved_beside_it(
    tmp_path: Path, bridges: Path, embedder: Embedder, table: str
) -> None:
    home = tmp_path / "library"
    shutil.copytree(bridges, home)
    with Library.open(home, model=embedder) as library:
        before = {d.id: d for d in library.documents()}
    file = home / "library.sqlite"
    size, leaves = pages_of(file, table)
    assert len(leaves) > 1
    data = bytearray(file.read_bytes())
    start = (leaves[len(leaves) // 2] - 1) * size
    data[start : start + size] = b"\xff" * size
    file.write_bytes(data)
    assert not all(finding.ok for finding in examine(home))
    with pytest.raises(LibraryError) as caught, Library.open(home, model=embedder) as library:
        library.repair()
    assert "damaged" in caught.value.message
    assert caught.value.hint
    saved = save_readable(home, embedder)
    assert file.read_bytes() == data
    assert saved.folder == tmp_path / "library-saved"
    with Library.open(saved.folder, model=embedder) as library:
        assert library.problems() == []
        kept_ones = library.documents()
        assert len(kept_ones) == saved.documents
        assert all(d.text == before[d.id].text and d.title == before[d.id].title for d in kept_ones)
        if table == "documents":
            assert len(before) > len(kept_ones) > 0
            assert saved.lost
        else:
            assert len(kept_ones) == len(before)
        assert library.search("桥梁检查", 3)
        with Conversations(saved.folder) as kept:
            assert len(kept.all()) == 1
    assert save_readable(home, embedder).folder == tmp_path / "library-saved-2"


def test_a_file_that_gives_nothing_is_left_alone(library: Library, tmp_path: Path) -> None:
    library.close()
    file = library.folder / "library.sqlite"
    file.write_bytes(b"not a database at all" * 1000)
    findings = examine(library.folder, repair=True)
    assert any("nothing can be read" in finding.text for finding in findings if not finding.ok)
    assert file.read_bytes() == b"not a database at all" * 1000
    assert not (tmp_path / "library-saved").exists()


def test_conversations_that_can_be_read_are_saved_beside_a_damaged_file(library: Library) -> None:
    with Conversations(library.folder) as kept:
        for number in range(400):
            kept.begin("me", f"第{number}次谈话，{'说了很多。' * 20}")
    file = library.folder / "conversations.sqlite"
    assert not library.folder.joinpath("conversations.sqlite-wal").exists()
    size, leaves = pages_of(file, "conversations")
    data = bytearray(file.read_bytes())
    start = (leaves[len(leaves) // 2] - 1) * size
    data[start : start + size] = b"\xff" * size
    file.write_bytes(data)
    findings = examine(library.folder, repair=True)
    assert any(finding.subject == "conversations" for finding in findings if not finding.ok)
    assert file.read_bytes() == data
    saved = library.folder / "conversations-saved.sqlite"
    assert any(str(saved) in finding.text for finding in findings)
    for each in library.folder.glob("conversations.sqlite*"):
        each.unlink()
    saved.rename(file)
    with Conversations(library.folder) as kept:
        assert kept.problems() == []
        assert 400 > len(kept.list("me", limit=1000)) > 300
        kept.begin("me", "又一次")
