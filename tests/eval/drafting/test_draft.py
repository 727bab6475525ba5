"""Drafts over the sample documents in a real Library, and questions that the documents do not answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eval.drafting import KINDS, draft
from eval.drafting.propose import propose
from eval.samples import directory
from qa import Library, YindaError
from qa.drafting import Corpus


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("drafting") / "library") as opened:
        opened.add(directory() / "report-2023.html")
        opened.add_bytes((directory() / "regulation.txt").read_bytes(), "上传的办法.txt")
        yield opened


def test_proposals_are_spread_over_documents_and_kinds(library: Library) -> None:
    drafts = draft(library, limit=40)
    assert len(drafts) == 40
    texts = {Path(d.path).name if d.path else "上传的办法.txt": d.text for d in library.documents()}
    documents = Counter(e.document for d in drafts for e in d.evidence)
    assert set(documents) == set(texts)
    assert min(documents.values()) >= 8
    assert len({d.kind for d in drafts}) >= 6
    assert 4 <= sum(d.kind == "unanswerable" for d in drafts) <= 10
    for one in drafts:
        for place in one.evidence:
            assert texts[str(place.document)][place.start : place.end] == one.answers[0]
            assert texts[str(place.document)].count(one.passage) >= 1
            assert one.passage.count(str(place.phrase)) == 1


def test_seed_limit_and_kinds_decide_what_is_proposed(library: Library) -> None:
    some = draft(library, limit=12, seed=1)
    assert draft(library, limit=12, seed=1) == some
    assert len(some) == 12
    assert {d.id for d in draft(library, limit=12, seed=2)} != {d.id for d in some}
    assert {d.kind for d in draft(library, kinds=["growth", "section"])} == {"growth", "section"}
    assert {d.kind for d in draft(library, kinds=["unanswerable"])} == {"unanswerable"}
    assert draft(library, limit=0) == []


def test_an_unknown_kind_and_an_empty_library(library: Library, tmp_path: Path) -> None:
    with pytest.raises(YindaError, match="nonsense") as caught:
        draft(library, kinds=["nonsense"])
    assert all(kind in caught.value.hint for kind in KINDS)
    with Library.open(tmp_path / "empty") as empty:
        assert draft(empty) == []


def test_unanswerable_questions_ask_for_what_is_nowhere(corpus_of: Callable[..., Corpus]) -> None:
    report = (
        "# 政府工作报告\n\n——2024年1月25日在青石县第五届人民代表大会第三次会议上\n\n"
        "各位代表：现在，我代表县人民政府向大会报告工作。\n\n"
        "## 一、2023年工作回顾\n\n一般公共预算收入达15.8亿元。粮食总产量30万吨。\n\n"
        "## 二、2024年工作安排\n\n继续做好各项工作。\n"
    )
    rules = "青石县图书管理办法\n\n" + "\n\n".join(
        f"第{number}条　{text}"
        for number, text in zip(
            "一二三四五",
            (
                "为了规范图书管理，制定本办法。",
                "本办法所称流动书车，是指在乡村之间往返借阅图书的车辆。",
                "读者借阅图书的期限为30天。",
                "图书馆应当在每年六月组织一次清点。",
                "损坏图书的读者应当照价赔偿。",
            ),
            strict=True,
        )
    )
    corpus = corpus_of(甲_md=report, 乙_md="# 旧事\n\n2019年和2020年，森林覆盖不足。\n", 丙_txt=rules)
    drafts = [d for d in propose(corpus, limit=100) if d.kind == "unanswerable"]
    assert {d.rule for d in drafts} == {"absent year", "absent indicator", "absent article"}
    for one in drafts:
        assert (one.answers, one.evidence) == ((), ())
        assert "2019" not in one.question
        assert "2020" not in one.question
        assert not one.question.startswith(("2023年全县粮食", "2023年全县森林"))
    assert len({d.id for d in drafts}) == len({d.question for d in drafts}) == len(drafts)
