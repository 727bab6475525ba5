"""The questions on the government reports hold together, and the table says whose report was found."""

from __future__ import annotations

import re
from collections import Counter
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

import pytest

from embeddings import Embedder
from eval import run
from eval.bench import reports
from eval.errors import RunError
from eval.metrics.contained import contained
from eval.sets import load_set
from eval.types import EvaluationSet, Evidence, Question, Reference
from qa.documents import parse
from qa.documents.model import ParsedDocument
from qa.progress import Step
from qa.text.normalise import fold

SET = load_set(reports.QUESTIONS)
ANSWERABLE = [q for q in SET.questions if q.answerable]
# What would answer the questions that have no answer, and the reports in which it would stand.
ABSENT = {
    "那2022年呢？": ("*", r"2022年[^。]{0,20}国内生产总值"),
    "香港呢？": ("*", r"香港[^。，]{0,12}(生产总值|经济)(实际)?增长"),
    "实际退出了多少？": ("2019*", r"(退出|压减)[^。]{0,12}煤炭[^。]{0,10}\d"),
    "2022年全国国内生产总值增长了多少？": ("*", r"2022年[^。]{0,20}国内生产总值"),
    "2020年国务院政府工作报告把赤字率定在多少？": ("*", r"2020年[^。]{0,20}赤字"),
    "1968年全国钢产量是多少？": ("*", r"(1968|一九六八)年[^。]{0,20}钢"),
    "“十四五”期间国内生产总值年均增长目标是多少？": ("*", r"“?十四五”?(期间|时期)[^。]{0,30}国内生产总值"),
    "台湾省2024年地区生产总值增长多少？": ("*", r"台湾[^。]{0,20}生产总值"),
    "澳门2025年的经济增长目标是多少？": ("*", r"澳门[^。，]{0,12}(生产总值|经济)(实际)?增长"),
    "深圳市2024年地区生产总值有多少？": ("*", r"深圳[^。]{0,15}生产总值"),
    "2019年国内生产总值实际增长了多少？": ("*", r"2019年国内生产总值"),
    "2019年城镇实际新增就业多少人？": ("*", r"2019年[^。]{0,20}新增就业"),
    "2017年居民消费价格实际上涨了多少？": ("2018*", r"(去年|2017年)[^。]{0,40}居民消费价格"),
    "2014年广义货币M2实际增长了多少？": ("2015*", r"M2(增长|余额)"),
    "2018年的粮食产量目标定的是多少？": ("2018*", r"粮食总?产量[^。]{0,10}\d"),
    "山西省2024年地区生产总值增长了多少？": ("2025年山西*", r"生产总值(?!增长5%左右)[^。]{0,15}\d"),
    "吉林省2024年GDP增速是多少？": ("2025年吉林*", r"(生产总值|GDP)(?!增长5\.5%左右|能耗)[^。]{0,15}\d"),
    "山东2025年地区生产总值实际增长了多少？": ("*", r"2025年[^。]{0,10}(实现|完成)[^。]{0,6}生产总值"),
    "黑龙江2025年一般公共预算收入的增长目标是多少？": ("2025年黑龙江*", r"一般公共预算收入(?!增长4%)[^。]{0,10}\d"),
    "贵州2024年地区生产总值总量是多少亿元？": ("2025年贵州*", r"生产总值[^，。]{0,8}\d[\d.]*万?亿元"),
    "2013年的报告给城镇调查失业率定的目标是多少？": ("2013*", r"调查失业率"),
    "河北2024年的城镇调查失业率实际是多少？": ("2025年河北*", r"调查失业率(?!控制在5\.5%左右)"),
    "天津2024年实际新增了多少城镇就业？": ("2025年天津*", r"新增就业(?!30万人)"),
    "四川2025年规模以上工业增加值的增长目标是多少？": ("2025年四川*", r"工业增加值(?!增长6\.6%)"),
    "海南2024年末地铁运营里程有多少公里？": ("2025年海南*", r"地铁"),
    "北京奥运会中国队一共拿了多少枚金牌？": ("20[01]*", r"金牌"),
    "2016年全国有多少只野生大熊猫？": ("201[67]*", r"熊猫"),
    "上海2024年出生了多少人？": ("2025年上海*", r"出生(人口)?[^。]{0,6}\d"),
}


@pytest.fixture(scope="module")
def parsed(shared: Path) -> dict[str, ParsedDocument]:
    """All reports as the Library would take them in."""
    return {name: parse(data, name) for name, data in reports.reports(shared).items()}


def test_the_set_is_of_the_announced_kinds_and_a_third_has_no_answer_or_leans_on_another_question() -> None:
    kinds = Counter(q.kind for q in SET.questions)
    assert set(kinds) == {
        *("result", "target", "relative", "period", "place", "entity", "list"),
        *("follow-up", "unanswerable"),
    }
    assert len(SET.questions) >= 80
    assert 3 * (kinds["follow-up"] + kinds["unanswerable"]) >= len(SET.questions)
    asked = [(q.question, q.history) for q in SET.questions]
    assert len(set(asked)) == len(asked)
    for question in SET.questions:
        assert bool(question.history) == (question.kind == "follow-up")
        assert (question.kind == "unanswerable") <= (not question.answerable)
        assert bool(question.evidence) == question.answerable


def test_every_accepted_answer_stands_beside_the_evidence(parsed: dict[str, ParsedDocument]) -> None:
    for question in ANSWERABLE:
        for evidence in question.evidence:
            document = parsed[evidence.document or ""]
            texts = [document.text[p.start : p.end] for p in document.passages]
            beside = [text for text in texts if fold(evidence.phrase or "") in fold(text)]
            assert beside, question.id
            for text in beside:
                assert all(contained(text, [answer]) for answer in question.answers), question.id
                assert any(answer in text for answer in question.answers), question.id


def test_what_would_answer_the_other_questions_is_nowhere(parsed: dict[str, ParsedDocument]) -> None:
    without = [q.question for q in SET.questions if not q.answerable]
    assert sorted(without) == sorted(ABSENT)
    texts = {name: re.sub(r"\s", "", fold(document.text)) for name, document in parsed.items()}
    for question, (names, pattern) in ABSENT.items():
        searched = [text for name, text in texts.items() if fnmatch(name, names)]
        assert searched, question
        assert not any(re.search(pattern, text, re.IGNORECASE) for text in searched), question
    assert not any(name.startswith(("2020", "2021", "2022", "2023", "2024")) for name in parsed)


def test_each_report_has_its_year_or_place_in_its_title_and_its_date(parsed: dict[str, ParsedDocument]) -> None:
    assert len(parsed) == 81
    for name, document in parsed.items():
        assert document.title == name.rsplit(".", 1)[0]
        assert document.date is not None
        assert document.date[:4] == name[:4]


def test_a_few_reports_are_spread_over_all(shared: Path) -> None:
    names = list(reports.reports(shared, 4))
    assert names[0] == "1954年国务院政府工作报告.txt"
    assert len(names) == 4
    assert names[-1].endswith(".docx")
    few = reports.questions(names).questions
    assert {e.document for q in few for e in q.evidence} <= set(names)
    assert len(reports.questions(names, every=2).questions) == (len(few) + 1) // 2


def docx(text: str) -> bytes:
    from docx import Document

    document, out = Document(), BytesIO()
    for paragraph in text.split("\n"):
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


@pytest.fixture
def few(tmp_path: Path) -> dict[str, bytes]:
    """Reports of two years and a province, in the layout of the shared data."""
    folder = tmp_path / "shared" / "data" / "reports"
    (folder / "national").mkdir(parents=True)
    (folder / "provincial-2025").mkdir()
    (folder / "national" / "1954-2019.txt").write_text(
        "2014\t　　一、2013年工作回顾　　去年修建铁路1200公里。　　二、2014年安排　　今年要修建铁路1500公里。\n"
        "2018\t　　一、2017年工作回顾　　去年修建铁路2600公里。　　二、2018年安排　　今年要修建铁路2800公里。\n",
        "utf-8",
    )
    (folder / "provincial-2025" / "2025年云山省政府工作报告.docx").write_bytes(
        docx("2025年云山省政府工作报告\n2024年全省种植柑橘30万亩，新修水渠400公里。\n2025年要建成3个柑橘加工园区。")
    )
    return reports.reports(tmp_path / "shared")


def test_the_library_is_made_once_and_holds_nothing_else(
    tmp_path: Path, few: dict[str, bytes], embedder: Embedder
) -> None:
    assert next(iter(few)) == "2014年国务院政府工作报告.txt"
    steps: list[Step] = []
    folder = tmp_path / "library"
    first = dict(list(few.items())[:1])
    with reports.library_of(first, folder, embedder, progress=steps.append) as library:
        assert [document.title for document in library.documents()] == ["2014年国务院政府工作报告"]
    with reports.library_of(few, folder, embedder, progress=steps.append) as library:
        assert len(library.documents()) == 3
    assert [step.total for step in steps] == [1, 1, 2, 2, 2]
    steps.clear()
    with reports.library_of(few, folder, embedder, progress=steps.append) as library:
        assert len(library.documents()) == 3
    assert not steps
    with pytest.raises(RunError, match="not among the reports"), reports.library_of(first, folder, embedder):
        pass


def test_the_table_tells_whose_report_was_found(tmp_path: Path, few: dict[str, bytes], embedder: Embedder) -> None:
    citrus = "2024年种植柑橘多少亩？"
    made = [
        Question(
            "right", citrus, (Reference("30万亩"),), (Evidence("柑橘30万亩", "2025年云山省政府工作报告"),), "place"
        ),
        Question(
            "wrong", citrus, (Reference("30万亩"),), (Evidence("修建铁路", "2018年国务院政府工作报告"),), "result"
        ),
        Question("none", "2013年登月的是谁？", kind="unanswerable"),
        Question("then", "那火星呢？", kind="follow-up", history=("2013年登月的是谁？",)),
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("", "utf-8")
    data = EvaluationSet("few", questions, "jsonl", tuple(made))
    with reports.library_of(few, tmp_path / "library", embedder) as library:
        result = run(data, library=library)
        fusion = reports.found_by_fusion(data, library, few)
    assert fusion == [True, False]
    outcomes = {o.question.id: o for o in result.sets[0].outcomes}
    lines = reports.table(result, fusion, 3, 7).splitlines()
    assert lines[0] == ("Government reports, 3 documents, 7 passages: 2 answerable, 1 unanswerable, 1 follow-ups")
    rows = {line[2:].strip(): line for line in lines}

    def row(group: str, label: str) -> str:
        return next(line for line in rows.values() if line.strip().startswith(group) and label in line)

    assert "1/2 " in row("answerable", "First passage from the right document")
    assert "1/2 " in row("answerable", "The same without years and places")
    assert "1/2 " in row("answerable", "The same, never refusing")
    cited = int(not outcomes["right"].prediction.abstained)
    assert f"{cited}/2 " in row("answerable", "Best citation in the right document")
    assert f"{int(outcomes['then'].right)}/1 " in row("follow-ups", "Without an answer, refused")
    assert f"{int(outcomes['right'].right)}/1 " in row("place", "")
    assert not any(line.strip().startswith("follow-ups    Best citation") for line in lines)


@pytest.mark.slow
def test_the_command_prints_its_table(tmp_path: Path, few: dict[str, bytes]) -> None:
    from typer.testing import CliRunner

    from eval.bench.__main__ import app

    shared, library = str(tmp_path / "shared"), str(tmp_path / "library")
    done = CliRunner().invoke(app, ["reports", "--shared", shared, "--library", library, "--every", "6", "--errors"])
    assert done.exit_code == 0, done.output
    assert "Government reports, 3 documents" in done.output
    missing = CliRunner().invoke(app, ["reports", "--shared", str(tmp_path / "nowhere")])
    assert "--shared" in getattr(missing.exception, "hint", "")
