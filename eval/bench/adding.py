"""Adding much to a Library that is being asked at the same time, in another thread and in another process.

Does asking go on, without an error, and how much slower; how fast does adding go, and how much memory does it take?
"""

from __future__ import annotations

import hashlib
import multiprocessing
import statistics
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from eval.errors import RunError
from eval.runs.machine import peak_resident_mib
from qa import Library
from qa.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings import Embedder

QUESTIONS = (
    "申请人应当提交哪些材料？",
    "违反规定的处多少罚款？",
    "本条例自何时起施行？",
    "主管部门的职责是什么？",
    "劳动合同期限为多少年？",
)
PAUSE = 0.2
"""Seconds between two questions."""
BEFORE_SECONDS = 15.0
"""How long it is asked before anything is added."""
BEFORE_SHARE = 20
"""The Library that is asked has one file of so many already."""
BYTES_PER_PASSAGE = 350
"""Of the laws, to choose as many files as are wanted."""
_DIMENSION = 384


class Drawn:
    """Vectors drawn from a text's hash, in no time: what is measured is all but the model."""

    name = identity = "drawn"
    dimension = _DIMENSION

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length one for each text."""
        import numpy as np

        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        rows = [np.random.default_rng(seed).standard_normal(_DIMENSION, dtype=np.float32) for seed in seeds]
        out = np.array(rows, dtype=np.float32).reshape(len(texts), _DIMENSION)
        return cast("NDArray[np.float32]", out / np.linalg.norm(out, axis=1, keepdims=True))

    def encode_passages(self, texts: Sequence[str], *, batch_size: int = 32) -> NDArray[np.float32]:
        """As ``encode_queries``."""
        return self.encode_queries(texts)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one asker met: for each question when it was asked (``time.monotonic``) and its seconds; errors; memory."""

    who: str
    times: tuple[tuple[float, float], ...]
    errors: tuple[str, ...]
    memory: float


@dataclass(frozen=True, slots=True)
class Seen:
    """All of a run. ``began`` and ``ended`` of adding are of ``time.monotonic``; memory in MiB."""

    documents: int
    passages: int
    before: int
    began: float
    ended: float
    askers: tuple[Asked, ...]
    errors: tuple[str, ...]
    memory: float
    real: bool

    @property
    def sound(self) -> bool:
        """Whether there was no error, and everybody asked before and during."""
        return not self.errors and all(
            not asker.errors and all(self.seconds(asker, during) for during in (False, True)) for asker in self.askers
        )

    def seconds(self, asker: Asked, during: bool) -> list[float]:
        """The seconds that an asker's questions took, before adding or during it."""
        return [
            seconds
            for start, seconds in asker.times
            if (self.began <= start < self.ended if during else start < self.began)
        ]


def laws(shared: Path, passages: int, folder: Path) -> list[Path]:
    """Unpack laws of about so many passages into ``folder``; raises ``RunError`` where there are none."""
    archive = shared / "data" / "laws" / "laws.tar.xz"
    if not archive.exists():
        raise RunError(f"there is no file {archive}", "name the folder with the data sets: --shared DIR")
    files: list[Path] = []
    size = 0
    with tarfile.open(archive) as opened:
        for member in opened:
            name = Path(member.name).name
            if not member.isfile() or not name.endswith(".md") or name == "_index.md":
                continue
            source = opened.extractfile(member)
            assert source is not None
            file = folder / f"{len(files):05}-{name}"
            file.write_bytes(source.read())
            files.append(file)
            size += member.size
            if size >= passages * BYTES_PER_PASSAGE:
                break
    return files


def measure(
    files: Sequence[Path], *, real: bool = False, before: float = BEFORE_SECONDS, progress: Progress = False
) -> Seen:
    """Add ``files`` to a Library in a temporary folder while a thread and a process ask it.

    ``real``: with the default model, not with drawn vectors. ``before``: seconds for which it is asked beforehand.
    """
    embedder = _embedder(real)
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="yinda-adding-") as temporary:
        home = Path(temporary) / "library"
        with Library.open(home, model=embedder) as library:
            library.add(files[: max(1, len(files) // BEFORE_SHARE)])
            held = sum(library.passage_counts().values())
            stop, ready = context.Event(), context.Event()
            receiving, sending = context.Pipe(duplex=False)
            process = context.Process(target=_ask_apart, args=(home, real, stop, ready, sending))
            process.start()
            heard: list[Asked] = []
            thread = threading.Thread(target=lambda: heard.append(_ask("thread", library, stop.is_set)))
            ready.wait(120)
            thread.start()
            try:
                time.sleep(before)
                began = time.monotonic()
                report = library.add(files, progress=progress)
                ended = time.monotonic()
            finally:
                stop.set()
                thread.join()
                heard.append(receiving.recv())
                process.join()
            errors = [f"{each.path}: {each.reason}" for each in report.failed] + library.problems()
            counts = library.passage_counts()
    added = {each.document_id for each in report.added}
    return Seen(
        len(added),
        sum(count for identifier, count in counts.items() if identifier in added),
        held,
        began,
        ended,
        tuple(heard),
        tuple(errors),
        peak_resident_mib(),
        real,
    )


def _embedder(real: bool) -> Embedder:
    if real:
        from embeddings import load_embedder

        return load_embedder()
    return cast("Embedder", Drawn())


def _ask_apart(home: Path, real: bool, stop: Any, ready: Any, sending: Any) -> None:
    """The work of the other process."""
    try:
        with Library.open(home, model=_embedder(real), create=False) as library:
            library.search(QUESTIONS[0])
            ready.set()
            sending.send(_ask("process", library, stop.is_set))
    except BaseException as error:
        ready.set()
        sending.send(Asked("process", (), (f"{type(error).__name__}: {error}",), 0.0))


def _ask(who: str, library: Library, stopped: Callable[[], bool]) -> Asked:
    times: list[tuple[float, float]] = []
    errors: list[str] = []
    library.search(QUESTIONS[0])
    while not stopped():
        start = time.monotonic()
        try:
            hits = library.search(QUESTIONS[len(times) % len(QUESTIONS)], 5)
            times.append((start, time.monotonic() - start))
            if not hits:
                errors.append("nothing was found")
            for hit in hits[:1]:
                passage = hit.passage
                if library.document(passage.document_id).text[passage.start : passage.end] != passage.text:
                    errors.append(f"not the words of {hit.title}")
        except Exception as error:
            times.append((start, time.monotonic() - start))
            errors.append(f"{type(error).__name__}: {error}")
        time.sleep(PAUSE)
    return Asked(who, tuple(times), tuple(errors), peak_resident_mib())


def table(seen: Seen) -> str:
    """What became of it, as lines."""
    seconds = seen.ended - seen.began
    vectors = "the default model" if seen.real else "vectors drawn, not embedded"
    lines = [
        f"{seen.documents:,} documents of {seen.passages:,} passages added to {seen.before:,} passages; {vectors}",
        f"seconds                  {seconds:8,.1f}",
        f"passages a second        {seen.passages / seconds:8,.0f}",
        f"peak memory, adding      {seen.memory:8,.0f} MiB",
    ]
    for asker in seen.askers:
        lines.append(f"asking in another {asker.who}; peak memory of its process {asker.memory:,.0f} MiB")
        for name, during in (("before", False), ("during", True)):
            times = seen.seconds(asker, during)
            if times:
                lines.append(
                    f"  {name} {len(times):6,} searches, median {statistics.median(times) * 1000:8,.0f} ms,"
                    f" worst {max(times) * 1000:8,.0f} ms"
                )
    errors = [*seen.errors, *(f"{asker.who}: {error}" for asker in seen.askers for error in asker.errors)]
    return "\n".join([*lines, f"errors                   {len(errors):8,}", *errors[:20]])
