"""What cannot be the answer, however well it reads: a figure of another unit, a target where an achievement is asked.

A model that weighs words is drawn to the figure beside the indicator that is asked for. These rules say only what
the words of question and sentence rule out; what they leave is weighed (``qa.reader.selection``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.period import Aspect, Verdict, asked
from qa.reader import units
from qa.reader.question import Kind, Question
from qa.reader.spans import typed_spans
from qa.text.normalise import fold

if TYPE_CHECKING:
    from qa.reader.selection import Read

_FIGURES = frozenset((Kind.AMOUNT, Kind.COUNT, Kind.PERCENT))
_TYPED = _FIGURES | {Kind.DURATION}
# Indicators whose level is a sum of money, of people, of things: 收入是多少 does not ask for a percentage.
_LEVEL = re.compile(
    r"(?:总值|总量|总额|收入|支出|产值|产量|余额|人口|面积|里程|税收|销售额|营业额|存款|贷款|利润|GDP)"
    r"(?:[是为有达]|达到|完成|实现|一?共|总共|大?约|大概)*(?:多少|几|多大)",
    re.IGNORECASE,
)
_OTHER_COUNTERS = frozenset(("个",))
"""What stands for any counter: 12个 answers 多少所学校, but not 多少户 or 多少人, which count people."""


def consistent(question: str, found: Sequence[Read]) -> list[Read]:
    """The spans that the question does not rule out, in their order."""
    return [read for read in found if not contradicts(question, read)]


def contradicts(question: str, read: Read) -> bool:
    """Whether a span cannot answer the question: its figures bear other units, or it tells a plan for an outcome."""
    from qa.reader.selection import agreement_with, analysed

    about = analysed(question)
    if about.kind not in _TYPED:
        return False
    if about.kind in _FIGURES and asked(question).aspect is not None:
        agreed = agreement_with(question, read.hit, read.span.start, read.span.end)
        if agreed.aspect is Verdict.MISMATCH:
            return True
    return _other_unit(about, asked(question).aspect, fold(read.text))


def _other_unit(about: Question, aspect: Aspect | None, text: str) -> bool:
    """Whether every figure of ``text`` (folded) bears a unit that the question rules out; without a unit none does."""
    given = {span.unit for span in typed_spans(text, _TYPED)}
    if not given or "" in given:
        return False
    if about.units:
        wanted = about.units
        if about.kind is Kind.COUNT and not wanted & (units.alike("户") | units.alike("人")):
            wanted |= _OTHER_COUNTERS
        return not given & wanted
    level = _LEVEL.search(about.text) and not about.change and aspect is not Aspect.PLANNED
    return bool(level) and given <= units.PERCENT
