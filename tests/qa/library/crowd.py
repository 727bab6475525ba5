"""Two processes write to one Library and eight search it.

Every document has a number that grows with each new version, in its title and in each of its passages; what is
finished is told to the readers through shared memory. So a reader knows of each hit whether it is of one committed
state, and whether that state is older than what was finished before it asked.
"""

from __future__ import annotations

import random
import re
import struct
import time
from collections.abc import Callable
from enum import IntEnum
from mmap import mmap
from pathlib import Path
from typing import Any

from forked import Child, Remembering

from qa import Library, LibraryError

WRITERS, READERS, DOCUMENTS = 2, 8, 4
PASSAGES = 4  # of each document
QUESTIONS = ("值班室的电话", "桥梁检查了多少次？", "门票多少元？")
_NUMBER = re.compile(r"第(\d+)号文第(\d+)版")


def text_of(number: int, version: int) -> str:
    mark = f"第{number}号文第{version}版"
    heads = (("值班", "值班室的电话写在门口"), ("检查", "桥梁全年检查三次"), ("票价", "门票二十元"))
    return f"# {mark}\n" + "".join(f"\n## {head}\n\n{mark}{body}。\n" for head, body in heads)


class Fate(IntEnum):
    """What became of a document's last version."""

    THERE = 0
    GOING = 1
    GONE = 2


class Finished:
    """By document, the last version whose writing has returned, and what became of it since."""

    def __init__(self) -> None:
        self._memory = mmap(-1, 8 * WRITERS * DOCUMENTS)

    def __getitem__(self, number: int) -> tuple[int, Fate]:
        (value,) = struct.unpack_from("q", self._memory, 8 * number)
        return value // 4, Fate(value % 4)

    def set(self, number: int, version: int, fate: Fate) -> None:
        struct.pack_into("q", self._memory, 8 * number, 4 * version + fate)


def write(home: Path, files: Path, embedder: Any, writer: int, until: float, done: Finished, send: Any) -> None:
    chance = random.Random(writer)
    changes = busy = 0
    with Library.open(home, model=embedder) as library:
        while time.monotonic() < until:
            number = writer * DOCUMENTS + chance.randrange(DOCUMENTS)
            version, fate = done[number]
            file = files / f"{number}.md"
            try:
                if fate is not Fate.GONE and version and chance.random() < 0.3:
                    (document,) = [d for d in library.documents() if d.path == str(file)]
                    done.set(number, version, Fate.GOING)
                    library.remove(document.id)
                    done.set(number, version, Fate.GONE)
                else:
                    file.write_text(text_of(number, version + 1), "utf-8")
                    report = library.add(file)
                    assert report.added or report.replaced
                    done.set(number, version + 1, Fate.THERE)
                changes += 1
            except LibraryError as error:
                if "is busy" not in error.message or not error.hint:
                    raise
                busy += 1
    send({"changes": changes, "busy": busy})


def read(home: Path, embedder: Any, reader: int, until: float, done: Finished, send: Any) -> None:
    chance = random.Random(reader)
    searches = found = 0
    last: dict[int, int] = {}
    with Library.open(home, model=embedder) as library:
        while time.monotonic() < until or not searches:
            before = {number: done[number] for number in range(WRITERS * DOCUMENTS)}
            hits = library.search(chance.choice(QUESTIONS), 100)
            seen: dict[int, set[int]] = {}
            for hit in hits:
                number, version = map(int, _NUMBER.search(hit.passage.text).groups())
                seen.setdefault(number, set()).add(version)
                assert hit.title == f"第{number}号文第{version}版", "title and passage of two states"
                text = text_of(number, version)
                assert text[hit.passage.start : hit.passage.end] == hit.passage.text, "not the document's words"
            for number, versions in seen.items():
                assert len(versions) == 1, f"passages of the versions {versions} in one search"
                version = versions.pop()
                finished, fate = before[number]
                assert version >= finished + (fate is Fate.GONE), f"version {version} after {finished}, {fate.name}"
                assert version >= last.get(number, 0), "an older version than was seen before"
                last[number] = version
            for number, (finished, _) in before.items():
                # Removed before or meanwhile, or found.
                assert number in seen or not finished or done[number] != (finished, Fate.THERE), "a document is lost"
            assert len(hits) == PASSAGES * len(seen), "a part of a document's passages"
            searches += 1
            found += len(hits)
            time.sleep(0.02)  # or the readers would leave the writers little of two cores
    send({"searches": searches, "found": found})


def crowd(folder: Path, seconds: int, embedder: Remembering) -> dict[str, int]:
    """All of them for so many seconds."""
    embedder.encode_queries(list(QUESTIONS))
    home, files, done = folder / "library", folder / "files", Finished()
    files.mkdir(parents=True)
    until = time.monotonic() + seconds

    def writing(writer: int) -> Callable[[Any], None]:
        return lambda send: write(home, files, embedder, writer, until, done, send)

    def reading(reader: int) -> Callable[[Any], None]:
        return lambda send: read(home, embedder, reader, until, done, send)

    children = [Child(writing(n)) for n in range(WRITERS)] + [Child(reading(n)) for n in range(READERS)]
    said = [child.heard() for child in children]
    ended = [child.ended() for child in children]
    assert not any(ended), f"ended with {ended}"
    total = {name: sum(each.get(name, 0) for each in said) for name in ("changes", "busy", "searches", "found")}
    return total | {"fewest_searches": min(each["searches"] for each in said[WRITERS:])}
