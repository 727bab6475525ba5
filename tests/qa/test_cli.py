"""The ``yinda`` command as a person runs it: another process, its output and its exit status."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from embeddings import Embedder
from qa import Citation, Conversations, Document, Library, Passage
from qa.conversations import Exchange

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "qa.cli")


def yinda(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | variables
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, encoding="utf-8", env=environment, check=False
    )


def failed(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error, which has a hint below it."""
    assert done.returncode == 2, done.stderr
    line, hint = done.stderr.splitlines()
    assert line.startswith("yinda: ")
    assert hint.startswith("  hint: ")
    return line


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with Library.open(folder / "library", model=embedder) as library:
        library.add_bytes("圖書館上午九時開放。".encode(), "a.txt")
        library.add_bytes("游泳池周一闭馆。".encode(), "b.txt")
    return folder


@pytest.mark.slow
def test_add_search_ask_and_remove(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text("游泳池周一闭馆，周二开放。", "utf-8")
    library = ("--library", tmp_path / "library")
    added = yinda(*library, "add", file)
    assert added.returncode == 0
    assert added.stderr == ""
    assert "1 added" in added.stdout
    (document,) = json.loads(yinda(*library, "docs", "--json").stdout)
    assert document["path"] == str(file)
    assert document["passages"] == 1
    (hit,) = json.loads(yinda(*library, "search", "游泳池", "--json").stdout)
    assert hit["text"] == "游泳池周一闭馆，周二开放。"
    asked = yinda(*library, "ask", "游泳池哪天闭馆？", "--json", LC_ALL="C", PYTHONIOENCODING="ascii")
    answer = json.loads(asked.stdout)
    assert answer["question"] == "游泳池哪天闭馆？"
    assert isinstance(answer["abstained"], bool)
    edited = yinda(
        *library, "edit", document["id"], "--title", "泳池通知", "--date", "2023-05", "--organisation", "体育局"
    )
    assert edited.stdout == f"{document['id']} 《泳池通知》，2023-05，体育局\n", edited.stderr
    assert yinda(*library, "edit", document["id"], "--date", "").stdout == f"{document['id']} 《泳池通知》，体育局\n"
    (listed,) = json.loads(yinda(*library, "docs", "--json").stdout)
    assert (listed["title"], listed["date"], listed["organisation"]) == ("泳池通知", None, "体育局")
    assert listed["edited"] == ["title", "date", "organisation"]
    assert f"removed {document['id']}" in yinda(*library, "remove", document["id"]).stdout
    assert "empty" in yinda(*library, "docs").stdout


def test_bad_files_are_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)))
    (tmp_path / "table.xyz").write_text("x")
    names = ("missing.txt", "empty.txt", "noise.txt", "table.xyz", "x" * 400)
    done = yinda("--library", tmp_path / "library", "add", *(tmp_path / name for name in names))
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 2 * len(names)
    assert all(
        a.startswith("yinda: ") and b.startswith("  hint: ") for a, b in zip(lines[::2], lines[1::2], strict=True)
    )
    assert done.stdout.strip() == "5 failed"


def test_bad_input_is_one_line_and_a_hint(home: Path, tmp_path: Path) -> None:
    library = ("--library", home / "library")
    assert "empty" in failed(yinda(*library, "ask", ""))
    assert "50,000 characters" in failed(yinda(*library, "search", "a" * 50_000))
    assert "'nothing'" in failed(yinda(*library, "remove", "nothing"))
    assert "'nothing'" in failed(yinda(*library, "edit", "nothing", "--title", "甲"))
    assert "nothing to edit" in failed(yinda(*library, "edit", "nothing"))
    assert "'2023/1' is not a date" in failed(yinda(*library, "edit", "nothing", "--date", "2023/1"))
    assert "'nothing'" in failed(yinda(*library, "ask", "几点？", "-d", "nothing"))
    assert "not a date" in failed(yinda(*library, "search", "几点", "--since", "2023/1"))
    assert "no Library" in failed(yinda("--library", tmp_path / "none", "docs"))
    (tmp_path / "file").write_text("x")
    assert "cannot be made" in failed(yinda("--library", tmp_path / "file" / "below", "add", tmp_path))
    with Library.open(tmp_path / "newer"):
        pass
    with sqlite3.connect(tmp_path / "newer" / "library.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    assert "newer version" in failed(yinda("--library", tmp_path / "newer", "docs"))
    usage = yinda("ask")
    assert usage.returncode == 2
    assert "Missing argument" in usage.stderr
    assert yinda("--help").returncode == 0


def test_a_closed_pipe_and_a_plain_locale(home: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    command = [*COMMAND, "--library", str(home / "library"), "docs"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    shown = yinda("--library", home / "library", "docs", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert shown.returncode == 0
    with Library.open(home / "library") as library:
        assert all(d.id in shown.stdout and d.title in shown.stdout for d in library.documents())


def test_conversations_are_listed_and_exported(home: Path, tmp_path: Path) -> None:
    library = ("--library", home / "library")
    assert "No conversations" in yinda(*library, "conversations").stdout
    assert json.loads(yinda(*library, "conversations", "--json").stdout) == []
    with Conversations(home / "library") as kept:
        begun = [kept.begin(owner) for owner in ("a", "b")]
        for owner, each in zip("ab", begun, strict=True):
            asked = Exchange(f"e-{owner}", "2024-05-01T08:00:00+00:00", "图书馆[bold]几点\x1b[31m开放？")
            kept.put(owner, each.id, asked)
    shown = yinda(*library, "conversations").stdout
    assert all(each.id in shown for each in begun)
    assert "图书馆[bold]几点" in shown
    assert "\x1b" not in shown
    listed = json.loads(yinda(*library, "conversations", "--json").stdout)
    assert [each["id"] for each in listed] == [each.id for each in reversed(begun)]
    assert {each["exchanges"] for each in listed} == {1}
    done = yinda(*library, "conversations", "--export", tmp_path / "out", "--language", "en")
    assert done.returncode == 0, done.stderr
    written = [Path(line) for line in done.stdout.splitlines()]
    assert sorted(written) == sorted((tmp_path / "out").iterdir())
    assert all("图书馆" in file.read_text("utf-8") for file in written)
    again = yinda(*library, "conversations", "--export", tmp_path / "out", "--json")
    assert [Path(each["file"]) for each in json.loads(again.stdout)] == written
    assert "no Library" in failed(yinda("--library", tmp_path / "none", "conversations"))
    (tmp_path / "conversations.sqlite").write_bytes(b"no database at all" * 300)
    assert "not a sound" in failed(yinda("--library", tmp_path, "conversations"))


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_finished(tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:03}.txt").write_text(f"第{number}号桥梁的检查记录，情况良好。" * 3, "utf-8")
    with subprocess.Popen(
        [*COMMAND, "--library", str(tmp_path / "library"), "add", str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A runner in the background ignores the signal, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        file = tmp_path / "library" / "library.sqlite"
        while process.poll() is None:
            if file.exists():
                with Library.open(file.parent, create=False) as library:
                    if library.documents():
                        break
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert len(said.splitlines()) == 1
    assert "what was finished is kept" in said
    with Library.open(tmp_path / "library", model=embedder) as library:
        assert 1 <= len(library.documents()) < 300
        assert library.problems() == []


def test_marks_stand_where_the_quote_is_and_controls_do_nothing() -> None:
    from qa.terminal import _marked

    text = "甲\r\n乙\x1b[31m\r\n答案在此"
    start = text.index("答案")
    passage = Passage(1, "d", 0, 0, len(text), text)
    marked = _marked(Citation("答案", start, start + 2, Document("d", "题", text), passage))
    console = Console(file=StringIO(), force_terminal=True, color_system="standard")
    (span,) = marked.spans
    assert marked.plain[span.start : span.end] == "答案"
    console.print(marked)
    assert "\x1b[31m" not in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.slow
def test_what_documents_say_otherwise_stands_beside_the_answer(tmp_path: Path) -> None:
    for date, hours in (("2022-05-01", "九"), ("2024-05-01", "十")):
        text = f"青石图书馆开放通知\n\n发布时间：{date}\n\n青石图书馆每天上午{hours}点开门。\n"
        (tmp_path / f"{date}.txt").write_text(text, "utf-8")
    library = ("--library", tmp_path / "library")
    assert yinda(*library, "add", *tmp_path.glob("*.txt")).returncode == 0
    lines = yinda(*library, "ask", "青石图书馆每天上午几点开门？").stdout.splitlines()
    answers, dates = lines[lines.index("Documents say different things:") + 1 :][:2]
    assert {*answers.split()} == {"九点", "十点"}
    assert {*dates.split()} == {"2022-05-01", "2024-05-01"}
    assert ("九" in answers.split()[0]) == ("2022" in dates.split()[0])


def test_what_could_not_be_read_is_listed(tmp_path: Path) -> None:
    for name in ("空.txt", "坏.docx"):
        (tmp_path / name).touch()
    library = ("--library", tmp_path / "library")
    added = yinda(*library, "add", str(tmp_path / "*.txt"), tmp_path / "坏.docx", "ftp://example.com/a")
    assert added.returncode == 2
    assert "空.txt is empty" in added.stderr
    assert "no address that can be fetched" in added.stderr
    shown = yinda(*library, "docs").stdout
    assert "2 could not be read:" in shown
    assert f"{tmp_path / '空.txt'}\n  空.txt is empty. — " in shown
    unread = json.loads(yinda(*library, "docs", "--unread", "--json").stdout)
    assert [each["name"] for each in unread] == ["坏.docx", "空.txt"]
    assert "no Library" in failed(yinda("--library", tmp_path / "none", "docs", "--unread"))
    assert "there is no folder" in failed(yinda(*library, "watch", tmp_path / "none"))
