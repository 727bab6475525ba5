"""A run's folder: ``run.json``, ``predictions.jsonl``, ``passages.jsonl``. What is written once stays.

Both JSON Lines files only grow, a line a question and a line a passage. A process that is killed leaves at most one
unfinished line at the end, which is cut off when the run goes on.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from eval.errors import RunError
from eval.files import write_whole
from eval.types import Distracted, PredictedCitation, Prediction, Retrieved, StoredPassage

MANIFEST = "run.json"
PREDICTIONS = "predictions.jsonl"
PASSAGES = "passages.jsonl"
LIBRARIES = "library"
_LOCK = ".lock"


class RunFolder:
    """The folder of a run, held by one process at a time; a context manager.

    Raises ``RunError`` when another process works in it, or it holds something else.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock, Timeout

        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path / _LOCK, timeout=0)
            self._lock.acquire()
        except Timeout:
            raise RunError(
                f"{path} is in use by another run", "wait for it, or name another folder with --out"
            ) from None
        except OSError as error:
            raise RunError(
                f"{path} cannot be used: {error.strerror or error}", "name another folder with --out"
            ) from None
        self._predictions: IO[bytes] | None = None
        self._passages: IO[bytes] | None = None
        self._kept: set[str] = set()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write everything out and let go of the folder."""
        for stream in (self._predictions, self._passages):
            if stream is not None:
                stream.flush()
                os.fsync(stream.fileno())
                stream.close()
        self._predictions = self._passages = None
        self._lock.release()

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Replace ``run.json`` at once."""
        write_text(self.path / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")

    def resume(self) -> set[tuple[str, str]]:
        """Open the files for more; returns the (set, id) of the questions that have their prediction."""
        _cut_unfinished(self.path / PREDICTIONS)
        _cut_unfinished(self.path / PASSAGES)
        done = {(row["set"], row["id"]) for row in _rows(self.path / PREDICTIONS)}
        self._kept = {row["key"] for row in _rows(self.path / PASSAGES)}
        self._predictions = (self.path / PREDICTIONS).open("ab")
        self._passages = (self.path / PASSAGES).open("ab")
        return done

    def restart(self) -> None:
        """Forget what was predicted, and the Library of the set's documents, which may be cut or embedded otherwise."""
        for name in (MANIFEST, PREDICTIONS, PASSAGES):
            (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.path / LIBRARIES, ignore_errors=True)

    def add(self, prediction: Prediction, passages: list[StoredPassage]) -> None:
        """Keep a prediction, and before it the passages it names that are not kept yet."""
        assert self._predictions is not None
        assert self._passages is not None
        for passage in passages:
            if passage.key not in self._kept:
                self._kept.add(passage.key)
                self._passages.write(_line(asdict(passage)))
        # Passages first: a prediction that is kept finds what it names.
        self._passages.flush()
        self._predictions.write(_line(prediction_row(prediction)))
        self._predictions.flush()


def read_manifest(path: Path) -> dict[str, Any] | None:
    """``run.json`` of a run's folder; ``None`` when there is none. Raises ``RunError`` when it is damaged."""
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise RunError(f"{path / MANIFEST} cannot be read: {error}", "make the run again with --restart") from None
    if not isinstance(manifest, dict):
        raise RunError(f"{path / MANIFEST} is not that of a run", "name the folder that a run was written to")
    return manifest


def read_predictions(path: Path) -> Iterator[Prediction]:
    """The predictions of a run's folder, in the order in which they were made."""
    for number, row in enumerate(_rows(path / PREDICTIONS), 1):
        try:
            yield prediction_of(row)
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"{path / PREDICTIONS}, line {number}: not a prediction ({error!r})",
                "make the run again with --restart",
            ) from None


def read_passages(path: Path) -> dict[str, StoredPassage]:
    """The passages of a run's folder by key."""
    return {
        row["key"]: StoredPassage(**{**row, "heading_path": tuple(row["heading_path"])})
        for row in _rows(path / PASSAGES)
    }


def prediction_row(prediction: Prediction) -> dict[str, Any]:
    """A prediction as JSON-ready values, as they stand in ``predictions.jsonl``."""
    row = asdict(prediction)
    row["retrieved"] = [[r.passage, round(r.score, 6)] for r in prediction.retrieved]
    row["timings"] = {stage: round(seconds, 6) for stage, seconds in prediction.timings.items()}
    row["memory_mib"] = round(prediction.memory_mib, 1)
    return row


def prediction_of(row: Mapping[str, Any]) -> Prediction:
    """The prediction of a line of ``predictions.jsonl``."""
    best, distracted = row.get("best_citation"), row.get("distracted")
    return Prediction(
        set=row["set"],
        id=row["id"],
        text=row["text"],
        abstained=bool(row["abstained"]),
        confidence=float(row["confidence"]),
        citations=tuple(PredictedCitation(**c) for c in row.get("citations", ())),
        question=row.get("question", ""),
        best=row.get("best", row["text"]),
        best_citation=PredictedCitation(**best) if best else None,
        retrieved=tuple(Retrieved(key, score) for key, score in row.get("retrieved", ())),
        timings=row.get("timings", {}),
        memory_mib=row.get("memory_mib", 0.0),
        distracted=Distracted(**{**distracted, "history": tuple(distracted["history"])}) if distracted else None,
        error=row.get("error", ""),
    )


def write_text(path: Path, text: str) -> None:
    """Replace a file at once: a reader sees the old text or the new, never a part."""
    write_whole(path, text.encode())


def _line(row: Mapping[str, Any]) -> bytes:
    # A lone surrogate, which a document may hold, cannot be encoded; json escapes it.
    text = json.dumps(row, ensure_ascii=False)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row).encode() + b"\n"


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        for number, line in enumerate(stream, 1):
            if not line.endswith(b"\n"):
                return  # unfinished: the process that wrote it was killed
            try:
                row = json.loads(line)
            except ValueError as error:
                raise RunError(f"{path}, line {number}: {error}", "make the run again with --restart") from None
            yield row


def _cut_unfinished(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as stream:
        end = stream.seek(0, os.SEEK_END)
        while end > 0:
            size = min(65536, end)
            stream.seek(end - size)
            found = stream.read(size).rfind(b"\n")
            if found >= 0:
                stream.truncate(end - size + found + 1)
                return
            end -= size
        stream.truncate(0)
