"""One writer at a time, in any number of processes, and work that is broken off."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from qa import Hit, Library, LibraryError, ask
from qa.progress import Step
from qa.reader.base import Candidate

LONG = "# 条例\n" + "".join(
    f"\n第{number}条 申请人应当在{number}日内提交第{number}号材料，逾期不予受理。\n" for number in range(1, 31)
)
# A process that is in the middle of a change, and says so.
HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE documents SET title = 'never finished'")
print("holding", flush=True)
time.sleep(600)
"""


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", model=embedder) as opened:
        opened.add_bytes("图书馆周一闭馆。".encode(), "a.txt")
        yield opened


class Counting:
    """The model, and the texts that it was given to embed; stops once it has embedded ``stop_after``."""

    def __init__(self, embedder: Embedder, stop_after: int | None = None) -> None:
        self._embedder = embedder
        self.name, self.identity, self.dimension = embedder.name, embedder.identity, embedder.dimension
        self.encode_queries = embedder.encode_queries
        self.texts: list[str] = []
        self.stop_after = stop_after

    def encode_passages(self, texts: Sequence[str], **options: Any) -> Any:
        if self.stop_after is not None and len(self.texts) >= self.stop_after:
            raise KeyboardInterrupt
        self.texts += texts
        return self._embedder.encode_passages(texts, **options)


def test_a_second_writer_is_told_and_a_killed_one_holds_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    monkeypatch.setattr("qa.sqlite.BUSY_SECONDS", 0.5)
    file = library.folder / "library.sqlite"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with Library.open(library.folder, model=embedder) as other:
            for change in (
                lambda: other.add_bytes("邮局周末休息。".encode(), "b.txt"),
                lambda: other.remove(other.documents()[0].id),
                lambda: other.edit(other.documents()[0].id, title="新题"),
            ):
                with pytest.raises(LibraryError, match="is busy") as caught:
                    change()
                assert "try again" in caught.value.hint
                assert "\n" not in caught.value.message
            # Reading goes on, and does not see what is not finished.
            assert other.search("图书馆", 1)[0].title != "never finished"
            os.kill(holder.pid, signal.SIGKILL)
            holder.wait()
            assert other.add_bytes("邮局周末休息。".encode(), "b.txt").added
            assert other.problems() == []
    assert [d.title for d in library.documents() if d.title == "never finished"] == []


def test_a_cache_that_another_process_is_writing_is_waited_for_in_vain_without_harm(
    library: Library, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import filelock

    monkeypatch.setattr("qa.retriever.retriever.CACHE_SECONDS", 0.2)
    cache = library.folder / "cache"
    locks = [filelock.FileLock(cache / name, is_singleton=False) for name in ("vectors.lock", "lexical.lock")]
    with locks[0], locks[1]:
        (added,) = library.add_bytes("邮局周末休息。".encode(), "b.txt").added
        assert library.search("邮局", 1)[0].passage.text == "邮局周末休息。"
        library.remove(added.document_id or "")
        assert all("邮局" not in hit.passage.text for hit in library.search("邮局周末", 9))
    with Library.open(library.folder, model=embedder) as other:
        assert all("邮局" not in hit.passage.text for hit in other.search("邮局周末", 9))
        assert other.problems() == []


def test_ctrl_c_in_the_middle_of_a_document_loses_no_vector(
    library: Library, tmp_path: Path, embedder: Embedder
) -> None:
    (tmp_path / "条例.md").write_text(LONG, "utf-8")
    stopped = Counting(embedder, stop_after=16)
    with Library.open(library.folder, model=stopped) as first, pytest.raises(KeyboardInterrupt):  # type: ignore[arg-type]
        first.add(tmp_path / "条例.md")
    assert len(library.documents()) == 1
    assert library.problems() == []
    going_on = Counting(embedder)
    with Library.open(library.folder, model=going_on) as second:  # type: ignore[arg-type]
        (added,) = second.add(tmp_path / "条例.md").added
        assert added.embedded == len(going_on.texts) == added.passages - len(stopped.texts)
        assert set(stopped.texts).isdisjoint(going_on.texts)
        assert second.problems() == []
        vectors = {p.text: second._store.vectors([p.id])[0] for p in second.passages(added.document_id or "")}
    with Library.open(tmp_path / "at once", model=embedder) as whole:
        whole.add(tmp_path / "条例.md")
        for passage in whole.passages(whole.documents()[0].id):
            assert vectors[passage.text] @ whole._store.vectors([passage.id])[0] > 0.9999
    with closing(sqlite3.connect(library.folder / "library.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM kept_vectors").fetchone() == (0,)


def test_ctrl_c_while_a_document_is_stored_loses_no_vector(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "条例.md").write_text(LONG, "utf-8")

    def stopped(*given: Any, **named: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(library._store, "put", stopped)
        with pytest.raises(KeyboardInterrupt):
            library.add(tmp_path / "条例.md")
    (added,) = library.add(tmp_path / "条例.md").added
    assert added.embedded == 0
    assert added.passages > 0
    assert library.problems() == []


def test_a_killed_process_loses_at_most_what_it_embedded_last(
    library: Library, tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.library.library.KEEP_SECONDS", 0.0)
    (tmp_path / "条例.md").write_text(LONG, "utf-8")
    kept: list[int] = []

    def look(step: Step) -> None:
        # What is on the disk before the process could be killed here.
        with closing(sqlite3.connect(library.folder / "library.sqlite")) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept_vectors'").fetchone():
                kept.append(connection.execute("SELECT count(*) FROM kept_vectors").fetchone()[0])

    library.add(tmp_path / "条例.md", progress=look)
    assert max(kept) >= 8
    assert kept == sorted(kept[:-1]) + kept[-1:]
    assert library.problems() == []


def test_caches_are_written_in_growing_steps(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents that come one by one cost the writing of all vectors now and then, not each time."""
    written: list[int] = []
    monkeypatch.setattr("qa.retriever.retriever.SAVE_AFTER", 2)
    replace = os.replace

    def counted(source: Any, target: Any) -> None:
        if str(target).endswith("vectors.faiss"):
            written.append(1)
        replace(source, target)

    monkeypatch.setattr("embeddings.index.os.replace", counted)
    monkeypatch.setattr("qa.retriever.retriever.SAVE_SHARE", 2)
    with Library.open(tmp_path / "library", model=embedder) as library:
        for number in range(60):
            library.add_bytes(f"第{number}号桥。".encode(), f"{number}.txt")
        assert len(written) < 15
        assert len(library.search("桥", 100)) == 60
        assert library.problems() == []


def test_an_answer_cites_nothing_that_went_while_it_was_read(library: Library, embedder: Embedder) -> None:
    class Slow:
        """Reads all of a passage as the answer, while another process replaces the documents."""

        name = identity = "slow"
        threshold = 0.5

        def __init__(self) -> None:
            self.read_texts: list[str] = []

        def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
            self.read_texts += [hit.passage.text for hit in hits]
            with Library.open(library.folder, model=embedder) as other:
                for document in other.documents():
                    if "周一" in document.text:
                        other.remove(document.id)
                        other.add_bytes("图书馆周三闭馆。".encode(), "b.txt")
            return [Candidate(h, h.passage.start, h.passage.end, h.passage.text, 0.9) for h in hits]

    reader = Slow()
    answer = ask("图书馆周几闭馆？", library=library, reader=reader)
    assert reader.read_texts == ["图书馆周一闭馆。", "图书馆周三闭馆。"]
    assert answer.text == "图书馆周三闭馆。"
    assert [hit.passage.text for hit in answer.nearest] == ["图书馆周三闭馆。"]
