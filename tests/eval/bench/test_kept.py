"""Libraries that benchmarks keep: made once, gone on with, and named after what they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings import Embedder
from eval.bench import kept
from eval.bench.data import among, public_set
from eval.errors import RunError
from qa import YindaError
from qa.progress import Step

DEV = "cmrc2018/dev.json"


def test_a_library_is_made_once(data: Path, cache: Path, embedded: list[str]) -> None:
    dev = public_set(data, DEV)
    for _ in range(2):
        with kept.kept_corpus(dev) as corpus:
            assert sorted(corpus.names) == ["dev-0", "dev-1", "dev-2"]
    assert len(embedded) == 3
    assert len(list(cache.glob("cmrc2018-dev-*"))) == 1


def test_one_that_was_stopped_is_gone_on_with(data: Path, cache: Path, embedded: list[str]) -> None:
    dev = public_set(data, DEV)

    def stop(step: Step) -> None:
        if step.done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), kept.kept_corpus(dev, progress=stop):
        pass
    assert len(embedded) == 2
    steps: list[Step] = []
    with kept.kept_corpus(dev, progress=steps.append) as corpus:
        assert len(corpus.names) == 3
    assert [step.total for step in steps if step.name] == [1], "the other two were there"
    assert len(embedded) == 3


def test_another_part_of_the_paragraphs_has_its_own_library_and_embeds_none_again(
    data: Path, cache: Path, embedded: list[str]
) -> None:
    with kept.kept_corpus(public_set(data, DEV)):
        pass
    with kept.kept_corpus(public_set(data, DEV, paragraphs=1)) as corpus:
        assert corpus.names == ["dev-0"]
    assert len(embedded) == 3
    with kept.kept_corpus(public_set(data, DEV, paragraphs=1), beside=among(data, DEV, "all")) as corpus:
        assert len(corpus.library.documents()) == 5
    assert len(embedded) == 5
    assert len(list(cache.glob("cmrc2018-dev-*"))) == 3


def test_a_remembered_vector_is_the_models_own(cache: Path, embedder: Embedder, embedded: list[str]) -> None:
    texts = ["青石大桥全长1268米。", "白石灯塔高42米。", "青石大桥全长1268米。"]
    expected = embedder.encode_passages(texts)
    remembering = kept.remembering(embedder)
    assert remembering.identity == embedder.identity
    done: list[int] = []
    remembering.encode_passages(texts[:1])
    embedded.clear()
    found = remembering.encode_passages(texts, progress=done.append)
    assert embedded == [texts[1]]
    assert sum(done) == 3
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found.dtype == np.float32
    assert remembering.encode_passages([]).shape == (0, embedder.dimension)


def test_vectors_that_cannot_be_read_are_said_in_a_line(cache: Path, embedder: Embedder) -> None:
    cache.mkdir(parents=True)
    remembering = kept.remembering(embedder)
    remembering.encode_passages(["文"])
    (file,) = cache.glob("vectors-*.sqlite")
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(RunError, match="vectors-") as caught:
        remembering.encode_passages(["文"])
    assert "delete it" in caught.value.hint


def test_the_folder_tells_contents_apart(cache: Path, embedder: Embedder) -> None:
    one, other = kept.folder_of("a/b", embedder, ["1", "2"]), kept.folder_of("a/b", embedder, ["1"])
    assert one.parent == other.parent == cache
    assert one.name.startswith("a-b-")
    assert one != other
    assert one == kept.folder_of("a/b", embedder, ["1", "2"])


def test_among_a_folder(data: Path, tmp_path: Path) -> None:
    assert [len(one.documents) for one in among(data, DEV, "all")] == [3, 1, 1]
    folder = tmp_path / "further"
    folder.mkdir()
    with pytest.raises(YindaError, match="holds no sets and no documents") as caught:
        among(data, DEV, str(folder))
    assert "--among" in caught.value.hint
    (folder / "notice.txt").write_text("蓝石医院有床位300张。", "utf-8")
    (data / "data" / "cmrc2018" / "trial.json").rename(folder / "trial.json")
    trial, documents = among(data, DEV, str(folder))
    assert len(trial.documents) == 1
    assert [source.name for source in documents.sources] == ["notice.txt"]
