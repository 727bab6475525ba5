"""One question of a set, asked: from a Question to a Prediction."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace

from eval.errors import RunError
from eval.evidence import holds
from eval.metrics import citations
from eval.runs.corpus import Corpus
from eval.runs.machine import resident_mib
from eval.runs.settings import Settings
from eval.types import Distracted, EvaluationSet, PredictedCitation, Prediction, Question, Retrieved, StoredPassage
from qa import Answer, Citation, Hit, QuestionError, answer_from, ask, standalone
from qa.assistant import READ
from qa.reader.base import Reader

_UNRELATED = 2
_SEARCHED = 200


class EvidenceMissing(RunError):
    """The right passage was to be read, and there is none."""


class Asker:
    """Asks the questions of one set of a Corpus, with the reader given."""

    def __init__(
        self, evaluation_set: EvaluationSet, corpus: Corpus, reader: Reader | None, settings: Settings
    ) -> None:
        self._set = evaluation_set
        self._corpus = corpus
        self._reader = reader
        self._settings = settings
        self._standalone = [q.question for q in evaluation_set.questions if not q.history]

    def __call__(self, question: Question) -> tuple[Prediction, list[StoredPassage]]:
        """The prediction, and the passages that it names. A question that cannot be asked gets its error's line."""
        try:
            if self._set.task == "retrieval":
                return self._search(question)
            if self._settings.mode == "given-passage":
                return self._read(question)
            return self._ask(question)
        except (QuestionError, EvidenceMissing) as error:
            return Prediction(self._set.name, question.id, "", True, 0.0, error=error.message), []

    def _search(self, question: Question) -> tuple[Prediction, list[StoredPassage]]:
        start = time.perf_counter()
        hits = self._corpus.library.search(question.question, self._settings.depth)
        seconds = time.perf_counter() - start
        passages = [self._corpus.stored(hit.passage) for hit in hits]
        retrieved = _retrieved(hits, passages)
        return Prediction(
            self._set.name,
            question.id,
            "",
            True,
            0.0,
            question=question.question,
            retrieved=retrieved,
            timings={"retrieve": seconds, "total": seconds},
            memory_mib=resident_mib(),
        ), passages

    def _ask(self, question: Question) -> tuple[Prediction, list[StoredPassage]]:
        library = self._corpus.library
        answer = ask(question.question, library=library, history=question.history, reader=self._reader)
        depth = self._settings.depth
        read = {hit.passage.id for hit in answer.nearest}
        further = library.search(answer.question, depth) if len(read) < depth else []
        # What was read comes first, as it was read: another depth may order close passages otherwise.
        hits = [*answer.nearest, *(hit for hit in further if hit.passage.id not in read)][:depth]
        prediction, passages = self._prediction(question, answer, hits)
        if self._settings.distract and not question.history:
            prediction = replace(prediction, distracted=self._distracted(question, answer))
        return prediction, passages

    def _read(self, question: Question) -> tuple[Prediction, list[StoredPassage]]:
        asked = standalone(question.question, list(question.history)) if question.history else question.question
        hits = self._given(question, asked)
        answer = answer_from(asked, hits[:READ], library=self._corpus.library, reader=self._reader)
        return self._prediction(question, answer, hits)

    def _given(self, question: Question, asked: str) -> list[Hit]:
        """The passages that hold the evidence, in the order of retrieval; the best ones where the set names none."""
        library = self._corpus.library
        if not question.evidence:
            return library.search(asked, READ)
        names = {e.document for e in question.evidence}
        ids = None if None in names else sorted({i for name in names if name for i in self._corpus.ids(name)})
        counts = library.passage_counts()
        wanted = _SEARCHED if ids is None else sum(counts.get(i, 0) for i in ids)
        for depth in (wanted, sum(counts.values())):
            hits = [
                hit
                for hit in library.search(asked, max(depth, 1), documents=ids)
                if any(holds(e, self._corpus.stored(hit.passage)) for e in question.evidence)
            ]
            if hits:
                return hits
        raise EvidenceMissing("no passage of the Library holds the evidence", "see yinda eval check")

    def _distracted(self, question: Question, answer: Answer) -> Distracted | None:
        chance = random.Random(f"{self._settings.seed}:{question.id}")
        drawn = chance.sample(self._standalone, min(_UNRELATED + 1, len(self._standalone)))
        history = tuple(other for other in drawn if other != question.question)[:_UNRELATED]
        if not history:
            return None
        understood = standalone(question.question.strip(), list(history))
        if understood != answer.question:
            answer = ask(question.question, library=self._corpus.library, history=history, reader=self._reader)
        return Distracted(history, understood, answer.text, answer.abstained)

    def _prediction(
        self, question: Question, answer: Answer, hits: Sequence[Hit]
    ) -> tuple[Prediction, list[StoredPassage]]:
        found = [self._corpus.stored(hit.passage) for hit in hits]
        cited = [self._citation(c) for c in answer.citations]
        second = answer.alternatives[0] if answer.abstained and answer.alternatives else None
        best = self._citation(second.citation) if second else None
        passages = [*found, *(p for _, p in cited), *([best[1]] if best else [])]
        return Prediction(
            set=self._set.name,
            id=question.id,
            text=answer.text,
            abstained=answer.abstained,
            confidence=answer.confidence,
            citations=tuple(c for c, _ in cited),
            question=answer.question,
            best=second.text if second else answer.text,
            best_citation=best[0] if best else cited[0][0] if cited else None,
            retrieved=_retrieved(hits, found),
            timings=dict(answer.timings),
            memory_mib=resident_mib(),
        ), passages

    def _citation(self, citation: Citation) -> tuple[PredictedCitation, StoredPassage]:
        passage = self._corpus.stored(citation.passage)
        text = self._corpus.library.document(citation.document.id).text
        intact = citations.intact(citation.quote, text, citation.start, citation.end)
        return PredictedCitation(
            citation.quote, passage.document, citation.start, citation.end, passage.key, intact
        ), passage


def _retrieved(hits: Sequence[Hit], passages: Sequence[StoredPassage]) -> tuple[Retrieved, ...]:
    return tuple(Retrieved(p.key, hit.score) for hit, p in zip(hits, passages, strict=True))
