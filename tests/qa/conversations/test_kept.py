"""Answers as they were given outlive what becomes of the documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from kept_samples import answers, exchanges, passage

from embeddings import Embedder
from qa import Answer, Citation, Document, Library, Passage, ask
from qa.conversations import Exchange, KeptAnswer, KeptCitation, changed_since


@settings(deadline=None)
@given(answers)
def test_an_answer_goes_into_json_and_back(kept: KeptAnswer) -> None:
    # As escapes, two half characters beside each other would come back as one.
    assert KeptAnswer.from_dict(json.loads(json.dumps(kept.to_dict(), ensure_ascii=False))) == kept
    assert KeptAnswer.from_dict(kept.to_dict()) == kept


@settings(deadline=None)
@given(exchanges)
def test_an_exchange_goes_into_its_dictionary_and_back(exchange: Exchange) -> None:
    assert Exchange.from_dict(exchange.to_dict()) == exchange


def test_a_quote_that_does_not_stand_in_its_passage_is_refused() -> None:
    for start, end in ((4, 9), (0, 5), (8, 4)):
        with pytest.raises(ValueError, match="does not stand"):
            KeptCitation(passage(), "1268米", start, end)


def test_what_was_shown_is_kept_whatever_becomes_of_the_document(tmp_path: Path, embedder: Embedder) -> None:
    file = tmp_path / "公报.txt"
    file.write_text("青石大桥全长1268米，总投资3.2亿元。", "utf-8")
    with Library.open(tmp_path / "library", model=embedder) as library:
        library.add(file)
        library.add_bytes("游泳池周一闭馆。".encode(), "上传的通知.txt")
        given = ask("青石大桥全长多少米？", library=library, min_confidence=0)
        kept = KeptAnswer.of(given, library)
        assert (kept.text, kept.abstained, kept.confidence) == (given.text, given.abstained, given.confidence)
        assert kept.question == given.question
        assert kept.timings == given.timings
        (first, *_), (shown, *_) = given.citations, kept.citations
        assert (shown.quote, shown.start, shown.end) == (first.quote, first.start, first.end)
        assert shown.passage.text == first.passage.text
        assert (shown.passage.path, shown.passage.file) == (str(file), "公报.txt")
        assert [(each.text, each.start, each.end) for each in kept.nearest] == [
            (hit.passage.text, hit.passage.start, hit.passage.end) for hit in given.nearest
        ]
        assert {each.file for each in kept.nearest} == {"公报.txt", "上传的通知.txt"}
        assert {changed_since(each, library) for each in kept.nearest} == {"same"}

        file.write_text("青石大桥全长1300米。", "utf-8")
        library.update()
        assert changed_since(shown.passage, library) == "changed"
        late = KeptAnswer.of(given, library)  # kept only after the document changed
        assert late.citations[0] == shown
        replaced = next(each for each in late.nearest if each.document_id == shown.passage.document_id)
        assert replaced.text == shown.passage.text
        assert changed_since(replaced, library) == "changed"
        library.remove(shown.passage.document_id)
        assert changed_since(shown.passage, library) == "removed"
        assert KeptAnswer.of(given, library).citations[0] == shown
    assert KeptAnswer.of(given, None).citations[0] == shown


def test_a_quote_of_a_document_that_was_replaced_while_it_was_read_is_its_own_passage() -> None:
    document = Document("d", "公报", "新的公报：大桥全长1300米。")
    old = Passage(1, "d", 0, 0, 5, "大桥很长。")
    start = document.text.index("1300米")
    cited = Citation("1300米", start, start + 5, document, old)
    (kept,) = KeptAnswer.of(Answer("1300米", (cited,), 0.9, False, "？"), None).citations
    assert (kept.passage.text, kept.passage.start, kept.quote) == ("1300米", start, "1300米")
