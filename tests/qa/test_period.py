"""What questions ask for, and what passages tell, of years and of achieved or planned."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.period import (
    Agreement,
    Aspect,
    Period,
    Told,
    Verdict,
    agreement,
    asked,
    base_year,
    in_words,
    piece_at,
    told,
    told_by_sentence,
    years,
)

ACHIEVED, PLANNED = Aspect.ACHIEVED, Aspect.PLANNED
TITLE, DATE = "2018年青山区政府工作报告", "2018-01-05"
REVIEW, PLAN = ("一、2017年工作回顾",), ("二、2018年工作安排", "（一）聚焦产业")


def year(first: int, last: int | None = None) -> Period:
    return Period(first, first if last is None else last)


@pytest.mark.parametrize(
    ("question", "periods"),
    [
        ("2022年GDP是多少", (year(2022),)),
        ("２０２２年GDP", (year(2022),)),
        ("二〇二二年GDP", (year(2022),)),
        ("一九九○年粮食产量", (year(1990),)),
        ("2021，2022年各增长多少", (year(2021), year(2022))),
        ("2021年，2022年各增长多少", (year(2021), year(2022))),
        ("2021、2022年增长多少", (year(2021), year(2022))),
        ("2019—2022年新增就业多少", (year(2019, 2022),)),
        ("2019年至2022年", (year(2019, 2022),)),
        ("“十三五”期间建成多少公里", (year(2016, 2020),)),
        ("十四五期间的目标", (year(2021, 2025),)),
        ("第八个五年计划", (year(1991, 1995),)),
        ("九五计划完成得怎样", (year(1996, 2000),)),
        ("十四五末森林覆盖率", (year(2025),)),
        ("八十年代的产量", (year(1980, 1989),)),
        ("2022 GDP是多少", (year(2022),)),
        ("比2020年增长了多少", ()),
        ("和2022年相比，2023年增长多少", (year(2023),)),
        ("该合同2023年的租金是多少", (year(2023),)),
        ("参与2023年考试的有多少人", (year(2023),)),
        ("饲养2000头猪补多少", ()),
        ("2023年相比2022年增长了多少", (year(2023),)),
        ("2023天津GDP是多少", (year(2023),)),
        ("2023本科招生多少人", (year(2023),)),
        ("这条路长2000米吗", ()),
        ("有3000年历史的树", ()),
        ("十五个项目有哪些", ()),
        ("一般公共预算收入是多少", ()),
    ],
)
def test_years_in_questions(question: str, periods: tuple[Period, ...]) -> None:
    assert asked(question).periods == periods


@pytest.mark.parametrize(
    ("question", "relative"),
    [
        ("去年增长了多少", ("去年",)),
        ("上年末有多少人", ("上年",)),
        ("今年的目标是什么", ("今年",)),
        ("过去五年年均增长多少", ("过去五年",)),
        ("五年来新增多少", ("五年来",)),
        ("至今年均增长多少", ()),
        ("过去年均增长", ()),
        ("以前年度结转多少", ()),
        ("这所学校有一年级吗", ()),
    ],
)
def test_relative_words(question: str, relative: tuple[str, ...]) -> None:
    assert asked(question).relative == relative


@pytest.mark.parametrize(
    ("question", "aspect", "leaning"),
    [
        ("2025年GDP增长目标是多少", PLANNED, PLANNED),
        ("今年计划新建几所学校", PLANNED, PLANNED),
        ("2025年将建成几座桥", PLANNED, PLANNED),
        ("2024年GDP增长了多少", ACHIEVED, ACHIEVED),
        ("2024年的目标完成了吗", ACHIEVED, ACHIEVED),
        ("2024年GDP增长多少", None, ACHIEVED),
        ("到2025年，研发投入强度达到多少", None, PLANNED),
        ("2023年争取了多少上级资金", ACHIEVED, ACHIEVED),
        ("2022年人才计划引进了多少人", ACHIEVED, ACHIEVED),
        ("完成年度计划的百分之几", ACHIEVED, ACHIEVED),
        ("截至2022年底有多少座", ACHIEVED, ACHIEVED),
        ("办护照要多少钱", None, ACHIEVED),
        ("会议提出了今年增长多少的目标", PLANNED, PLANNED),
        ("省里下达了多少招生计划", PLANNED, PLANNED),
        ("今年财政收入计划比上年增长多少", PLANNED, PLANNED),
        ("截至2030年规划建成多少座车站", PLANNED, PLANNED),
        ("高新技术企业培育目标比上年增加多少家", PLANNED, PLANNED),
        ("重要任务有哪些", None, None),
        ("主要将领是谁", None, None),
    ],
)
def test_achieved_or_planned(question: str, aspect: Aspect | None, leaning: Aspect | None) -> None:
    assert (asked(question).aspect, asked(question).leaning) == (aspect, leaning)


def test_questions_without_year_or_place_ask_for_nothing() -> None:
    assert not asked("一般公共预算收入是多少").any
    assert asked("去年的一般公共预算收入是多少").any
    assert asked("青山区的一般公共预算收入是多少").any


@given(st.integers(1900, 2099), st.sampled_from(["，", ",", "、", "和", " "]), st.integers(1900, 2099))
def test_every_year_of_a_list_is_read(first: int, between: str, second: int) -> None:
    assert {first, second} <= years(f"收入{first}年{between}{second}年各是多少")


@given(st.integers(1000, 2099))
def test_a_year_is_the_same_in_every_script(number: int) -> None:
    wide = str(number).translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
    han = str(number).translate({ord(str(d)): h for d, h in enumerate("〇一二三四五六七八九")})
    assert years(f"{wide}年") == years(f"{number}年") == years(f"{han}年") == {number}


@pytest.mark.parametrize(
    ("title", "date", "base"),
    [
        ("2018年政府工作报告", "2018-01-05", 2018),
        ("2018年政府工作报告", "2022-06-30", 2018),
        ("2017年政府工作报告", "2018-01-05", 2018),
        ("2018年政府工作报告", None, 2018),
        ("政府工作报告", "2018-01", 2018),
        ("2023年国民经济和社会发展统计公报", "2024-02-29", 2023),
        ("建筑垃圾管理办法", "2021", 2021),
        ("随笔", None, None),
    ],
)
def test_the_year_of_a_document(title: str, date: str | None, base: int | None) -> None:
    assert base_year(title, date) == base


def tell(text: str, heading_path: tuple[str, ...] = (), position: float | None = None) -> Told:
    return told(text, title=TITLE, date=DATE, heading_path=heading_path, position=position)


@pytest.mark.parametrize(
    ("text", "headings", "position", "words"),
    [
        ("地区生产总值增长8%。", REVIEW, 0.1, "2017年完成情况"),
        ("地区生产总值增长8%左右。", PLAN, 0.6, "2018年目标"),
        ("地区生产总值增长8%。", ("一、过去五年工作回顾",), 0.1, "2013—2017年完成情况"),
        ("地区生产总值增长8%。", ("一、上年工作回顾",), 0.1, "2017年完成情况"),
        ("地区生产总值增长8%。", ("三、今后五年的奋斗目标",), 0.6, "2018—2022年目标"),
        ("加强廉政建设。", ("四、全面提升治理效能",), 0.9, "2018年目标"),
        ("去年地区生产总值增长8%。", (), 0.1, "2017年完成情况"),
        ("今年地区生产总值预期目标是增长8%。", (), 0.4, "2018年目标"),
        ("地区生产总值增长8%。", (), 0.05, "2017年完成情况"),
        ("地区生产总值增长8%。", (), 0.8, "2018年目标"),
        ("地区生产总值增长8%。", (), 0.35, ""),
        ("地区生产总值增长8%。", ("名词解释",), 0.98, ""),
        ("“十二五”期间新建学校12所。", ("一、2017年工作回顾",), 0.1, "2011—2015年完成情况"),
        ("提前完成“十三五”规划目标。", REVIEW, 0.1, "2017年完成情况"),
        ("国内生产总值从2012年的54亿元增加到2017年的82亿元。", REVIEW, 0.1, "2017年完成情况"),
        ("用电量比2016年增长8%。", REVIEW, 0.1, "2017年完成情况"),
        ("到2020年，森林覆盖率达到30%。", PLAN, 0.7, "2020年目标"),
    ],
)
def test_what_a_reports_passage_tells(text: str, headings: tuple[str, ...], position: float | None, words: str) -> None:
    assert in_words(tell(text, headings, position)) == words


def test_traditional_and_full_width_text_tells_the_same() -> None:
    one = told(
        "地區生產總值增長８％。", title="２０１８年政府工作報告", date=DATE, heading_path=("一、２０１７年工作回顧",)
    )
    assert in_words(one) == "2017年完成情况"


def test_a_report_without_a_title_year_counts_from_its_date() -> None:
    one = told("地区生产总值增长8%。", title="政府工作报告", date="2015-01-20", heading_path=("一、过去一年工作回顾",))
    assert in_words(one) == "2014年完成情况"


def test_other_kinds_of_documents() -> None:
    bulletin = told("粮食产量增长1%。", title="2023年统计公报", date="2024-02-29", heading_path=("二、农业",))
    assert in_words(bulletin) == "2023年完成情况"
    plan = told("新建学校三所。", title="2024年重点工作计划", date="2024-01-02", heading_path=())
    assert in_words(plan) == "2024年目标"
    for title in ("建筑垃圾管理办法", "北京地铁", "关于开展普查的通知"):
        law = told("禁止乱倒垃圾，违者罚款。", title=title, date="2021-05-01", heading_path=("第三条",))
        assert (law.periods, law.aspect, in_words(law)) == ((), None, "")


SENTENCES = "2017年地区生产总值增长8%。就业稳定。2018年预期目标是增长7%左右，力争更好。"


def test_sentences_have_years_of_their_own() -> None:
    pieces = told_by_sentence(SENTENCES, title="政府工作报告", date=DATE, heading_path=())
    words = [(SENTENCES[a:b], in_words(piece)) for a, b, piece in pieces]
    assert words == [
        ("2017年地区生产总值增长8%。", "2017年完成情况"),
        ("就业稳定。", "2017年完成情况"),
        ("2018年预期目标是增长7%左右，力争更好。", "2018年目标"),
    ]


def test_clauses_of_one_sentence_are_told_apart() -> None:
    text = "2017年增长6.6%，2018年预期目标6%以上。"
    at = text.index("6%以上")
    assert in_words(piece_at(text, at, title=TITLE, date=DATE, heading_path=())[2]) == "2018年目标"
    at = text.index("6.6%")
    assert in_words(piece_at(text, at, title=TITLE, date=DATE, heading_path=())[2]) == "2017年完成情况"


def test_an_aside_does_not_carry_over_below_a_heading_of_its_own_year() -> None:
    text = "完善道路网。去年新建道路8公里。再建道路12公里。"
    at = text.index("12公里")
    assert in_words(piece_at(text, at, title=TITLE, date=DATE, heading_path=PLAN)[2]) == "2018年目标"


@given(st.text(alphabet="2017年，。8%增长去今十三五“”期间目标是到完成了；、（一）\n", max_size=60))
def test_pieces_are_ordered_and_cover_the_text(text: str) -> None:
    pieces = told_by_sentence(text, title=TITLE, date=DATE, heading_path=REVIEW)
    assert all(a < b for a, b, _ in pieces)
    assert all(one[1] <= other[0] for one, other in pairwise(pieces))
    covered = set().union(*(range(a, b) for a, b, _ in pieces)) if pieces else set()
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)


def agree(question: str, one: Told) -> Agreement:
    return agreement(asked(question), one, DATE)


def test_the_asked_year_decides_between_achieved_and_planned_parts() -> None:
    review, plan = tell("增长8%。", REVIEW), tell("增长8%左右。", PLAN)
    assert agree("2017年增长多少", review).period is Verdict.MATCH
    assert agree("2017年增长多少", plan).period is Verdict.MISMATCH
    assert agree("去年增长多少", review).period is Verdict.MATCH
    assert agree("去年增长多少", plan).period is Verdict.MISMATCH
    assert agree("今年增长多少", plan).period is Verdict.MATCH
    assert agree("2012年增长多少", review).period is Verdict.MISMATCH


def test_an_achievement_is_no_answer_for_a_target() -> None:
    review, plan = tell("增长8%。", REVIEW), tell("增长8%左右。", PLAN)
    assert agree("增长目标是多少", review).aspect is Verdict.MISMATCH
    assert agree("增长目标是多少", plan).aspect is Verdict.MATCH
    assert agree("增长了多少", plan).aspect is Verdict.MISMATCH
    # Not said: a figure reached is preferred, a target is not refused.
    assert agree("增长多少", review).aspect is Verdict.MATCH
    assert agree("增长多少", plan).aspect is Verdict.UNKNOWN


def test_ranges() -> None:
    term = tell("增长8%。", ("一、过去五年工作回顾",))
    assert agree("过去五年增长多少", term).period is Verdict.MATCH
    assert agree("2013—2017年增长多少", term).period is Verdict.MATCH
    assert agree("2017年增长多少", term).period is Verdict.MATCH
    assert agree("2015年增长多少", term).period is Verdict.UNKNOWN
    assert agree("2009年增长多少", term).period is Verdict.MISMATCH


def test_the_passages_own_words_agree() -> None:
    one = agree("2016年产量是多少", tell("2016年产量是8吨，今年预计9吨。", PLAN))
    assert (one.period, one.words) == (Verdict.MATCH, True)


def test_a_question_may_name_a_report_by_its_year() -> None:
    question = asked("2018年政府工作报告提出的增长目标是多少？")
    assert (question.periods, question.reports, question.any) == ((), (2018,), True)
    review, plan = tell("增长8%。", REVIEW), tell("增长8%左右。", PLAN)
    assert agreement(question, plan, DATE).period is Verdict.MATCH
    assert agreement(question, review, DATE).period is Verdict.MATCH
    assert agree("2017年政府工作报告提出的增长目标是多少？", plan).period is Verdict.MISMATCH
    assert agree("2018年政府工作报告中，2017年增长多少？", plan).period is Verdict.MISMATCH
    assert agree("2018年政府工作报告中，2017年增长多少？", review).period is Verdict.MATCH


def test_unknown_stays_unknown() -> None:
    law = told("禁止乱倒垃圾。", title="建筑垃圾管理办法", date="2021-05-01", heading_path=())
    assert agreement(asked("2018年山西增长了多少"), law, "2021-05-01") == Agreement()
    assert agree("禁止什么", tell("增长8%。", REVIEW)) == Agreement()
    assert agreement(asked("去年增长多少"), Told(periods=(year(2017),), firm=True), None).period is Verdict.UNKNOWN


def test_places_of_documents_and_passages() -> None:
    assert agree("青山区增长多少", tell("增长8%。", REVIEW)).place is Verdict.MATCH
    assert agree("洪山区增长多少", tell("增长8%。", REVIEW)).place is Verdict.MISMATCH
    assert agree("洪山区增长多少", tell("对口支援洪山区。", REVIEW)).place is Verdict.UNKNOWN


def test_real_reports_split_into_review_and_plan(shared: Path) -> None:
    from qa.documents import parse

    checked = 0
    for path in sorted((shared / "data/reports/provincial-2025").glob("*.docx"))[:4]:
        document = parse(path.read_bytes(), path.name)
        seen = []
        for p in document.passages:
            one = told(
                document.text[p.start : p.end],
                title=document.title,
                date=document.date,
                heading_path=p.heading_path,
                position=p.start / len(document.text),
                organisation=document.organisation,
            )
            assert len(one.places) == 1
            if one.firm:
                seen.append((one.periods, one.aspect))
        assert seen.count(((year(2024),), ACHIEVED)) > 10
        assert seen.count(((year(2025),), PLANNED)) > 20
        # The review stands before the plan.
        assert seen.index(((year(2024),), ACHIEVED)) < len(seen) - seen[::-1].index(((year(2025),), PLANNED))
        checked += 1
    assert checked
