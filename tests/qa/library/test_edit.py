"""What a person writes into title, date and organisation stands, and search follows it at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import Embedder
from qa import Hit, Library, LibraryError
from qa.progress import Step

POOL = "各馆每周一闭馆，其余各天上午九点开放。\n\n门票二十元，老人和学生半价。\n\n一年共有三万人次参观。\n"
ROAD = "全年修路四十公里。\n\n新开公交线路五条，方便群众出行。\n"
MUSEUM = "博物馆门票免费，需要预约。\n\n讲解每小时一次。\n"
QUESTIONS = ("门票多少钱？", "游泳场馆的门票", "2022年澜溪市修路多少公里？", "2021年新开公交线路几条？", "公交档案")


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", model=embedder) as opened:
        yield opened


def added(library: Library, text: str, name: str) -> str:
    (addition,) = library.add_bytes(text.encode(), name).added
    return addition.document_id or ""


def assert_alike(found: list[Hit], expected: list[Hit]) -> None:
    assert [(h.passage.text, h.title, h.date, h.organisation) for h in found] == [
        (h.passage.text, h.title, h.date, h.organisation) for h in expected
    ]
    for one, other in zip(found, expected, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-5)
        assert (one.lexical is None) == (other.lexical is None)
        if one.lexical and other.lexical:
            assert one.lexical.score == pytest.approx(other.lexical.score, rel=1e-5)
        assert one.dense
        assert other.dense
        assert one.dense.score == pytest.approx(other.dense.score, abs=1e-5)


def test_an_edited_title_is_searched_as_if_it_had_always_been_so(
    library: Library, tmp_path: Path, embedder: Embedder
) -> None:
    files = {tmp_path / "旧档.txt": POOL, tmp_path / "修路.txt": ROAD, tmp_path / "博物馆.txt": MUSEUM}
    for file, text in files.items():
        file.write_text(text, "utf-8")
    # Added together, they are one piece of the lexical index, which then has to forget a part of it.
    pool, road, museum = (a.document_id or "" for a in library.add(files).added)
    assert library.document(pool).title == "旧档"
    library.search(QUESTIONS[0])  # the caches are there before the edit
    before, change = library.passages(pool), library.change()
    with Library.open(library.folder, model=embedder) as other:
        other.search(QUESTIONS[0])
        steps: list[Step] = []
        edited = library.edit(pool, title=" 游泳场馆\n门票 ", progress=steps.append)
        assert steps
        assert edited == library.document(pool)
        assert (edited.title, edited.edited) == ("游泳场馆 门票", ("title",))
        assert library.passages(pool) == before
        assert library.change() > change
        library.edit(road, title="公交档案")
        library.edit(road, title="澜溪市公交档案", date="2022-03", organisation="澜溪市人民政府")
        with Library.open(tmp_path / "fresh", model=embedder) as fresh:
            first = added(fresh, POOL, "游泳场馆 门票.txt")
            second = added(fresh, ROAD, "澜溪市公交档案.txt")
            added(fresh, MUSEUM, "博物馆.txt")
            assert [fresh.document(d).title for d in (first, second)] == ["游泳场馆 门票", "澜溪市公交档案"]
            fresh.edit(second, date="2022-03", organisation="澜溪市人民政府")
            for question in QUESTIONS:
                expected = fresh.search(question)
                assert len(expected) == sum(library.passage_counts().values())
                for each in (library, other):
                    assert_alike(each.search(question), expected)
            for each in (library, other):
                assert each.problems() == []
    # And from the caches on disk, as they are after opening again.
    library.close()
    with Library.open(library.folder, model=embedder) as again:
        assert again.problems() == []
        assert again.search("游泳场馆的门票", 1)[0].title == "游泳场馆 门票"
        again.remove([pool, road, museum])
        assert again.search("游泳场馆的门票") == []
        assert again.problems() == []


def test_only_what_changes_is_embedded_again(library: Library) -> None:
    document = added(library, POOL, "旧档.txt")
    library.edit(document, title="新档")
    rows = library._store.embedded_texts(document)
    change = library.change()
    # Simplified, the new title is the old one, and so are the embedded texts; nothing of them is written again.
    library.edit(document, title="新檔")
    assert library._store.embedded_texts(document) == rows
    assert library._store.delta(change).added == ()
    assert library.change() > change
    assert library.search("新档", 1)[0].title == "新檔"
    assert library.problems() == []


def test_edits_of_date_and_organisation_count_at_once(library: Library) -> None:
    one = added(library, "全年修路四十公里。", "一.txt")
    two = added(library, "全年修路四十二公里。", "二.txt")
    assert library.search("修路", since="2000") == []
    library.edit(one, date="2021-01", organisation="青川市人民政府")
    library.edit(two, date="2022", organisation="澜溪市人民政府")
    assert [h.passage.document_id for h in library.search("修路", since="2022")] == [two]
    assert [h.passage.document_id for h in library.search("修路", organisation="青川")] == [one]
    assert library.search("2021年青川市修路多少公里？", 1)[0].passage.document_id == one
    assert library.search("2022年澜溪市修路多少公里？", 1)[0].passage.document_id == two
    assert library.organisations() == ["澜溪市人民政府", "青川市人民政府"]
    cleared = library.edit(one, date="", organisation=" ")
    assert (cleared.date, cleared.organisation, cleared.edited) == (None, None, ("date", "organisation"))
    assert [h.passage.document_id for h in library.search("修路", since="2000")] == [two]


def test_an_edit_stands_when_the_file_changes(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "记录.md"
    file.write_text("---\ntitle: 原题\ndate: 2020-05-06\n---\n\n桥梁检查记录。\n", "utf-8")
    (first,) = library.add(file).added
    identifier = first.document_id or ""
    library.edit(identifier, title="桥梁档案", organisation="澜溪市交通局")
    assert library.add(file).unchanged
    assert library.update().unchanged
    file.write_text("---\ntitle: 又一题\ndate: 2021-07-08\n---\n\n桥梁检查新记录。\n", "utf-8")
    for changed in (library.update, lambda: library.add(file)):
        (replaced,) = changed().replaced
        assert (replaced.document_id, replaced.title) == (identifier, "桥梁档案")
        document = library.document(identifier)
        assert (document.title, document.organisation) == ("桥梁档案", "澜溪市交通局")
        assert document.edited == ("title", "organisation")
        assert document.date == "2021-07-08"  # not edited: the file's word
        assert "新记录" in document.text
        assert library.problems() == []
        file.write_text(file.read_text("utf-8") + "\n又查一次。\n", "utf-8")
    # What is removed and comes again is another document, with no edits.
    library.remove(identifier)
    (again,) = library.add(file).added
    assert library.document(again.document_id or "").edited == ()
    assert again.title == "又一题"


def test_what_is_there_already_is_no_edit(library: Library) -> None:
    document = added(library, POOL, "旧档.txt")
    change = library.change()
    assert library.edit(document, title="旧档", date="", organisation="").edited == ()
    assert library.edit(document) == library.document(document)
    assert library.change() == change


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": ""}, "cannot be empty"),
        ({"title": " \n"}, "cannot be empty"),
        ({"title": "长" * 301}, "301 characters"),
        ({"title": "甲\x1b[31m"}, "control"),
        ({"organisation": "\udcff"}, "control"),
        *(
            ({"date": date}, "not a date")
            for date in ("2023/2", "２０２３", "昨天", "2023-13", "2023-02-30", "0000", "2023-2", "2023-02-24T00:00")
        ),
    ],
)
def test_what_cannot_be_set_is_one_clear_error(library: Library, fields: dict[str, str], message: str) -> None:
    document = added(library, POOL, "旧档.txt")
    before, change = library.document(document), library.change()
    with pytest.raises(LibraryError, match=message) as caught:
        library.edit(document, **fields)  # type: ignore[arg-type]
    assert caught.value.hint
    assert "\n" not in caught.value.message
    assert library.document(document) == before
    assert library.change() == change
    with pytest.raises(LibraryError, match="nothing"):
        library.edit("nothing", title="甲")


def test_two_edits_at_the_same_time_both_stand(library: Library, tmp_path: Path, embedder: Embedder) -> None:
    file = tmp_path / "旧档.txt"
    file.write_text(POOL, "utf-8")
    (first,) = library.add(file).added
    identifier = first.document_id or ""
    between: list[str] = []

    def meanwhile(step: Step) -> None:
        # While the passages are embedded, another process changes the same document.
        if not between:
            between.append(step.name)
            with Library.open(library.folder, model=embedder) as other:
                other.edit(identifier, date="2023")

    library.edit(identifier, title="新档", progress=meanwhile)
    document = library.document(identifier)
    assert (document.title, document.date, document.edited) == ("新档", "2023", ("title", "date"))

    between.clear()
    file.write_text(POOL + "\n另有一处。\n", "utf-8")

    def edited_meanwhile(step: Step) -> None:
        if step.done > 0 and not between:
            between.append(step.name)
            with Library.open(library.folder, model=embedder) as other:
                other.edit(identifier, title="更新的档")

    assert library.update(progress=edited_meanwhile).replaced[0].title == "更新的档"
    assert between
    assert library.problems() == []
    assert library.search("更新的档", 1)[0].title == "更新的档"


def test_threads_edit_while_others_search(library: Library) -> None:
    documents = [added(library, POOL, "旧档.txt"), added(library, ROAD, "修路.txt")]
    failures: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                assert len({h.passage.document_id for h in library.search("门票和修路")}) == 2
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(3):
        for document in documents:
            library.edit(document, title=f"第{number}题")
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert library.problems() == []


def test_the_catalogue_lists_what_the_documents_are(library: Library, tmp_path: Path) -> None:
    assert library.catalogue() == []
    assert library.organisations() == []
    file = tmp_path / "桥.md"
    file.write_text("---\ntitle: 桥梁\ndate: 2020-05\n---\n\n桥梁𠮷检查记录。😀\n", "utf-8")
    library.add(file)
    document = added(library, POOL, "旧档.txt")
    library.edit(document, organisation="澜溪市文化馆")
    entries = library.catalogue()
    assert [e.added for e in entries] == sorted({e.added for e in entries})
    counts = library.passage_counts()
    for entry, whole in zip(entries, library.documents(), strict=True):
        for name in ("id", "title", "date", "organisation", "source", "media_type", "path", "edited"):
            assert getattr(entry, name) == getattr(whole, name)
        assert entry.characters == len(whole.text)
        assert entry.passages == counts[whole.id]
        assert entry.file == library.original(whole.id)[0]
    assert [e.file for e in entries] == ["桥.md", "旧档.txt"]
    assert library.organisations() == ["澜溪市文化馆"]
