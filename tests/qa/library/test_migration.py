"""Libraries of older layouts are brought to the present one when they are opened."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from pathlib import Path

import pytest
from layouts import LAYOUTS, OLDER, VERSION_1, laid_out, shape, version_of

from embeddings import Embedder
from qa import Library, LibraryError
from qa.library import schema
from qa.library.store import Store
from qa.types import Document

TEXT = "澜溪市的报告。😀𠮷"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "library.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    for statement in VERSION_1:
        connection.execute(statement)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("schema", "1"), ("change", "7")])
    connection.execute("INSERT INTO changes VALUES (7)")
    connection.execute(
        "INSERT INTO documents VALUES ('a', NULL, '题', '2023', '澜溪市', NULL, 'text/plain', 'x', ?, 7)", (TEXT,)
    )
    connection.execute("INSERT INTO originals VALUES ('a', '题.txt', ?)", (zlib.compress(TEXT.encode()),))
    connection.execute(
        "INSERT INTO passages VALUES (3, 'a', 0, 0, 7, NULL, ?, 'k', ?, 7)", (json.dumps(["节"]), b"\0" * 8)
    )
    connection.commit()
    connection.close()
    return path


def held(store: Store) -> tuple[object, ...]:
    return store.documents(), store.catalogue(), store.passages_of("a"), store.original("a"), store.change()


def test_version_1_becomes_the_present_one_with_everything_in_it(old: Path, tmp_path: Path) -> None:
    store = Store(old)
    assert store.meta("schema") == str(schema.VERSION)
    assert store.documents() == [Document("a", "题", TEXT, "2023", "澜溪市", sha256="x")]
    (entry,) = store.catalogue()
    assert (entry.characters, entry.passages, entry.file, entry.edited) == (len(TEXT), 1, "题.txt", ())
    assert store.passages_of("a")[0].heading_path == ("节",)
    assert store.change() == 7
    assert store.delta(7).whole is False
    before = held(store)
    store.close()
    again = Store(old)
    assert held(again) == before
    again.delete("a")
    assert again.catalogue() == []
    again.close()
    (tmp_path / "new").mkdir()
    Store(tmp_path / "new" / "library.sqlite").close()
    assert shape(old) == shape(tmp_path / "new" / "library.sqlite")


def test_a_migration_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shape(old)
    with monkeypatch.context() as patch:
        broken = {1: (*schema.MIGRATIONS[1], "INSERT INTO nowhere VALUES (1)")}
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(LibraryError):
            Store(old)
    assert shape(old) == before
    store = Store(old)
    assert store.catalogue()
    store.close()


def test_every_version_has_a_way_to_the_present_one() -> None:
    assert sorted(schema.MIGRATIONS) == sorted(schema.STAND_INS) == list(range(1, schema.VERSION))


def test_version_1_that_cannot_be_written_is_read_as_it_is(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_before = old.read_bytes()
    # As root, permissions stop nothing; tests/qa/library/test_read_only.py takes them away in earnest.
    monkeypatch.setattr("qa.library.store.os.access", lambda path, mode: mode != os.W_OK)
    store = Store(old)
    assert not store.writable
    assert store.meta("schema") == "1"
    (entry,) = store.catalogue()
    assert (entry.characters, entry.edited) == (len(TEXT), ())
    assert store.document("a") == Document("a", "题", TEXT, "2023", "澜溪市", sha256="x")
    with pytest.raises(LibraryError, match="cannot be written"):
        store.delete("a")
    store.close()
    assert old.read_bytes() == bytes_before


DOCUMENTS = {
    "规定.md": "# 规定\n\n## 开放\n\n图书馆周一闭馆。😀\n\n## 票价\n\n游泳池门票二十元。\n",
    "修路.txt": "全年修路四十公里。",
}


@pytest.mark.parametrize("version", OLDER)
def test_every_older_version_is_led_to_the_present_one(tmp_path: Path, embedder: Embedder, version: int) -> None:
    laid_out(tmp_path / "old" / "library.sqlite", version, DOCUMENTS, embedder)
    assert version_of(tmp_path / "old" / "library.sqlite") == version
    with Library.open(tmp_path / "new", model=embedder) as new, Library.open(tmp_path / "old", model=embedder) as old:
        for name, text in DOCUMENTS.items():
            new.add_bytes(text.encode(), name)
        assert old.documents() == new.documents()
        assert old.problems() == new.problems() == []
        for question in ("图书馆哪天闭馆？", "修路多少公里？"):
            assert [(h.passage.text, round(h.score, 4)) for h in old.search(question)] == [
                (h.passage.text, round(h.score, 4)) for h in new.search(question)
            ]
        assert [a.status for name, text in DOCUMENTS.items() for a in old.add_bytes(text.encode(), name).additions] == [
            "unchanged"
        ] * len(DOCUMENTS)
        old.edit(old.documents()[0].id, title="新题", date="2023")
        old.remove(old.documents()[1].id)
        assert old.problems() == []
    assert shape(tmp_path / "old" / "library.sqlite") == shape(tmp_path / "new" / "library.sqlite")


@pytest.mark.parametrize("version", OLDER)
def test_an_older_version_that_cannot_be_written_is_searched(
    tmp_path: Path, embedder: Embedder, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out(tmp_path / "library.sqlite", version, DOCUMENTS, embedder)
    monkeypatch.setattr("qa.library.store.os.access", lambda path, mode: mode != os.W_OK)
    with Library.open(tmp_path, model=embedder) as library:
        assert not library.writable
        assert len(library.documents()) == len(library.catalogue()) == len(DOCUMENTS)
        assert library.search("图书馆哪天闭馆？", 1)[0].passage.text.endswith("图书馆周一闭馆。😀")
    assert version_of(tmp_path / "library.sqlite") == version


@pytest.mark.parametrize("version", sorted(LAYOUTS)[1:])
def test_a_version_is_what_the_one_before_it_is_led_to(tmp_path: Path, version: int) -> None:
    for name, statements in (
        ("led", (*LAYOUTS[version - 1], *schema.MIGRATIONS[version - 1])),
        ("made", LAYOUTS[version]),
    ):
        connection = sqlite3.connect(tmp_path / name)
        for statement in statements:
            connection.execute(statement)
        connection.close()
    assert shape(tmp_path / "led") == shape(tmp_path / "made")
