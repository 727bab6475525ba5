"""Keeping conversations as they go on. What cannot be stored is held by the server, so that they do go on."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from qa import YindaError
from qa.conversations import Exchange
from ui.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.desk import Desk


class Unkept:
    """Exchanges that could not be stored, by owner and place; they end with the server. Safe for threads."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, Place], dict[str, Exchange]] = {}
        self._lock = threading.Lock()

    def put(self, owner: str, place: Place, exchange: Exchange) -> None:
        """Hold an exchange, in the place of the one with the same id."""
        with self._lock:
            self._held.setdefault((owner, place), {})[exchange.id] = exchange

    def of(self, owner: str, place: Place) -> list[Exchange]:
        """What is held of a conversation, in the order of the questions."""
        with self._lock:
            return list(self._held.get((owner, place), {}).values())

    def drop(self, owner: str, place: Place) -> None:
        """Forget a conversation, because it was stored after all, or deleted."""
        with self._lock:
            self._held.pop((owner, place), None)


def exchanges(desk: Desk, owner: str, place: Place) -> list[Exchange] | None:
    """The exchanges of a conversation, those among them that could not be stored; None where it is gone.

    Raises ``LibraryError`` when it cannot be read.
    """
    conversations = desk.conversations(place.library)
    unkept = desk.unkept.of(owner, place)
    if not unkept and conversations.get(owner, place.conversation) is None:
        return None
    found = {exchange.id: exchange for exchange in conversations.exchanges(owner, place.conversation)}
    return list((found | {exchange.id: exchange for exchange in unkept}).values())


class Keeper:
    """Keeps the exchanges of one conversation, which begins with the first of them. ``tell`` is given what hinders."""

    def __init__(self, desk: Desk, owner: str, place: Place, tell: Callable[[YindaError], None]) -> None:
        self._desk = desk
        self._owner = owner
        self._place = place
        self._tell = tell

    def put(self, exchange: Exchange) -> Place:
        """Keep it; what hinders that is told, and the conversation goes on. Gives the conversation's place."""
        unkept = self._desk.unkept.of(self._owner, self._place)
        try:
            self._store([*unkept, exchange], begun=not unkept)
        except YindaError as error:
            self._tell(error)
            if not self._place.conversation:
                self._place = replace(self._place, conversation=uuid.uuid4().hex)
            elif not unkept and self._gone():
                return self._place
            self._desk.unkept.put(self._owner, self._place, exchange)
        return self._place

    def _store(self, new: list[Exchange], *, begun: bool) -> None:
        conversations = self._desk.conversations(self._place.library)
        place = self._place
        if not place.conversation or (not begun and conversations.get(self._owner, place.conversation) is None):
            place = replace(place, conversation=conversations.begin(self._owner).id)
        for exchange in new:
            conversations.put(self._owner, place.conversation, exchange)
        self._desk.unkept.drop(self._owner, self._place)
        self._place = place

    def _gone(self) -> bool:
        """Whether it was deleted meanwhile: then nothing of it comes back."""
        try:
            return self._desk.conversations(self._place.library).get(self._owner, self._place.conversation) is None
        except YindaError:
            return False
