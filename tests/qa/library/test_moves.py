"""Files that move, documents that come one by one, Libraries that share a model."""

from __future__ import annotations

from pathlib import Path

from qa import Library


def test_a_moved_file_keeps_its_document_and_is_updated_at_its_new_place(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("图书馆周一闭馆。", "utf-8")
    with Library.open(tmp_path / "library") as library:
        (first,) = library.add(old).additions
        old.rename(new)
        (again,) = library.add(new).additions
        assert (again.status, again.document_id) == ("unchanged", first.document_id)
        assert library.documents()[0].path == str(new.resolve())
        new.write_text("图书馆周二闭馆。", "utf-8")
        (changed,) = library.update().additions
        assert (changed.status, changed.document_id) == ("replaced", first.document_id)


def test_documents_added_one_by_one_are_found_at_once_and_after_reopening(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        for number, place in enumerate(("东门", "南门", "西门")):
            library.add_bytes(f"{place}每天上午开放。".encode(), f"{number}.txt")
            assert place in library.search(f"{place}什么时候开放？", 1)[0].passage.text
    with Library.open(tmp_path / "library") as library:
        assert library.problems() == []
        assert "南门" in library.search("南门什么时候开放？", 1)[0].passage.text


def test_libraries_of_one_process_share_the_model(tmp_path: Path) -> None:
    with Library.open(tmp_path / "one") as one, Library.open(tmp_path / "two") as two:
        assert one.embedder is two.embedder
