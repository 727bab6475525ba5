"""A proposed question for an evaluation set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from eval.types import Evidence
from qa.drafting import KINDS as ANSWERED

# What a draft can ask for, in the order in which they are chosen in turn.
KINDS = (*ANSWERED, "unanswerable")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that a person may accept, edit or drop.

    ``answers`` are exact parts of the document; none means that the documents hold no answer, unless ``needs`` is
    "answer": then a person has to fill it in, and ``suggestions`` are answers that were considered. ``evidence`` names
    the document's file, the offsets of the answer in its text, and a phrase that occurs once in ``passage`` (the
    passage's text). ``rule`` is the rule that proposed it, ``title`` the document's title, ``note``
    what the person said.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    kind: str = ""
    passage: str = ""
    rule: str = ""
    title: str = ""
    history: tuple[str, ...] = ()
    needs: str = ""
    suggestions: tuple[str, ...] = ()
    note: str = ""


def draft_id(prefix: str, parts: Iterable[str]) -> str:
    """An id that the same content always gets."""
    return f"{prefix}-{hashlib.sha256(chr(31).join(parts).encode('utf-8', 'replace')).hexdigest()[:10]}"
