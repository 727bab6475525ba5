"""Value objects and the import of the package."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

from qa import Addition, AddReport, Answer, Citation, Document, Hit, Passage, Span, Turn

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "torch",
    "faiss",
    "sentence_transformers",
    "transformers",
    "jieba",
    "tantivy",
    "docx",
    "gradio",
    "pypdfium2",
    "PIL",
)


def test_importing_loads_nothing_heavy() -> None:
    code = f"import sys, qa, qa.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_values_pickle_and_become_json() -> None:
    document = Document("d", "报告", "收入3亿元。", date="2023")
    passage = Passage(1, "d", 0, 0, 6, "收入3亿元。", ("一、回顾",))
    citation = Citation("3亿元", 2, 5, document, passage)
    answer = Answer("3亿元", (citation,), 0.9, False, "多少？", nearest=(Hit(passage, 1.0),), timings={"total": 1.0})
    assert pickle.loads(pickle.dumps(Turn("收入？", answer))) == Turn("收入？", answer)
    assert citation.span == Span("d", 2, 5)
    assert citation.heading_path == ("一、回顾",)
    assert json.loads(json.dumps(answer.to_dict()))["citations"][0]["quote"] == "3亿元"
    assert "text" not in document.to_dict()


def test_a_report_sorts_by_status() -> None:
    report = AddReport(tuple(Addition(s, s) for s in ("added", "failed", "replaced", "unchanged", "added")))
    counts = [len(x) for x in (report.added, report.unchanged, report.replaced, report.failed)]
    assert counts == [2, 1, 1, 1]
