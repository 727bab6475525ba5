"""Choose how much year and place count in ranking.

``python -m qa.retriever.fit_period --shared ../shared --cache DIR``

Builds a Library of national reports, a document a year, and of provincial ones in DIR (kept there, because embedding
takes minutes), makes questions by rule whose passage is known, ranks every question's candidates with each choice of
``Weights``, and prints how often the first passage and the first document are the right ones. The choice is made on
half of the questions and shown on the other half. No evaluation set is read.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.period import Agreement, asked
from qa.retriever.circumstance import WEIGHTS, Weights, agreement_of, bonus
from qa.retriever.retriever import ALIKE_CANDIDATES, CANDIDATES
from qa.text.normalise import fold
from qa.text.sentences import split_sentences
from qa.types import Document, Passage

if TYPE_CHECKING:
    from qa.library import Library

# Consecutive years, which are the easiest to mistake for each other, and one that stands apart.
NATIONAL = (1990, 2009, 2012, 2013, 2014, 2015, 2016, 2017, 2018, 2019)
PROVINCES = ("山西", "内蒙古", "湖北", "浙江", "四川", "广东")

_HEADING = re.compile(r"(\d{4})\s?年")
_REVIEW = re.compile("回顾")
_PLAN = re.compile("任务|安排|部署|要求|重点|目标|建议")
_OTHER_TIME = re.compile(r"\d{4}年|[去前明]年|年来|[一二三四五]年|十[一二三四]五|五年|到年|累计")
_CLAUSE = re.compile(
    r"(?:^|(?<=[,;。:、\s—]))(?P<indicator>[^\d,;。:、\s\"“”()—]{4,16}?)(?P<change>(?:比上年|同比)?(?:实际)?(?:增长|下降|提高|减少))?"
    r"(?P<verb>达到|达|为|完成|突破|超过|新增|控制在|保持在)?(?P<figure>\d[\d.]*(?:%|个百分点|[万亿]*[元吨人户套家个亩斤公里平方米辆件项]+))"
    r"(?P<about>左右|以上|以内)?(?=[,;。、]|$)"
)
_LEAD = re.compile("^(?:预计|全年|其中|同时|并|全省|全国|全区|我省|我区|今年|力争|确保|要|将|共|累计|再)+")
_TAIL = re.compile("(?:由|从|到|约|超|近|再|实现|累计|分别|达|共|为)+$")


@dataclass(frozen=True, slots=True)
class Made:
    """A question with the document and the figure that answer it; ``sort`` is its form."""

    question: str
    document: str
    figure: str
    sort: str


def build(shared: Path, cache: Path) -> Library:
    """The Library of the sample, made once in ``cache``."""
    from qa.library import Library

    library = Library.open(cache / "library")
    reports = shared / "data/reports"
    for line in (reports / "national/1954-2019.txt").read_text(encoding="utf-8").splitlines():
        year, _, text = line.partition("\t")
        if int(year) in NATIONAL:
            library.add_bytes(text.encode(), f"{year}年国务院政府工作报告.txt")
    for path in sorted((reports / "provincial-2025").glob("*.docx")):
        if any(name in path.name for name in PROVINCES):
            library.add_bytes(path.read_bytes(), path.name)
    return library


def _figures(document: Document, passage: Passage) -> Iterator[tuple[str, str, str, int, bool]]:
    """Indicator, verb, figure, year and whether it is planned, where the heading alone says the year."""
    head = fold(passage.heading_path[0]) if passage.heading_path else ""
    years = _HEADING.findall(head)
    if len(years) != 1 or bool(_REVIEW.search(head)) == bool(_PLAN.search(head)):
        return
    folded = fold(passage.text)
    for start, end in split_sentences(folded):
        sentence = folded[start:end]
        if _OTHER_TIME.search(sentence):
            continue
        for match in _CLAUSE.finditer(sentence):
            indicator = _TAIL.sub("", _LEAD.sub("", match["indicator"]))
            if len(indicator) >= 4 and (match["change"] or match["verb"]):
                verb = (match["change"] or match["verb"]).replace("比上年", "").replace("同比", "")
                yield indicator, verb, match["figure"], int(years[0]), bool(_PLAN.search(head))


def make(library: Library, rng: random.Random, size: int) -> list[Made]:
    """About ``size`` questions over the Library, at most two of a passage."""
    out: list[Made] = []
    for document in library.documents():
        place = next((p for p in PROVINCES if p in document.title), "")
        for passage in library.passages(document.id):
            found = list(_figures(document, passage))
            for indicator, verb, figure, year, planned in rng.sample(found, min(2, len(found))):
                ask = f"{indicator}{verb}多少？"
                relative = "今年" if planned else "去年"
                if planned:
                    forms = [
                        ("year, target", f"{year}年{place}{indicator}{verb}的目标是多少？"),
                        ("year, target", f"{place}{year}年{indicator}预期{verb}多少？"),
                        ("year, target", f"{place}{year}年计划{indicator}{verb}多少？"),
                    ]
                else:
                    forms = [
                        ("year, achieved", f"{year}年{place}{ask}"),
                        ("year, achieved", f"{place}{year}年{indicator}{verb}了多少？"),
                        ("year, achieved", f"{place}{indicator}在{year}年{verb}多少？"),
                    ]
                if place:
                    forms += [
                        ("place", f"{place}{ask}"),
                        ("place, relative", f"{place}{relative}{ask}"),
                        ("place, relative", f"{relative}{place}{indicator}{'预期' if planned else ''}{verb}多少？"),
                    ]
                sort, question = rng.choice(forms)
                out.append(Made(question, document.id, figure, sort))
    rng.shuffle(out)
    return out[:size]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question's candidates: id, fused score, agreement, right document, right passage."""

    made: Made
    rows: tuple[tuple[int, float, Agreement, bool, bool], ...]

    def first(self, weights: Weights | None) -> tuple[bool, bool]:
        """Whether the first document and the first passage are right; without weights, by the fused score alone."""
        best = min(self.rows, key=lambda r: (-(r[1] + (bonus(r[2], weights) if weights else 0.0)), r[0]))
        return best[3], best[4]


def candidates(library: Library, made: Sequence[Made], depth: int) -> list[Ranked]:
    """Each question's candidates at ``depth``."""
    abouts = library._store.about([d.id for d in library.documents()])
    passages = {p.id: p for d in library.documents() for p in library.passages(d.id)}
    out = []
    for one in made:
        wanted = asked(one.question)
        rows = []
        for identifier, score in library._retriever.fused(one.question, depth).scores:
            passage = passages[identifier]
            agreed = agreement_of(wanted, passage, abouts[passage.document_id])
            document = passage.document_id == one.document
            rows.append((identifier, score, agreed, document, document and one.figure in fold(passage.text)))
        out.append(Ranked(one, tuple(rows)))
    return out


def shares(ranked: Sequence[Ranked], weights: Weights | None) -> tuple[float, float]:
    """Shares of questions whose first document and first passage are right."""
    firsts = [r.first(weights) for r in ranked]
    return sum(d for d, _ in firsts) / len(firsts), sum(p for _, p in firsts) / len(firsts)


def choose(ranked: Sequence[Ranked]) -> Weights:
    """The weights with the most first passages right; among equals, the smallest."""
    grid = itertools.product(
        (0.02, 0.04, 0.06, 0.08, 0.12), (0.0, 0.01, 0.02, 0.04), (0.0, 0.01, 0.02, 0.04), (0.02, 0.04, 0.06, 0.08, 0.12)
    )
    return max((Weights(*g) for g in grid), key=lambda w: (sum(shares(ranked, w)), -w.period - w.place))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder with data/reports")
    parser.add_argument("--cache", type=Path, required=True, help="a folder for the Library that is built")
    parser.add_argument("--size", type=int, default=400, help="most questions")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with build(options.shared, options.cache) as library:
        made = make(library, random.Random(options.seed), options.size)
        total = sum(library.passage_counts().values())
        print(f"{len(library.documents())} documents, {total} passages, {len(made)} questions made by rule")
        ranked = candidates(library, made, ALIKE_CANDIDATES)
        few = candidates(library, made, CANDIDATES)
    half = len(ranked) // 2
    best = choose(ranked[:half])
    print(f"best on the first half: {best}")
    print("on the second half:                          n  document@1  passage@1")
    rows: list[tuple[str, Sequence[Ranked], Weights | None]] = [
        ("fused score alone", ranked[half:], None),
        ("best", ranked[half:], best),
        ("shipped", ranked[half:], WEIGHTS),
        (f"shipped, {CANDIDATES} candidates", few[half:], WEIGHTS),
    ]
    for sort in sorted({m.sort for m in made}):
        of_sort = [r for r in ranked[half:] if r.made.sort == sort]
        rows += [(f"{sort}: fused alone", of_sort, None), (f"{sort}: shipped", of_sort, WEIGHTS)]
    for name, some, weights in rows:
        if some:
            document, passage = shares(some, weights)
            print(f"  {name:40s} {len(some):4d}  {document:10.1%}  {passage:9.1%}")
    here = sum(any(row[4] for row in r.rows) for r in ranked[half:])
    print(f"  the right passage is among the candidates of {here} of {len(ranked) - half}")


if __name__ == "__main__":
    main()
