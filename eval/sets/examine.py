"""Looking a set over before results are read off it: answers, offsets, evidence, duplicates, overlap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from eval.sets import overlap
from eval.sets.keys import answers_key, question_key
from eval.sets.layout import read
from eval.sets.reading import Log, Reading, evidence_document, prevailing_rules, refuse_empty, stands
from eval.sets.report import CheckReport, Findings
from eval.sets.texts import Body, Match, Texts, nearest, texts_of
from eval.types import Evidence, Question

if TYPE_CHECKING:
    from qa import Library

_UNANSWERABLE = frozenset({"unanswerable", "impossible", "无答案", "不可回答"})


def check(
    evaluation_set_path: Path | str,
    *,
    documents: Iterable[Path | str] = (),
    library: Library | None = None,
    against: Iterable[Path | str] = (),
    split: str = "test",
) -> CheckReport:
    """What the set at a path holds, and what is wrong with it.

    Answers and evidence are looked for in the set's own documents, in ``documents`` (files or folders, in place of
    those beside the set) and in ``library``. ``against`` are other sets that it should not overlap with. Lines that
    cannot be read are findings; ``SetError`` is raised when nothing of the file can be.
    """
    reading = read(Path(evaluation_set_path), Log(strict=False), documents, split)
    refuse_empty(reading)
    findings = Findings()
    for fault in reading.faults:
        where = "" if fault.path == reading.path else f"{fault.path.name}: "
        findings.add("unreadable", "", fault.line, f"{where}{fault.reason}{' – ' + fault.hint if fault.hint else ''}")
    for note in reading.notes:
        findings.add(note.kind, note.id, note.line, note.detail)
    texts = texts_of(
        reading.documents, reading.sources, library, lambda kind, name, detail: findings.add(kind, name, None, detail)
    )
    remarks = []
    _ids(reading, findings)
    _documents(reading, texts, findings)
    if reading.task == "retrieval":
        _judgements(reading, texts, findings)
    else:
        _questions(reading, findings)
        for question in reading.questions:
            _offsets(question, texts, findings)
        if texts.bodies:
            for question in reading.questions:
                _answers(question, texts, findings)
                _evidence(question, texts, findings)
        else:
            remarks.append(
                "answers and evidence were not looked for: the set brings no documents. "
                "Put them in a folder documents/ beside it, or give them or a Library."
            )
    compared = []
    for other in against:
        theirs = read(Path(other), Log(strict=False), split=split)
        compared.append(theirs.name)
        _overlap(reading, texts, theirs, findings)
    return CheckReport(
        name=reading.name,
        path=reading.path,
        layout=reading.layout,
        task=reading.task,
        rules=prevailing_rules(q.question for q in reading.questions),
        counts=_counts(reading, texts),
        kinds=_kinds(reading),
        findings=findings.result(),
        remarks=tuple(remarks),
        against=tuple(compared),
    )


def shown(text: str, longest: int = 40) -> str:
    """A text between brackets, cut when it is long."""
    flat = " ".join(text.split())
    return f"「{flat if len(flat) <= longest else flat[:longest] + '…'}」"


def evidence_stands(evidence: Evidence, text: str) -> bool:
    """Whether the offsets are a place in the text, and the phrase, if there is one, stands there or around it."""
    if evidence.start is None or evidence.end is None:
        return True
    phrase = evidence.phrase or ""
    place = text[evidence.start : evidence.end]
    around = text[max(0, evidence.start - len(phrase)) : evidence.end + len(phrase)]
    return evidence.end <= len(text) and (phrase in place or (place in phrase and phrase in around))


def _counts(reading: Reading, texts: Texts) -> dict[str, int]:
    questions = reading.questions
    documents = {"documents": len(texts.bodies)} if texts.bodies else {}
    if reading.task == "retrieval":
        grades = [grade for q in questions for grade in q.qrels.values()]
        return {
            "queries": len(questions),
            "judgements": len(grades),
            "relevant": sum(grade > 0 for grade in grades),
            **documents,
        }
    answerable = sum(q.answerable for q in questions)
    return {
        "questions": len(questions),
        "answerable": answerable,
        "unanswerable": len(questions) - answerable,
        "follow-ups": sum(bool(q.history) for q in questions),
        "references": sum(len(q.references) for q in questions),
        **documents,
    }


def _kinds(reading: Reading) -> dict[str, int]:
    kinds = Counter(question.kind for question in reading.questions)
    return dict(kinds.most_common()) if any(kinds) else {}


def _ids(reading: Reading, findings: Findings) -> None:
    first: dict[str, Question] = {}
    for question in reading.questions:
        earlier = first.setdefault(question.id, question)
        if earlier is not question:
            where = f"also on line {earlier.line}" if earlier.line else f"also for {shown(earlier.question)}"
            findings.add("duplicate-id", question.id, question.line, where)


def _documents(reading: Reading, texts: Texts, findings: Findings) -> None:
    first: dict[str, str] = {}
    for body in texts.bodies:
        key = body.loose if reading.layout != "beir" else body.text
        earlier = first.setdefault(key, body.name)
        if key and earlier != body.name:
            findings.add("duplicate-document", body.name, None, f"the text of {earlier} again")


def _judgements(reading: Reading, texts: Texts, findings: Findings) -> None:
    for question in reading.questions:
        missing = [name for name in question.qrels if name not in texts.named]
        for name in missing:
            findings.add("unknown-judged", question.id, question.line, f"document {name}")
        if not any(grade > 0 for grade in question.qrels.values()):
            findings.add("no-relevant", question.id, question.line, shown(question.question))


def _questions(reading: Reading, findings: Findings) -> None:
    first: dict[tuple[object, ...], Question] = {}
    for question in reading.questions:
        if question.references and question.kind.lower() in _UNANSWERABLE:
            detail = f"of kind {question.kind}, yet the answer {shown(question.answers[0])} is given"
            findings.add("contradiction", question.id, question.line, detail)
        earlier = first.setdefault(question_key(question), question)
        if earlier is question:
            continue
        if earlier.answerable != question.answerable:
            detail = (
                f"{shown(question.question)} has {'an' if question.answerable else 'no'} answer, unlike {earlier.id}"
            )
            findings.add("contradiction", question.id, question.line, detail)
        else:
            differ = "" if answers_key(earlier) == answers_key(question) else ", with other answers"
            detail = f"{shown(question.question)} is {earlier.id} again{differ}"
            findings.add("duplicate-question", question.id, question.line, detail)


def _answers(question: Question, texts: Texts, findings: Findings) -> None:
    places = texts.among([e.document for e in question.evidence if e.document is not None])
    if not question.references or not places:
        return  # that the document is unknown is told with the evidence
    matches = [texts.match(reference.text, places) for reference in question.references]
    if min(matches) is Match.NONE:
        elsewhere = texts.first(question.answers)
        answer = shown(question.answers[0])
        if elsewhere is not None:
            detail = f"{answer} is not in {places[0].name}, but in {elsewhere.name}"
            findings.add("answer-elsewhere", question.id, question.line, detail)
        else:
            where = places[0].name if len(places) == 1 else f"{len(places):,} documents"
            findings.add("answer-nowhere", question.id, question.line, f"{answer} is not in {where}")
        return
    for reference, match in zip(question.references, matches, strict=True):
        if match in (Match.FOLDED, Match.LOOSE):
            how = "in other width, case or script" if match is Match.FOLDED else "with other punctuation or spaces"
            findings.add("answer-folded", question.id, question.line, f"{shown(reference.text)} {how}")
        elif match is Match.NONE:
            findings.add("form-nowhere", question.id, question.line, shown(reference.text))


def _offsets(question: Question, texts: Texts, findings: Findings) -> None:
    named = evidence_document(question)
    body = texts.body(named) if named is not None else None
    for reference in question.references:
        answer, start = reference.text, reference.start
        if start is None or (body is not None and stands(body.text, start, answer)):
            continue
        kind = "offset-missing" if start < 0 else "offset-off"
        detail = f"{shown(answer)} at {start}"
        if body is not None:
            found = nearest(answer, body.text, start)
            there = "" if start < 0 else f" {shown(body.text[start : start + len(answer)])} stands there,"
            rest = f"the answer at {found}" if found is not None else "the answer nowhere as it is written"
            findings.add(kind, question.id, question.line, f"{detail}:{there} {rest}")
        elif start < 0:
            findings.add(kind, question.id, question.line, detail)
        elif named is None:  # that a named document is unknown is told with the evidence
            findings.add(kind, question.id, question.line, f"{detail}, but no document is named that it counts in")


def _evidence(question: Question, texts: Texts, findings: Findings) -> None:
    for evidence in question.evidence:
        if evidence.document is not None and texts.body(evidence.document) is None:
            findings.add("unknown-document", question.id, question.line, evidence.document)
            continue
        bodies = texts.among([evidence.document] if evidence.document is not None else [])
        if evidence.document is not None and not evidence_stands(evidence, bodies[0].text):
            detail = f"{evidence.start}:{evidence.end} of {evidence.document}"
            if evidence.phrase:
                detail += f" does not hold {shown(evidence.phrase)}"
            else:
                detail += f", which has {len(bodies[0].text):,} characters"
            findings.add("evidence-offset", question.id, question.line, detail)
        if evidence.phrase is not None and evidence.start is None:
            _phrase(question, evidence.phrase, bodies, texts, findings)


def _phrase(question: Question, phrase: str, bodies: list[Body], texts: Texts, findings: Findings) -> None:
    holders = texts.holders(phrase, bodies)
    if not holders:
        where = bodies[0].name if len(bodies) == 1 else f"{len(bodies):,} documents"
        findings.add("evidence-nowhere", question.id, question.line, f"{shown(phrase)} is not in {where}")
        return
    if all(phrase not in body.text for body in holders):
        findings.add("evidence-folded", question.id, question.line, shown(phrase))
    passages = sum(body.passages_with(phrase) for body in holders)
    if passages == 0:
        findings.add("evidence-split", question.id, question.line, shown(phrase))
    elif passages > 1:
        where = holders[0].name if len(holders) == 1 else f"{len(holders)} documents"
        findings.add("evidence-several", question.id, question.line, f"{shown(phrase)} in {passages} of {where}")


def _overlap(reading: Reading, texts: Texts, theirs: Reading, findings: Findings) -> None:
    ours_asked, their_asked = ({q.id: q.question for q in r.questions} for r in (reading, theirs))
    same = overlap.same(ours_asked, their_asked)
    _shared("shared-question", same, theirs, ours_asked, findings)
    rest = {id: text for id, text in ours_asked.items() if id not in {s.ours for s in same}}
    _shared("near-question", overlap.near_questions(rest, their_asked), theirs, ours_asked, findings)

    others = texts_of(theirs.documents, theirs.sources, None, lambda kind, name, detail: None)
    ours, yours = ({body.name: body.text for body in t.bodies} for t in (texts, others))
    same = overlap.same(ours, yours)
    _shared("shared-document", same, theirs, ours, findings)
    rest = {name: text for name, text in ours.items() if name not in {s.ours for s in same}}
    _shared("near-document", overlap.near_texts(rest, yours), theirs, ours, findings)


def _shared(kind: str, shared: list[overlap.Shared], theirs: Reading, ours: dict[str, str], findings: Findings) -> None:
    for pair in shared:
        share = "" if pair.share == 1.0 else f", {pair.share:.0%} of its {overlap.SHINGLE}-grams"
        findings.add(kind, pair.ours, None, f"{shown(ours[pair.ours])} as {pair.theirs} of {theirs.name}{share}")
