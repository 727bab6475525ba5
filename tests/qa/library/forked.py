"""What the scripts beside it share: one process that has everything loaded, and children that it forks and kills.

Nothing is replaced: models, SQLite and both indexes are the real ones. A process that has imported torch and loaded the
model takes seconds to start, so it starts once, and every child is a fork of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import load_embedder
from qa import Library
from qa.documents import parse
from qa.retriever.context import embedded_text

SUBJECTS = ("图书馆", "游泳池", "消防站", "博物馆", "公交站", "文化宫", "体育场", "植物园")
VERSIONS = 3
NAMES = ("新题",)
QUESTIONS = ("图书馆哪天闭馆？", "游泳池门票多少元？", "消防站和邮局", "值班电话", "全年修了多少公里路？")
Held = tuple[str, str | None]
"""What is known of a document: its text, and the title that a person gave it."""


class Remembering:
    """The default model; a text that it has embedded before is not embedded again."""

    def __init__(self) -> None:
        self._model = load_embedder()
        self.name, self.identity, self.dimension = self._model.name, self._model.identity, self._model.dimension
        self._passages: dict[str, np.ndarray] = {}
        self._queries: dict[str, np.ndarray] = {}

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """One vector a question."""
        return self._known(texts, self._queries, self._model.encode_queries)

    def encode_passages(self, texts: Sequence[str], *, batch_size: int = 32) -> np.ndarray:
        """One vector a passage."""
        return self._known(texts, self._passages, lambda new: self._model.encode_passages(new, batch_size=batch_size))

    def _known(
        self, texts: Sequence[str], known: dict[str, np.ndarray], encode: Callable[[list[str]], np.ndarray]
    ) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, encode(new), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)


def written(subject: str, version: int) -> str:
    """The text of a document in one of its versions; every passage says which it is."""
    mark = f"{subject}第{version}版"
    sections = (
        ("开放", f"{mark}周{'一二三'[version]}闭馆，其余各天九点开门，节假日另行通知。"),
        ("票价", f"{mark}门票{20 + version}元，团体十人以上可以预约讲解。"),
        ("值班", f"{mark}值班室全年检查{100 + version}次，修路{version + 3}公里，旁边有邮局。"),
    )
    # One version has fewer passages than the others.
    sections = sections[: 2 if version == 1 else 3]
    return f"# {subject}的规定（第{version}版）\n" + "".join(f"\n## {head}\n\n{body}\n" for head, body in sections)


def warmed() -> Remembering:
    """The model in one thread, with all that the documents above can make of it embedded already."""
    import torch

    torch.set_num_threads(1)
    embedder = Remembering()
    texts = []
    for subject in SUBJECTS:
        for version in range(VERSIONS):
            parsed = parse(written(subject, version).encode(), "a.md")
            for title in (parsed.title, *NAMES):
                texts += [embedded_text(parsed.text[p.start : p.end], title, p.heading_path) for p in parsed.passages]
    embedder.encode_passages(texts)
    from qa.text.normalise import simplify

    embedder.encode_queries([simplify(question) for question in QUESTIONS])
    # jieba's dictionary is read once, too.
    from qa.text.words import words

    words("图书馆的规定")
    for name in ("faiss", "filelock", "tantivy"):
        import_module(name)
    return embedder


class Child:
    """A forked process that runs ``work``, which is given a function that sends one JSON value to the parent."""

    def __init__(self, work: Callable[[Callable[[Any], None]], None]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            status = 1
            try:
                work(lambda value: _send(writing, value))
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(writing)
        self._reading = os.fdopen(reading, "rb")

    def heard(self) -> Any:
        """The next value, or None when there will be none: a value is sent whole or not at all."""
        line = self._reading.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def kill(self) -> None:
        """SIGKILL; it may have ended already."""
        os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> int:
        """Wait for its end: the exit status, negative for a signal."""
        self._reading.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _send(handle: int, value: Any) -> None:
    line = json.dumps(value, ensure_ascii=False).encode() + b"\n"
    while line:
        line = line[os.write(handle, line) :]


def child_said(work: Callable[[Callable[[Any], None]], None]) -> Any:
    """The one value that a child sends; it must end well."""
    child = Child(work)
    value = child.heard()
    status = child.ended()
    assert status == 0, f"a child ended with {status}"
    return value


# -- changes, and what they lead to ---------------------------------------------------------------------------


def change(library: Library, files: Path, chance: random.Random, begin: Callable[[dict[str, Any]], None]) -> None:
    """One change drawn at random. ``begin`` is told before it what each document that it touches will be."""
    here = {document.path or document.title: document for document in library.documents()}
    kind = chance.choice(("add", "add", "folder", "update", "edit", "remove", "remove", "upload"))
    if kind in ("add", "folder"):
        # Not the same file in two places: it would be one document.
        wanted = chance.sample(SUBJECTS[:4], 1) if kind == "add" else chance.sample(SUBJECTS[4:7], 2)
        place = files / (kind if kind == "folder" else "one")
        place.mkdir(parents=True, exist_ok=True)
        for subject in wanted:
            (place / f"{subject}.md").write_text(written(subject, chance.randrange(VERSIONS)), "utf-8")
        paths = [place / f"{subject}.md" for subject in wanted] if kind == "add" else sorted(place.iterdir())
        begin({str(path): _after(here.get(str(path)), path.read_text("utf-8")) for path in paths})
        library.add(place if kind == "folder" else paths)
    elif kind == "update":
        known = [path for path in here if path.startswith("/")]
        for path in chance.sample(known, min(2, len(known))):
            Path(path).write_text(written(Path(path).stem, chance.randrange(VERSIONS)), "utf-8")
        begin({path: _after(here[path], Path(path).read_text("utf-8")) for path in known})
        library.update()
    elif kind == "upload":
        subject = SUBJECTS[-1]
        text = written(subject, 0)
        title = parse(text.encode(), "upload.md").title
        if title not in here and not any(document.text == text for document in here.values()):
            begin({title: (text, None)})
            library.add_bytes(text.encode(), "upload.md")
    elif here:
        name, document = chance.choice(sorted(here.items()))
        if kind == "edit" and document.path:
            title = chance.choice(NAMES)
            begin({name: (document.text, title)})
            library.edit(document.id, title=title)
        else:
            begin({name: None})
            library.remove(document.id)


def _after(document: Any, text: str) -> Held:
    return text, document.title if document is not None and document.edited else None


def state_of(library: Library) -> dict[str, Held]:
    """What the Library holds, by path, or by title for an upload."""
    return {d.path or d.title: (d.text, d.title if d.edited else None) for d in library.documents()}


def verify(library: Library, expected: Iterable[dict[str, Held]] | None = None) -> dict[str, Any]:
    """Assert that nothing is damaged, lost, or found that is gone; gives what is held and what is found.

    The indexes are looked at as they come from the disk, each for itself, before anything else brings them in order.
    """
    passages = {p.id: (d, p) for d in library.documents() for p in library.passages(d.id)}
    for document, passage in passages.values():
        assert passage.text == document.text[passage.start : passage.end] != ""
    found = {}
    for question in QUESTIONS:
        hits = library.search(question, 100)
        for hit in hits:
            assert hit.passage == passages[hit.passage.id][1], "a hit that is not in the Library"
            assert hit.title == passages[hit.passage.id][0].title
        if library.model():
            fused = library._retriever.fused(question, 100)
            assert fused.lexical.keys() <= passages.keys(), "the lexical index finds what is gone"
            assert fused.dense.keys() == passages.keys(), "the vector index does not find just what is there"
        found[question] = [[hit.title, hit.passage.text, round(hit.score, 6)] for hit in hits]
    if library._retriever._vectors is not None:
        assert set(library._retriever._vectors.ids().tolist()) == passages.keys()
        assert library._retriever._lexical.ids() == passages.keys()
    problems = library.problems()
    assert problems == [], problems
    held = state_of(library)
    assert expected is None or held in list(expected)
    return {"held": held, "found": found}


def built_anew(folder: Path, held: dict[str, Held], embedder: Remembering) -> dict[str, Any]:
    """What a Library that is made at once of the same documents finds."""
    with Library.open(folder, model=embedder) as library:
        for name, (text, title) in held.items():
            (addition,) = library.add_bytes(text.encode(), f"{Path(name).stem}.md").additions
            if title is not None:
                library.edit(addition.document_id or "", title=title)
        return verify(library)["found"]


def same_answers(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether the same passages were found with the same scores; those of one score may stand in any order."""
    return one.keys() == other.keys() and all(
        len(one[question]) == len(other[question])
        and all(
            a[:2] == b[:2] and abs(a[2] - b[2]) < 1e-4
            for a, b in zip(sorted(one[question]), sorted(other[question]), strict=True)
        )
        for question in one
    )
