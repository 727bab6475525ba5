"""The shipped reader over small passages: what it finds, what it leaves alone, and that every span is exact."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.reader import weights
from qa.reader.trained import TrainedReader, heading
from qa.types import Contribution, Hit, Passage

TITLE = "2025年临江市政府工作报告"
REPORT = [
    "全年地区生产总值完成452.6亿元，增长6.1%；一般公共预算收入38.4亿元，下降2.3%。规模以上工业增加值增长7.9%。",
    "新建改建农村公路126公里，改造老旧小区43个，惠及居民5200户。滨河大道将于9月底前建成通车。",
    "推动青云街、文昌街两条示范街开街，开通“厂长面对面”栏目，解决企业难题312个。",
    "市长刘建平代表市人民政府向大会报告工作。会议由秦岚主持。",
]


@pytest.fixture(scope="module")
def reader() -> TrainedReader:
    return TrainedReader()


def hits(texts: list[str], above: tuple[str, ...] = ("一、2024年工作回顾",), title: str = TITLE) -> list[Hit]:
    out, position = [], 7
    for i, text in enumerate(texts):
        passage = Passage(i, "d", i, position, position + len(text), text, above)
        out.append(
            Hit(passage, 1.0 - 0.01 * i, Contribution(i + 1, 0.88 - 0.01 * i), None, title, "2025-01-10", None, 0.05)
        )
        position += len(text) + 1
    return out


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("地区生产总值是多少？", "452.6亿元"),
        ("地区生产总值增长了多少？", "6.1%"),
        ("一般公共预算收入是多少？", "38.4亿元"),
        ("新建改建农村公路多少公里？", "126公里"),
        ("改造了多少个老旧小区？", "43个"),
        ("滨河大道什么时候建成通车？", "9月底前"),
        ("谁主持了会议？", "秦岚"),
    ],
)
def test_the_span_that_is_asked_for(reader: TrainedReader, question: str, answer: str) -> None:
    best = reader.read(question, hits(REPORT))[0]
    assert best.text == answer or (answer in best.text and len(best.text) <= len(answer) + 6)
    assert best.confidence > 0.3


def test_a_traditional_full_width_passage(reader: TrainedReader) -> None:
    text = "全年糧食產量達到８６.５萬噸，增長２.１％。新建圖書館３座。"
    assert "８６.５萬噸" in reader.read("粮食产量是多少？", hits([text]))[0].text
    assert "３座" in reader.read("新建了多少座图书馆？", hits([text]))[0].text


def test_what_the_passages_do_not_say_is_less_sure(reader: TrainedReader) -> None:
    told = reader.read("改造了多少个老旧小区？", hits(REPORT))[0].confidence
    untold = reader.read("新能源汽车产量是多少辆？", hits(REPORT))[0].confidence
    assert untold < reader.threshold
    assert untold < told


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text("全市增长5.8%亿元，。《大桥》 \n了12所", min_size=1, max_size=60), min_size=1, max_size=3),
    st.sampled_from(["增长了多少？", "建了几所学校？", "？"]),
)
def test_every_candidate_is_an_exact_piece_of_its_passage(
    reader: TrainedReader, texts: list[str], question: str
) -> None:
    found = reader.read(question, hits(texts))
    assert [c.confidence for c in found] == sorted((c.confidence for c in found), reverse=True)
    for candidate in found:
        passage = candidate.hit.passage
        assert candidate.text == passage.text[candidate.start - passage.start : candidate.end - passage.start]
        assert candidate.text.strip()
        assert 0.0 <= candidate.confidence <= 1.0


def test_a_long_passage_is_read_to_its_end(reader: TrainedReader) -> None:
    text = "全市各部门扎实工作，发展质量稳步提高，群众生活持续改善。" * 60 + "临江大桥全长1268米。"
    best = reader.read("临江大桥全长多少米？", hits([text], title=""))[0]
    assert best.text == "1268米"


def test_nothing_to_read(reader: TrainedReader) -> None:
    assert reader.read("增长多少？", []) == []


def test_many_threads_read_the_same(reader: TrainedReader) -> None:
    questions = ["地区生产总值是多少？", "改造了多少个老旧小区？", "谁主持了会议？"] * 4
    alone = [reader.read(q, hits(REPORT))[0].text for q in questions]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda q: reader.read(q, hits(REPORT))[0].text, questions)) == alone


def test_the_heading_says_what_the_passage_tells_of() -> None:
    (one,) = hits(REPORT[:1])
    assert heading(one) == f"2024年完成情况 › {TITLE} › 一、2024年工作回顾"


def test_the_weights_are_small_and_named_by_what_they_hold(tmp_path: Path) -> None:
    assert weights.FILE.stat().st_size <= 12 * 1024 * 1024
    other = tmp_path / "other.safetensors"
    other.write_bytes(weights.FILE.read_bytes() + b" ")
    assert weights.identity(other) != weights.identity()


def test_only_a_dated_document_has_a_period_in_its_heading() -> None:
    text = "1786年，琼斯指出梵语与希腊语同源。"
    undated = Hit(Passage(1, "d", 0, 0, len(text), text), 1.0, None, None, "梵语", None, None, 0.1)
    assert heading(undated) == "梵语"
    (dated,) = hits(REPORT[:1])
    assert heading(dated).startswith("2024年")


def test_what_search_ranks_far_behind_is_not_read(reader: TrainedReader) -> None:
    near, far = hits(REPORT[:2])
    behind = Hit(far.passage, near.score - 0.3, far.dense, None, TITLE, "2025-01-10", None, 0.05)
    assert {read.rank for read in reader.spans("新建改建农村公路多少公里？", [near, far])} == {0, 1}
    assert {read.rank for read in reader.spans("新建改建农村公路多少公里？", [near, behind])} == {0}
