"""All rules over a sentence, and a choice of what they propose that is spread over documents and kinds."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from qa.drafting.corpus import Corpus, Statement, statements_of
from qa.drafting.facts import articles, dates, definitions, lists, people
from qa.drafting.figures import figures, provisions
from qa.drafting.proposal import Proposal, answered_otherwise

KINDS = ("figure", "growth", "count", "date", "person", "section", "definition", "list")
"""What a proposal can ask for."""
_RULES = (figures, provisions, dates, people, articles, definitions, lists)
_QUESTION = (6, 80)
_ANSWER = 160
_LATIN = re.compile(r"[a-z][a-z0-9]*")


def proposals_of(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """What the rules propose of one sentence; nothing of a regulation whose name another document has too."""
    if statement.source.rules and statement.source.rules in corpus.same_name:
        return
    for rule in _RULES:
        for proposal in rule(statement, corpus):
            if _fits(proposal):
                yield replace(proposal, question=_cased(proposal.question, statement))


def in_turn(corpus: Corpus, rng: random.Random) -> Iterator[Statement]:
    """Sentences of a passage of each document in turn, in a drawn order."""
    queues = []
    for source in corpus.sources:
        passages = list(source.passages)
        rng.shuffle(passages)
        queues.append((source, passages))
    rng.shuffle(queues)
    while queues:
        for source, passages in queues:
            if passages:
                yield from statements_of(source, passages.pop())
        queues = [(source, passages) for source, passages in queues if passages]


def spread(corpus: Corpus, groups: Iterable[Iterable[Proposal]]) -> Iterator[Proposal]:
    """One of each group in turn, of the rules, documents and passages that were used least, until none is left.

    A question that the proposals, or other places of the corpus, answer in several ways is left out.
    """
    pools = [list(group) for group in groups]
    answers: dict[str, set[str]] = defaultdict(set)
    for proposal in (each for pool in pools for each in pool):
        answers[proposal.question].add(proposal.answer)
    documents: Counter[str] = Counter()
    passages: Counter[int] = Counter()
    rules: Counter[str] = Counter()
    seen: set[str] = set()
    while any(pools):
        for pool in pools:
            while pool:
                best = min(
                    range(len(pool)),
                    key=lambda i: (
                        rules[pool[i].rule],
                        documents[pool[i].statement.source.document.id],
                        passages[pool[i].statement.passage.id],
                    ),
                )
                proposal = pool.pop(best)
                if proposal.question in seen or len(answers[proposal.question]) > 1:
                    continue
                if answered_otherwise(corpus, proposal, everywhere=not corpus.names_places):
                    continue
                seen.add(proposal.question)
                rules[proposal.rule] += 1
                documents[proposal.statement.source.document.id] += 1
                passages[proposal.statement.passage.id] += 1
                yield proposal
                break


def _cased(question: str, statement: Statement) -> str:
    """``question`` with its Latin words as the text writes them: the rules read 占GDP比重 in lower case."""

    def written(match: re.Match[str]) -> str:
        at = statement.folded.find(match.group())
        return match.group() if at < 0 else statement.text[at : at + len(match.group())]

    return _LATIN.sub(written, question)


def _fits(proposal: Proposal) -> bool:
    question, answer, passage = proposal.question, proposal.answer, proposal.statement.passage
    return bool(
        _QUESTION[0] <= len(question) <= _QUESTION[1]
        and 0 < len(answer) <= _ANSWER
        and answer.strip() == answer
        and passage.start <= proposal.start < proposal.end <= passage.end
        and answer not in question
    )
