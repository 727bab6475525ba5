"""What checking finds, and what a mended copy does about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import samples
from eval.errors import SetError
from eval.sets import check, load_set, overlap, write_mended
from eval.sets.texts import Body, Match, loosely, nearest
from eval.types import Reference

REPORT = "澜溪有3条河，总长1,086.4公里。\n\n去年财政收入15.8亿元。今年财政收入16.2亿元。\n\n澜溪有2座山。"
RULES = "第一条 员工产假158天。\n\n第二条 陪产假15天。"


def put(folder: Path, *rows: Any, name: str = "q.jsonl") -> Path:
    path = folder / name
    text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    put(tmp_path, {"name": "report", "text": REPORT}, {"name": "rules", "text": RULES}, name="q.documents.jsonl")
    return tmp_path


def found(path: Path, **more: Any) -> dict[str, int]:
    return {finding.kind: finding.count for finding in check(path, **more).findings}


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ({"answers": ["3条"], "document": "report"}, set()),
        ({"answers": ["3条"]}, set()),
        ({"answers": []}, set()),
        ({"answers": ["４条"], "document": "report"}, {"answer-nowhere"}),
        ({"answers": ["158天"], "document": "report"}, {"answer-elsewhere"}),
        ({"answers": ["３條"], "document": "report"}, {"answer-folded"}),
        ({"answers": ["1086.4 公里"]}, {"answer-folded"}),
        ({"answers": ["3条", "三条"]}, {"form-nowhere"}),
        ({"answers": ["3条"], "document": "other"}, {"unknown-document"}),
        ({"answers": ["3条"], "kind": "unanswerable"}, {"contradiction"}),
        ({"answers": ["3条"], "evidence": "澜溪有3条河"}, set()),
        ({"answers": ["158天"], "evidence": "产假"}, {"evidence-several"}),
        ({"answers": ["15.8亿元"], "evidence": "财政收入"}, set()),
        ({"answers": ["3条"], "evidence": "澜溪有4条河"}, {"evidence-nowhere"}),
        ({"answers": ["3条"], "evidence": "瀾溪有３條河"}, {"evidence-folded"}),
        ({"answers": ["3条"], "evidence": "158天。\n\n第二条"}, {"evidence-split"}),
        ({"answers": ["3条"], "evidence": {"document": "report", "start": 0, "end": 6, "phrase": "澜溪有3条"}}, set()),
        (
            {"answers": ["3条"], "evidence": {"document": "report", "start": 1, "end": 6, "phrase": "澜溪有3条"}},
            {"evidence-offset"},
        ),
        ({"answers": ["3条"], "evidence": {"document": "report", "start": 1, "end": 6000}}, {"evidence-offset"}),
        ({"answers": [{"text": "3条", "start": 3}], "document": "report"}, set()),
        ({"answers": [{"text": "3条", "start": 4}], "document": "report"}, {"offset-off"}),
        ({"answers": [{"text": "3条", "start": -1}], "document": "report"}, {"offset-missing"}),
        ({"answers": [{"text": "3条", "start": 3}]}, {"offset-off"}),
        ({"answers": [{"text": "3条", "start": 3}], "document": "other"}, {"unknown-document"}),
        ({"answers": ["3条", ""]}, {"empty-answer"}),
        ({"answers": ["3条"], "source": "x"}, {"unknown-field"}),
    ],
)
def test_single_findings(home: Path, row: dict[str, Any], kinds: set[str]) -> None:
    path = put(home, {"id": "before", "question": "另一问？"}, {"id": "q", "question": "问？"} | row)
    report = check(path)
    assert {finding.kind for finding in report.findings} == kinds
    for finding in report.findings:
        assert finding.count == 1
        assert (finding.examples[0].id, finding.examples[0].line) == ("q", 2)
        assert finding.title in "\n".join(report.lines())
    assert report.sound == all(finding.level == "warning" for finding in report.findings)


def test_repetitions(home: Path) -> None:
    path = put(
        home,
        {"id": "a", "question": "澜溪有几条河？", "answers": ["3条"], "document": "report"},
        {"id": "b", "question": "澜溪有几条河?", "answers": ["3条"], "document": "report"},
        {"id": "c", "question": "澜溪有几条河？", "answers": ["3条"], "document": "rules", "history": ["x"]},
        {"id": "d", "question": "增长多少？", "history": ["甲？"]},
        {"id": "e", "question": "增长多少？", "history": ["乙？"]},
        {"id": "f", "question": "澜溪有幾條河", "document": "report"},
        {"id": "a", "question": "C++是什么？"},
        {"id": "g", "question": "C是什么？"},
    )
    kinds = found(path)
    assert kinds["duplicate-question"] == 1
    assert kinds["contradiction"] == 1
    assert kinds["duplicate-id"] == 1


def test_documents_of_the_same_text_or_name(tmp_path: Path) -> None:
    path = put(tmp_path, {"question": "几条河？", "answers": ["3条"], "document": "a.txt"})
    for name, text in {"x/a.txt": REPORT, "y/a.txt": RULES, "y/b.txt": REPORT, "y/c.txt": ""}.items():
        (tmp_path / "documents" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "documents" / name).write_text(text, "utf-8")
    kinds = found(path)
    assert (kinds["same-name"], kinds["duplicate-document"], kinds["unreadable-document"]) == (1, 1, 1)


def test_a_mended_copy_has_no_offsets_without_a_document(tmp_path: Path) -> None:
    path = put(tmp_path, {"question": "几条？", "answers": [{"text": "甲", "start": -1}, {"text": "乙", "start": 7}]})
    assert found(path) == {"offset-missing": 1, "offset-off": 1}
    assert not write_mended(path, tmp_path / "new.jsonl").remaining.findings
    assert load_set(tmp_path / "new.jsonl").questions[0].references == (Reference("甲"), Reference("乙"))


@pytest.mark.slow
def test_answers_are_looked_for_in_a_library(tmp_path: Path) -> None:
    from qa import Library

    row = {"question": "拿奖的是哪部话剧？", "answers": ["江上灯火"], "document": "report-2022.txt"}
    path = put(tmp_path, row, {"question": "没有的？", "answers": ["不在其中的话"]})
    with Library.open(tmp_path / "library") as library:
        library.add(samples.directory() / "report-2022.txt")
        report = check(path, library=library)
    assert [(f.kind, [e.line for e in f.examples]) for f in report.findings] == [("answer-nowhere", [2])]


def test_without_documents_the_report_says_that_answers_were_not_looked_for(tmp_path: Path) -> None:
    report = check(put(tmp_path, {"question": "几条河？", "answers": ["3条"]}))
    assert report.sound
    assert any("not looked for" in line for line in report.lines())


def test_broken_lines_are_found_all_at_once(home: Path) -> None:
    path = put(home, {"question": "一？"}, "{", {"question": ""}, {"question": "四？"})
    report = check(path)
    assert [example.line for f in report.findings for example in f.examples if f.kind == "unreadable"] == [2, 3]
    assert report.counts["questions"] == 2
    with pytest.raises(SetError, match="line 1: not valid JSON"):
        check(put(home, "{"))


def test_the_sample_set_is_sound() -> None:
    report = check(samples.questions())
    assert report.sound
    assert report.counts["documents"] == 5
    assert report.counts["unanswerable"] == report.kinds["unanswerable"] == 12
    assert not report.findings


def test_the_first_report_s_set_is_sound_with_its_document(shared: Path) -> None:
    report = check(shared / "seed" / "questions.jsonl", documents=[next((shared / "seed").glob("*.txt"))])
    assert report.sound
    assert report.count("answer-nowhere") == report.count("evidence-nowhere") == 0


@pytest.mark.parametrize(
    ("name", "off", "missing"), [("cmrc2018/train", 21, 0), ("cmrc2018/dev", 7, 193), ("drcd/dev", 0, 0)]
)
def test_offsets_of_the_public_sets(shared: Path, tmp_path: Path, name: str, off: int, missing: int) -> None:
    path = shared / "data" / f"{name}.json"
    report = check(path)
    assert (report.count("offset-off"), report.count("offset-missing")) == (off, missing)
    assert report.count("answer-nowhere") == report.count("duplicate-id") == report.count("unknown-field") == 0
    if off or missing:
        mended = write_mended(path, tmp_path / "mended.json")
        assert mended.remaining.sound
        before, after = load_set(path), load_set(tmp_path / "mended.json")
        texts = {d.name: d.text for d in after.documents}
        kept = {q.id: q for q in before.questions}
        for question in after.questions:
            assert question.answers == kept[question.id].answers
            for reference in question.references:
                text = texts[question.evidence[0].document or ""]
                # Each offset that can be is there; what has none stands nowhere as it is written.
                assert (reference.start is None) == (reference.text not in text)
        assert len(before.questions) - len(after.questions) == report.count("duplicate-question")


def test_a_mended_copy_of_a_squad_layout(tmp_path: Path) -> None:
    def qa(identity: str, question: str, *answers: tuple[str, int]) -> dict[str, Any]:
        return {"id": identity, "question": question, "answers": [{"text": t, "answer_start": s} for t, s in answers]}

    river = "澜溪有3条河，3条都通航。"
    first = {
        "id": "P",
        "context": river,
        "qas": [qa("1", "几条河？", ("3条", 9), ("3条", -1), ("三条", 2)), qa("2", "")],
    }
    again = {
        "id": "P",
        "context": river,
        "qas": [qa("3", "几条河?", ("3条", 3), ("三条", 0)), qa("1", "几条通航？", ("3条", 7))],
    }
    other = {"id": "P", "context": "无关。", "qas": [qa("4", "谁？")], "extra": 1}
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"title": "甲", "paragraphs": [first, again, other]}]}), "utf-8")
    before = path.read_bytes()
    with pytest.raises(SetError):
        load_set(path)
    report = write_mended(path, tmp_path / "new.json")
    assert report.remaining.sound
    assert path.read_bytes() == before
    loaded = load_set(tmp_path / "new.json")
    assert [(q.id, q.question) for q in loaded.questions] == [("1", "几条河？"), ("1-2", "几条通航？"), ("4", "谁？")]
    assert loaded.questions[0].references == (Reference("3条", 7), Reference("3条", 3), Reference("三条"))
    assert [d.name for d in loaded.documents] == ["P", "P-2"]
    whole = json.loads((tmp_path / "new.json").read_text("utf-8"))
    assert whole["data"][0]["paragraphs"][1]["extra"] == 1
    assert "answer_start" not in whole["data"][0]["paragraphs"][0]["qas"][0]["answers"][2]
    assert {change.title: change.count for change in report.changes} == {
        "Offsets found again": 2,
        "Offsets removed, because the text stands nowhere as it is written": 1,
        "Parts left out that cannot be read": 1,
        "Questions left out that were asked before, with the same answers": 1,
        "Ids changed that were used before": 2,
        "Paragraphs put together that have the same text": 1,
    }


def test_a_mended_copy_of_json_lines(home: Path) -> None:
    path = put(
        home,
        {
            "id": "a",
            "question": "几条河？",
            "answers": [{"text": "3条", "start": 8}],
            "document": "report",
            "note": "留",
        },
        "{",
        {"id": "b", "question": "几条河?", "answers": ["3条"], "document": "report"},
        {
            "id": "a",
            "question": "产假几天？",
            "answers": ["158天"],
            "evidence": {"document": "rules", "start": 0, "end": 3, "phrase": "产假158天"},
        },
        {"question": "没有？", "answers": ["五"]},
    )
    report = write_mended(path, home / "better.jsonl")
    rows = [json.loads(line) for line in (home / "better.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", "a-2", "line-5"]
    assert rows[0] == {
        "id": "a",
        "question": "几条河？",
        "answers": [{"text": "3条", "start": 3}],
        "document": "report",
        "note": "留",
    }
    assert rows[1]["evidence"] == {"phrase": "产假158天", "document": "rules", "start": 6, "end": 12}
    assert [f.kind for f in report.remaining.findings] == ["answer-nowhere", "unknown-field"]
    assert load_set(home / "better.jsonl").documents == load_set(put(home, {"question": "x"})).documents
    assert "left for you to decide:" in report.lines()


def test_a_table_becomes_json_lines(home: Path) -> None:
    (home / "q.csv").write_text("编号,问题,答案,文档\n1,几条河？,3条|三条,report\n1,几座山？,2座,report\n", "utf-8")
    report = write_mended(home / "q.csv", home / "q.jsonl")
    assert report.remaining.sound
    assert [(q.id, q.answers) for q in load_set(home / "q.jsonl").questions] == [
        ("1", ("3条", "三条")),
        ("1-2", ("2座",)),
    ]


def test_nothing_is_overwritten(home: Path) -> None:
    path = put(home, {"question": "几条河？"})
    for target in (path, home / "other.jsonl"):
        (home / "other.jsonl").write_text("x", "utf-8")
        with pytest.raises(SetError, match="not overwritten"):
            write_mended(path, target)
    with pytest.raises(SetError, match="ends in"):
        write_mended(path, home / "other.csv")
    with pytest.raises(SetError, match="cannot be written"):
        write_mended(path, home / "no" / "other.jsonl")
    assert sorted(p.name for p in home.iterdir()) == ["other.jsonl", "q.documents.jsonl", "q.jsonl"]


OFFSETS = st.integers(-1, 60)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["澜溪", "3条", "财政收入", "无此"]), OFFSETS), min_size=1, max_size=4))
def test_a_mended_copy_has_no_offset_that_is_off(
    tmp_path_factory: pytest.TempPathFactory, answers: list[tuple[str, int]]
) -> None:
    home = tmp_path_factory.mktemp("set")
    put(home, {"name": "report", "text": REPORT}, name="q.documents.jsonl")
    references = [{"text": text, "start": start} for text, start in answers]
    path = put(home, {"question": "问？", "answers": references, "document": "report"})
    remaining = write_mended(path, home / "new.jsonl").remaining
    assert remaining.count("offset-off") == remaining.count("offset-missing") == 0
    (question,) = load_set(home / "new.jsonl").questions
    for reference, (text, start) in zip(question.references, answers, strict=True):
        places = [i for i in range(len(REPORT)) if REPORT.startswith(text, i)]
        wanted = (min(places, key=lambda i: abs(i - start)) if start >= 0 else places[0]) if places else None
        assert reference == Reference(text, wanted)


def test_how_exactly_an_answer_stands() -> None:
    body = Body("a", "总长1,086.4公里，３條")
    assert body.match("1,086.4公里") is Match.VERBATIM
    assert body.match("3条") is Match.FOLDED
    assert body.match("1086.4 公里") is Match.LOOSE
    assert body.match("10864公里") is Match.NONE
    assert body.match("——") is Match.NONE
    assert loosely("15.8亿元。") == "15.8亿元"
    assert nearest("甲", "甲乙甲", 2) == 2
    assert nearest("", "甲", 0) is None


PARAGRAPHS = [
    "澜溪市地处瓯江上游，全市辖三区五县，面积一万七千平方公里，森林覆盖率百分之八十一，人口二百五十万，历史上以青瓷和宝剑闻名于世，建城已有一千四百余年。",
    "充电设施的运营单位应当每月检查一次设备，检查记录至少保存三年；未按期检查或者未保存记录的，由主管部门责令改正，逾期不改正的处二千元以上一万元以下罚款。",
    "员工出差乘坐高铁一律二等座，住宿费按城市分三类报销，一类城市每晚六百五十元，二类城市每晚五百元，其余每晚四百元，凭发票实报，超出部分由个人承担。",
]


def test_overlap_with_another_set(tmp_path: Path) -> None:
    def squad(name: str, *paragraphs: tuple[str, str, str]) -> Path:
        made = [
            {"id": i, "context": c, "qas": [{"id": f"{i}-q", "question": q, "answers": []}]} for i, c, q in paragraphs
        ]
        (tmp_path / name).write_text(json.dumps({"data": [{"paragraphs": made}]}), "utf-8")
        return tmp_path / name

    theirs = squad(
        "theirs.json",
        ("T1", PARAGRAPHS[0], "澜溪市的森林覆盖率是多少？"),
        ("T2", PARAGRAPHS[1], "充电设施的运营单位应当多久检查一次设备并保存记录？"),
    )
    ours = squad(
        "ours.json",
        ("O1", PARAGRAPHS[0].replace("，", ","), "瀾溪市的森林覆盖率是多少"),
        ("O2", PARAGRAPHS[1][20:] + "本条自公布之日起施行。", "充电设施的运营单位应当多久检查一次设备并保存记录呢？"),
        ("O3", PARAGRAPHS[2], "出差住宿费一晚报多少？"),
    )
    report = check(ours, against=[theirs])
    names = {finding.kind: [example.id for example in finding.examples] for finding in report.findings}
    assert names == {
        "shared-question": ["O1-q"],
        "near-question": ["O2-q"],
        "shared-document": ["O1"],
        "near-document": ["O2"],
    }
    assert report.sound
    assert report.against == (f"{tmp_path.name}/theirs",)


def test_near_texts_are_found_in_a_sample_of_a_large_set() -> None:
    theirs = {
        str(n): "".join(chr(0x4E00 + (n * 7919 + i * i * 31 + i * n) % 20_000) for i in range(500)) for n in range(1500)
    }
    ours = {"part": theirs["700"][100:400] + "此外无他", "none": PARAGRAPHS[0]}
    assert [(s.ours, s.theirs) for s in overlap.near_texts(ours, theirs)] == [("part", "700")]


def test_cmrc_dev_shares_no_text_with_cmrc_train(shared: Path) -> None:
    folder = shared / "data" / "cmrc2018"
    report = check(folder / "dev.json", against=[folder / "train.json"])
    assert report.count("shared-document") == report.count("near-document") == report.count("shared-question") == 0
