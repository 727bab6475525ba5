"""Title, date, organisation and source in the documents' own words; navigation and footers set apart."""

from __future__ import annotations

import pytest

from qa.documents import ParsedDocument, parse
from qa.documents.metadata import iso_date

BODY = "这一段话说的是今年的重点工作，写明了目标、措施、分工和期限，也写明了需要的资金以及如何检查。" * 3


def read(text: str, name: str = "文件.txt") -> ParsedDocument:
    return parse(text.encode(), name)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023年2月24日", "2023-02-24"),
        ("２０１０年３月５日", "2010-03-05"),
        ("1 9 9 8 年3 月5 日", "1998-03-05"),
        ("二〇二三年二月十六日", "2023-02-16"),
        ("二○一九年十二月二十一日", "2019-12-21"),
        ("一九八一年十月", "1981-10"),
        ("2022年", "2022"),
        ("2023-02-24 10:00", "2023-02-24"),
        ("2023/2/4", "2023-02-04"),
        ("2023.12.31", "2023-12-31"),
        ("2023年13月1日", None),
        ("电话12345678", None),
        ("3.2亿元", None),
    ],
)
def test_dates(text: str, iso: str | None) -> None:
    assert iso_date(text) == iso


@pytest.mark.parametrize(
    ("front", "end", "iso"),
    [
        ("关于做好防汛工作的通知\n发布日期：2023-06-01 来源：某报", "2023年5月30日", "2023-06-01"),
        ("关于做好防汛工作的通知\n各单位：", "某市水务局\n2023年5月30日", "2023-05-30"),
        ("工作报告\n——2025年1月14日在某市第八届人民代表大会第四次会议上", "", "2025-01-14"),
        (
            "某省规定\n2001年3月1日 某省人民政府令第5号公布\n2010年7月30日 某省人民政府令第9号修订",
            "",
            "2010-07-30",
        ),
        ("一份没有日期的说明", "2023年的工作已经结束了，成绩很好。", None),
    ],
)
def test_document_date(front: str, end: str, iso: str | None) -> None:
    assert read(f"{front}\n{BODY}\n{end}").date == iso


@pytest.mark.parametrize(
    ("text", "organisation"),
    [
        (f"政府工作报告\n——2024年1月9日在临河县第九届人民代表大会第四次会议上\n{BODY}", "临河县人民政府"),
        (f"政府工作报告\n现在，我代表江城市人民政府，向大会报告工作，请予审议。\n{BODY}", "江城市人民政府"),
        (f"政府工作报告\n——2016年3月5日在第十二届全国人民代表大会第四次会议上\n{BODY}", "国务院"),
        (f"关于停水的通知\n各用户：\n{BODY}\n江城市水务局\n2024年6月1日", "江城市水务局"),
        (f"江城市财政局关于预算的说明\n{BODY}", "江城市财政局"),
        (f"关于停水的通知\n发文机关：江城市水务局\n{BODY}", "江城市水务局"),
        (
            f"饮用水规定\n（2020年5月1日经卫生部令第3号公布）\n第一条 由江城市水务局发布公告。\n{BODY}",
            "卫生部",
        ),
        (f"饮用水规定\n第一条 由江城市水务局发布公告。\n{BODY}", None),
        (f"读书笔记\n{BODY}", None),
        (f"某省人民政府 | 某市人民政府 | 政务公开\n读书笔记\n{BODY}", None),
    ],
)
def test_organisation(text: str, organisation: str | None) -> None:
    assert read(text).organisation == organisation


def test_source_ends_where_the_next_label_begins() -> None:
    assert read(f"标题\n时间:2023-02-24\xa0\xa0 信息来源: 城区融媒\xa0\xa0编辑:\n{BODY}").source == "城区融媒"
    assert read(f"标题\n来源 : 南方日报　\n{BODY}").source == "南方日报"
    assert read(f"标题\n来源：\n{BODY}").source is None


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        (f"政府工作报告\n{BODY}", "2024年江城市政府工作报告.txt", "2024年江城市政府工作报告"),
        (f"政府工作报告\n{BODY}", "000_ab12.txt", "政府工作报告"),
        (f"首页 | 网站地图\n当前位置：首页 > 公告\n停水公告\n{BODY}", "a.txt", "停水公告"),
        (BODY, "随笔.txt", "随笔"),
        (BODY, "folder/随笔.v2.txt", "随笔.v2"),
    ],
)
def test_title(text: str, name: str, title: str) -> None:
    assert read(text, name).title == title


def boilerplate(text: str) -> list[str]:
    document = read(text)
    return [document.text[a:b] for a, b in document.boilerplate]


def test_navigation_and_footer() -> None:
    head = ["首页 | 政务公开 | 互动交流", "您所在的位置：首页 > 新闻 > 要闻", "English 繁體 登录 注册"]
    foot = ["责任编辑：张三", "上一篇：停电公告", "主办：江城市人民政府", "备案：江ICP备12345678号"]
    page = "\n".join(
        [*head, "停水公告", "发布时间：2024-01-02 来源：某报", "【字体：大 中 小】 打印 关闭", BODY, *foot]
    )
    assert boilerplate(page) == [*head, "【字体：大 中 小】 打印 关闭", *foot]
    assert read(page).organisation == "江城市人民政府"


@pytest.mark.parametrize(
    "text",
    [
        f"比赛结果\n{BODY}\n主办单位：江城市体育局，各区人民政府",
        f"名单\n甲 | 乙 | 丙\n{BODY}",
        "首页 > 新闻",
        "版权所有",
        f"一、网站声明应当写明的内容\n{BODY}\n版权所有的作品受法律保护，任何单位不得侵犯。",
        f"{BODY}\n首页 | 关于我们\n{BODY}",
    ],
)
def test_content_is_not_taken_for_navigation(text: str) -> None:
    assert boilerplate(text) == []
