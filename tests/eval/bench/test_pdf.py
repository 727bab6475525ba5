"""Word documents and the PDFs printed from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eval.bench import pdf
from eval.errors import RunError
from qa import DocumentError
from qa.documents import parse


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice's soffice on the PATH")
def test_reports_read_the_same_from_pdf(shared: Path) -> None:
    found = pdf.compare(pdf.word_reports(shared, 2))
    assert len(found) == 2
    assert all(one.same >= 0.99 and one.metadata for one in found)
    assert all(one.placed >= 0.9 * one.passages for one in found)
    assert "2 documents" in pdf.table(found)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice's soffice on the PATH")
def test_fonts_that_do_not_name_their_characters_are_noticed(shared: Path, tmp_path: Path) -> None:
    (made,) = pdf.printed(pdf.word_reports(shared, 1), tmp_path)
    data = made.read_bytes()
    assert parse(data, made.name).warnings == ()
    with pytest.raises(DocumentError, match="do not say which characters"):
        parse(data.replace(b"/ToUnicode", b"/XoUnicode"), made.name)


def test_without_an_office_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match="soffice") as caught:
        pdf.printed([tmp_path / "a.docx"], tmp_path)
    assert caught.value.hint
