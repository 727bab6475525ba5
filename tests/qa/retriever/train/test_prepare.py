"""What training is given: the Library's own texts, cut and numbered as the model reads them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from embeddings.default_model import PROMPTS, ensure_default_model
from qa.reader.train.carry import kept_pieces
from qa.retriever.train import sources
from qa.retriever.train.prepare import PASSAGE, joined, tokens


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(ensure_default_model() / "tokenizer.json"))


def test_tokens_are_those_of_the_model_in_the_small_vocabulary(tokenizer: Tokenizer) -> None:
    kept = kept_pieces(tokenizer)
    text = "2022年一般公共预算收入是多少？"
    (short, long, other) = tokens(tokenizer, PROMPTS["passage"], [text, text * 60, "สวัสดี"], PASSAGE, kept)
    assert kept[short].tolist() == tokenizer.encode(f"passage: {text}").ids
    whole = tokenizer.encode(f"passage: {text * 60}").ids
    assert kept[long].tolist() == [*whole[: PASSAGE - 1], whole[-1]]
    assert 3 in other
    assert kept[3] == 3


def test_several_sources_are_put_behind_one_another() -> None:
    one, two = sources.Found(passages=["甲", "乙"]), sources.Found(passages=["丙", "丁"])
    one.ask("問", [0], [1], [])
    two.ask("Ｂ", [1], [], [0])
    pairs = joined([one, two], lambda texts: [[ord(t)] for t in texts], lambda texts: [[ord(t)] for t in texts])
    assert [chr(number) for number in pairs.questions.values] == ["问", "B"]
    assert [chr(number) for number in pairs.passages.values] == ["甲", "乙", "丙", "丁"]
    assert [pairs.right[number].tolist() for number in range(2)] == [[0], [3]]
    assert [pairs.wrong[number].tolist() for number in range(2)] == [[1], []]
    assert [pairs.spared[number].tolist() for number in range(2)] == [[], [2]]
    assert pairs.sources.tolist() == [0, 1]


def test_an_article_is_embedded_as_the_library_does() -> None:
    text = sources.article("中华人民共和国民法典第五十四条", "自然人從事工商業經營。\n")
    assert text == "中华人民共和国民法典 › 第五十四条\n第五十四条 自然人从事工商业经营。"
    assert sources.article("某办法", "正文").splitlines() == ["某办法", "正文"]


def test_a_question_goes_to_the_passage_that_holds_its_answer(tmp_path: Path) -> None:
    filler = ["".join(chr(0x4E00 + (7919 * (500 * n + k)) % 20_000) for k in range(500)) for n in range(20)]

    def file(name: str, texts: list[str]) -> None:
        data = []
        for number, text in enumerate(texts):
            start = text.index("红星")
            answer = {"text": "红星", "answer_start": start}
            asked = {"id": f"{number}", "question": "什么星？", "answers": [answer]}
            data.append({"title": "題目", "paragraphs": [{"context": text, "qas": [asked]}]})
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"data": data}), encoding="utf-8")

    texts = [f"{each[:300]}。{each[300:480]}红星{number}。" for number, each in enumerate(filler)]
    file("data/cmrc2018/train.json", [*texts[:3], texts[18][100:]])
    file("data/cmrc2018/trial.json", texts[18:])
    file("data/drcd/train_part.json", texts[3:18])
    learned, held = sources.on_paragraphs(tmp_path, lambda _: None)
    assert (len(learned["cmrc"].questions), len(held["trial"].questions)) == (3, 2)
    assert len(learned["drcd"].questions) + len(held["drcd"].questions) == 15
    assert held["drcd"].questions
    for found in (*learned.values(), *held.values()):
        assert len(found.passages) == 2 * len(found.questions)
        for right, wrong, spared in zip(found.right, found.wrong, found.spared, strict=True):
            assert ["红星" in found.passages[number] for number in right] == [True]
            assert not any("红星" in found.passages[number] for number in wrong)
            assert not {*right} & {*wrong, *spared}
    assert {text.splitlines()[0] for found in learned.values() for text in found.passages} == {"", "题目"}
    assert {text.splitlines()[0] for found in held.values() for text in found.passages} == {""}
    assert np.all([len(wrong) <= sources.WRONG for wrong in learned["drcd"].wrong])
