"""Which document a set means by a name."""

from __future__ import annotations

import pytest

from eval.names import resolve

KNOWN = ["2022/report.txt", "2023/report.txt", "notice.docx", "1.1", "1-1", "b/1", "plan.md", "plan.txt"]


@pytest.mark.parametrize(
    ("named", "known"),
    [
        ("notice.docx", "notice.docx"),
        ("notice", "notice.docx"),
        ("docs/notice.docx", "notice.docx"),
        ("2023/report.txt", "2023/report.txt"),
        ("2023/report", "2023/report.txt"),
        ("all/2022/report.txt", "2022/report.txt"),
        ("report.txt", None),
        ("1.1", "1.1"),
        ("1-1", "1-1"),
        ("b/1", "b/1"),
        ("plan", None),
        ("plan.md", "plan.md"),
        ("nothing.txt", None),
        ("", None),
    ],
)
def test_resolve(named: str, known: str | None) -> None:
    assert resolve(named, KNOWN) == known


def test_an_id_with_a_dot_is_not_a_file_with_a_suffix() -> None:
    assert resolve("1", ["1.1", "1.2"]) is None
    assert resolve("1", ["1.1"]) is None
