"""Sentences end where a reader would stop, and nowhere inside a number or a short quote."""

from __future__ import annotations

import pytest

from qa.text.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("增长3.2%。达15.8亿元！", ["增长3.2%。", "达15.8亿元！"]),
        ("为什么？！因为好；也因为快。", ["为什么？！", "因为好；", "也因为快。"]),
        ("他说：“走吧！”就走了。", ["他说：“走吧！”就走了。"]),
        ("他说：“走吧！”然后走了。", ["他说：“走吧！”", "然后走了。"]),
        ("“干部敢为！企业敢干！”的局面。", ["“干部敢为！企业敢干！”的局面。"]),
        ("一行\r\n二行\r三行", ["一行", "二行", "三行"]),
        (
            "It grew by 3.2 percent. Mr. Li agreed! Yes?",
            ["It grew by 3.2 percent.", "Mr. Li agreed!", "Yes?"],
        ),
        ("见 http://a.cn/?q=1;b=2 一文", ["见 http://a.cn/?q=1;b=2 一文"]),
        ("（全文完。）下一段", ["（全文完。）", "下一段"]),
        ("  \n ", []),
        ("增长8%;固定资产投资增长9.5%", ["增长8%;", "固定资产投资增长9.5%"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[a:b] for a, b in split_sentences(text)] == sentences


def test_a_long_quote_is_cut_inside() -> None:
    text = "他说：“" + "我们要改革开放，努力发展。" * 10 + "”"
    assert len(split_sentences(text)) == 10


def test_part_of_a_text() -> None:
    text = "第一句。第二句。第三句。"
    assert split_sentences(text, 4, 8) == [(4, 8)]
