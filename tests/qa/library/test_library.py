"""What a Library promises: documents are kept whole, what is gone is never found, caches follow."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings import Embedder
from qa import DocumentError, Library, LibraryError, QuestionError
from qa.library.store import Store


class OtherModel:
    """The default model under another name: vectors of another model must not be mixed in."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.identity, self.dimension = "other", "other/1", embedder.dimension


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", model=embedder) as opened:
        yield opened


def reopened(library: Library, embedder: Embedder) -> Library:
    return Library.open(library.folder, model=embedder)


def texts(library: Library, question: str) -> list[str]:
    return [hit.passage.text for hit in library.search(question, 20)]


def test_add_change_and_remove_files(library: Library, tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "files"
    (folder / "deep").mkdir(parents=True)
    first, second = folder / "a.md", folder / "deep" / "b.txt"
    first.write_text("# 章程\n\n## 开放\n\n展览馆九点开门。\n\n## 票价\n\n门票二十元。\n", "utf-8")
    second.write_text("游泳池周一闭馆。", "utf-8")
    (folder / "notes.xyz").write_text("不读")
    report = library.add(folder)
    assert [a.status for a in report.additions] == ["added", "added"]
    assert [d.path for d in library.documents()] == [str(first), str(second)]
    assert [a.status for a in library.add([first, second]).additions] == ["unchanged", "unchanged"]
    shutil.copy(first, tmp_path / "copy.md")
    assert library.add(tmp_path / "copy.md").unchanged[0].document_id == report.additions[0].document_id

    # One of two sections changes: the other is not embedded again, and the old one is never found.
    first.write_text(first.read_text("utf-8").replace("二十元", "三十元"), "utf-8")
    second.unlink()
    updated = library.update()
    (replaced,) = updated.replaced
    assert replaced.document_id == report.additions[0].document_id
    assert replaced.passages > replaced.embedded == 1
    assert str(second) in updated.failed[0].reason
    assert not any("二十元" in t for t in texts(library, "门票二十元"))
    assert any("三十元" in t for t in texts(library, "门票二十元"))

    # What went is gone here, in another Library object that had read it, and after opening again.
    with reopened(library, embedder) as other:
        assert any("游泳池" in t for t in texts(other, "游泳池"))
        (gone,) = (d.id for d in library.documents() if d.path == str(second))
        assert library.remove(gone) == [gone]
        for each in (library, other):
            assert not any("游泳池" in t for t in texts(each, "游泳池"))
            assert each.problems() == []
    with pytest.raises(LibraryError, match=gone):
        library.document(gone)
    with pytest.raises(LibraryError, match="nothing"):
        library.remove([replaced.document_id or "", "nothing"])
    assert len(library.documents()) == 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t", "empty"),
        ("table.xyz", b"x", "unknown format"),
        ("noise.txt", bytes(range(256)) * 4, "not readable text"),
        ("zip.txt", b"PK\x03\x04" + b"\0" * 40, "not a text"),
    ],
)
def test_what_cannot_be_read_is_reported_and_not_stored(library: Library, name: str, data: bytes, reason: str) -> None:
    (failed,) = library.add_bytes(data, name).failed
    assert reason in failed.reason
    assert name in failed.reason
    assert failed.hint
    assert "\n" not in failed.reason
    assert library.documents() == []


@pytest.mark.parametrize("path", ["missing.txt", "x" * 400, "nul\0.txt", "/dev/null"])
def test_paths_that_are_no_files(library: Library, path: str) -> None:
    assert library.add(path).failed[0].hint


def test_folders_without_documents_pipes_and_dead_links(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    (folder / "dead.txt").symlink_to(tmp_path / "nowhere.txt")
    (folder / ".hidden.txt").write_text("藏")
    assert "no document" in library.add(folder).failed[0].reason


@pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes")
def test_a_file_name_of_another_encoding_is_one_failure(library: Library, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xb1\xa8\xb8\xe6.txt"
    try:
        with open(path, "wb") as file:
            file.write("报告".encode())
    except OSError:
        pytest.skip("the file system takes no such name")
    (failed,) = library.add(os.fsdecode(path)).failed
    assert "not valid UTF-8" in failed.reason
    failed.path.encode()


def test_a_document_that_cannot_be_stored_leaves_nothing(
    library: Library, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add_bytes("第一份。".encode(), "a.txt")

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        # Fails in the middle of the transaction: behind the old rows' removal, before the new ones.
        patch.setattr("qa.library.store.zlib.compress", full_disk)
        with pytest.raises(OSError, match="no space"):
            library.add_bytes("第二份。".encode(), "b.txt")
    with reopened(library, embedder) as again:
        assert [d.text for d in again.documents()] == ["第一份。"]
        assert again.problems() == []
        assert again.add_bytes("第二份。".encode(), "b.txt").added


KILLED = """
import os, signal, sys
from qa import Library
def stop(step):
    if step.done > 2:  # the third is embedded, and not stored yet
        os.kill(os.getpid(), signal.SIGKILL)
Library.open(sys.argv[1]).add(sys.argv[2], progress=stop)
"""


def test_killed_while_adding_keeps_what_was_done(tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"第{number}号桥梁的检查记录。", "utf-8")
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "library"), str(folder)], cwd=root, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    with Library.open(tmp_path / "library", model=embedder, create=False) as library:
        assert [d.text[:2] for d in library.documents()] == ["第0", "第1"]
        assert library.problems() == []
        assert len(library.search("桥梁检查", 9)) == 2
        assert [a.status for a in library.add(folder).additions] == ["unchanged"] * 2 + ["added"] * 2
        assert len(library.search("桥梁检查", 9)) == 4


def test_caches_are_rebuilt_when_gone_damaged_or_anothers(tmp_path: Path, embedder: Embedder) -> None:
    home, old = tmp_path / "library", tmp_path / "old"
    with Library.open(home, model=embedder) as library:
        library.add_bytes("消防站二十四小时值班。".encode(), "a.txt")
    shutil.copytree(home, old)
    with Library.open(home, model=embedder) as library:
        library.add_bytes("邮局周末休息。".encode(), "b.txt")

    def check(*expected: str) -> None:
        with Library.open(home, model=embedder) as library:
            hits = library.search("消防站和邮局", 9)
            assert {h.passage.text for h in hits} == set(expected)
            assert all(h.lexical for h in hits)
            assert library.problems() == []

    both = ("消防站二十四小时值班。", "邮局周末休息。")
    check(*both)
    shutil.rmtree(home / "cache")
    check(*both)
    vectors = home / "cache" / "vectors.faiss"
    vectors.write_bytes(b"garbage")
    check(*both)
    with Library.open(home, model=embedder) as library:
        library.remove(library.add_bytes("临时。".encode(), "c.txt").added[0].document_id or "")
    vectors.write_bytes(vectors.read_bytes()[:-100])
    for file in (home / "cache" / "lexical" / "index").iterdir():
        file.write_bytes(b"\x07" * 99)
    check(*both)
    # A cache that lags behind.
    shutil.rmtree(home / "cache")
    shutil.copytree(old / "cache", home / "cache")
    check(*both)
    # The Library goes back to an older copy and grows again, with the newer cache beside it: the change count and the
    # passage ids are those of the other passage.
    for file in home.glob("library.sqlite*"):
        file.unlink()
    shutil.copy(old / "library.sqlite", home)
    with Library.open(home, model=embedder) as library:
        library.add_bytes("消防站和邮局之间有车站。".encode(), "c.txt")
    check("消防站二十四小时值班。", "消防站和邮局之间有车站。")
    # Deleted and made anew, with more documents at once than the cache has seen.
    for file in home.glob("library.sqlite*"):
        file.unlink()
    files = tmp_path / "files"
    files.mkdir()
    for number in range(4):
        (files / f"{number}.txt").write_text(f"消防站{number}号。", "utf-8")
    with Library.open(home, model=embedder) as library:
        assert len(library.add(files).added) == 4
    check(*(f"消防站{number}号。" for number in range(4)))


def test_a_newer_layout_is_refused(library: Library, tmp_path: Path) -> None:
    with sqlite3.connect(library.folder / "library.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")
    with pytest.raises(LibraryError, match="newer version"):
        Library.open(library.folder)


def test_what_is_not_a_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "library.sqlite"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LibraryError, match="not a sound"):
        Library.open(tmp_path)
    for statement in ("CREATE TABLE notes (a)", "CREATE TABLE meta (a, b)", "CREATE TABLE meta (key, value)"):
        file.unlink()
        connection = sqlite3.connect(file)
        connection.execute(statement)
        connection.commit()
        connection.close()
        before = file.read_bytes()
        with pytest.raises(LibraryError, match=r"not a (sound )?Yinda"):
            Library.open(tmp_path)
        assert file.read_bytes() == before
    with pytest.raises(LibraryError, match="is a file"):
        Library.open(file)
    with pytest.raises(LibraryError, match="cannot be made"):
        Library.open(file / "below")
    with pytest.raises(LibraryError, match="no Library"):
        Library.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_another_model_is_refused_with_both_named(library: Library, embedder: Embedder) -> None:
    library.add_bytes("一份文件。".encode(), "a.txt")
    with pytest.raises(LibraryError) as caught:
        Library.open(library.folder, model=OtherModel(embedder))  # type: ignore[arg-type]
    assert embedder.identity in str(caught.value)
    assert "other/1" in str(caught.value)
    with pytest.raises(LibraryError):
        Library.open(library.folder, model="./no-such-folder")


DATES = {"day": "2023-02-24", "month": "2023-03", "year": "2023", "early": "2022-12-31", "none": None}


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2023", None, "day month year"),
        ("2023-02", None, "day month year"),
        ("2023-03", None, "month year"),
        ("2023-02-25", None, "month year"),
        ("2024", None, ""),
        (None, "2022", "early"),
        (None, "2023-02", "day year early"),
        (None, "2023-02-23", "year early"),
        (None, "2023", "day month year early"),
        ("2023-02-24", "2023-02-24", "day year"),
    ],
)
def test_dates_are_compared_at_the_coarser_precision(
    tmp_path: Path, since: str | None, until: str | None, found: str
) -> None:
    from qa.types import Document

    store = Store(tmp_path / "library.sqlite")
    for name, date in DATES.items():
        store.put(Document(name, name, "文", date=date), name, b"", [])
    assert set(store.select_documents(since=since, until=until)) == set(found.split())
    store.close()


def test_filters_of_search(library: Library) -> None:
    for name, body in {
        "a": "---\ntitle: 甲\ndate: 2023-02-24\norganisation: 澜溪市人民政府\n---\n\n",
        "b": "---\ntitle: 乙\ndate: 2021-01-05\n---\n\n",
    }.items():
        assert library.add_bytes(f"{body}预算收入增加。{name}".encode(), f"{name}.md").added
    a, b = (d.id for d in library.documents())

    def found(**filters: object) -> set[str]:
        return {h.passage.document_id for h in library.search("预算", **filters)}  # type: ignore[arg-type]

    assert found() == {a, b}
    assert found(documents=[b]) == found(documents=b) == found(until="2022") == {b}
    assert found(since="2022") == {a}
    assert found(documents=iter([a]), until="2022") == set()
    if library.document(a).organisation:
        assert found(organisation="澜溪市") == {a}
    for date in ("2023/2", "２０２３", "昨天", ""):
        with pytest.raises(QuestionError, match="is not a date"):
            found(since=date)


def test_threads_search_while_one_adds_and_removes(library: Library) -> None:
    library.add_bytes("公园全天开放。".encode(), "0.txt")
    failures: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                hits = library.search("公园开放", 5)
                assert any("全天" in h.passage.text for h in hits)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(4):
        (added,) = library.add_bytes(f"公园第{number}号门关闭。".encode(), f"{number}.txt").added
        if number % 2:
            library.remove(added.document_id or "")
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.documents()) == 3
    assert library.problems() == []


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("growing"), model=embedder) as opened:
        yield opened


LINES = st.lists(
    st.text(alphabet="财政預算收入增長，。１２３45％😀𠮷\u200b 第一章", min_size=1, max_size=20), min_size=1, max_size=4
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=LINES,
    newline=st.sampled_from(["\n", "\r\n", "\n\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    suffix=st.sampled_from([".txt", ".md"]),
)
def test_passages_and_hits_are_exact_pieces(
    growing: Library, lines: list[str], newline: str, encoding: str, suffix: str
) -> None:
    text = newline.join(["全市财政收入的情况和我们的工作。", *lines])
    (addition,) = growing.add_bytes(text.encode(encoding), f"doc{suffix}").additions
    assert addition.status in ("added", "unchanged")
    document = growing.document(addition.document_id or "")
    passages = growing.passages(document.id)
    assert passages
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    for hit in growing.search(lines[0].strip() or "财政", 3):
        passage = hit.passage
        assert growing.document(passage.document_id).text[passage.start : passage.end] == passage.text
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
    assert growing.original(document.id) == (f"doc{suffix}", text.encode(encoding))


def test_traditional_bytes_of_big5(library: Library) -> None:
    text = "本館每日上午九時至下午五時開放，逢星期一休館，歡迎市民前來參觀。"
    assert library.add_bytes(text.encode("big5"), "a.txt").added
    assert library.search("开放时间", 1)[0].passage.text == text


def test_document_errors_are_errors_a_person_sees() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(DocumentError("a", "b")))
    assert (str(error), error.hint) == ("a", "b")


def test_a_library_from_before_the_model_was_tuned_says_what_to_do(tmp_path: Path) -> None:
    from embeddings import load_embedder

    with Library.open(tmp_path / "library", model=load_embedder(tuning=None)) as library:
        library.add_bytes("全年粮食产量86.5万吨。".encode(), "a.txt")
    with Library.open(tmp_path / "library") as library, pytest.raises(LibraryError) as caught:
        library.search("粮食产量")
    assert "new Library" in caught.value.hint
    assert "without naming" not in caught.value.hint
