"""Questions that the documents do not answer: a year, an indicator or an article that is nowhere in the Library."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import islice

from qa.drafting.corpus import Corpus, Source
from qa.drafting.proposal import Proposal

# Indicators of reports and bulletins, and the words of which none may occur for them to be absent.
_INDICATORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("进出口总额", ("进出口", "外贸")),
    ("实际使用外资金额", ("外资", "外商投资")),
    ("常住人口", ("常住人口", "人口总数", "户籍人口")),
    ("森林覆盖率", ("森林覆盖",)),
    ("快递业务量", ("快递",)),
    ("新能源汽车产量", ("新能源汽车", "新能源车")),
    ("商品房销售面积", ("商品房",)),
    ("农村公路总里程", ("农村公路",)),
    ("高速公路通车里程", ("高速公路",)),
    ("博物馆数量", ("博物馆",)),
    ("发明专利授权量", ("发明专利", "专利授权")),
    ("每千人口执业医师数", ("执业医师", "每千人")),
    ("居民消费价格涨幅", ("消费价格", "物价")),
    ("城镇化率", ("城镇化",)),
    ("粮食总产量", ("粮食",)),
    ("猪肉产量", ("猪肉", "生猪")),
    ("发电量", ("发电",)),
    ("港口货物吞吐量", ("吞吐量", "港口")),
    ("旅游总收入", ("旅游收入", "旅游总收入", "旅游花费", "旅游总花费", "游客总花费")),
    ("高等学校在校学生人数", ("高等学校", "高校")),
    ("单位GDP能耗降幅", ("能耗",)),
    ("电子商务交易额", ("电子商务", "电商")),
    ("地铁运营里程", ("地铁", "轨道交通")),
    ("工业用水量", ("用水",)),
    ("水库蓄水量", ("水库",)),
)
_OF_ONE = 5
_YEAR = re.compile(r"^(\d{4})年")
_DIGITS = "零一二三四五六七八九"
_LABEL = re.compile(r"第[〇零一二三四五六七八九十百千\d]+条")


def absent(corpus: Corpus, proposals: list[Proposal], rng: random.Random, limit: int) -> Iterator[Proposal]:
    """Unanswerable proposals, up to ``limit`` of each rule, checked against the whole Library."""
    yield from islice(_other_years(corpus, proposals, rng), limit)
    sources = rng.sample(corpus.sources, len(corpus.sources))
    reports = [source for source in sources if source.is_report and source.year]
    gone = [name for name, words in _INDICATORS if not any(corpus.says(word) for word in words)] if reports else []
    yield from islice((p for s in reports for p in _other_indicators(corpus, s, gone, rng)), limit)
    yield from islice(
        (p for s in sources if s.rules and s.rules not in corpus.same_name for p in _other_articles(corpus, s, rng)),
        limit,
    )


def _other_years(corpus: Corpus, proposals: list[Proposal], rng: random.Random) -> Iterator[Proposal]:
    for proposal in proposals:
        year = _YEAR.match(proposal.question)
        if not year or proposal.rule not in ("growth", "level") or proposal.statement.mode == "plan":
            continue
        around = [str(int(year[1]) + step) for step in (-6, -5, -4, -3, -2)]
        missing = [y for y in around if y not in corpus.years and not corpus.says(y)]
        if missing:
            question = f"{rng.choice(missing)}年{proposal.question[year.end() :]}"
            yield Proposal(proposal.statement, question, 0, 0, "unanswerable", "absent year", None, False)


def _other_indicators(corpus: Corpus, source: Source, gone: list[str], rng: random.Random) -> Iterator[Proposal]:
    statement = next((s for s in corpus.statements(source) if s.mode == "done"), None)
    if statement is None:
        return
    year = str(int(source.year) - 1)
    place = source.place if corpus.names_places else ""
    # A few of each report, so that one does not fill the limit.
    for name in rng.sample(gone, min(_OF_ONE, len(gone))):
        question = f"{year}年{place or _whole_place(source)}{name}是多少？"
        yield Proposal(statement, question, 0, 0, "unanswerable", "absent indicator", None, False)


def _whole_place(source: Source) -> str:
    return f"全{source.place[-1]}" if source.place and source.place[-1] in "省市区县镇州" else ""


def _other_articles(corpus: Corpus, source: Source, rng: random.Random) -> Iterator[Proposal]:
    labels = {heading for p in source.passages for heading in p.heading_path if _LABEL.match(heading)}
    statements = corpus.statements(source)
    if len(labels) < 5 or not statements:
        return
    number = len(labels) + rng.randint(2, 9)
    label = f"第{_numeral(number)}条"
    if label not in source.folded and f"第{number}条" not in source.folded:
        question = f"《{source.rules}》{label}是怎么规定的？"
        yield Proposal(statements[0], question, 0, 0, "unanswerable", "absent article", None, False)


def _numeral(number: int) -> str:
    """A number below 1,000 in Chinese numerals."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    out = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        out += f"{'' if tens == 1 and not hundreds else _DIGITS[tens]}十"
    elif hundreds and ones:
        out += "零"
    return out + (_DIGITS[ones] if ones else "")
