"""Libraries that cannot be written: another person's folder, a read-only disk, a full one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from qa import Library, LibraryError

pytestmark = pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs the permissions of POSIX")

ROOT = Path(__file__).resolve().parents[3]
TEXTS = ("图书馆周一闭馆，周二至周日开放。", "游泳池门票二十元。", "全年修路四十公里。")
QUESTION = "图书馆哪天闭馆？"

# Permissions do not stop root, and the model may lie in a folder of root's: it is loaded and used first, so that no
# module has to be found once the process is nobody. Prints a line for each Library; then, when it is told to, searches
# the last again.
NOBODY = """
import json, os, sys, tempfile
from embeddings import load_embedder
from qa import Library, LibraryError

embedder = load_embedder()
with tempfile.TemporaryDirectory() as warm, Library.open(warm, model=embedder) as library:
    library.add_bytes("热身。".encode(), "w.txt")
    library.search("热身")
    library.problems()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)

def tried(change):
    try:
        change()
        return "changed"
    except LibraryError as error:
        assert error.hint and "\\n" not in error.message
        return error.message

question, *homes = sys.argv[1:]
for home in homes:
    try:
        library = Library.open(home, model=embedder, create=False)
    except LibraryError as error:
        print(json.dumps({"error": error.message}), flush=True)
        continue
    first = library.documents()[0].id
    said = {
        "writable": library.writable,
        "found": [[h.passage.text, h.score, h.lexical is not None] for h in library.search(question, 9)],
        "documents": [d.text for d in library.documents()],
        "catalogue": [e.characters for e in library.catalogue()],
        "problems": library.problems(),
        "changes": [
            tried(lambda: library.add("/etc/hostname")),
            tried(lambda: library.add_bytes("新来的。".encode(), "new.txt")),
            tried(lambda: library.update()),
            tried(lambda: library.edit(first, title="新题")),
            tried(lambda: library.remove(first)),
        ],
        "after": [h.passage.text for h in library.search(question, 9)],
    }
    print(json.dumps(said), flush=True)
sys.stdin.readline()
print(json.dumps([h.passage.text for h in library.search("消防站", 9)]))
"""


def take_away(home: Path) -> None:
    """Nobody but root may write here any more; everybody may read."""
    for path in home.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    home.chmod(0o555)


def give_back(home: Path) -> None:
    home.chmod(0o755)
    for path in home.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def content(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not in pytest's folders, into which nobody but their owner may look.
    made = Path(tempfile.mkdtemp(prefix="yinda-test-"))
    made.chmod(0o755)
    yield made
    give_back(made)
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path, embedder: Embedder) -> Path:
    with Library.open(folder / "馆?#%", model=embedder) as library:
        for number, text in enumerate(TEXTS):
            library.add_bytes(text.encode(), f"{number}.txt")
        library.search("图书馆")
    return folder / "馆?#%"


def test_a_folder_of_another_user_is_read_searched_and_followed(home: Path, folder: Path, embedder: Embedder) -> None:
    homes = {name: folder / name for name in ("without caches", "damaged caches", "with a lost log")}
    for copy in homes.values():
        shutil.copytree(home, copy)
    shutil.rmtree(homes["without caches"] / "cache")
    for file in (homes["damaged caches"] / "cache").rglob("*"):
        if file.is_file() and file.name != "change":
            file.write_bytes(b"\x07" * 99)
    with Library.open(home, model=embedder) as library:
        expected = library.search(QUESTION, 9)
    # What a crash could leave: a log with changes, and no file through which it could be read.
    lost = folder / "lost log"
    lost.mkdir()
    with Library.open(homes.pop("with a lost log"), model=embedder) as library:
        library.edit(library.documents()[0].id, date="2023")
        for name in ("library.sqlite", "library.sqlite-wal"):
            shutil.copy(library.folder / name, lost)
    homes["lost log"] = lost
    homes["as it was"] = home
    for each in homes.values():
        take_away(each)
    before = {name: content(each) for name, each in homes.items()}
    with subprocess.Popen(
        [sys.executable, "-c", NOBODY, QUESTION, *map(str, homes.values())],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said: dict[str, dict[str, Any]] = {name: json.loads(process.stdout.readline()) for name in homes}
        assert {name: content(each) for name, each in homes.items()} == before
        # So far it is read as a file that does not change; now its owner changes it, and the log is followed.
        give_back(home)
        with Library.open(home, model=embedder) as library:
            library.add_bytes("消防站二十四小时值班。".encode(), "n.txt")
            library.remove(library.documents()[0].id)
            home.chmod(0o555)
            found = json.loads(process.communicate("go\n")[0])
    assert found[0] == "消防站二十四小时值班。"
    assert TEXTS[0] not in found
    assert len(found) == len(TEXTS)
    refused = said.pop("lost log")
    assert "was not closed" in refused["error"]
    for name, heard in said.items():
        assert heard["writable"] is False
        assert heard["documents"] == list(TEXTS)
        assert heard["catalogue"] == [len(text) for text in TEXTS]
        assert heard["problems"] == []
        assert all(line.startswith(f"the Library at {homes[name]} cannot be written: ") for line in heard["changes"])
        assert heard["found"] == [
            [h.passage.text, pytest.approx(h.score, abs=1e-5), h.lexical is not None] for h in expected
        ]
        assert heard["after"] == [h.passage.text for h in expected]


@contextmanager
def full_disk(home: Path) -> Iterator[None]:
    """No file may grow beyond what the log has now: SQLite meets an error as on a disk that is full."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((home / "library.sqlite-wal").stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_stops_the_change_and_not_the_reading(home: Path, embedder: Embedder) -> None:
    new = home.parent / "new.txt"
    new.write_text("新来的。", "utf-8")
    with Library.open(home, model=embedder) as library:
        first = library.documents()[0].id
        library.edit(first, date="2023")
        changes: list[Callable[[], object]] = [
            lambda: library.add(new),
            lambda: library.add_bytes("又一份。".encode(), "b.txt"),
            lambda: library.edit(first, title="新题"),
            lambda: library.remove(first),
        ]
        with full_disk(home):
            for change in changes:
                with pytest.raises(LibraryError, match="cannot be written: ") as caught:
                    change()
                assert str(home) in caught.value.message
                assert "free space" in caught.value.hint
                # The last change is newer than the index on disk, which cannot be written either.
                assert [h.passage.text for h in library.search(QUESTION, 1, since="2023")] == [TEXTS[0]]
            with Library.open(home, model=embedder) as other:
                assert other.search(QUESTION, 1)[0].date == "2023"
            assert [d.text for d in library.documents()] == list(TEXTS)
        assert library.add(new).added
        assert library.search("新来的", 1)[0].passage.text == "新来的。"
        assert library.problems() == []
    with Library.open(home, model=embedder) as library:
        assert library.problems() == []
        assert len(library.documents()) == len(TEXTS) + 1


@pytest.mark.parametrize("temporary", [True, False])
def test_caches_that_cannot_be_written_are_kept_elsewhere(
    home: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch, temporary: bool
) -> None:
    """The Library can be changed, and only a file stands where its cache folder would be."""
    shutil.rmtree(home / "cache")
    (home / "cache").write_text("no folder")
    place = home.parent / "temporary"
    if temporary:
        place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with Library.open(home, model=embedder) as library:
        assert library.search(QUESTION, 1)[0].passage.text == TEXTS[0]
        added = library.add_bytes("消防站二十四小时值班。".encode(), "n.txt").added[0].document_id or ""
        hit = library.search("消防站", 1)[0]
        assert hit.passage.text == "消防站二十四小时值班。"
        assert hit.lexical
        library.edit(added, title="急救")
        assert library.search("急救", 1)[0].title == "急救"
        library.remove(added)
        assert all("消防站" not in h.passage.text for h in library.search("消防站"))
        assert library.problems() == []
    assert (home / "cache").read_text() == "no folder"
    assert not temporary or list(place.iterdir()) == []  # nothing stays behind
