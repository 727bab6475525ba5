"""``draft``: questions proposed from a Library's passages, spread over documents and kinds."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from eval.drafting.absent import absent
from eval.drafting.corpus import Corpus, Statement, statements_of
from eval.drafting.facts import articles, dates, definitions, lists, people
from eval.drafting.figures import figures, provisions
from eval.drafting.proposal import Proposal, answered_otherwise
from eval.drafting.types import KINDS, Draft, draft_id
from eval.types import Evidence
from qa import Library, YindaError
from qa.feedback import phrase_around

_RULES = (figures, provisions, dates, people, articles, definitions, lists)
# Enough to choose from: proposals made for each one that is wanted.
_SURPLUS = 12
# Sentences read for each one, at most, once there are enough to choose from: some kinds are nowhere.
_READ = 200
_QUESTION = (6, 80)
_ANSWER = 160


def draft(library: Library, *, limit: int = 50, seed: int = 0, kinds: Iterable[str] | None = None) -> list[Draft]:
    """Propose up to ``limit`` questions from the passages of ``library``, by rule.

    The same Library, ``seed`` and ``kinds`` (of ``KINDS``; all without it) give the same proposals. A question that
    the Library answers in several ways is not proposed; about a sixth have no answer. Raises ``YindaError`` for an
    unknown kind.
    """
    wanted = KINDS if kinds is None else tuple(dict.fromkeys(kinds))
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown:
        raise YindaError(f"unknown kind of question {unknown[0]!r}", f"choose from: {', '.join(KINDS)}")
    return propose(Corpus.of(library), limit=limit, seed=seed, kinds=wanted)


def propose(corpus: Corpus, *, limit: int, seed: int = 0, kinds: Iterable[str] = KINDS) -> list[Draft]:
    """``draft`` over a corpus."""
    kinds = tuple(kinds)
    if limit <= 0 or not corpus.sources:
        return []
    rng = random.Random(seed)
    pool: dict[str, list[Proposal]] = defaultdict(list)
    answers: dict[str, set[str]] = defaultdict(set)
    needs_all = [kind for kind in kinds if kind != "unanswerable"]
    made = read = 0
    for statement in _in_turn(corpus, rng):
        read += 1
        for rule in _RULES:
            for proposal in rule(statement, corpus):
                if not _fits(proposal) or (statement.source.rules and statement.source.rules in corpus.same_name):
                    continue
                answers[proposal.question].add(proposal.answer)
                pool[proposal.kind].append(proposal)
                made += proposal.kind in needs_all
        enough = all(len(pool[kind]) >= limit for kind in needs_all) or read >= limit * _READ
        if made >= limit * _SURPLUS and enough:
            break
    if "unanswerable" in kinds:
        pool["unanswerable"] = list(absent(corpus, pool["growth"] + pool["figure"], rng, limit))
    for proposals in pool.values():
        rng.shuffle(proposals)
    return list(_chosen(corpus, {kind: pool[kind] for kind in kinds}, answers, limit))


def _in_turn(corpus: Corpus, rng: random.Random) -> Iterator[Statement]:
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


def _fits(proposal: Proposal) -> bool:
    question, answer = proposal.question, proposal.answer
    if not _QUESTION[0] <= len(question) <= _QUESTION[1] or len(answer) > _ANSWER:
        return False
    if not proposal.answerable:
        return True
    passage = proposal.statement.passage
    return bool(
        answer.strip() == answer
        and answer
        and passage.start <= proposal.start < proposal.end <= passage.end
        and answer not in question
    )


def _chosen(
    corpus: Corpus, pool: dict[str, list[Proposal]], answers: dict[str, set[str]], limit: int
) -> Iterator[Draft]:
    """One of each kind in turn, from the documents and passages that were used least."""
    documents: Counter[str] = Counter()
    passages: Counter[int] = Counter()
    rules: Counter[str] = Counter()
    seen: set[str] = set()
    count = 0
    while count < limit and any(pool.values()):
        for proposals in pool.values():
            while proposals and count < limit:
                best = min(
                    range(len(proposals)),
                    key=lambda i: (
                        rules[proposals[i].rule],
                        documents[proposals[i].statement.source.document.id],
                        passages[proposals[i].statement.passage.id],
                    ),
                )
                proposal = proposals.pop(best)
                if proposal.question in seen or len(answers[proposal.question]) > 1:
                    continue
                if answered_otherwise(corpus, proposal, everywhere=len(corpus.places) < 2):
                    continue
                seen.add(proposal.question)
                rules[proposal.rule] += 1
                documents[proposal.statement.source.document.id] += 1
                passages[proposal.statement.passage.id] += 1
                count += 1
                yield _draft(proposal)
                break


def _draft(proposal: Proposal) -> Draft:
    statement = proposal.statement
    source, passage = statement.source, statement.passage
    identifier = draft_id("draft", (source.document.sha256 or source.name, proposal.question, str(proposal.start)))
    if not proposal.answerable:
        return Draft(identifier, proposal.question, kind=proposal.kind, rule=proposal.rule, title=source.document.title)
    phrase = phrase_around(passage.text, proposal.start - passage.start, proposal.end - passage.start)
    return Draft(
        id=identifier,
        question=proposal.question,
        answers=(proposal.answer,),
        evidence=(Evidence(phrase, source.name, proposal.start, proposal.end),),
        kind=proposal.kind,
        passage=passage.text,
        rule=proposal.rule,
        title=source.document.title,
    )
