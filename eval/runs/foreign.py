"""Predictions of other programs, to be scored as Yinda's are."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.errors import RunError
from eval.results import RunResult
from eval.types import EvaluationSet, Prediction, Retrieved, StoredPassage


def score_predictions(evaluation_set: EvaluationSet, path: Path) -> RunResult:
    """Score answers in the layout of the official scripts, or Yinda's.

    A JSON object of id to text, as the official scripts of SQuAD and CMRC take it; or JSON Lines with ``id`` and
    ``text``, and, where there are, ``abstained`` and ``confidence``. An empty text is a refusal. Questions without a
    prediction count as refused, as the official scripts count them as wrong.

    Raises ``RunError`` with the line for anything else.
    """
    rows = _rows(path)
    known = {question.id for question in evaluation_set.questions}
    if rows and not known & rows.keys():
        raise RunError(
            f"{path}: none of its ids is in {evaluation_set.path}", "check that predictions and set belong together"
        )
    predictions = [
        _prediction(evaluation_set.name, question.id, rows.get(question.id, {"text": ""}))
        for question in evaluation_set.questions
    ]
    return _scored(evaluation_set, path, predictions, {})


def score_trec_run(evaluation_set: EvaluationSet, path: Path) -> RunResult:
    """Score a TREC run file (``query Q0 document rank score tag``) against a set of retrieval.

    Documents go by their score, the larger name first where scores tie, as in trec_eval; ranks are not looked at.
    """
    import numpy as np

    from eval.sets.beir import read_trec_run

    run = read_trec_run(path)
    passages = {name: StoredPassage(name, name, "", 0, 0, "") for scores in run.values() for name in scores}
    predictions = [
        Prediction(
            evaluation_set.name,
            question.id,
            "",
            True,
            math.nan,
            retrieved=tuple(
                Retrieved(name, score)
                # trec_eval holds scores in single precision: what is equal there is a tie.
                for name, score in sorted(
                    run.get(question.id, {}).items(), key=lambda item: (np.float32(item[1]), item[0]), reverse=True
                )
            ),
        )
        for question in evaluation_set.questions
    ]
    return _scored(evaluation_set, path, predictions, passages)


def _scored(
    evaluation_set: EvaluationSet, path: Path, predictions: list[Prediction], passages: Mapping[str, StoredPassage]
) -> RunResult:
    from eval.runs.identity import described
    from eval.runs.settings import Settings
    from eval.scoring import score_set

    manifest = {"state": "finished", "predictions": str(path), "sets": [described(evaluation_set, Settings())]}
    return RunResult(manifest, (score_set(evaluation_set, predictions, passages),), passages)


def _prediction(name: str, identifier: str, row: Mapping[str, Any]) -> Prediction:
    text = row["text"]
    abstained = bool(row.get("abstained", not text))
    return Prediction(
        set=name,
        id=identifier,
        text="" if abstained else text,
        abstained=abstained,
        confidence=float(row.get("confidence", math.nan)),
        best=row.get("best", text),
    )


def _rows(path: Path) -> dict[str, Mapping[str, Any]]:
    hint = 'give a JSON object {"id": "text", …}, or JSON Lines with "id" and "text"'
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path} cannot be read: {error}", hint) from None
    try:
        whole = json.loads(content)
    except ValueError:
        whole = None
    if isinstance(whole, dict) and "text" not in whole:
        wrong = next((key for key, text in whole.items() if not isinstance(text, str)), None)
        if wrong is not None:
            raise RunError(f"{path}: the prediction of {wrong!r} is not a text", hint)
        return {key: {"text": text} for key, text in whole.items()}
    rows: dict[str, Mapping[str, Any]] = {}
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            identifier, text = row["id"], row["text"]
            if not 0.0 <= float(row.get("confidence", 0.0)) <= 1.0:
                raise ValueError(f"a confidence of {row['confidence']} is not in 0..1")
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"{path}, line {number}: not a prediction ({error})", hint) from None
        if not isinstance(identifier, (str, int)) or not isinstance(text, str):
            raise RunError(f"{path}, line {number}: id and text must be texts", hint)
        rows[str(identifier)] = row
    return rows
