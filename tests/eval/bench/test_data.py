"""The sets that benchmarks ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench.data import HELD_APART, public_set
from qa.reader.train import squad


@pytest.mark.parametrize(("name", "file"), HELD_APART)
def test_what_is_held_apart_is_not_learned_from(shared: Path, name: str, file: str) -> None:
    every, data = public_set(shared, file), public_set(shared, file, held_apart=True)
    paragraphs, _ = squad.load(shared)
    learned = {one.text for one, apart in zip(paragraphs, squad.held_apart(paragraphs), strict=True) if not apart}
    texts = {document.text for document in data.documents}
    assert {document.text for document in every.documents} - texts <= learned
    assert not texts & learned
    assert len(data.questions) > 200
    assert {q.evidence[0].document for q in data.questions} <= {document.name for document in data.documents}
