"""SQuAD's exact match and F1 against an independent reading of the official script's rules, and its known results."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import squad

WORDS = st.lists(
    st.sampled_from(
        ["the", "The", "a", "an", "cat", "cat's", "U.S.", "北京", "，", "-", "“a", "x-a", "\t", "theatre", "%"]
    ),
    max_size=6,
)
TEXT = st.one_of(WORDS.map(" ".join), WORDS.map("".join), st.text(max_size=12))


def reference_tokens(text: str) -> list[str]:
    for mark in string.punctuation:
        text = text.lower().replace(mark, "")
    runs = re.findall(r"\w+|\W+", text)
    return "".join(" " if run in ("a", "an", "the") else run for run in runs).split()


def reference(prediction: str, answers: list[str]) -> tuple[float, float]:
    """Exact match and F1, with common words counted off one by one."""
    gold = [tokens for answer in answers if (tokens := reference_tokens(answer))] or [[]]
    predicted = reference_tokens(prediction)
    exact = 1.0 if predicted in gold else 0.0
    best = 0.0
    for answer in gold:
        left, common = list(answer), 0
        for word in predicted:
            if word in left:
                left.remove(word)
                common += 1
        if not answer or not predicted:
            best = max(best, 1.0 if answer == predicted else 0.0)
        elif common:
            best = max(best, 2 * common / (len(predicted) + len(answer)))
    return exact, best


@given(TEXT, st.lists(TEXT, max_size=3))
def test_agrees_with_the_reference(prediction: str, answers: list[str]) -> None:
    exact, f1 = reference(prediction, answers)
    assert squad.exact_match(prediction, answers) == exact
    assert squad.f1(prediction, answers) == pytest.approx(f1, abs=1e-9)


@given(TEXT)
def test_normalising_again_keeps_a_normal_form_of_words(text: str) -> None:
    normal = squad.normalise(text)
    assert normal == " ".join(normal.split())
    assert not set(normal) & set(string.punctuation)


def test_known_results() -> None:
    assert squad.normalise("The  U.S. Navy's a\tship!") == "us navys ship"
    assert squad.normalise("a股") == "a股"  # no word boundary before 股
    assert squad.normalise("“北京”，") == "“北京”，"  # only ASCII punctuation goes
    assert squad.exact_match("the Cat.", ["cat"]) == 1.0
    assert squad.f1("a big cat", ["cat", "big dog"]) == pytest.approx(2 / 3)
    assert squad.f1("cat cat", ["cat"]) == pytest.approx(2 / 3)  # bags, not sets
    assert squad.f1("dog", ["cat"]) == 0.0


def test_without_an_answer_only_silence_is_right() -> None:
    assert squad.exact_match("", []) == squad.f1("", []) == 1.0
    assert squad.exact_match("cat", []) == squad.f1("cat", []) == 0.0
    assert squad.exact_match("the", []) == 1.0  # nothing is left of it
    assert squad.exact_match("", ["cat"]) == squad.f1("", ["cat"]) == 0.0
    assert squad.exact_match("a", ["the", "cat"]) == 0.0  # references of which nothing is left do not count
