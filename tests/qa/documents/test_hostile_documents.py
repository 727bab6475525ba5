"""Documents made to be hard: they are read in passages like any other, without running away."""

from __future__ import annotations

import pytest

from qa.documents import parse

HOSTILE = {
    "one long line": "没有任何标点的长句" * 30_000,
    "page tools": "大 中 小 " * 4_000 + "末",
    "page tools, one word": "返回顶部" * 8_000 + "末",
    "openers without closers": "“（《" * 20_000,
    "comments without end": "正文" + "<!-- " * 40_000,
    "breadcrumbs": "甲>" * 20_000,
    "numbers": "1." * 30_000,
    "blank lines": "\n" * 100_000 + "末",
    "wide gaps": "　" * 100_000 + "末",
    "many headings": "一、总则\n" * 3_000,
    "many short lines": "短\n" * 6_000,
    "brackets": "[" * 20_000,
    "quotes of quotes": "> " * 2_000 + "末",
    "delimiters": ",;\t|，；" * 5_000 + "末",
    "quotes": '"' * 20_001 + "末",
    "a wide table": "\n".join(",".join(f"第{i}列" if not row else str(i) for i in range(3_000)) for row in range(3)),
    "meeting without end": "在" * 150 + "第" * 150 + "\n" + "年月日" * 5_000,
}


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_it_is_read_completely(kind: str, suffix: str) -> None:
    document = parse(HOSTILE[kind].encode(), "a" + suffix)
    if suffix == ".csv":
        # The text is the reader's own, and one delimiter is not in it.
        assert {*HOSTILE[kind]} - {*document.text} <= {*' \u3000\n\t,;|，；"'}
    covered = sum(
        len("".join(document.text[a:b].split()))
        for a, b in [(p.start, p.end) for p in document.passages] + list(document.boilerplate)
    )
    assert covered == len("".join(document.text.split()))
    assert all(p.end - p.start <= 500 for p in document.passages)
