"""Proposals over the sample documents, in a real Library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.drafting import KINDS, draft
from eval.samples import directory
from qa import Library, YindaError


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("drafting") / "library") as opened:
        opened.add(directory() / "report-2023.html")
        opened.add_bytes((directory() / "regulation.txt").read_bytes(), "上传的办法.txt")
        yield opened


def test_proposals_are_spread_over_documents_and_kinds(library: Library) -> None:
    drafts = draft(library, limit=40)
    assert len(drafts) == 40
    texts = {Path(d.path).name if d.path else "上传的办法.txt": d.text for d in library.documents()}
    documents = Counter(e.document for d in drafts for e in d.evidence)
    assert set(documents) == set(texts)
    assert min(documents.values()) >= 8
    assert len({d.kind for d in drafts}) >= 6
    assert 4 <= sum(d.kind == "unanswerable" for d in drafts) <= 10
    for one in drafts:
        for place in one.evidence:
            assert texts[str(place.document)][place.start : place.end] == one.answers[0]
            assert texts[str(place.document)].count(one.passage) >= 1
            assert one.passage.count(str(place.phrase)) == 1


def test_seed_limit_and_kinds_decide_what_is_proposed(library: Library) -> None:
    some = draft(library, limit=12, seed=1)
    assert draft(library, limit=12, seed=1) == some
    assert len(some) == 12
    assert {d.id for d in draft(library, limit=12, seed=2)} != {d.id for d in some}
    assert {d.kind for d in draft(library, kinds=["growth", "section"])} == {"growth", "section"}
    assert {d.kind for d in draft(library, kinds=["unanswerable"])} == {"unanswerable"}
    assert draft(library, limit=0) == []


def test_an_unknown_kind_and_an_empty_library(library: Library, tmp_path: Path) -> None:
    with pytest.raises(YindaError, match="nonsense") as caught:
        draft(library, kinds=["nonsense"])
    assert all(kind in caught.value.hint for kind in KINDS)
    with Library.open(tmp_path / "empty") as empty:
        assert draft(empty) == []
