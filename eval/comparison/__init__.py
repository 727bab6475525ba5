"""Two runs against each other, with intervals and tests that can be trusted, and gates made of them."""

from eval.comparison.compare import Change, Comparison, MetricComparison, SetComparison, Side, Test, Verdict, compare
from eval.comparison.gates import MAIN_METRICS, fail_if_worse, fail_under
from eval.comparison.show import lines, markdown, to_dict

__all__ = [
    "MAIN_METRICS",
    "Change",
    "Comparison",
    "MetricComparison",
    "SetComparison",
    "Side",
    "Test",
    "Verdict",
    "compare",
    "fail_if_worse",
    "fail_under",
    "lines",
    "markdown",
    "to_dict",
]
