"""What people say of an answer: the buttons below it, and the receipt for a click.

A click goes to the server, which stores it and answers with a receipt, an element that is not shown; ``listen.js``
reads it and marks the button. So the conversation is not drawn anew, and nothing is said to be kept before it is.
"""

from __future__ import annotations

import time
from html import escape

from qa.feedback import REASON
from ui.texts import Texts


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
