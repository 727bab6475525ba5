"""Pictures of pages: that where the words of a document stand is found once."""

from __future__ import annotations

from typing import Any

import pytest

from qa.documents import pdf
from qa.documents.pdf.pages import Pages, text_digest

TEXTS = ["沿河两岸的步道已经修好，新建的三座水厂也都通了水。", "每天供水二十万吨，比上一年多三万吨。"]


def test_the_layout_of_a_document_is_made_once(printer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {}
    for number, text in enumerate(TEXTS):
        printed = printer()
        printed.flow([text * 3])
        files[f"{number}.pdf"] = bytes(printed.bytes())
    digests = {name: text_digest(pdf.lay_out(data, name).content.text) for name, data in files.items()}
    made: list[str] = []

    def counted(data: bytes, name: str) -> pdf.Layout:
        made.append(name)
        return lay_out(data, name)

    lay_out = pdf.lay_out
    monkeypatch.setattr(pdf, "lay_out", counted)
    pages = Pages()

    def show(name: str) -> None:
        shown, png = pages.shown(files[name], name, 1, 100, [(0, 10**9)], digests[name])
        assert png
        assert shown.boxes

    for name in ("0.pdf", "0.pdf", "1.pdf", "0.pdf"):
        show(name)
    assert made == ["0.pdf", "1.pdf"]
    # What is kept is bounded: a large document pushes out the others, and is kept itself.
    monkeypatch.setattr("qa.documents.pdf.pages._KEPT_CHARACTERS", 10)
    show("1.pdf")
    show("1.pdf")
    show("0.pdf")
    assert made == ["0.pdf", "1.pdf", "0.pdf"]
