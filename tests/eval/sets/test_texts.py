"""Looking a phrase up in all documents at once finds what looking in each of them finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eval.sets import check, texts
from eval.sets.texts import Match, Texts
from qa.text.normalise import fold

TEXT = st.text("甲乙條条ＡaA,。.1 \0\n𠮷", max_size=12)


@given(st.lists(TEXT, min_size=1, max_size=5), st.text("甲乙條条ＡaA,。.1 \0𠮷", min_size=1, max_size=4))
@example(["甲", "乙"], "甲\0乙")
@example(["甲。", "。甲"], "甲甲")
@example(["條條", "x条条"], "条")
def test_all_at_once_is_as_one_by_one(bodies: list[str], phrase: str) -> None:
    held = Texts()
    for number, text in enumerate(bodies):
        held.add(str(number), text)
    whole = held.among([])
    assert held.match(phrase, whole) == min((body.match(phrase) for body in whole), default=Match.NONE)
    holders = [body for body in whole if fold(phrase) in fold(body.text)]
    assert held.holders(phrase, whole) == holders
    if "\0" not in phrase:
        first = held.first(["no such phrase", phrase])
        assert first is next((body for body in whole if phrase in body.text), None)


def test_a_phrase_is_not_folded_for_each_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"question": f"{n}？", "answers": [f"没有{n}"], "evidence": f"也没有{n}"} for n in range(20)]
    documents = [{"name": f"d{n}", "text": f"第{n}件事。"} for n in range(50)]
    files: dict[str, list[Any]] = {"q.jsonl": rows, "q.documents.jsonl": documents}
    for name, lines in files.items():
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (tmp_path / name).write_text(text, "utf-8")
    folded: list[str] = []

    def counted(plain: Callable[[str], str]) -> Callable[[str], str]:
        def fold(text: str) -> str:
            folded.append(text)
            return plain(text)

        return fold

    for name in ("fold", "loosely"):
        monkeypatch.setattr(texts, name, counted(getattr(texts, name)))
    report = check(tmp_path / "q.jsonl")
    assert report.count("answer-nowhere") == report.count("evidence-nowhere") == len(rows)
    assert len(folded) <= 3 * (len(rows) + len(documents))
