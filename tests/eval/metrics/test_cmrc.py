"""CMRC's exact match and F1 against a plain reading of the official script's rules, and against its known results."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import cmrc

TEXT = st.text(alphabet="北京大学ab3. -，。…,%\"'（）", max_size=14)


def perturbed(answer: str, context: str, rng: random.Random) -> Iterator[str]:
    """Predictions as systems make them: cut, extended, with punctuation, with English, spaced out, empty."""
    at = context.find(answer)
    yield answer
    yield answer[: rng.randint(0, len(answer))]
    if at >= 0:
        yield context[max(0, at - rng.randint(0, 8)) : at + len(answer) + rng.randint(0, 8)]
    yield rng.choice(["《", "“", "the ", "No"]) + answer.upper() + rng.choice(["。", "...", "…", "”", " )"])
    yield " ".join(answer)


@pytest.mark.parametrize("file", ["cmrc2018/dev.json", "drcd/dev.json"])
def test_agrees_with_the_reference_on_every_question(shared: Path, official_cmrc: Any, file: str) -> None:
    rng = random.Random(0)
    compared = 0
    for article in json.loads((shared / "data" / file).read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                answers = [answer["text"] for answer in question["answers"]]
                predictions = list(perturbed(rng.choice(answers), paragraph["context"], rng))
                for prediction in (rng.choice(predictions), ""):
                    if not official_cmrc.knows(prediction, *answers):
                        continue
                    assert cmrc.f1(prediction, answers) == pytest.approx(
                        official_cmrc.f1(prediction, answers), abs=1e-9
                    )
                    assert cmrc.exact_match(prediction, answers) == official_cmrc.exact_match(prediction, answers)
                    compared += 1
    assert compared > 5000


@settings(deadline=None)  # the first example imports NLTK
@given(TEXT, st.lists(TEXT, min_size=1, max_size=3))
def test_agrees_with_the_reference(official_cmrc: Any, prediction: str, answers: list[str]) -> None:
    clean = [re.sub(r"\.", "", text) for text in (prediction, *answers)]  # no sentences to tell apart
    assert cmrc.f1(clean[0], clean[1:]) == pytest.approx(official_cmrc.f1(clean[0], clean[1:]), abs=1e-9)
    assert cmrc.exact_match(prediction, answers) == official_cmrc.exact_match(prediction, answers)


@settings(deadline=None)  # the first example imports NLTK
@given(TEXT)
def test_a_text_is_itself(text: str) -> None:
    assert cmrc.exact_match(text, [text]) == 1.0
    assert cmrc.f1(text, [text]) == (1.0 if cmrc.segment(text, drop_punctuation=True) else 0.0)


@settings(deadline=None)  # the first example imports NLTK
@given(TEXT, TEXT)
def test_f1_is_a_symmetric_share(a: str, b: str) -> None:
    assert cmrc.f1(a, [b]) == pytest.approx(cmrc.f1(b, [a]))
    assert 0.0 <= cmrc.f1(a, [b]) <= 1.0


def test_segments() -> None:
    assert cmrc.segment(" 2018年GDP增长6.6%。") == ["2018", "年", "gdp", "增", "长", "6.6", "%", "。"]
    assert cmrc.segment("3-5、7", drop_punctuation=True) == ["357"]  # as the script does: one stretch without the marks
    assert cmrc.segment("3-5") == ["3", "-", "5"]
    assert cmrc.segment("《红楼梦》", drop_punctuation=True) == ["红", "楼", "梦"]
    assert cmrc.segment("是…吗", drop_punctuation=True) == ["是", "…", "吗"]  # "……" never matches one character
    assert cmrc.segment("鿿㐀") == ["鿿㐀"]  # outside U+4E00..U+9FA5: words, not characters
    assert cmrc.segment("") == []


@pytest.mark.parametrize(
    ("text", "segments"),
    [  # what nltk.word_tokenize gives with its trained model
        ("t.f. gilbert", ["t.f", ".", "gilbert"]),
        ("Mr. Jeremy Hocking", ["mr.", "jeremy", "hocking"]),
        ("u.s. department of commerce", ["u.s.", "department", "of", "commerce"]),
        ('var. "humilis" alef.', ["var", ".", "``", "humilis", "''", "alef", "."]),
        ("r.s.;", ["r.s", ".", ";"]),
        ("(hass.) x", ["(", "hass", ".", ")", "x"]),
        ("j. k. rowling", ["j.", "k.", "rowling"]),
        ("cannot. it's 3.5%", ["can", "not", ".", "it", "'s", "3.5", "%"]),
    ],
)
def test_sentences_within_a_stretch(text: str, segments: list[str]) -> None:
    assert cmrc.segment(text) == segments


def test_the_longest_common_run_counts() -> None:
    # 北京大 (3) is the longest run; the bag of words would count 4.
    assert cmrc.f1("北京大的学", ["北京大学"]) == pytest.approx(2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4))
    assert cmrc.f1("上海", ["北京"]) == 0.0
    assert cmrc.f1("北京", ["上海", "北京市", "北"]) == pytest.approx(0.8)


def test_what_the_script_does_at_the_edges() -> None:
    assert cmrc.exact_match("北京 。", ["北京"]) == 0.0  # white space is stripped before the punctuation goes
    assert cmrc.exact_match("“北京”。", ["北京"]) == 1.0
    assert cmrc.exact_match("", ["。"]) == 1.0
    assert cmrc.f1("", ["。"]) == 0.0
    assert cmrc.exact_match("GDP", ["gdp"]) == 1.0
    assert cmrc.exact_match("", []) == cmrc.f1("", []) == 1.0
    assert cmrc.exact_match("北京", []) == cmrc.f1("北京", []) == 0.0
