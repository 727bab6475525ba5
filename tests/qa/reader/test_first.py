"""The first selector over small passages, with the default embedding model."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings import load_embedder
from qa.reader.features import FEATURES, JOINED
from qa.reader.first import FirstSelector
from qa.types import Hit, Passage

REPORT = [
    "全年地区生产总值完成452.6亿元，增长6.1%；一般公共预算收入38.4亿元，下降2.3%。规模以上工业增加值增长7.9%。",
    "新建改建农村公路126公里，改造老旧小区43个，惠及居民5200户。滨河大道将于9月底前建成通车。",
    "推动青云街、文昌街两条示范街开街，开通“厂长面对面”栏目，解决企业难题312个。",
    "市长刘建平代表市人民政府向大会报告工作。会议由秦岚主持。",
]


@pytest.fixture(scope="module")
def selector() -> FirstSelector:
    return FirstSelector(load_embedder())


def hits(texts: list[str], heading: tuple[str, ...] = ("2024年工作回顾",)) -> list[Hit]:
    out, position = [], 7
    for i, text in enumerate(texts):
        out.append(Hit(Passage(i, "d", i, position, position + len(text), text, heading), 1.0 - 0.1 * i))
        position += len(text) + 1
    return out


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("地区生产总值是多少？", "452.6亿元"),
        ("地区生产总值增长了多少？", "6.1%"),
        ("一般公共预算收入是多少？", "38.4亿元"),
        ("规模以上工业增加值增速是多少？", "7.9%"),
        ("新建改建农村公路多少公里？", "126公里"),
        ("改造了多少个老旧小区？", "43个"),
        ("惠及多少户居民？", "5200户"),
        ("滨河大道什么时候建成通车？", "9月底前"),
        ("解决了企业多少个难题？", "312个"),
    ],
)
def test_the_figure_that_belongs_to_the_indicator(selector: FirstSelector, question: str, answer: str) -> None:
    best = selector.read(question, hits(REPORT))[0]
    # Where two figures stand side by side and both fit, the clauses of both are an answer, too.
    assert best.text == answer or (best.text.endswith(answer) and len(best.text) <= JOINED)
    assert best.confidence > 0.1


def test_a_traditional_full_width_passage(selector: FirstSelector) -> None:
    text = "全年糧食產量達到８６.５萬噸，增長２.１％。新建圖書館３座。"
    best = selector.read("粮食产量是多少？", hits([text]))[0]
    assert best.text == "８６.５萬噸"
    assert selector.read("新建了多少座图书馆？", hits([text]))[0].text == "３座"


@pytest.mark.parametrize(
    "question",
    ["地区生产总值是多少？", "谁是市长？", "有哪些示范街？", "为什么下降？", "?", "abc", "如何申请补贴？"],
)
def test_every_candidate_is_an_exact_piece_of_its_passage(selector: FirstSelector, question: str) -> None:
    candidates = selector.read(question, hits(REPORT))
    assert candidates
    assert [c.confidence for c in candidates] == sorted((c.confidence for c in candidates), reverse=True)
    for c in candidates:
        passage = c.hit.passage
        assert passage.start <= c.start < c.end <= passage.end
        assert c.text == passage.text[c.start - passage.start : c.end - passage.start]
        assert 0.0 <= c.confidence <= 1.0


def test_nothing_to_read(selector: FirstSelector) -> None:
    assert selector.read("地区生产总值是多少？", []) == []
    assert selector.read("地区生产总值是多少？", hits(["——  ", "。"])) == []


@pytest.mark.parametrize(
    ("answered", "not_answered"),
    [
        ("改造了多少个老旧小区？", "新建了多少座核电站？"),
        ("地区生产总值是多少？", "海南省的渔业产值是多少？"),
        ("2024年地区生产总值是多少？", "2017年地区生产总值是多少？"),
    ],
)
def test_what_the_passages_do_not_say_is_less_likely(selector: FirstSelector, answered: str, not_answered: str) -> None:
    said = selector.read(answered, hits(REPORT))[0].confidence
    unsaid = selector.read(not_answered, hits(REPORT))[0].confidence
    assert said > unsaid


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    model.write_text('{"features": ["similarity"], "coefficients": [1, 0], "calibration": [1, 0], "threshold": 0.5}')
    with pytest.raises(ValueError, match="other features"):
        FirstSelector(load_embedder(), model)
    assert len(FEATURES) == len(set(FEATURES))
