"""Kinds of documents as offices, courts and firms write them: what is known of each, and its outline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents import ParsedDocument, parse

NOTICE = """\
青石市人民政府文件
青政发〔2023〕1号

青石市人民政府关于印发青石市节约用水行动方案的通知

各区人民政府，市政府各部门、各直属机构：

现将《青石市节约用水行动方案》印发给你们，请认真贯彻执行。

（此件公开发布）

青石市人民政府
2023年3月8日

青石市节约用水行动方案

为了落实节水优先的要求，结合本市实际，制定本方案。

一、总体要求
（一）指导思想。坚持以水定城、以水定地，把节约用水贯穿到经济社会发展的全过程和各领域。
（二）主要目标。到2025年，万元地区生产总值用水量比2020年下降百分之十六。

二、重点任务
（一）农业节水增效
1．推广高效节水灌溉。全市新增高效节水灌溉面积三万亩，由市水务局牵头，各区人民政府分工负责。
2．优化种植结构。在缺水地区减少耗水多的作物，扩大耐旱品种的种植面积。
（二）工业节水减排
支持企业开展节水改造，重复用水率达到百分之九十以上。

三、保障措施
各区要在每年十二月底前报送进展情况。

附件：1．重点任务分工表
2．用水定额

附件1
重点任务分工表
推广高效节水灌溉由市水务局负责，工业节水改造由市工业和信息化局负责。
"""

REPLY = """\
国务院关于同意设立青石新区的批复
国函[2021]35号
青石省人民政府：
你省《关于设立青石新区的请示》（青政〔2020〕88号）收悉。现批复如下：
一、同意设立青石新区。青石新区位于青石市东部，规划面积二百六十平方公里。
二、青石新区建设要坚持生态优先，严格保护耕地和水源地。
三、青石省人民政府要加强组织领导，明确工作责任。
国务院
2021年4月2日
"""

ORDER = """\
青石省人民政府令
第305号

《青石省取水许可管理办法》已经2022年11月2日省人民政府第12次常务会议通过，现予公布，自2023年1月1日起施行。

省长　王海
2022年11月18日

青石省取水许可管理办法

第一条　为了规范取水许可，制定本办法。
第二条　取水应当申请领取取水许可证。
"""

ANNOUNCEMENT = """\
国家税务总局青石省税务局公告
2023年第1号
国家税务总局青石省税务局关于调整纳税申报期限的公告
现将有关事项公告如下：
一、2023年4月申报期限顺延至4月17日。
二、本公告自发布之日起施行。
特此公告。
国家税务总局青石省税务局
2023年3月20日
"""

LAW = """\
青石省河道管理条例

（2019年5月30日青石省第十二届人民代表大会常务委员会第十次会议通过　根据2022年9月28日青石省第十三届人民代表大会\
常务委员会第三十一次会议《关于修改部分地方性法规的决定》修正）

目　录

第一章　总则
第二章　河道整治
第一节　规划
第二节　建设
第三章　附则

第一章　总则

第一条　为了加强河道管理，保障防洪安全，根据有关法律，制定本条例。

第二条　本条例适用于本省行政区域内的河道。
水库、湖泊的管理，依照本条例执行。
航道管理另有规定的，从其规定。

第二章　河道整治

第一节　规划

第三条　县级以上人民政府应当编制河道整治规划：
（一）规划的期限为十年；
（二）规划由水行政主管部门编制。
前款规定的规划应当公开征求意见。

第二节　建设

第四条　河道建设应当符合防洪标准。

第三章　附则

第五条　本条例自2019年8月1日起施行。
"""

AMENDMENT = """\
青石省人民代表大会常务委员会关于修改《青石省河道管理条例》的决定

（2022年9月28日青石省第十三届人民代表大会常务委员会第三十一次会议通过）

青石省第十三届人民代表大会常务委员会第三十一次会议决定对《青石省河道管理条例》作如下修改：

一、将第二条第二款修改为：“水库、湖泊、湿地的管理，依照本条例执行。”

二、增加一条，作为第六条：“第六条　河道实行河长制。
“各级河长由本级人民政府公布。”

三、将第七条改为第八条，修改为：
“第八条　违反本条例规定的，由水行政主管部门责令改正。
　　第九条　拒不改正的，处一万元以上五万元以下罚款。”

本决定自公布之日起施行。

《青石省河道管理条例》根据本决定作相应修改，重新公布。
"""

CONTRACT = """\
设备采购合同

合同编号：QS-2024-0158
签订日期：2024年5月6日

甲方（买方）：青石市水务集团有限公司
乙方（卖方）：江城泵业有限公司

根据《中华人民共和国民法典》，双方经协商一致，订立本合同。

第一条 标的物
1.1 乙方向甲方供应离心泵二十台，型号为QS150。
1.2 设备的技术要求见附件一。

第二条 价款与支付
2.1 合同总价为人民币三百二十万元整。
2.2 支付方式：
2.2.1 合同生效后十日内支付百分之三十的预付款。
2.2.2 验收合格后三十日内支付百分之六十五。

第三条 违约责任
3.1 逾期交货的，每逾期一日按合同总价的千分之一支付违约金。

甲方（盖章）：青石市水务集团有限公司
乙方（盖章）：江城泵业有限公司
2024年5月6日
"""

LEASE = """\
房屋租赁合同
合同编号：（2023）租字第018号
出租方：青石市城建集团有限公司
承租方：张明

一、租赁物
出租方将位于河滨路十二号的房屋出租给承租方，建筑面积八十六平方米。
二、租赁期限
租赁期限为三年，自2023年7月1日起至2026年6月30日止。
三、租金
1、租金为每月三千二百元，按季支付。
2、押金为六千四百元，合同终止后七日内退还。
四、其他
本合同一式两份，双方各执一份。
"""

MANUAL = """\
QS150离心泵使用手册

目录
1 概述 ........ 1
1.1 用途 ........ 1
1.2 参数 ........ 2
2 安装 ........ 3
2.1 准备 ........ 3
2.1.1 工具 ........ 3
2.2 步骤 ........ 4

1 概述
1.1 用途
本泵用于输送清水，也可以输送性质与清水相近的液体，介质温度不超过八十摄氏度。
1.2 参数
流量为每小时一百五十立方米，扬程为三十二米，转速为每分钟一千四百五十转。
2 安装
安装前应当由有资格的人员检查基础，确认尺寸与图纸一致。
2.1 准备
2.1.1 工具
需要水平仪、扳手、起重设备各一套，并准备好垫铁和地脚螺栓。
2.2 步骤
先找平底座，再紧固地脚螺栓，最后连接管路，管路的重量不得压在泵体上。
第3章 维护
3.1 日常检查
每班检查一次轴承温度，不得高于七十五摄氏度。
"""

MINUTES = """\
青石市水务局局长办公会议纪要
〔2024〕第12期

时间：2024年6月3日上午9时
地点：局三楼会议室
主持：王建国
出席：李明、赵红、陈伟
列席：各科室负责人
记录：孙丽
议题：研究汛期值守和水厂扩建

会议听取了防汛办关于汛期值守的汇报，现将议定事项纪要如下：

一、关于汛期值守
会议决定，自六月十日起实行二十四小时值班，值班表由防汛办编制。
二、关于水厂扩建
会议原则同意第二水厂扩建方案，总投资控制在八千万元以内。
会议要求，规划建设科于七月底前完成招标。

分送：局领导，各科室。
"""

NEWS = """\
青石市第三水厂建成通水
2024年7月15日 08:30　来源：青石日报　记者：刘洋　编辑：周敏

本报讯（记者 刘洋）7月14日，青石市第三水厂建成通水，日供水能力达到二十万吨，惠及城东三十万居民。
据了解，该水厂总投资四亿二千万元，采用双膜法深度处理工艺，出水水质优于国家标准。
“以前夏天水压不够，现在好了。”家住河滨路的居民张阿姨说。
下一步，市水务集团将推进老旧管网改造，计划年内完成一百二十公里。
"""

JUDGMENT = """\
青石市中级人民法院
民事判决书
（2023）青01民终1234号

上诉人（原审被告）：江城泵业有限公司。
被上诉人（原审原告）：青石市水务集团有限公司。

上诉人江城泵业有限公司因买卖合同纠纷一案，不服青石市河东区人民法院（2022）青0102民初567号民事判决，向本院提起上诉。本院依法组成合议庭审理了本案，现已审理终结。

本院认为，双方签订的买卖合同合法有效，上诉人逾期交货的事实清楚，应当承担违约责任。

综上，判决如下：
驳回上诉，维持原判。
本判决为终审判决。

审判长　王丽
二〇二三年八月十六日
书记员　李华
"""


def read(text: str, name: str = "文件.txt") -> ParsedDocument:
    return parse(text.encode(), name)


def paths(document: ParsedDocument) -> list[str]:
    """The heading paths in order, each once."""
    return list(dict.fromkeys(" › ".join(p.heading_path) for p in document.passages))


def under(document: ParsedDocument, words: str) -> str:
    """The heading path of the passage that has these words."""
    at = document.text.index(words)
    return next(" › ".join(p.heading_path) for p in document.passages if p.start <= at < p.end)


@pytest.mark.parametrize(
    ("text", "title", "date", "organisation", "number"),
    [
        (
            NOTICE,
            "青石市人民政府关于印发青石市节约用水行动方案的通知",
            "2023-03-08",
            "青石市人民政府",
            "青政发〔2023〕1号",
        ),
        (REPLY, "国务院关于同意设立青石新区的批复", "2021-04-02", "国务院", "国函〔2021〕35号"),
        (ORDER, "青石省取水许可管理办法", "2022-11-18", "青石省人民政府", "青石省人民政府令第305号"),
        (
            ANNOUNCEMENT,
            "国家税务总局青石省税务局关于调整纳税申报期限的公告",
            "2023-03-20",
            "国家税务总局青石省税务局",
            "国家税务总局青石省税务局公告2023年第1号",
        ),
        (LAW, "青石省河道管理条例", "2022-09-28", "青石省人民代表大会常务委员会", None),
        (
            AMENDMENT,
            "青石省人民代表大会常务委员会关于修改《青石省河道管理条例》的决定",
            "2022-09-28",
            "青石省人民代表大会常务委员会",
            None,
        ),
        (CONTRACT, "设备采购合同", "2024-05-06", None, "QS-2024-0158"),
        (LEASE, "房屋租赁合同", None, None, "（2023）租字第018号"),
        (MANUAL, "QS150离心泵使用手册", None, None, None),
        (MINUTES, "青石市水务局局长办公会议纪要", "2024-06-03", "青石市水务局", "〔2024〕第12期"),
        (NEWS, "青石市第三水厂建成通水", "2024-07-15", None, None),
        (JUDGMENT, "青石市中级人民法院民事判决书", "2023-08-16", "青石市中级人民法院", "（2023）青01民终1234号"),
    ],
)
def test_what_is_known(text: str, title: str, date: str | None, organisation: str | None, number: str | None) -> None:
    document = read(text)
    assert (document.title, document.date, document.organisation, document.number) == (
        title,
        date,
        organisation,
        number,
    )


def test_news_name_their_source() -> None:
    assert read(NEWS).source == "青石日报"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("青政发[2023]1号", "青政发〔2023〕1号"),
        ("青政发【2023】1号", "青政发〔2023〕1号"),
        ("青政发（2023）1号", "青政发〔2023〕1号"),
        ("青政发﹝２０２３﹞１ 号", "青政发〔2023〕1号"),
        ("（青政发〔2023〕1号）", "青政发〔2023〕1号"),
        ("青政发〔2023〕1号　　　签发人：王海", "青政发〔2023〕1号"),
        ("发文字号：青政发〔2023〕1号　成文日期：2023年3月8日", "青政发〔2023〕1号"),
        ("索 引 号：0158/2023-00001\t发文字号：青政发〔2023〕1号", "青政发〔2023〕1号"),
        ("文　　号：青政发〔2023〕1号", "青政发〔2023〕1号"),
        ("根据《青石市人民政府关于做好水利工作的意见》（青政发〔2020〕9号）的要求，现通知如下。", None),
        ("你局《请示》（青水〔2023〕7号）收悉。", None),
        ("联系电话：0158-1234567", None),
    ],
)
def test_numbers_stand_on_lines_of_their_own(line: str, number: str | None) -> None:
    text = f"关于做好节约用水工作的通知\n{line}\n各区人民政府：\n请认真做好有关工作，及时报送情况。\n"
    assert read(text).number == number


def test_the_number_behind_a_title_is_no_part_of_it() -> None:
    document = read("青石市水务局关于停水的通知（青水〔2024〕7号）\n各用户：\n七月三日停水一天，请储水备用。\n")
    assert (document.title, document.number) == ("青石市水务局关于停水的通知", "青水〔2024〕7号")


def test_the_order_that_made_a_law_public() -> None:
    law = "青石省取水规定\n2001年3月1日青石省人民政府令第5号公布　根据2010年7月30日青石省人民政府令第9号修订\n"
    assert read(law + "第一条　为了规范取水，制定本规定。\n").number == "青石省人民政府令第5号"
    assert read("青石省取水规定\n第一条　依照国务院令第460号公布的条例，制定本规定。\n").number is None


def test_a_notice_and_what_it_issues() -> None:
    assert paths(read(NOTICE)) == [
        "",
        "一、总体要求 › （一）指导思想",
        "一、总体要求 › （二）主要目标",
        "二、重点任务 › （一）农业节水增效 › 1．推广高效节水灌溉",
        "二、重点任务 › （一）农业节水增效 › 2．优化种植结构",
        "二、重点任务 › （二）工业节水减排",
        "三、保障措施",
        "附件1",
    ]
    assert under(read(NOTICE), "2．用水定额") == "三、保障措施"


def test_an_item_without_a_heading_ends_the_heading_before_it() -> None:
    assert under(read(REPLY), "规划面积") == "一、同意设立青石新区"
    assert under(read(REPLY), "二、青石新区") == under(read(REPLY), "2021年4月2日") == ""


def test_a_law_with_contents_sections_and_paragraphs() -> None:
    document = read(LAW)
    assert paths(document) == [
        "",
        "第一章 总则 › 第一条",
        "第一章 总则 › 第二条",
        "第二章 河道整治 › 第一节 规划 › 第三条",
        "第二章 河道整治 › 第二节 建设 › 第四条",
        "第三章 附则 › 第五条",
    ]
    assert under(document, "航道管理另有规定") == "第一章 总则 › 第二条"
    assert under(document, "前款规定的规划") == "第二章 河道整治 › 第一节 规划 › 第三条"


def test_articles_that_a_decision_quotes_are_no_articles_of_its_own() -> None:
    assert paths(read(AMENDMENT)) == [""]
    unfinished = AMENDMENT.replace("罚款。”", "罚款。") + "第一条　另一个文件。\n" * 2
    assert read(unfinished).passages


def test_parts_of_a_law_without_a_number() -> None:
    body = "第一章 总则\n第一条 为了节水，制定本法。\n第二章 管理、\n监督和检查\n第二条 实行计划用水。\n"
    body += "附 则\n第三条 本法即日施行。"
    assert paths(read(f"节水法\n{body}"))[-3:] == [
        "第一章 总则 › 第一条",
        "第二章 管理、监督和检查 › 第二条",
        "附 则 › 第三条",
    ]
    stated = "# 节水法\n\n" + "\n\n".join(
        ["### 第一章 总则", "## 第一节 用途", "第一条 为了节水，制定本法。", "### 第二章 管理", "第二条 实行计划用水。"]
    )
    found = [p for p in paths(read(stated, "法.md")) if "条" in p]
    assert found == ["第一章 总则 › 第一节 用途 › 第一条", "第二章 管理 › 第二条"]


def test_annexes_behind_articles() -> None:
    text = "收费办法\n第一条 为了规范收费，制定本办法。\n第二条 本办法即日施行。\n"
    text += "附件1\n收费标准\n水费每吨三元，污水处理费每吨一元。"
    assert under(read(text), "水费每吨") == "附件1"


def test_articles_that_lost_the_space_behind_their_number() -> None:
    articles = (
        "第一条为了节水，制定本办法。\n第二条本办法适用于全市。\n第三条实行计划用水。\n第二条规定的用户应当装表。"
    )
    document = read(f"节水办法\n{articles}")
    assert paths(document)[-3:] == ["第一条", "第二条", "第三条"]
    assert under(document, "应当装表") == "第三条"


def test_contracts() -> None:
    assert paths(read(CONTRACT)) == ["", "第一条 标的物", "第二条 价款与支付", "第三条 违约责任"]
    assert under(read(CONTRACT), "2.2.2 验收合格") == "第二条 价款与支付"
    assert paths(read(LEASE)) == ["", "一、租赁物", "二、租赁期限", "三、租金", "四、其他"]


def test_a_manual_with_contents() -> None:
    assert paths(read(MANUAL)) == [
        "",
        "1 概述 › 1.1 用途",
        "1 概述 › 1.2 参数",
        "2 安装",
        "2 安装 › 2.1 准备 › 2.1.1 工具",
        "2 安装 › 2.2 步骤",
        "第3章 维护 › 3.1 日常检查",
    ]


def test_minutes() -> None:
    assert paths(read(MINUTES)) == ["", "一、关于汛期值守", "二、关于水厂扩建"]


SAMPLES = [NOTICE, REPLY, ORDER, ANNOUNCEMENT, LAW, AMENDMENT, CONTRACT, LEASE, MANUAL, MINUTES, NEWS, JUDGMENT]


@given(st.lists(st.sampled_from([line for text in SAMPLES for line in text.split("\n")]), min_size=1, max_size=40))
def test_any_lines_in_any_order_are_covered_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    if not text.strip():
        return
    document = read(text)
    covered = [False] * len(document.text)
    for passage in document.passages:
        for i in range(passage.start, passage.end):
            assert not covered[i]
            covered[i] = True
    for start, end in document.boilerplate:
        covered[start:end] = [True] * (end - start)
    assert all(covered[i] or c.isspace() for i, c in enumerate(document.text))
    assert document.number is None or document.number == document.number.strip() != ""


def test_headings_have_a_space_behind_their_number_and_pass_over_lines_that_show_nothing() -> None:
    text = "节水法\n第一章总则\n\u200b\u200b\n第一条 为了节水，制定本法。\n第二章管理\n第二条 实行计划用水。"
    document = read(text)
    assert paths(document)[-2:] == ["第一章 总则 › 第一条", "第二章 管理 › 第二条"]
    assert all(p.heading_path[-1:] != ("第一章 总则",) for p in document.passages)
