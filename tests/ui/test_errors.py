"""qa's errors in the window's languages: each one that a person can meet has its Chinese."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import qa
from qa import Addition, DocumentError, LibraryError
from qa.documents.pdf.condition import Condition, warnings
from ui.texts import EN, ZH
from ui.texts.errors import told, told_as, told_warning

ROOT = Path(qa.__file__).parent
# Where errors come from that the window can show. The command line's own are not among them.
WALKED = [
    ROOT / name
    for name in (
        "../embeddings",
        "documents",
        "library",
        "conversations",
        "assistant.py",
        "feedback.py",
        "sqlite.py",
        "errors.py",
        "retriever/retriever.py",
    )
]
# Back-up, restoring and mending are asked for on the command line alone.
NOT_SHOWN = {"backup.py", "mending.py"}
KINDS = {"YindaError", "DocumentError", "LibraryError", "QuestionError", "Inaccessible", "ModelError"}
SAMPLE = "7,654"


def files() -> Iterator[Path]:
    for place in WALKED:
        found = [place] if place.is_file() else sorted(place.rglob("*.py"))
        yield from (file for file in found if file.name not in NOT_SHOWN)


def spelled(node: ast.expr, constants: dict[str, str]) -> list[str]:
    """The texts that an expression may give, with ``SAMPLE`` for what is not known; empty when it is no text."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.Name) and node.id in constants:
        return [constants[node.id]]
    if isinstance(node, ast.IfExp):
        return spelled(node.body, constants) + spelled(node.orelse, constants)
    if isinstance(node, ast.JoinedStr):
        parts = [
            (spelled(part.value, constants) or [SAMPLE]) if isinstance(part, ast.FormattedValue) else [part.value]
            for part in node.values
            if isinstance(part, ast.FormattedValue | ast.Constant)
        ]
        return ["".join(map(str, choice)) for choice in itertools.product(*parts)]
    return []


def raised() -> list[tuple[str, str]]:
    """Each (message, hint) with which qa makes an error, as far as they are written where it is made."""
    out = set()
    for file in files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                hint = node.args[1] if len(node.args) > 1 else ast.Constant("")
                out |= set(itertools.product(spelled(node.args[0], constants), spelled(hint, constants) or [""]))
    return sorted(out)


def chinese(text: str) -> bool:
    return bool(re.search("[一-鿿]", text))


RAISED = raised()


def test_errors_are_found() -> None:
    assert len(RAISED) > 30
    assert any("is empty" in message for message, _ in RAISED)


@pytest.mark.parametrize(("message", "hint"), RAISED, ids=[message[:50] for message, _ in RAISED])
def test_each_error_is_told_in_chinese(message: str, hint: str) -> None:
    said, advice = told_as(message, hint, ZH)
    assert chinese(said), message
    assert not hint or chinese(advice), hint
    assert message.count(SAMPLE) >= said.count(SAMPLE)
    assert "{" not in said + advice
    assert told_as(message, hint, EN) == (message, hint)


def test_what_an_error_names_stays_as_it_was() -> None:
    error = DocumentError("a{b}.txt has an unknown format.", "Formats that are read: .docx .txt")
    assert told(error, ZH) == ("a{b}.txt 的格式不认识。", "能读的格式：.docx .txt")
    assert told(error, EN) == (error.message, error.hint)
    locked = LibraryError(
        "the Library at /a b is busy: another process is writing to it", "wait for it to finish and try again"
    )
    assert told(locked, ZH) == ("资料库 /a b 正忙：另一个程序在写它", "请等它写完再试")
    full = LibraryError("the folder /a cannot be made: No space left on device", "choose another folder")
    assert told(full, ZH)[0] == "文件夹 /a 建不了：磁盘满了"


def test_a_failed_addition_is_told_by_its_reason() -> None:
    addition = Addition("空.txt", "failed", reason="空.txt is empty.", hint="Check that the file was saved completely.")
    assert told(addition, ZH) == ("空.txt 是空的。", "请看看文件有没有保存完整。")


def test_what_is_not_known_stays_as_it_is() -> None:
    assert told_as("something new", "and its hint", ZH) == ("something new", "and its hint")
    assert told_as("", "", ZH) == ("", "")
    assert told_warning("page 3 has something new", ZH) == "page 3 has something new"


def test_warnings_name_their_pages() -> None:
    warning = "pages 3, 5-9 have no text, only a picture: it may be a scan"
    assert told_warning(warning, ZH) == "第 3, 5-9 页没有文字，只有图片：可能是扫描件"
    assert told_warning(warning, EN) == warning
    for line in warnings(list(Condition)):
        assert re.fullmatch("第 [0-9]+ 页[^a-z]+", told_warning(line, ZH)), line


@pytest.mark.parametrize(
    ("warning", "told"),
    [
        (
            "1,234 formulas have no stored result: their cells are empty",
            "1,234 个公式没有存下结果，这些单元格是空的",
        ),
        ("hidden sheets were read too: 项目、底稿", "隐藏的工作表也读了：项目、底稿"),
        ("3 hidden rows and columns were read too", "3 个隐藏的行和列也读了"),
        ("hidden slides were read too: 4, 6", "隐藏的幻灯片也读了：第 4, 6 张"),
    ],
)
def test_warnings_of_tables_and_slides(warning: str, told: str) -> None:
    assert told_warning(warning, ZH) == told
    assert told_warning(warning, EN) == warning
