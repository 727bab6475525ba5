"""How a question goes from asked to answered, stage by stage, so that the window shows what is found as it is found."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa import Hit, Turn, YindaError, ask_in_stages
from qa.conversations import Exchange, KeptAnswer
from ui.texts import Texts
from ui.texts.errors import told

if TYPE_CHECKING:
    from qa import Library
    from ui.warm import WarmUp

_log = logging.getLogger(__name__)
# Exchanges before a question that it may lean on.
HISTORY = 8


@dataclass(frozen=True, slots=True)
class Stage:
    """An exchange on its way: what is being done, and the passages found so far. ``status`` is "" at the end."""

    exchange: Exchange
    status: str = ""
    found: tuple[Hit, ...] = ()


def answering(
    exchange: Exchange, earlier: Sequence[Exchange], library: Library, warm: WarmUp, texts: Texts
) -> Iterator[Stage]:
    """The stages of ``exchange``; the last one has an answer or an error. Never raises.

    An exchange that comes with a ``question`` is asked as that; otherwise its words are understood after those of the
    ``earlier`` exchanges.
    """
    try:
        if not warm.done:
            yield Stage(exchange, texts.loading_model)
            while not warm.wait(0.3):
                yield Stage(exchange, texts.loading_model)
        # A question that was corrected is taken as it stands.
        turns = [] if exchange.question else history(earlier)
        yield Stage(exchange, texts.following if turns else texts.searching)
        asked = exchange.question or exchange.asked
        for now in ask_in_stages(asked, library=library, history=turns, **exchange.options):
            exchange = replace(exchange, question=now.question, carried=now.carried)
            if now.hits and now.answer is None:
                yield Stage(exchange, texts.found.format(count=len(now.hits)), now.hits)
        assert now.answer is not None
        within = tuple(library.document(each).title for each in now.within)
        yield Stage(replace(exchange, within=within, answer=KeptAnswer.of(now.answer, library), error="", hint=""))
    except YindaError as error:
        message, hint = told(error, texts)
        yield Stage(replace(exchange, answer=None, error=message, hint=hint))
    except Exception:
        # The window outlives whatever one question does; the terminal has the details.
        _log.exception("a question failed")
        yield Stage(replace(exchange, answer=None, error=texts.unexpected, hint=texts.unexpected_hint))


def history(earlier: Sequence[Exchange]) -> list[Turn]:
    """What was asked before, as it was understood, and answered: what ``ask`` takes as history."""
    return [Turn(done.question or done.asked, done.answer) for done in earlier if done.answer is not None][-HISTORY:]
