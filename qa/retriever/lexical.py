"""The lexical index: BM25 over words and character pairs, kept by tantivy as a cache beside the SQLite file.

BM25 is tantivy's, with k1 = 1.2 and b = 0.75 (Robertson and Zaragoza 2009, equation 3.15). The score is the mean of
BM25 over jieba's words and over pairs of characters: words tell terms apart, pairs find what the dictionary cuts
differently. On the training sets of `python -m eval.bench fusion` the mean beats either alone. Texts are cut by
``qa.text.words`` and handed over as they are, so that what is indexed and what is asked is cut alike.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.text.aliases import other_names
from qa.text.words import bigrams, words

if TYPE_CHECKING:
    import tantivy

# Raise when the way words are cut or fields are laid out changes: older caches are then rebuilt.
FORMAT = 3
# The context field (title and heading path) counts for search, less than the passage's own words.
OTHER_NAME_BOOST = 0.25
"""Half of what a question's own words count."""
CONTEXT_BOOST = 0.5
_WRITER_HEAP = 50_000_000


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """What is indexed of a passage: its own text, and its context (title and headings)."""

    passage_id: int
    document_id: str
    text: str
    context: str


class LexicalUnreadable(Exception):
    """The index on disk is damaged or of another layout: ``LexicalIndex.clear`` it and build it again."""


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise LexicalUnreadable(str(error)) from error


class LexicalIndex:
    """BM25 over passages, in a folder, or in memory without one. The folder is a cache: it may be deleted any time.

    ``change`` is the Library's change number that the index stands at; it is kept in a file beside the index that
    is written after tantivy's own commit. A crash between the two leaves an older number, and doing the same
    changes again is harmless, because a passage is deleted before it is added.

    tantivy counts deleted passages in its statistics until it merges them away, so that scores are a little off;
    ``ghosts`` says how many there are, at most, and an ``update`` with ``whole`` leaves none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._index: tantivy.Index | None = None
        # What the open index stands at; without a folder, the stamp itself.
        self._stamp: str = ""

    def _open(self) -> tantivy.Index:
        import tantivy

        if self._index is None:
            schema = (
                tantivy.SchemaBuilder()
                .add_integer_field("passage", stored=True, indexed=True, fast=True)
                .add_text_field("document", tokenizer_name="raw", index_option="basic")
                .add_text_field("words", tokenizer_name="whitespace", index_option="freq")
                .add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
                .add_text_field("context", tokenizer_name="whitespace", index_option="freq")
                .build()
            )
            if self._folder is None:
                self._index = tantivy.Index(schema)
                return self._index
            folder = self._folder / "index"
            with _readable():
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(schema, path=str(folder))
        return self._index

    def _read_stamp(self) -> str:
        if self._folder is None:
            return self._stamp
        try:
            return (self._folder / "change").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _standing(self) -> tuple[int, int]:
        """Change number and ghosts; zeros when there is no index or it is of another format."""
        if self._folder is not None and not (self._folder / "index" / "meta.json").exists():
            return 0, 0
        match self._read_stamp().split():
            case [format_, change, *ghosts] if format_ == str(FORMAT) and all(map(str.isdigit, (change, *ghosts))):
                return int(change), int(ghosts[0]) if ghosts else 0
        return 0, 0

    def change(self) -> int:
        """The change number that the index stands at; 0 when there is none or it is of another format."""
        return self._standing()[0]

    def ghosts(self) -> int:
        """How many deleted passages still count in the statistics, at most."""
        return self._standing()[1]

    @property
    def in_memory(self) -> bool:
        """Whether it has no folder."""
        return self._folder is None

    def copy_to(self, folder: Path) -> LexicalIndex:
        """An index in another folder that starts with what this one holds; raises ``OSError``."""
        copy = folder / "index"
        copy.mkdir(parents=True, exist_ok=True)
        if self._folder is not None and self.change():
            # The stamp first: one that is older than the index is harmless. Locks are tantivy's own affair.
            shutil.copyfile(self._folder / "change", folder / "change")
            for file in (self._folder / "index").iterdir():
                if file.suffix != ".lock":
                    shutil.copyfile(file, copy / file.name)
        return LexicalIndex(folder)

    def clear(self) -> None:
        """Delete the index; the next ``update`` starts from nothing."""
        self._index = None
        self._stamp = ""
        if self._folder is None:
            return
        (self._folder / "change").unlink(missing_ok=True)
        shutil.rmtree(self._folder / "index", ignore_errors=True)

    def update(
        self, removed: Sequence[int], added: Iterable[LexicalEntry], change: int, *, whole: bool = False
    ) -> None:
        """Take away and add passages, then stand at ``change``. One process at a time may call this.

        ``whole``: ``added`` is all that the index shall hold. Who searches meanwhile sees the index as it was.
        Raises ``LexicalUnreadable``, and ``OSError`` when the folder cannot be written.
        """
        import tantivy

        before, ghosts = self._standing()
        if before == 0:
            self.clear()
        with _readable():
            writer = self._open().writer(_WRITER_HEAP, 1)
        ghosts = 0 if whole else ghosts + len(removed)
        if whole:
            writer.delete_all_documents()
        for passage_id in removed:
            writer.delete_documents_by_term("passage", passage_id)
        for entry in added:
            writer.delete_documents_by_term("passage", entry.passage_id)
            document: Any = tantivy.Document()
            document.add_integer("passage", entry.passage_id)
            document.add_text("document", entry.document_id)
            document.add_text("words", " ".join(words(entry.text)))
            document.add_text("pairs", " ".join(bigrams(entry.text)))
            document.add_text("context", " ".join(words(entry.context)))
            writer.add_document(document)
        with _readable():
            writer.commit()
            writer.wait_merging_threads()
        standing = f"{FORMAT} {change} {ghosts}"
        if self._folder is None:
            with _readable():
                self._open().reload()
            self._stamp = standing
            return
        stamp = self._folder / "change"
        temporary = stamp.with_suffix(".new")
        temporary.write_text(f"{standing}\n", "ascii")
        temporary.replace(stamp)

    def search(self, question: str, k: int, documents: Sequence[str] | None = None) -> list[tuple[int, float]]:
        """The ``k`` best passages as ``(passage id, BM25 score)``, best first, among ``documents`` if given.

        Raises ``LexicalUnreadable``.
        """
        import tantivy

        cut = words(question)
        if not cut or k <= 0 or (documents is not None and not documents):
            return []
        index = self._open()
        stamp = self._read_stamp()
        if stamp != self._stamp:
            with _readable():
                index.reload()
            self._stamp = stamp
        schema, should = index.schema, tantivy.Occur.Should

        def terms(field: str, texts: Iterable[str], boost: float) -> list[tuple[tantivy.Occur, tantivy.Query]]:
            return [
                (should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, field, t, "freq"), boost))
                for t in texts
            ]

        # A word that the question says twice counts twice, as BM25's query term frequency has it.
        clauses = (
            terms("words", cut, 0.5)
            + terms("pairs", bigrams(question), 0.5)
            + terms("context", dict.fromkeys(cut), CONTEXT_BOOST)
        )
        # The GDP may be called 地区生产总值: of its other names, the one that fits best counts.
        for names in other_names(question):
            called = [
                terms("words", words(name), OTHER_NAME_BOOST) + terms("pairs", bigrams(name), OTHER_NAME_BOOST)
                for name in names
            ]
            best = tantivy.Query.disjunction_max_query([tantivy.Query.boolean_query(each) for each in called])
            clauses.append((should, best))
        query = tantivy.Query.boolean_query(clauses)
        if documents is not None:
            among = tantivy.Query.term_set_query(schema, "document", list(documents))
            must = tantivy.Occur.Must
            query = tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(among, 0.0))])
        with _readable():
            searcher = index.searcher()
            found = searcher.search(query, limit=k, count=False).hits
            ids = [int(searcher.doc(address)["passage"][0]) for _, address in found]
        return [(identifier, float(score)) for identifier, (score, _) in zip(ids, found, strict=True)]

    def ids(self) -> set[int]:
        """The passages that are in the index; raises ``LexicalUnreadable``."""
        import tantivy

        index = self._open()
        with _readable():
            index.reload()
            searcher = index.searcher()
            if searcher.num_docs == 0:
                return set()
            found = searcher.search(tantivy.Query.all_query(), limit=searcher.num_docs, count=False).hits
            return {int(searcher.doc(address)["passage"][0]) for _, address in found}
