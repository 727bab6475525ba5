"""The recipes that the shipped weights come from: teachers, adapters that learn from them, two runs in which these
learn people's own words, whose mean is shipped, and parts to compare."""

from __future__ import annotations

from collections.abc import Mapping

from qa.reader.train.loop import Recipe

PARAGRAPHS: Mapping[str, float] = {"cmrc": 1.0, "cmrc-stated": 0.5, "drcd": 2.0}
"""Written questions. DRCD's part is small, and its answers are of another kind (names and figures); whole statements
as answers are no good example for quoting just what was asked for."""
WRONG: Mapping[str, float] = {"cmrc-wrong": 0.15, "drcd-wrong": 0.3}
"""Wrong paragraphs that look right: each question has up to three, and about every second question meets one."""
REPORTS: Mapping[str, float] = {
    "report-figure": 0.35,
    "report-list": 0.5,
    "report-rank": 0.5,
    "report-thing": 0.4,
    "report-elsewhere": 0.35,
    "report-wrong": 0.3,
}
"""Questions made by rule from reports, and what does not answer them."""
MIXTURE = {**PARAGRAPHS, **WRONG, **REPORTS}

TEACHERS: Mapping[str, Recipe] = {
    "teacher-1": Recipe((MIXTURE,) * 5, rank=0, rate=2e-4, dropout=0.1, seed=1),
    "teacher-2": Recipe((MIXTURE,) * 5, rate=1e-3, dropout=0.1, seed=2),
    "teacher-3": Recipe((MIXTURE,) * 5, rate=6e-4, dropout=0.1, seed=3),
}
"""Models that differ in what learns, how fast, and in what order: their mean is better than each of them."""
WRITTEN: Mapping[str, float] = {
    "written-statute": 1.0,
    "written-statute-none": 1.0,
    "written-office": 1.0,
    "written-office-none": 1.0,
    "written-report": 1.0,
    "written-report-none": 1.0,
}
"""Questions written by hand in people's own words."""
STUDENT = "distilled"
"""The adapters that learn from the teachers."""


def _written(wrong: float, paragraphs: float, alike: float, made: float) -> Recipe:
    """How ``STUDENT`` goes on: questions written by hand, ``wrong`` of the passages that do not answer them, and these
    shares of what was learned before, so that it is not forgotten.
    """
    again = {
        group: share * part
        for groups, part in ((PARAGRAPHS, paragraphs), (WRONG, alike), (REPORTS, made))
        for group, share in groups.items()
    }
    mixture = {**WRITTEN, "written-wrong": wrong, **again}
    untaught = frozenset((*WRITTEN, "written-wrong"))
    return Recipe((mixture,) * 2, rate=3e-4, dropout=0.05, batch_tokens=2048, seed=5, untaught=untaught, begin=STUDENT)


WRITERS: Mapping[str, Recipe] = {
    "written-1": _written(0.2, paragraphs=0.1, alike=0.1, made=0.1),
    "written-2": _written(0.1, paragraphs=0.15, alike=0.1, made=0.04),
}
"""Two that go on from the student, and learn people's own words, too."""
SHIPPED = "written"
"""Their mean: weights that begin alike end near enough to be averaged (Wortsman et al. 2022, model soups)."""
RECIPES: Mapping[str, Recipe] = {
    **TEACHERS,
    STUDENT: Recipe((MIXTURE,) * 10, rate=8e-4, dropout=0.05, batch_tokens=8192, seed=4),
    **WRITERS,
    "paragraphs": Recipe((PARAGRAPHS,) * 5, rate=1e-3, dropout=0.1, seed=2),
    "negatives": Recipe(({**PARAGRAPHS, **WRONG},) * 5, rate=1e-3, dropout=0.1, seed=2),
}
"""All by name, but for ``SHIPPED``. ``paragraphs`` and ``negatives`` are the second teacher's recipe with less
material: for an ablation (``python -m eval.bench ablation``)."""
