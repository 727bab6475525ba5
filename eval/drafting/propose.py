"""``draft``: questions proposed from a Library's passages, spread over documents and kinds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from eval.drafting.absent import absent
from eval.drafting.types import KINDS, Draft, draft_id
from eval.types import Evidence
from qa import Library, YindaError
from qa.drafting import Corpus, Proposal, in_turn, proposals_of, spread
from qa.feedback import phrase_around

# Enough to choose from: proposals made for each one that is wanted.
_SURPLUS = 12
# Sentences read for each one, at most, once there are enough to choose from: some kinds are nowhere.
_READ = 200


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
    needs_all = [kind for kind in kinds if kind != "unanswerable"]
    made = 0
    for read, statement in enumerate(in_turn(corpus, rng), 1):
        for proposal in proposals_of(statement, corpus):
            pool[proposal.kind].append(proposal)
            made += proposal.kind in needs_all
        enough = all(len(pool[kind]) >= limit for kind in needs_all) or read >= limit * _READ
        if made >= limit * _SURPLUS and enough:
            break
    if "unanswerable" in kinds:
        pool["unanswerable"] = list(absent(corpus, pool["growth"] + pool["figure"], rng, limit))
    for proposals in pool.values():
        rng.shuffle(proposals)
    return [_draft(proposal) for proposal in islice(spread(corpus, [pool[kind] for kind in kinds]), limit)]


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
