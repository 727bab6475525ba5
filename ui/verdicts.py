"""Keeping what people say of an answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from qa import YindaError
from qa.conversations import Exchange
from qa.feedback import VERDICTS, Verdict, record
from ui.answering import history
from ui.components.feedback import receipt
from ui.texts import Texts
from ui.texts.errors import told_line

if TYPE_CHECKING:
    from qa import Library

_log = logging.getLogger(__name__)


def stored(
    library: Library, exchanges: Sequence[Exchange], identifier: str, verdict: str, reason: str, texts: Texts
) -> str:
    """Store a verdict on one of the conversation's ``exchanges``; gives the receipt. Never raises."""
    place = next((i for i, exchange in enumerate(exchanges) if exchange.id == identifier), None)
    answer = exchanges[place].answer if place is not None else None
    if place is None or answer is None or verdict not in VERDICTS:
        return receipt(identifier, "", texts.feedback_failed.format(reason=texts.feedback_gone), kept=False)
    try:
        record(
            library,
            answer,
            exchanges[place].asked,
            history(exchanges[:place]),
            cast(Verdict, verdict),
            reason,
            exchange=identifier,
        )
    except YindaError as error:
        reason = told_line(error, texts)
        return receipt(identifier, "", texts.feedback_failed.format(reason=reason), kept=False)
    except Exception:
        _log.exception("feedback was not stored")
        return receipt(identifier, "", texts.feedback_failed.format(reason=texts.unexpected_hint), kept=False)
    return receipt(identifier, verdict, texts.feedback_stored, kept=True)
