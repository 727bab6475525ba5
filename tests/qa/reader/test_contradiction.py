"""What the words of a question rule out is not read as its answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.reader.contradiction import consistent, contradicts
from qa.reader.decode import Span
from qa.reader.selection import Read
from qa.types import Hit, Passage

DONE = "2023年，全市地区生产总值完成1128.7亿元，增长3.6%，新建学校12所，惠及3.2万户、9.8万人，投入2亿元。"
PLAN = "2024年主要预期目标是：地区生产总值增长6%左右，城镇新增就业2.4万人。"
TITLE = "政府工作报告"


def read(text: str, words: str, heading: str = "", date: str = "2024-01-20") -> Read:
    passage = Passage(1, "d", 0, 0, len(text), text, (heading,) if heading else ())
    start = text.index(words)
    hit = Hit(passage, 0.9, title=TITLE, date=date, position=0.1)
    return Read(hit, 0, Span(start, start + len(words), 0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("2023年地区生产总值是多少？", "3.6%"),
        ("2023年地区生产总值是多少亿元？", "12所"),
        ("惠及了多少户？", "12所"),
        ("惠及了多少户？", "9.8万人"),
        ("惠及了多少人？", "3.2万户"),
        ("投入了多少钱？", "3.6%"),
    ],
)
def test_a_figure_of_another_unit_does_not_answer(question: str, words: str) -> None:
    assert contradicts(question, read(DONE, words))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("2023年地区生产总值是多少？", "1128.7亿元"),
        ("2023年地区生产总值增长了多少？", "3.6%"),
        ("惠及了多少户？", "3.2万户"),
        ("惠及了多少人？", "9.8万人"),
        ("投入了多少钱？", "2亿元"),
        ("新建了多少所学校？", "12所"),
        ("增长率是多少？", "3.6%"),
        ("去年的经济怎么样？", "3.6%"),
        ("地区生产总值有多少？", "1128.7"),
        ("新增了多少市场主体？", "3.2万户"),
        ("投入的规模有多大？", "2亿元"),
    ],
)
def test_a_figure_that_may_answer_is_left(question: str, words: str) -> None:
    assert not contradicts(question, read(DONE, words))


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("研发投入占比是多少？", {"2.6%"}),
        ("研发投入的增速？", {"2.6%"}),
        ("就业率达到了百分之多少？", {"2.6%"}),
        ("研发投入是多少？", {"412.5亿元", "2.6%"}),
        ("研发投入和占比各是多少？", {"412.5亿元", "2.6%"}),
        ("汇率是多少？", {"412.5亿元", "2.6%"}),
    ],
)
def test_a_share_is_no_sum(question: str, answers: set[str]) -> None:
    text = "研发投入412.5亿元，占比2.6%。"
    assert {words for words in ("412.5亿元", "2.6%") if not contradicts(question, read(text, words))} == answers


@pytest.mark.parametrize(
    ("question", "ruled_out"),
    [
        ("第三十二条是怎么规定的？", True),
        ("第32条说了什么？", True),
        ("第十四条是怎么规定的？", False),
        ("第14条说了什么？", False),
        ("违反第十二条的怎么办？", False),
        ("第十二条和第三十二条怎么说？", False),
        ("违反规定的怎么办？", False),
    ],
)
def test_another_article_does_not_answer_for_the_one_named(question: str, ruled_out: bool) -> None:
    text = "违反本办法第十二条规定的，责令改正，处二百元罚款。"
    assert contradicts(question, read(text, "处二百元罚款", "第十四条")) is ruled_out


@pytest.mark.parametrize(
    ("question", "words", "ruled_out"),
    [
        ("区委书记是谁？", "范永星", True),
        ("区委书记是谁？", "区长范永星", True),
        ("区长是谁？", "范永星", False),
        ("谁作了报告？", "范永星", False),
        ("区委书记是谁？", "王明", False),  # whose office is not told
    ],
)
def test_who_bears_another_office_does_not_answer(question: str, words: str, ruled_out: bool) -> None:
    text = "区长范永星代表区人民政府作了工作报告，向他提问的还有多位代表，其中一位是王明。"
    assert contradicts(question, read(text, words)) is ruled_out


@pytest.mark.parametrize(
    ("question", "organisation", "ruled_out"),
    [
        ("太原市2022年GDP是多少？", "晋城市城区人民政府", True),
        ("晋城市2022年GDP是多少？", "晋城市城区人民政府", False),
        ("山西省2022年GDP是多少？", "晋城市城区人民政府", False),
        ("2022年GDP是多少？", "晋城市城区人民政府", False),
        ("长治市和太原市2022年GDP是多少？", "晋城市城区人民政府", False),
        ("太原市2022年GDP是多少？", None, False),
        ("河北2022年GDP是多少？", "山西省人民政府", True),
        ("高平市2022年GDP是多少？", "晋城市城区人民政府", False),  # its passage names it
        ("太原市2022年有哪些成绩？", "晋城市城区人民政府", False),
    ],
)
def test_a_figure_of_another_town_does_not_answer(question: str, organisation: str | None, ruled_out: bool) -> None:
    text = "2022年，地区生产总值完成317.2亿元，高平市以外均有增长。"
    about = read(text, "317.2亿元")
    about = Read(replace(about.hit, organisation=organisation), 0, about.span)
    assert contradicts(question, about) is ruled_out


def test_a_target_does_not_answer_for_an_achievement_nor_the_other_way() -> None:
    planned = read(PLAN, "6%左右", "二、2024年工作安排")
    achieved = read(DONE, "3.6%", "一、2023年工作回顾")
    assert contradicts("2024年地区生产总值实际增长了多少？", planned)
    assert not contradicts("2024年地区生产总值的增长目标是多少？", planned)
    assert contradicts("2023年地区生产总值的增长目标是多少？", achieved)
    assert not contradicts("2023年地区生产总值实际增长了多少？", achieved)
    # A level is asked for, and a target tells its growth: only where the target is asked for.
    assert contradicts("2024年地区生产总值是多少？", planned)
    assert not contradicts("2024年地区生产总值的目标是多少？", planned)


def test_an_outcome_told_in_the_part_that_plans_is_left() -> None:
    told = read("全面推行林长制，各级林长78名，巡查1200次。", "78名", "二、2024年工作安排")
    assert not contradicts("各级林长设了多少名？", told)


def test_what_is_left_keeps_its_order() -> None:
    found = [read(DONE, words) for words in ("3.6%", "1128.7亿元", "2亿元", "12所")]
    kept = consistent("2023年地区生产总值是多少？", found)
    assert [each.text for each in kept] == ["1128.7亿元", "2亿元", "12所"]


RULES = (
    "5.2 住宿费标准如下：每晚450元，连住3天以上的八折。\n"
    "第十六条 记录保存不少于两年；未保存的，处2000元以上1万元以下罚款。"
)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("住宿费一晚报多少？", "5.2"),
        ("没保存的话罚多少？", "第十六条"),
        ("没保存的话罚多少？", "不少于两年"),
        ("住宿费一共报销多少钱？", "3天"),
    ],
)
def test_a_number_of_an_article_or_a_time_is_not_paid(question: str, words: str) -> None:
    assert contradicts(question, read(RULES, words))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("住宿费一晚报多少？", "每晚450元"),
        ("没保存的话罚多少？", "2000元以上1万元以下"),
        ("记录要保存多久？", "不少于两年"),
        ("保存期是多少？", "两年"),
        ("没保存违反第几条？", "第十六条"),
    ],
)
def test_what_may_be_paid_or_counted_is_left(question: str, words: str) -> None:
    assert not contradicts(question, read(RULES, words))


REVIEW = "一、2023年工作回顾"


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        # 计划, 争取, 规划, 拟, 将 and 要 ask for no plan where they are another word's, or where it was carried out.
        ("2023年争取到上级资金多少亿元？", "争取上级资金12.3亿元，到位率高。", "12.3亿元"),
        ("产业园规划面积是多少亩？", "产业园规划面积3200亩，入驻企业30家。", "3200亩"),
        ("固定资产投资完成年度计划的百分之几？", "固定资产投资完成年度计划的102%。", "102%"),
        ("新启动的项目数是原定计划的几倍？", "新启动21个项目，是计划任务的2.1倍。", "2.1倍"),
        ("比预期目标高多少个百分点？", "比预期目标高0.5个百分点。", "0.5个百分点"),
        ("虚拟现实企业有多少家？", "虚拟现实企业已有35家。", "35家"),
        ("未来科技城引进企业多少家？", "未来科技城引进企业35家。", "35家"),
        ("2023年将多少人纳入低保？", "已将3200人纳入低保。", "3200人"),
        ("人均预期寿命是多少岁？", "人均预期寿命达到79岁。", "79岁"),
        ("2022年人才计划引进了多少名博士？", "人才计划引进博士32名。", "32名"),
        # A sentence that looks back may say 安排, 将, 年内, 今后 and 确保.
        ("2023年安排了多少专项资金？", "2023年，安排专项资金5亿元，支持企业。", "5亿元"),
        ("多少户被纳入了低保？", "加强救助，将3200户困难群众纳入低保。", "3200户"),
        ("地区生产总值完成了多少？", "完成100亿元，为今后发展奠定坚实基础。", "100亿元"),
        ("粮食总产量达到了多少？", "确保粮食安全，粮食总产量达52万吨。", "52万吨"),
        ("新改建了多少公里农村公路？", "年内新改建农村公路120公里。", "120公里"),
        ("今年上半年实现了多少增加值？", "今年上半年，全市主要指标向好，增加值500亿元。", "500亿元"),
        # 了 and 实际 ask for no outcome where a target was laid down, or an indicator bears that name.
        ("到2025年实际利用外资达到多少？", "到2025年，力争实际利用外资达到10亿美元。", "10亿美元"),
        ("为了实现碳达峰，2025年占比达到多少？", "到2025年力争达到20%。", "20%"),
        ("会议提出了今年经济增长多少？", "预期目标为增长5%左右。", "5%左右"),
        # What a plan calls its own figure answers for it, however long ago; 将 is 把 where the year is over.
        ("项目计划总投资多少亿元？", "项目于2021年开工，计划总投资12亿元。", "12亿元"),
        ("公司拟招聘多少人？", "2022年，公司拟招聘35人。", "35人"),
        ("2023年我市将最低工资提高到多少元？", "2023年，将最低工资标准提高到2200元。", "2200元"),
        ("2023年天然气供应达多少？", "天然气供应达35亿立方米。", "35亿立方米"),
        # What follows in the sentence may be a plan.
        ("完成了多少投资？", "完成投资35亿元，要继续加大力度。", "35亿元"),
        ("今年粮食总产量达到了多少？", "今年粮食生产再获丰收，总产量52万吨。", "52万吨"),
    ],
)
def test_what_was_carried_out_is_no_plan_and_what_was_laid_down_no_outcome(
    question: str, text: str, words: str
) -> None:
    assert not contradicts(question, read(text, words, REVIEW))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("研发经费占地区生产总值多少？", "研发经费占2.8%。", "2.8%"),
        ("公积金最高可贷款多少？", "最高可贷房屋总价的80%。", "80%"),
        ("违约金罚款多少钱？", "处货值金额十倍以上二十倍以下罚款。", "十倍以上二十倍以下"),
        ("丧葬补助多少？", "发给6个月的职工月平均工资。", "6个月的职工月平均工资"),
        ("汽油价格的降幅是多少？", "每吨降低245元。", "245元"),
        ("利率的降幅是多少？", "下调10个基点。", "10个基点"),
        ("试用期多少天？", "试用期三个月。", "三个月"),
        ("保修多少个月？", "保修期为2年。", "2年"),
        ("装机容量是多少千瓦？", "装机150MW。", "150MW"),
        ("累计确诊多少人？", "累计78例。", "78例"),
        ("项目惠及多少户、多少人？", "惠及3.2万户、9.8万人。", "9.8万人"),
        ("地区生产总值和增速是多少？", "100亿元，增长5%。", "100亿元"),
        ("高新技术企业有多少家？", "突破300家，完成50个项目建设。", "300家"),
        ("多少村民代表同意才行？", "三分之二以上村民代表同意。", "三分之二以上村民代表"),
        ("税收收入是多少？", "项目\n税收收入\n1128.7\n非税收入\n200", "1128.7"),
        ("诉讼时效在第几节？", "第三节", "第三节"),
    ],
)
def test_a_figure_that_may_be_told_in_another_unit_is_left(question: str, text: str, words: str) -> None:
    assert not contradicts(question, read(text, words))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("接待游客多少万人次？", "1128.7亿元"),
        ("新建多少公里高速公路？", "1128.7亿元"),
        ("新建学校多少所？", "3.6%"),
        ("地区生产总值达到了多少？", "3.6%"),
        ("2023年地区生产总值增速达到了多少？", "1128.7亿元"),
    ],
)
def test_money_and_shares_count_nothing(question: str, words: str) -> None:
    assert contradicts(question, read(DONE, words))


def test_a_plan_beside_an_outcome_is_told_by_its_own_clause() -> None:
    text = "2018年经济增长6.6%，2019年预期目标6%以上。"
    asked = "2019年经济增长的预期目标是多少？"
    assert contradicts(asked, read(text, "6.6%", date="2019-01-20"))
    assert not contradicts(asked, read(text, "6%以上", date="2019-01-20"))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("我国第一条地铁是什么时候开通的？", "首条地铁1969年10月1日开通。", "1969年10月1日"),
        ("第三条跑道长多少米？", "第二条跑道旁的三跑道长3800米。", "3800米"),
        ("第五条约定的租金是多少？", "五、租金：每月3000元。", "3000元"),
        ("第五条约定的租金是多少？", "第 五 条 租金每月3000元。", "3000元"),
        ("依据刑法第二百六十四条，判处罚金多少元？", "依照第五十二条，判处罚金5000元。", "5000元"),
        ("谁向市长汇报了工作？", "局长王某作了汇报。", "王某"),
        ("公司总裁是谁？", "总经理：李强。", "李强"),
        ("领导小组组长是谁？", "组  长：张伟  市长", "张伟"),
    ],
)
def test_articles_and_offices_that_are_not_asked_for_rule_nothing_out(question: str, text: str, words: str) -> None:
    assert not contradicts(question, read(text, words))


@pytest.mark.parametrize(
    ("question", "organisation", "text"),
    [
        ("恩施州2023年GDP是多少？", "恩施土家族苗族自治州统计局", "全州1481.3亿元。"),
        ("昆山市GDP是多少？", "苏州市统计局", "昆山完成1481.3亿元。"),
    ],
)
def test_a_place_under_its_other_name_is_that_place(question: str, organisation: str, text: str) -> None:
    one = read(text, "1481.3亿元")
    assert not contradicts(question, replace(one, hit=replace(one.hit, organisation=organisation)))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("租户提前退了房要付多少违约金？", "乙方提前退租的，要付违约金3000元。", "3000元"),
        ("逾期了将被收多少违约金？", "逾期的，将收取违约金50元。", "50元"),
        ("企业缴纳了多少所得税？", "企业缴纳1.2亿元。", "1.2亿元"),
        ("去年有多少门票收入？", "收入3200万元。", "3200万元"),
        ("获得了多少省级补助？", "获得500万元。", "500万元"),
        ("接待游客多少万人次？", "全年接待游客320万人。", "320万人"),
    ],
)
def test_contracts_plan_nothing_and_nouns_are_no_counters(question: str, text: str, words: str) -> None:
    one = read(text, words)
    assert not contradicts(question, replace(one, hit=replace(one.hit, title="管理规定")))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("今年政府定了多高的增长目标？", "2023年，地区生产总值增长5.2%。", "5.2%"),
        ("公园占地面积是多少？", "占地面积320亩，绿地率达65%。", "65%"),
        ("这几年一共投资了多少亿元？", "建成学校12所。", "12所"),
        ("根据合同第五条，租金是多少元？", "第八条 押金3000元。", "3000元"),
        ("第十二条关于罚款的规定是多少元？", "第三十条 罚款5000元。", "5000元"),
    ],
)
def test_what_remains_ruled_out(question: str, text: str, words: str) -> None:
    assert contradicts(question, read(text, words, REVIEW))
