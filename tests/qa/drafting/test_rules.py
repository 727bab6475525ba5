"""What the rules make of plain sentences, and what they leave alone."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.drafting import KINDS, Corpus, Proposal, in_turn, proposals_of, spread

Make = Callable[..., Corpus]

HEAD = """# 政府工作报告

——2024年1月25日在青石县第五届人民代表大会第三次会议上

县长　范永星

各位代表：现在，我代表县人民政府向大会报告工作。

"""


def report(done: str, planned: str = "继续做好各项工作。") -> str:
    return f"{HEAD}## 一、2023年工作回顾\n\n{done}\n\n## 二、2024年工作安排\n\n{planned}\n"


def proposed(corpus: Corpus, seed: int = 0) -> list[Proposal]:
    made = [p for statement in in_turn(corpus, random.Random(seed)) for p in proposals_of(statement, corpus)]
    return list(spread(corpus, [[p for p in made if p.kind == kind] for kind in KINDS]))


def asked(corpus: Corpus) -> dict[str, str]:
    return {proposal.question: proposal.answer for proposal in proposed(corpus)}


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("一般公共预算收入达15.8亿元，增长12.4%。", "2023年一般公共预算收入是多少？", "15.8亿元"),
        ("一般公共预算收入达15.8亿元，增长12.4%。", "2023年一般公共预算收入增长了多少？", "12.4%"),
        ("一般公共预算收入达15.8亿元、增长12.4%。", "2023年一般公共预算收入增长了多少？", "12.4%"),
        ("改造老旧小区81个。", "2023年改造老旧小区多少个？", "81个"),
        ("城镇调查失业率为5.3%。", "2023年城镇调查失业率是多少？", "5.3%"),
        ("打通青石路、桐花巷、南浦街3条断头路。", "2023年打通了哪3条断头路？", "青石路、桐花巷、南浦街"),
        ("滨江快速路于11月8日建成通车。", "滨江快速路是什么时候建成通车的？", "11月8日"),
        ("望湖社区党委书记李秀兰坚守岗位。", "望湖社区党委书记是谁？", "李秀兰"),
        ("新任镇长 艾尔肯·吐尼亚孜。", "新任镇长是谁？", "艾尔肯·吐尼亚孜"),
        ("2021年，全县粮食总产量达到38.7万吨。", "2021年全县粮食总产量是多少？", "38.7万吨"),
        ("研发投入占GDP比重达2.1%。", "2023年研发投入占GDP比重是多少？", "2.1%"),
        ("确保任务落实，粮食总产量达38.7万吨。", "2023年粮食总产量是多少？", "38.7万吨"),
    ],
)
def test_a_plain_sentence_becomes_its_question(corpus_of: Make, sentence: str, question: str, answer: str) -> None:
    corpus = corpus_of(报告_md=report(sentence))
    assert asked(corpus)[question] == answer


def test_what_is_planned_is_asked_as_a_plan(corpus_of: Make) -> None:
    found = asked(corpus_of(报告_md=report("全年平稳。", "固定资产投资增长7%；新建公共充电桩2000个。")))
    assert found["2024年固定资产投资的增长目标是多少？"] == "7%"
    assert not any("增长了" in question for question in found)


def test_the_head_of_government_is_asked_with_the_year_and_the_place(corpus_of: Make) -> None:
    assert asked(corpus_of(报告_md=report("全年平稳。")))["2024年青石县的县长是谁？"] == "范永星"


RULES = """青石县图书管理办法

第一条　为了规范图书管理，制定本办法。

第二条　本办法所称流动书车，是指在乡村之间往返借阅图书的车辆。

第三条　读者借阅图书的期限为30天。

第四条　图书馆应当在每年六月组织一次清点。

第五条　损坏图书的读者应当照价赔偿。

第六条　本办法自2023年11月1日起施行。
"""


def test_a_regulation_is_asked_by_article_meaning_and_force(corpus_of: Make) -> None:
    found = asked(corpus_of(办法_txt=RULES))
    name = "《青石县图书管理办法》"
    assert found[f"{name}所称的流动书车是指什么？"] == "在乡村之间往返借阅图书的车辆"
    assert found[f"{name}从什么时候起施行？"] == "2023年11月1日"
    assert found[f"{name}第五条是怎么规定的？"] == "损坏图书的读者应当照价赔偿。"
    assert found[f"根据{name}，读者借阅图书的期限为多少天？"] == "30天"


def test_a_question_with_two_answers_is_dropped_and_years_tell_them_apart(corpus_of: Make) -> None:
    question = "2023年一般公共预算收入是多少？"
    once = "一般公共预算收入达15.8亿元。"
    other = "据统计，2023年一般公共预算收入达16.1亿元。"
    assert question in asked(corpus_of(甲_md=report(once)))
    assert question not in asked(corpus_of(甲_md=report(once), 乙_md=f"# 简报\n\n{other}\n"))
    assert question in asked(corpus_of(甲_md=report(once), 乙_md=f"# 简报\n\n{other.replace('2023', '2022')}\n"))
    # The same figure elsewhere is the same answer.
    assert question in asked(corpus_of(甲_md=report(once), 乙_md=f"# 简报\n\n{other.replace('16.1', '15.8')}\n"))


def test_two_versions_of_a_regulation_are_not_asked_by_its_name(corpus_of: Make) -> None:
    assert not any(
        "办法》" in question for question in asked(corpus_of(旧_txt=RULES, 新_txt=RULES.replace("30", "20")))
    )


def test_with_several_places_a_question_names_its_own(corpus_of: Make) -> None:
    text = report("一般公共预算收入达15.8亿元。")
    other = text.replace("青石县", "白石县").replace("15.8", "9.2")
    found = asked(corpus_of(甲_md=text, 乙_md=other))
    assert found["2023年青石县一般公共预算收入是多少？"] == "15.8亿元"
    assert found["2023年白石县一般公共预算收入是多少？"] == "9.2亿元"


@pytest.mark.parametrize(
    "sentence",
    [
        "五年来一般公共预算收入年均增长12.4%。",
        "2021年至2023年，一般公共预算收入达15.8亿元。",
        "其中城镇居民46082元、农村居民23852元，分别增长4.0%和6.2%。",
        "发放消费券，拉动消费6.8亿元。",
        "推进谋项目、引项目、建项目三大环节。",
        "打通青石路、桐花巷等3条断头路。",
        "经济总量跃上了1000亿元台阶。",
        "空气质量优良天数增加22天。",
        "应届毕业生就业率95%。",
    ],
)
def test_what_does_not_stand_by_itself_is_not_asked(corpus_of: Make, sentence: str) -> None:
    made = proposed(corpus_of(报告_md=report(sentence)))
    assert [p.question for p in made if p.kind in ("figure", "growth", "count", "list")] == []


WORDS = st.sampled_from(
    [
        *("一般公共预算收入", "粮食总产量", "增长", "达到", "15.8亿元", "12.4%", "3条", "断头路", "第三条", "本办法"),
        *("所称", "是指", "自", "2023年5月1日", "起施行", "县长", "范永星", "打通", "甲路", "乙街", "2021年", "今年"),
        *("去年", "其中", "应当", "1.", *"、，。；\n#|*“”（）<='　"),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=60), st.integers(0, 5))
def test_whatever_the_text_says_an_answer_is_its_exact_words(corpus_of: Make, words: list[str], seed: int) -> None:
    corpus = corpus_of(报告_md=report("".join(words)), 办法_txt=RULES + "\n第七条　" + "".join(words))
    made = proposed(corpus, seed)
    assert len({p.question for p in made}) == len(made)
    for each in made:
        document, passage = each.statement.source.document, each.statement.passage
        assert each.question.endswith("？")
        assert each.answer == document.text[each.start : each.end] != ""
        assert passage.start <= each.start < each.end <= passage.end
        assert each.answer not in each.question
        assert corpus.at(each.statement.source, each.statement.start) == each.statement
    assert proposed(corpus, seed) == made
