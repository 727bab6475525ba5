"""Files are read in a process of their own: one that takes too much is refused, and the rest goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents import Limits, parse, wire
from qa.documents.isolation import IsolatedReader, _check_sound
from qa.documents.model import ParsedDocument, PassageDraft
from qa.errors import DocumentError

ROOT = Path(__file__).resolve().parents[3]
TEXT = "澜溪市图书馆管理办法\n\n第一条 图书馆周一闭馆，周二至周日开放。😀𠮷\n第二条 借书证工本费五元。\n"
LONG = ("第一条 图书馆周一闭馆，周二至周日开放。\n" * 40_000).encode()


@pytest.fixture
def reader() -> Iterator[IsolatedReader]:
    made = IsolatedReader()
    yield made
    made.close()


def pids(reader: IsolatedReader) -> list[int]:
    return [process._process.pid for process in reader._idle]


def refused(reader: IsolatedReader, data: bytes, name: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        reader.parse(data, name)
    assert name in caught.value.message
    assert "\n" not in caught.value.message
    return caught.value


def test_it_reads_as_in_the_same_process(reader: IsolatedReader) -> None:
    samples = sorted((ROOT / "eval" / "samples" / "documents").iterdir())
    assert samples
    for path in samples:
        assert reader.parse(path.read_bytes(), path.name) == parse(path.read_bytes(), path.name)
    assert reader.parse(TEXT.encode(), "办法.txt") == parse(TEXT.encode(), "办法.txt")
    assert len(pids(reader)) == 1


def test_what_is_refused_there_is_refused_here(reader: IsolatedReader) -> None:
    with pytest.raises(DocumentError) as there:
        parse(b"\x00\x01\x02" * 9, "坏.txt")
    here = refused(reader, b"\x00\x01\x02" * 9, "坏.txt")
    assert (here.message, here.hint) == (there.value.message, there.value.hint)
    assert "at most 100 MB" in refused(reader, bytes((100 << 20) + 1), "大.txt").message


def test_a_process_takes_another_s_place(reader: IsolatedReader) -> None:
    few = IsolatedReader(Limits(files=3))
    seen = []
    for _ in range(7):
        few.parse(TEXT.encode(), "办法.txt")
        seen += pids(few)
    few.close()
    assert len(seen) == 5  # after the third and the sixth none is kept
    assert len(set(seen)) == 3


def test_too_long(reader: IsolatedReader) -> None:
    hasty = IsolatedReader(Limits(seconds=0.01))
    assert "takes longer to read than 0.01 seconds" in refused(hasty, LONG, "长.txt").message
    assert not pids(hasty)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold the bound")
def test_too_much_memory() -> None:
    small = IsolatedReader(Limits(memory=240 << 20))
    assert "needs more than 240 MB of memory" in refused(small, LONG * 7, "大.txt").message
    assert small.parse(TEXT.encode(), "办法.txt").passages
    small.close()


def test_a_crash_is_one_line_and_the_rest_goes_on(reader: IsolatedReader) -> None:
    def kill() -> None:
        while not stop.is_set():
            for pid in subprocess.run(
                ["pgrep", "-P", str(os.getpid()), "-f", "qa.documents.worker"],
                capture_output=True,
                text=True,
                check=False,
            ).stdout.split():
                os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.02)

    stop = threading.Event()
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        error = refused(reader, LONG, "崩.txt")
    finally:
        stop.set()
        killer.join()
    assert "crashed" in error.message
    assert error.hint
    assert reader.parse(TEXT.encode(), "办法.txt").passages


def test_one_that_died_while_it_was_idle_is_not_the_file_s_fault(reader: IsolatedReader) -> None:
    reader.parse(TEXT.encode(), "办法.txt")
    (pid,) = pids(reader)
    os.kill(pid, signal.SIGKILL)
    assert reader.parse(TEXT.encode(), "办法.txt").passages


def test_many_threads(reader: IsolatedReader) -> None:
    texts = [f"第{i}号文件\n\n全年修路{i}公里。" for i in range(40)]
    found: dict[int, str] = {}

    def read(i: int) -> None:
        found[i] = reader.parse(texts[i].encode(), f"{i}.txt").text

    threads = [threading.Thread(target=read, args=(i,)) for i in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict(enumerate(texts))


# A plain script, as people write them: no guard around its body.
SCRIPT = """
import sys
from qa.documents.isolation import shared_reader
reader = shared_reader()
print(reader.parse("第一条 图书馆周一闭馆。".encode(), "a.txt").passages[0].heading_path, flush=True)
print(reader._idle[0]._process.pid, flush=True)
print({m.split(".")[0] for m in sys.modules} & {"torch", "faiss", "numpy"}, flush=True)
long = ("第一条 图书馆周一闭馆，周二至周日开放。\\n" * 3_000_000).encode()[: 99 << 20]
print("now", flush=True)
reader.parse(long, "b.txt")
print("done", flush=True)
"""


def gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_program_that_is_stopped_leaves_no_process_behind(tmp_path: Path, sent: signal.Signals) -> None:
    script = tmp_path / "plain.py"
    script.write_text(SCRIPT, encoding="utf-8")
    program = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert program.stdout is not None
    lines = [program.stdout.readline().strip() for _ in range(4)]
    assert lines[0] == "('第一条',)"
    assert lines[2:] == ["set()", "now"]
    time.sleep(0.3)
    program.send_signal(sent)
    out, errors = program.communicate(timeout=60)
    assert program.returncode != 0
    assert "done" not in out
    assert "图书馆" not in errors.replace("图书馆周一闭馆，周二至周日开放。\\n", "")
    assert gone(int(lines[1]))


def test_the_present_folder_does_not_say_what_is_imported(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    reading = "from qa.documents.isolation import IsolatedReader as R; R().parse(b'abc', 'a.txt')"
    script = f"import sys; sys.path.pop(0); {reading}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


# -- what comes back is not believed ----------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 50) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
DRAFTS = st.builds(
    PassageDraft,
    st.integers(0, 9),
    st.integers(0, 9),
    st.lists(st.text(max_size=3), max_size=3).map(tuple),
    st.none() | st.integers(1, 9),
)
DOCUMENTS = st.builds(
    ParsedDocument,
    text=st.text(),
    title=st.text(),
    date=st.none() | st.text(),
    organisation=st.none() | st.text(),
    source=st.none() | st.text(),
    media_type=st.text(),
    passages=st.lists(DRAFTS, max_size=3).map(tuple),
    boilerplate=st.lists(st.tuples(st.integers(), st.integers()), max_size=3).map(tuple),
    page_starts=st.lists(st.integers(), max_size=3).map(tuple),
    warnings=st.lists(st.text(), max_size=3).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS)
def test_values_come_through_as_they_were(document: ParsedDocument) -> None:
    assert wire.load(ParsedDocument, wire.dump(document)) == document


@settings(max_examples=60, deadline=None)
@given(JSON, st.data())
def test_anything_else_is_none(value: object, data: st.DataObject) -> None:
    with pytest.raises(wire.Malformed):
        wire.load(ParsedDocument, value)
    said = wire.dump(data.draw(DOCUMENTS))
    field = data.draw(st.sampled_from(sorted(said)))
    said[field] = value
    try:
        loaded = wire.load(ParsedDocument, said)
    except wire.Malformed:
        return
    assert wire.dump(loaded) == said


def test_offsets_outside_the_text_are_refused() -> None:
    good = parse(TEXT.encode(), "办法.txt")
    _check_sound(good)
    for broken in (
        replace(good, passages=(*good.passages, PassageDraft(0, 5, ()))),
        replace(good, passages=(PassageDraft(0, len(good.text) + 1, ()),)),
        replace(good, boilerplate=((-1, 3),)),
        replace(good, page_starts=(5, 3)),
    ):
        with pytest.raises(wire.Malformed):
            _check_sound(broken)
