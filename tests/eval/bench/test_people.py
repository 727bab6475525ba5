"""Many people before one window: that what is wrong would be noticed, and that nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench import people
from eval.bench.people import Person
from eval.bench.window import Server


def shown(*questions: str, error: str = "") -> str:
    """A conversation as the window draws it, as far as it is looked at."""
    asked = "".join(f'<div class="y-asked">{question}</div>' for question in questions)
    return asked + (f'<p class="y-error" role="alert">{error}</p>' if error else "")


def test_anothers_text_is_noticed_wherever_it_stands() -> None:
    me, other = Person(3, ["桥多长？"]), Person(30, ["桥多长？"])
    assert me.asked() != other.asked()
    me.see(f'{{"data": ["<div>{me.asked()[0]}</div>", "{me.mark}"]}}')
    assert me.foreign == set()
    me.see(f"…{other.asked()[0]}…")
    assert me.foreign == {other.mark}


@pytest.mark.parametrize(
    ("log", "errors"),
    [
        (shown("桥多长？（访客零零三）", "塔多高？（访客零零三）"), 0),
        (shown("桥多长？（访客零零三）"), 1),
        (shown("塔多高？（访客零零三）", "桥多长？（访客零零三）"), 1),
        (shown("桥多长？（访客零零三）", "塔多高？（访客零零三）", error="忙"), 1),
    ],
)
def test_a_missing_question_another_order_and_an_error_are_noticed(log: str, errors: int) -> None:
    person = Person(3, ["桥多长？", "塔多高？"])
    people._check(person, log, None, "now")
    assert len(person.errors) == errors


def test_what_the_server_complains_of_is_read_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "stderr"
    log.write_text(
        'UserWarning: old\nTraceback (most recent call last):\n  File "x", line 1\n    f()\nValueError: no\nstopped\n',
        encoding="utf-8",
    )
    assert Server("", 0, log).complaints() == ["ValueError: no"]


@pytest.mark.slow
def test_six_people_at_once_see_no_error_and_nothing_of_one_anothers() -> None:
    seen = people.visit(6, 18, deadline=600)
    assert seen.errors == ()
    assert seen.foreign == 0
    assert [person.answered for person in seen.people] == [3] * 6
    lines = people.table(seen).splitlines()
    assert lines[1].split()[2] == "18"


@pytest.mark.slow
def test_the_people_leave_at_the_deadline() -> None:
    seen = people.visit(4, 40, deadline=3)
    assert not seen.sound
    assert any("3 seconds" in error for error in seen.errors)
