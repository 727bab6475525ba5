"""What people say of an answer: the buttons below it, and keeping what was clicked.

A click goes to the server, which stores it and answers with a receipt, an element that is not shown; ``listen.js``
reads it and marks the button. So the conversation is not drawn anew, and nothing is said to be kept before it is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, cast

from qa import YindaError
from qa.feedback import REASON, VERDICTS, Verdict, record
from ui.conversation import Exchange, turns
from ui.text import Texts

if TYPE_CHECKING:
    from qa import Library

_log = logging.getLogger(__name__)


def buttons(exchange: str, abstained: bool, texts: Texts) -> str:
    """The verdicts to click for an answer or an abstention, with a field for the reason, hidden until one is wrong."""
    if abstained:
        choices = [("right", texts.feedback_right_to_refuse), ("wrong", texts.feedback_has_answer)]
    else:
        choices = [
            ("right", texts.feedback_right),
            ("wrong", texts.feedback_wrong),
            ("should_have_refused", texts.feedback_should_have_refused),
        ]
    identifier = escape(exchange)
    row = "".join(
        f'<button type="button" class="y-verdict" data-event="judge" data-judged="{identifier}"'
        f' data-verdict="{verdict}" aria-pressed="false">{escape(words)}</button>'
        for verdict, words in choices
    )
    why = escape(texts.reason_label_abstained if abstained else texts.reason_label)
    label = escape(texts.feedback_label)
    return (
        f'<div class="y-feedback" data-feedback="{identifier}" role="group" aria-label="{label}">'
        f'{row}<span class="y-receipt" role="status"></span>'
        f'<span class="y-why" hidden><input type="text" class="y-reason" maxlength="{REASON}" autocomplete="off"'
        f' enterkeyhint="done" aria-label="{why}" placeholder="{why}"/>'
        f'<button type="button" class="y-verdict" data-event="judge" data-judged="{identifier}"'
        f' data-verdict="wrong" data-explains="1">{escape(texts.reason_send)}</button></span></div>'
    )


def receipt(exchange: str, verdict: str, message: str, *, kept: bool) -> str:
    """An element that tells the page's script what became of a click; it is never the same twice."""
    return (
        f'<i data-receipt="{escape(exchange)}" data-verdict="{escape(verdict)}" data-kept="{int(kept)}"'
        f' data-message="{escape(message)}" data-time="{time.time_ns()}"></i>'
    )


def stored(
    library: Library, exchanges: Sequence[Exchange], identifier: str, verdict: str, reason: str, texts: Texts
) -> str:
    """Store a verdict on one of this session's ``exchanges``; gives the receipt. Never raises."""
    place = next((i for i, exchange in enumerate(exchanges) if exchange.id == identifier), None)
    answer = exchanges[place].answer if place is not None else None
    if place is None or answer is None or verdict not in VERDICTS:
        return receipt(identifier, "", texts.feedback_failed.format(reason=texts.feedback_gone), kept=False)
    try:
        record(
            library,
            answer,
            exchanges[place].question,
            turns(exchanges[:place]),
            cast(Verdict, verdict),
            reason,
            exchange=identifier,
        )
    except YindaError as error:
        message = " — ".join(filter(None, (error.message, error.hint)))
        return receipt(identifier, "", texts.feedback_failed.format(reason=message), kept=False)
    except Exception:
        _log.exception("feedback was not stored")
        return receipt(identifier, "", texts.feedback_failed.format(reason=texts.unexpected_hint), kept=False)
    return receipt(identifier, verdict, texts.feedback_stored, kept=True)
