"""Conversations as they go on: what is deleted meanwhile stays deleted, what cannot be stored is still there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa import Library, YindaError
from qa.conversations import Exchange
from ui.desk import Desk
from ui.keeping import Keeper, exchanges
from ui.place import Place
from ui.warm import WarmUp

OWNER = "a" * 32


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Library.open(tmp_path / "library") as library:
        made = Desk(library, WarmUp(library))
        yield made
        made.close()


def asked(desk: Desk, place: Place) -> list[str] | None:
    found = exchanges(desk, OWNER, place)
    return None if found is None else [exchange.asked for exchange in found]


def test_what_is_deleted_while_it_is_answered_does_not_come_back(desk: Desk) -> None:
    told: list[YindaError] = []
    keeper = Keeper(desk, OWNER, Place(desk.name()), told.append)
    exchange = Exchange.new("一？")
    place = keeper.put(exchange)
    assert asked(desk, place) == ["一？"]
    desk.conversations().delete(OWNER, place.conversation)
    assert keeper.put(exchange) == place
    assert len(told) == 1
    assert asked(desk, place) is None


def test_what_cannot_be_stored_goes_on_and_is_stored_once_it_can_be(desk: Desk, tmp_path: Path) -> None:
    told: list[YindaError] = []
    file = tmp_path / "library" / "conversations.sqlite"
    file.mkdir()  # there is no file of that name to be made
    keeper = Keeper(desk, OWNER, Place(desk.name()), told.append)
    first, second = Exchange.new("一？"), Exchange.new("二？")
    place = keeper.put(first)
    assert keeper.put(second) == place
    assert keeper.put(first) == place
    assert len(told) == 3
    assert desk.unkept.of(OWNER, place) == [first, second]
    assert desk.unkept.of("b" * 32, place) == []
    file.rmdir()
    assert asked(desk, place) == ["一？", "二？"]
    place = Keeper(desk, OWNER, place, told.append).put(Exchange.new("三？"))
    assert len(told) == 3
    assert asked(desk, place) == ["一？", "二？", "三？"]
    assert desk.unkept.of(OWNER, place) == []
    assert [c.id for c in desk.conversations().list(OWNER)] == [place.conversation]


def test_a_library_whose_folder_is_gone_is_not_asked(desk: Desk, tmp_path: Path) -> None:
    held = desk.held()
    (tmp_path / "library").rename(tmp_path / "away")
    with pytest.raises(YindaError, match="no Library at"):
        desk.library()
    assert desk.held() == held
    (tmp_path / "away").rename(tmp_path / "library")
    assert desk.library() is desk.shelf.first
