"""Who looks at the window, and in which language."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ui.place import Place
from ui.texts import EN, ZH, Texts, in_language
from ui.visitor import LANGUAGE, OWNER, visitor

NAME = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("chosen", "accepted", "texts"),
    [
        ("", "", ZH),
        ("", "zh-TW,zh;q=0.9,en;q=0.8", ZH),
        ("", "en-GB,en;q=0.9,zh;q=0.5", EN),
        ("", "fr-FR, en;q=0.7", EN),
        ("", "fr", ZH),
        ("en", "zh-CN", EN),
        ("zh", "en", ZH),
        ("tlh", "en", EN),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(chosen: str, accepted: str, texts: Texts) -> None:
    assert in_language(chosen, accepted) is texts


def test_a_visitor_is_told_by_the_cookie_and_nobody_goes_by_an_invented_name() -> None:
    def request(session: str, **cookies: str) -> SimpleNamespace:
        return SimpleNamespace(cookies=cookies, headers={"accept-language": "en"}, session_hash=session)

    first = visitor(request("s1", **{OWNER: NAME}))
    assert visitor(request("s2", **{OWNER: NAME})).owner == first.owner
    assert first.texts is EN
    assert visitor(request("s1", **{OWNER: NAME, LANGUAGE: "zh"})).texts is ZH
    without = [visitor(request("s1")).owner, visitor(request("s2")).owner, visitor(request("s1", **{OWNER: "x"})).owner]
    assert without[0] != without[1]
    assert without[2] == without[0]
    assert first.owner not in without


@pytest.mark.parametrize("text", ["", "x", "[]", "[1]", "null", '["a"', '{"a": 1}'])
def test_a_place_that_cannot_be_read_is_the_beginning(text: str) -> None:
    assert Place.read(text) == Place("")


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place('库"<b>', "c1")
    assert Place.read(place.text()) == place
