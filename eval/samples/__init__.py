"""Sample documents to try the program on, and the first evaluation set.

The city of 澜溪, its reports, the company and its handbook, the regulation, and every person and figure in
them are fictional and were written for this project. The three yearly reports name the same indicators with
different figures, as target and as result, so that telling the years apart is part of the task.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def directory() -> Path:
    """The folder of sample documents: three government reports, a staff handbook and a regulation."""
    return _HERE / "documents"


def questions() -> Path:
    """The evaluation set on the sample documents: UTF-8 JSON Lines, one question a line.

    Fields: ``id``, ``question``, ``answers`` (accepted forms; empty where the documents hold no answer),
    ``kind``, and, where there is an answer, ``evidence`` (a phrase of the paragraph that holds it) and
    ``document`` (its file name in :func:`directory`). Follow-ups have ``history``, earlier questions first.
    """
    return _HERE / "questions.jsonl"
