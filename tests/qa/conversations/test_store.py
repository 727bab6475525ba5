"""Conversations on the disk: what was put is there after whatever happens, for its owner alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_samples import answer, citation, exchange, exchanges, texts

from qa import LibraryError, YindaError
from qa.conversations import FILE, Conversations, Exchange

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations(tmp_path) as opened:
        yield opened


def python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE)))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return out


def refused(act: object) -> str:
    """The message of the error, which has a hint."""
    with pytest.raises(LibraryError) as caught:
        act()  # type: ignore[operator]
    assert caught.value.hint
    return caught.value.message


def test_nothing_is_made_before_the_first_write(kept: Conversations, tmp_path: Path) -> None:
    assert kept.list("a") == kept.all() == kept.exchanges("a", "x") == []
    assert kept.get("a", "x") is None
    kept.delete("a", "x")
    kept.drop_from("a", "x", "e")
    assert list(tmp_path.iterdir()) == []
    assert "no Library" in refused(lambda: Conversations(tmp_path / "none").begin("a"))
    assert not (tmp_path / "none").exists()


def test_a_conversation_is_there_after_a_restart(kept: Conversations, tmp_path: Path) -> None:
    begun = kept.begin("a")
    assert (begun.title, begun.exchanges) == ("", 0)
    put = [
        exchange("e1"),
        exchange("e2", "多少钱？", answer("3.2亿元")),
        Exchange("e3", "t", "？", error="坏了", hint="再试"),
    ]
    for each in put:
        last = kept.put("a", begun.id, each)
    assert (last.title, last.exchanges, last.created) == ("多长？", 3, begun.created)
    assert last.changed > begun.changed
    kept.close()
    with Conversations(tmp_path) as again:
        assert again.list("a") == again.all() == [last]
        assert again.get("a", begun.id) == last
        assert again.exchanges("a", begun.id) == again.exchanges_of_any(begun.id) == put


@settings(deadline=None, max_examples=50)  # waits for the disk
@given(st.data())
def test_whatever_was_asked_and_answered_is_kept_exactly(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with Conversations(tmp_path_factory.mktemp("kept")) as kept:
        owner = data.draw(texts)
        begun = kept.begin(owner, data.draw(texts))
        put = data.draw(st.lists(exchanges, min_size=1, max_size=3, unique_by=lambda each: each.id))
        for each in put:
            kept.put(owner, begun.id, each)
        assert kept.exchanges(owner, begun.id) == put
        (listed,) = kept.list(owner)
        assert listed.exchanges == len(put)
        assert "\n" not in listed.title


def test_owners_do_not_meet(kept: Conversations, tmp_path: Path) -> None:
    mine = kept.begin("secret of a")
    kept.put("secret of a", mine.id, exchange())
    for other in ("b", "", "secret of A", "\ud800", "?", "%"):
        assert kept.list(other) == kept.list(other, "大桥") == kept.exchanges(other, mine.id) == []
        assert kept.get(other, mine.id) is None
        assert "gone" in refused(lambda other=other: kept.put(other, mine.id, exchange("x")))
        assert "gone" in refused(lambda other=other: kept.rename(other, mine.id, "我的"))
        kept.drop_from(other, mine.id, "e1")
        kept.delete(other, mine.id)
    assert kept.exchanges("secret of a", mine.id) == [exchange()]
    kept.close()
    assert b"secret of a" not in (tmp_path / FILE).read_bytes()


def test_an_exchange_is_replaced_in_its_place_and_dropped_with_what_follows(kept: Conversations) -> None:
    begun, other = kept.begin("a"), kept.begin("a")
    for place in (begun, other):
        for n in range(4):
            kept.put("a", place.id, exchange(f"e{n}", f"问{n}？"))
    changed = exchange("e1", "改了？", answer("3.2亿元"))
    kept.put("a", begun.id, changed)
    assert [each.id for each in kept.exchanges("a", begun.id)] == ["e0", "e1", "e2", "e3"]
    assert kept.exchanges("a", begun.id)[1] == changed
    kept.drop_from("a", begun.id, "e2")
    kept.drop_from("a", begun.id, "unknown")
    assert [each.id for each in kept.exchanges("a", begun.id)] == ["e0", "e1"]
    kept.drop_from("a", begun.id, "e0")
    assert kept.exchanges("a", begun.id) == []
    assert kept.put("a", begun.id, exchange("e9", "重新问？")).title == "重新问？"
    assert len(kept.exchanges("a", other.id)) == 4


def test_titles(kept: Conversations) -> None:
    begun = kept.begin("a")
    long = kept.put("a", begun.id, exchange(asked="  青石大桥\n" + "很长" * 40))
    assert long.title.startswith("青石大桥 很长")
    assert long.title.endswith("…")
    assert len(long.title) == 40
    assert kept.rename("a", begun.id, " 大桥\n的事 ").title == "大桥 的事"
    assert kept.put("a", begun.id, exchange("e2")).title == "大桥 的事"
    assert kept.put("a", kept.begin("a", "起先的名字").id, exchange()).title == "起先的名字"
    for bad in ("", " \n", "长" * 201):
        with pytest.raises(YindaError, match="title") as caught:
            kept.rename("a", begun.id, bad)
        assert caught.value.hint
    assert kept.rename("a", begun.id, "长" * 200).title == "长" * 200


def test_the_last_changed_comes_first(kept: Conversations) -> None:
    one, two, three = (kept.begin("a") for _ in range(3))
    kept.put("a", one.id, exchange())
    kept.rename("a", three.id, "丙")
    assert [each.id for each in kept.list("a")] == [one.id, three.id, two.id]
    assert [each.id for each in kept.list("a", limit=2)] == [one.id, three.id]
    kept.delete("a", one.id)
    kept.delete("a", one.id)
    assert [each.id for each in kept.list("a")] == [three.id, two.id]


def test_search_finds_every_word_in_any_script_width_and_case(kept: Conversations) -> None:
    bridge, pool = kept.begin("a"), kept.begin("a", "Plan Ｂ")
    kept.put("a", bridge.id, exchange(asked="圖書館旁的橋多长？"))
    quoted = replace(answer(), text="别的话", citations=(citation("总投资3.2亿元"),))
    kept.put("a", bridge.id, exchange("e2", "第二問", quoted))
    kept.put("a", pool.id, exchange("e1", "泳池几点开？", replace(answer(), text="上午", citations=(), question="")))
    for words, found in {
        "图书馆": {bridge.id},
        "圖書館　１２６８": {bridge.id},
        "3.2亿 第二问": {bridge.id},
        "plan b": {pool.id},
        "泳池 上午": {pool.id},
        "图书馆 泳池": set(),
        "100%": set(),
        "_": set(),
        " ": {bridge.id, pool.id},
    }.items():
        assert {each.id for each in kept.list("a", words)} == found, words
    assert kept.list("b", "图书馆") == []


def test_options_are_kept_as_json_has_them(kept: Conversations) -> None:
    begun = kept.begin("a")
    options = {"documents": ("d1",), "since": date(2023, 2, 1), "until": None}
    kept.put("a", begun.id, replace(exchange(), options=options))
    (back,) = kept.exchanges("a", begun.id)
    assert back.options == {"documents": ["d1"], "since": "2023-02-01", "until": None}


def test_what_is_deleted_is_not_in_the_file(kept: Conversations, tmp_path: Path) -> None:
    begun = kept.begin("a")
    kept.put("a", begun.id, exchange(asked="unmistakable words"))
    kept.close()
    assert b"unmistakable words" in (tmp_path / FILE).read_bytes()
    kept.delete("a", begun.id)
    kept.close()
    assert all(b"unmistakable" not in file.read_bytes() for file in tmp_path.iterdir())


def test_threads_share_it(kept: Conversations) -> None:
    begun = kept.begin("a")

    def write(name: int) -> None:
        for n in range(5):
            kept.put("a", begun.id, exchange(f"{name}-{n}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.id for each in kept.exchanges("a", begun.id)} == {f"{i}-{n}" for i in range(4) for n in range(5)}


def test_processes_that_begin_at_once_lose_nothing(kept: Conversations, tmp_path: Path) -> None:
    code = """
import sys
from qa.conversations import Conversations
from kept_samples import exchange
kept = Conversations(sys.argv[1])
for n in range(10):
    kept.put("a", kept.begin("a").id, exchange(asked=f"{sys.argv[2]}-{n}"))
"""
    for process in [python(code, tmp_path, str(name)) for name in range(3)]:
        output(process)
    assert {each.title for each in kept.list("a")} == {f"{i}-{n}" for i in range(3) for n in range(10)}


def test_beginning_waits_for_another_that_begins(kept: Conversations, tmp_path: Path) -> None:
    # SQLite itself does not wait when the log is turned on.
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
        release.start()
        begun = kept.begin("a")
        release.join()
    assert kept.list("a") == [begun]


def test_a_killed_process_leaves_what_it_had_put(kept: Conversations, tmp_path: Path) -> None:
    code = """
import sys
from qa.conversations import Conversations
from kept_samples import exchange
kept = Conversations(sys.argv[1])
begun = kept.begin("a")
print(begun.id, flush=True)
for n in range(10**9):
    kept.put("a", begun.id, exchange(f"e{n}"))
    print(n, flush=True)
"""
    process = python(code, tmp_path)
    assert process.stdout is not None
    begun = process.stdout.readline().strip()
    for _ in range(20):
        process.stdout.readline()
    process.kill()
    told = 20 + len(process.communicate()[0].split())
    assert process.returncode == -signal.SIGKILL
    found = kept.exchanges("a", begun)
    assert found == [exchange(f"e{n}") for n in range(len(found))]
    assert len(found) in (told, told + 1)  # one more may have been done, and not yet told
    kept.put("a", begun, exchange("after"))


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs permissions as POSIX has them")
def test_a_folder_that_cannot_be_written_is_read() -> None:
    # Not below tmp_path, which another user cannot enter.
    folder = Path(tempfile.mkdtemp())
    try:
        for name in ("old", "empty"):
            (folder / name).mkdir()
        with Conversations(folder / "old") as kept:
            begun = kept.begin("a")
            kept.put("a", begun.id, exchange())
        code = """
import json, os, sys
from qa import LibraryError
from qa.conversations import Conversations
from qa.text.normalise import fold
from kept_samples import exchange
fold("橋")  # loads what lies in folders that another user cannot read
if os.geteuid() == 0:
    os.setuid(65534)
def told(act):
    try:
        return act()
    except LibraryError as error:
        return [error.message, error.hint]
for name in ("old", "empty"):
    kept = Conversations(f"{sys.argv[1]}/{name}")
    for _ in range(2):
        print(json.dumps([each.asked for each in kept.exchanges("a", sys.argv[2])]))
    print(len(kept.list("a", "多长")))
    print(json.dumps(told(lambda: kept.begin("a"))))
    print(json.dumps(told(lambda: kept.put("a", sys.argv[2], exchange("x")))))
    print(json.dumps(told(lambda: kept.delete("a", sys.argv[2]))))
    print(len(kept.list("a")))
"""
        for each in (folder / "old" / FILE, folder / "old", folder / "empty", folder):
            each.chmod(0o444 if each.is_file() else 0o555)
        said = [json.loads(line) for line in output(python(code, folder, begun.id)).splitlines()]
        old, empty = said[:7], said[7:]
        assert [*old[:3], old[6]] == [["多长？"], ["多长？"], 1, 1]
        assert [*empty[:3], empty[5:]] == [[], [], 0, [None, 0]]
        for message, hint in (*old[3:6], *empty[3:5]):
            assert "cannot be written" in message
            assert "permissions" in hint
    finally:
        for each in (folder, folder / "old", folder / "empty"):
            each.chmod(0o755)
        shutil.rmtree(folder)


def test_a_damaged_file_is_told_and_can_be_moved_away(kept: Conversations, tmp_path: Path) -> None:
    begun = kept.begin("a")
    for n in range(20):
        kept.put("a", begun.id, exchange(f"e{n}"))
    kept.close()
    file = tmp_path / FILE
    sound = file.read_bytes()
    for damaged in (b"no database at all" * 300, sound[:5000], sound[:4096] + b"\x07" * (len(sound) - 4096)):
        file.write_bytes(damaged)
        for act in (
            lambda: kept.exchanges("a", begun.id),
            lambda: kept.put("a", begun.id, exchange()),
            kept.all,
        ):
            assert "not a sound" in refused(act)
        kept.close()
        assert file.read_bytes() == damaged
    # While the window is open: the damaged file goes, the next write begins a new one, and a back-up comes back.
    refused(kept.all)
    file.rename(tmp_path / "damaged")
    assert kept.list("a") == []
    anew = kept.begin("a")
    assert kept.list("a") == [anew]
    kept.close()
    back = tmp_path / "back"
    back.write_bytes(sound)
    kept.all()
    back.replace(file)
    assert len(kept.exchanges("a", begun.id)) == 20


def test_a_torn_exchange_is_told(kept: Conversations, tmp_path: Path) -> None:
    begun = kept.begin("a")
    kept.put("a", begun.id, exchange())
    for data in (b"", b"\x00" * 20, b"x\x9c\x03\x00\x00\x00\x00\x01"):
        with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
            connection.execute("UPDATE exchanges SET data = ?", (data,))
        assert "not a sound" in refused(lambda: kept.exchanges("a", begun.id))
        assert len(kept.list("a")) == 1


def test_a_newer_layout_and_other_databases_are_left_alone(kept: Conversations, tmp_path: Path) -> None:
    kept.begin("a")
    file = tmp_path / FILE
    for statement, said in (
        ("PRAGMA user_version = 99", "newer version"),
        ("PRAGMA application_id = 7", "not a file of Yinda"),
    ):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(statement)
        for act in (lambda: kept.list("a"), lambda: kept.begin("a"), kept.all):
            assert said in refused(act)
    kept.close()
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (a)")
    before = file.read_bytes()
    assert "not a file of Yinda" in refused(lambda: kept.begin("a"))
    kept.close()
    assert file.read_bytes() == before


def test_an_empty_file_that_a_crash_left_is_begun_anew(kept: Conversations, tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    assert kept.list("a") == []
    anew = kept.begin("a")
    assert kept.list("a") == [anew]
