"""The reader's tokens: exact places, cut where answers begin and end."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.default_model import ensure_default_model
from qa.reader.tokens import load_tokenizer, tokenise, tokenise_all
from qa.text.normalise import simplify


def words(text: str) -> list[str]:
    tokens = tokenise(load_tokenizer(ensure_default_model()), text)
    return [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True) if a < b]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60))
def test_places_ascend_and_cover_what_can_be_read(text: str) -> None:
    tokens = tokenise(load_tokenizer(ensure_default_model()), text)
    places = list(zip(tokens.starts, tokens.ends, strict=True))
    assert all(0 <= a <= b <= len(text) for a, b in places)
    assert not any(text[a].isspace() or text[b - 1].isspace() for a, b in places if a < b)
    assert all(a <= b for a, b in pairwise(tokens.starts))


def test_figures_dates_and_marks_stand_alone() -> None:
    assert words("1972年开始，《广州日报》报道：增长5.5%。")[:2] == ["1972", "年"]
    assert {"《", "》", "5.5", "%", "。", "，"} <= set(words("1972年开始，《广州日报》报道：增长5.5%。"))


def test_traditional_text_has_the_tokens_of_simplified_text() -> None:
    tokenizer = load_tokenizer(ensure_default_model())
    traditional = "臺灣與國際貿易，２０２３年增長８.５％"
    a, b = tokenise_all(tokenizer, [traditional, simplify(traditional)])
    assert a == b


def test_answers_of_the_training_set_begin_and_end_between_tokens(shared: Path) -> None:
    tokenizer = load_tokenizer(ensure_default_model())
    data = json.loads((shared / "data/cmrc2018/trial.json").read_text(encoding="utf-8"))["data"][:120]
    between = total = 0
    for article in data:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            tokens = tokenise(tokenizer, text)
            for question in paragraph["qas"]:
                answer = question["answers"][0]
                start = answer["answer_start"]
                if answer["text"] and text[start : start + len(answer["text"])] == answer["text"]:
                    total += 1
                    between += start in tokens.starts and start + len(answer["text"]) in tokens.ends
    assert total > 300
    assert between / total > 0.97
