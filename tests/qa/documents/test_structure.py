"""Headings of Chinese documents, and how passages follow them."""

from __future__ import annotations

from qa.documents import ParsedDocument, parse

BODY = (
    "这一段话说的是今年的重点工作，写明了目标、措施、分工和期限，也写明了需要的资金以及如何检查、如何问责、如何公开。"
    * 2
)


def read(text: str, name: str = "文件.txt") -> ParsedDocument:
    return parse(text.encode(), name)


def sections(document: ParsedDocument) -> list[tuple[tuple[str, ...], str]]:
    return [(p.heading_path, document.text[p.start : p.end]) for p in document.passages]


def paths(text: str) -> list[tuple[str, ...]]:
    out: list[tuple[str, ...]] = []
    for path, _ in sections(read(text)):
        if not out or out[-1] != path:
            out.append(path)
    return out


def test_numbered_levels_nest() -> None:
    lines = ["一、回顾", "（一）产业", "1.工业", "（1）钢铁", "二、安排"]
    text = "某市年度工作报告\n" + "\n".join(f"{line}\n{BODY}" for line in lines)
    assert paths(text) == [
        (),
        ("一、回顾",),
        ("一、回顾", "（一）产业"),
        ("一、回顾", "（一）产业", "1.工业"),
        ("一、回顾", "（一）产业", "1.工业", "（1）钢铁"),
        ("二、安排",),
    ]


def test_a_heading_is_quoted_with_what_stands_below_it() -> None:
    text = f"一、回顾\n（一）产业\n{BODY}\n二、安排"
    assert sections(read(text)) == [
        (("一、回顾", "（一）产业"), f"一、回顾\n（一）产业\n{BODY}"),
        (("二、安排",), "二、安排"),
    ]


def test_run_in_headings() -> None:
    phrase = "（一）坚定不移加快产业转型"
    text = f"一、回顾\n{phrase}。全年实现增加值三百亿元，{BODY}\n后一段。{BODY}\n二、安排 {BODY}"
    assert paths(text) == [("一、回顾", "（一）坚定不移加快产业转型"), ("二、安排",)]
    assert sections(read(text))[0][1].startswith("一、回顾\n（一）坚定不移加快产业转型。全年实现")


def test_long_items_are_content() -> None:
    text = f"工作要点\n{BODY}\n1.推进改革，{BODY}\n2.扩大开放，{BODY}\n一是加强领导，{BODY}"
    assert set(paths(text)) == {()}


def test_numbers_at_the_start_of_a_line_are_no_headings() -> None:
    text = f"3.2亿元的投资\n{BODY}\n12.5%的增长\n{BODY}\n2022年是关键之年\n{BODY}"
    assert not any("亿元" in h or "%" in h for path in paths(text) for h in path)


def test_lists_and_contents_are_no_headings() -> None:
    contents = f"年报\n目录\n一、回顾\n二、安排\n三、保障\n\n一、回顾\n{BODY}\n二、安排\n{BODY}\n三、保障\n{BODY}"
    assert paths(contents) == [(), ("一、回顾",), ("二、安排",), ("三、保障",)]
    shopping = "购物清单\n1.苹果\n2.香蕉\n3.牛奶\n请在周五以前买好，放进冰箱里。"
    assert paths(shopping) == [()]


def test_articles() -> None:
    text = (
        "某市公园条例\n（2020年5月1日某市第十届人民代表大会常务委员会第三次会议通过）\n第一章　总　则\n"
        "第一条　为了保护公园，制定本条例。\n第二条　本条例适用于下列公园：\n"
        "（一）综合公园；\n（二）专类公园。\n第二章　管　理\n第三条之一　公园应当开放。"
    )
    document = read(text)
    assert sections(document)[1:] == [
        (("第一章 总 则", "第一条"), "第一章　总　则\n第一条　为了保护公园，制定本条例。"),
        (("第一章 总 则", "第二条"), "第二条　本条例适用于下列公园：\n（一）综合公园；\n（二）专类公园。"),
        (("第二章 管 理", "第三条之一"), "第二章　管　理\n第三条之一　公园应当开放。"),
    ]
    assert document.organisation == "某市人民代表大会常务委员会"
    assert document.date == "2020-05-01"


def test_articles_cited_in_a_sentence_are_no_articles() -> None:
    assert paths("第十二条规定的情形除外，不适用本办法。") == [()]


def test_headings_without_numbers() -> None:
    front = "报告\n各位代表：\n现在，我代表县人民政府报告工作，请予审议，并请提出意见。"
    text = f"{front}\n上年工作回顾\n{BODY}\n今年工作安排\n（一）产业\n{BODY}"
    assert paths(text) == [(), ("上年工作回顾",), ("今年工作安排", "（一）产业")]


def test_an_annex_stands_beside_the_sections() -> None:
    text = f"方案\n一、总则\n{BODY}\n附件1\n一、任务表\n{BODY}\n附件2 名词解释\n{BODY}"
    assert paths(text) == [(), ("一、总则",), ("附件1", "一、任务表"), ("附件2 名词解释",)]
    assert paths(f"方案\n一、总则\n{BODY}\n附件\n名词解释\n{BODY}") == [
        (),
        ("一、总则",),
        ("附件", "名词解释"),
    ]


def test_a_text_without_line_breaks_is_cut_at_its_indents() -> None:
    text = f"年度报告　　各位代表：　　一、回顾　　{BODY}{BODY}　　（一）产业　　{BODY}　　二、安排　　{BODY}"
    assert paths(text) == [(), ("一、回顾",), ("一、回顾", "（一）产业"), ("二、安排",)]


def test_short_paragraphs_are_joined_and_long_ones_are_not() -> None:
    short = "本周完成了三项任务。"
    found = sections(read(f"{BODY}{BODY}\n{short}\n{short}\n{BODY}{BODY}\n{BODY}{BODY}"))
    assert [text for _, text in found] == [f"{BODY}{BODY}\n{short}\n{short}", BODY + BODY, BODY + BODY]


def test_what_announces_a_paragraph_goes_with_it() -> None:
    for line in ("一年来，主要做了以下工作：", "各位代表！"):
        found = sections(read(f"{BODY}{BODY}\n{line}\n{BODY}{BODY}"))
        assert [text for _, text in found] == [BODY + BODY, f"{line}\n{BODY}{BODY}"]


def test_one_paragraph() -> None:
    assert len(read("今年继续推进改革开放，努力实现目标。" * 22).passages) == 1
    halves = [p.end - p.start for p in read("今年继续推进改革开放，努力实现目标。" * 33).passages]
    assert len(halves) == 2
    assert abs(halves[0] - halves[1]) <= 18
