"""Engines: the same probabilities as torch, kept in the cache, rebuilt when damaged, in order whatever the batches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.default_model import ensure_default_model
from eval.bench.engines import untrained_reader
from qa.reader.engines import PADDED, EngineError, batches, open_engine, read_windows, word_rows
from qa.reader.engines.base import threads
from qa.reader.engines.torch_engine import TorchEngine

ROOT = Path(__file__).resolve().parents[3]
VOCABULARY = 50
QUESTION = "2022年一般公共预算收入是多少？"
PASSAGES = (
    "2022年，全区实现地区生产总值485.6亿元，同比增长4.3%；一般公共预算收入完成21.7亿元，增长6.1%。",
    "预计2023年一般公共预算收入增长5%左右，城乡居民人均可支配收入与经济增长基本同步。" * 4,
    "新建改造农村公路120公里。",
    "深入推进放管服改革，企业开办时间压缩至1个工作日以内。" * 3,
)

onnxruntime = pytest.importorskip("onnxruntime")

from qa.reader.engines.onnx_engine import (  # noqa: E402 - without the extra there is nothing to test
    AGREEMENT,
    FILE,
    MANIFEST,
    OnnxEngine,
    difference,
    export_folder,
)
from qa.reader.engines.onnx_graph import onnx_model  # noqa: E402


class Loader:
    """Gives a model, and counts how often it was asked for."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.calls = 0

    def __call__(self) -> Any:
        self.calls += 1
        return self.model


@pytest.fixture(scope="module")
def small() -> Any:
    """A small encoder with random weights, large enough for its probabilities to differ from each other."""
    import torch
    from torch import nn
    from transformers import BertConfig, BertModel

    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            config = BertConfig(
                vocab_size=VOCABULARY,
                hidden_size=24,
                num_hidden_layers=2,
                num_attention_heads=3,
                intermediate_size=40,
                max_position_embeddings=64,
                initializer_range=0.4,
            )
            self.encoder = BertModel(config, add_pooling_layer=False)
            self.heads = nn.Linear(24, 3)
            self.scale = 1.0

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            logits = self.heads(hidden) * self.scale
            return logits[..., 0], logits[..., 1], logits[:, 0, 2]

    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = Small().eval()
        for parameter in model.parameters():  # biases and norms too: they begin as zeros and ones
            nn.init.normal_(parameter, std=0.4)
    return model


@pytest.fixture(scope="module")
def small_words(small: Any) -> Any:
    return small.encoder.embeddings.word_embeddings.weight.detach().numpy()


@pytest.fixture(scope="module")
def small_engine(small: Any, small_words: Any) -> OnnxEngine:
    return OnnxEngine(b"".join(onnx_model(small)), small_words)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def folder() -> Path:
    """The default encoder's, found before a test has a cache of its own."""
    return ensure_default_model()


@pytest.fixture(scope="module")
def real() -> Any:
    return untrained_reader()


def padded(windows: list[list[int]]) -> tuple[Any, Any]:
    mask = np.array([[1] * len(w) + [0] * (max(map(len, windows)) - len(w)) for w in windows], dtype=np.int64)
    ids = np.ones_like(mask)
    for row, window in enumerate(windows):
        ids[row, : len(window)] = window
    return ids, mask


WINDOWS = st.lists(st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=64), min_size=1, max_size=6)

# --- batches ----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 300), max_size=40), st.integers(1, 2000), st.integers(0, 50))
def test_each_window_is_in_one_batch_with_little_padding(lengths: list[int], max_tokens: int, padding: int) -> None:
    parts = list(batches(lengths, max_tokens, padding))
    assert sorted(position for part in parts for position in part) == list(range(len(lengths)))
    for part in parts:
        longest = max(lengths[position] for position in part)
        assert longest == lengths[part[0]]
        assert len(part) == 1 or longest * len(part) <= max_tokens
        assert all(longest - lengths[position] <= padding for position in part)


@given(WINDOWS)
@settings(max_examples=30, deadline=None)
def test_windows_come_back_in_order_whatever_they_were_read_with(
    small_engine: OnnxEngine, windows: list[list[int]]
) -> None:
    together = read_windows(small_engine, windows, max_tokens=200, padding=20)
    assert len(together) == len(windows)
    for window, logits in zip(windows, together, strict=True):
        (alone,) = read_windows(small_engine, [window])
        assert logits.start.shape == logits.end.shape == (len(window),)
        np.testing.assert_allclose(logits.start, alone.start, atol=1e-3)
        np.testing.assert_allclose(logits.end, alone.end, atol=1e-3)
        assert logits.answer == pytest.approx(alone.answer, abs=1e-3)


def test_no_windows_are_no_work(small_engine: OnnxEngine) -> None:
    assert read_windows(small_engine, []) == []


# --- agreement --------------------------------------------------------------------------------------------


@given(WINDOWS)
@settings(max_examples=40, deadline=None)
def test_the_exported_model_has_torchs_probabilities(
    small: Any, small_engine: OnnxEngine, windows: list[list[int]]
) -> None:
    ids, mask = padded(windows)
    one, other = small_engine(ids, mask), TorchEngine(small)(ids, mask)
    assert difference(one, other) <= AGREEMENT / 10
    for start, end, answer in (one, other):
        assert start.dtype == end.dtype == answer.dtype == np.float32
        assert answer.shape == (len(windows),)
        assert (start[mask == 0] == PADDED).all()
        assert (end[mask == 0] == PADDED).all()


def test_difference_sees_each_output(small: Any) -> None:
    start, end, answer = TorchEngine(small)(*padded([[5, 6, 7, 8]]))
    moved = np.array([[1.0, 0, 0, 0]], dtype=np.float32)
    assert difference((start, end, answer), (start, end, answer)) == 0
    assert difference((start, end, answer), (start + moved, end, answer)) > AGREEMENT
    assert difference((start, end, answer), (start, end + moved, answer)) > AGREEMENT
    assert difference((start, end, answer), (start, end, answer + 1)) > AGREEMENT


def test_the_real_encoder_agrees_and_is_exported_only_once(real: Any, folder: Path, cache: Path) -> None:
    from tokenizers import Tokenizer

    words = word_rows(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    windows = [tokenizer.encode(QUESTION, passage).ids[:288] for passage in PASSAGES]
    assert max(map(len, windows)) > 2 * min(map(len, windows))
    load = Loader(real)
    expected = TorchEngine(real)(*padded(windows))
    for _ in range(2):
        engine = open_engine("the real encoder", load, words)
        assert engine.name == "onnxruntime"
        assert difference(engine(*padded(windows)), expected) <= AGREEMENT
    assert load.calls == 1
    by_length = read_windows(engine, windows)
    for row, logits in enumerate(by_length):
        np.testing.assert_allclose(logits.start, expected[0][row, : len(windows[row])], atol=1e-2)
    # The table of words is not in the file: its 96 million numbers would be 384 MB more.
    assert (export_folder("the real encoder") / FILE).stat().st_size < 90e6


def test_eight_bit_weights_are_near_and_small(small: Any, small_words: Any, small_engine: OnnxEngine) -> None:
    content = b"".join(onnx_model(small, "int8"))
    engine = OnnxEngine(content, small_words)
    inputs = padded([[4, 9, 16, 25, 36, 49], [1, 2, 3]])
    assert 0 < difference(engine(*inputs), small_engine(*inputs)) < 0.25
    assert len(content) < 0.7 * len(b"".join(onnx_model(small)))


def test_the_file_follows_the_standard(small: Any) -> None:
    onnx = pytest.importorskip("onnx", reason="only checks what ONNX Runtime reads anyway")
    model = onnx.load_model_from_string(b"".join(onnx_model(small)))
    onnx.checker.check_model(model)
    assert [each.name for each in model.graph.input] == ["embeddings", "mask"]
    epsilons = {a.f for node in model.graph.node for a in node.attribute if a.name == "epsilon"}
    assert epsilons == {np.float32(1e-12)}


def test_several_threads_may_ask_at_once(small_engine: OnnxEngine) -> None:
    random = np.random.default_rng(5)
    asked = [[random.integers(VOCABULARY, size=n).tolist() for n in random.integers(1, 64, size=4)] for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(lambda windows: read_windows(small_engine, windows), asked))
    for windows, logits in zip(asked, at_once, strict=True):
        for one, other in zip(logits, read_windows(small_engine, windows), strict=True):
            np.testing.assert_allclose(one.start, other.start, atol=1e-4)
            assert one.answer == pytest.approx(other.answer, abs=1e-4)


# --- the cache --------------------------------------------------------------------------------------------


def test_other_weights_and_precisions_have_their_own_place(cache: Path) -> None:
    places = {export_folder("a"), export_folder("b"), export_folder("a", "int8")}
    assert len(places) == 3
    assert all(cache in place.parents for place in places)


def shorten(folder: Path) -> None:
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(content[: len(content) // 2])


def flip_a_bit(folder: Path) -> None:
    content = bytearray((folder / FILE).read_bytes())
    content[len(content) // 2] ^= 0x40
    (folder / FILE).write_bytes(content)
    # A clock with coarse ticks could give the file the time that it had.
    state = (folder / FILE).stat()
    os.utime(folder / FILE, ns=(state.st_atime_ns, state.st_mtime_ns + 10**9))


def fill_with_zeros_unnoticed(folder: Path) -> None:
    state = (folder / FILE).stat()
    (folder / FILE).write_bytes(bytes(state.st_size))
    os.utime(folder / FILE, ns=(state.st_atime_ns, state.st_mtime_ns))


def garble_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text("[1, 2", "utf-8")


def take_the_file(folder: Path) -> None:
    (folder / FILE).unlink()


@pytest.mark.parametrize(
    "damage", [shorten, flip_a_bit, fill_with_zeros_unnoticed, garble_the_manifest, take_the_file, shutil.rmtree]
)
def test_a_damaged_export_is_built_anew(
    small: Any, small_words: Any, cache: Path, damage: Callable[[Path], None]
) -> None:
    load = Loader(small)
    open_engine("small", load, small_words)
    damage(export_folder("small"))
    engine = open_engine("small", load, small_words)
    assert engine.name == "onnxruntime"
    assert load.calls == 2
    inputs = padded([[3, 1, 4, 1, 5]])
    assert difference(engine(*inputs), TorchEngine(small)(*inputs)) <= AGREEMENT
    open_engine("small", load, small_words)
    assert load.calls == 2
    assert sorted(path.name for path in export_folder("small").iterdir()) == [MANIFEST, FILE]
    leftovers = [path for path in (cache / "engines").iterdir() if path.name.startswith(".")]
    assert leftovers == []


def test_several_at_once_export_once(small: Any, small_words: Any, cache: Path) -> None:
    load = Loader(small)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_engine("small", load, small_words), range(4)))
    assert {engine.name for engine in opened} == {"onnxruntime"}
    assert load.calls == 1


def test_a_cache_that_cannot_be_written_is_done_without(
    small: Any, small_words: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path / "file"))
    engine = open_engine("small", Loader(small), small_words)
    assert engine.name == "onnxruntime"
    inputs = padded([[3, 1, 4, 1, 5]])
    assert difference(engine(*inputs), TorchEngine(small)(*inputs)) <= AGREEMENT


# --- torch takes over -------------------------------------------------------------------------------------


@pytest.fixture
def doubled(small: Any) -> Iterator[Any]:
    """A model whose forward is not what the graph assumes."""
    small.scale = 2.0
    yield small
    small.scale = 1.0


def test_a_model_that_the_graph_does_not_match_runs_on_torch(doubled: Any, small_words: Any, cache: Path) -> None:
    assert open_engine("doubled", Loader(doubled), small_words).name == "torch"
    assert not export_folder("doubled").exists()
    with pytest.raises(EngineError, match="differs from torch"):
        open_engine("doubled", Loader(doubled), small_words, name="onnxruntime")


def test_other_words_than_the_models_are_noticed(small: Any, small_words: Any, cache: Path) -> None:
    assert open_engine("rolled", Loader(small), np.roll(small_words, 1, axis=0)).name == "torch"


def test_another_activation_runs_on_torch(
    small: Any, small_words: Any, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small.encoder.config, "hidden_act", "relu")
    with pytest.raises(EngineError, match="relu"):
        open_engine("relu", Loader(small), small_words, name="onnxruntime")
    assert open_engine("relu", Loader(small), small_words).name == "torch"


def test_without_onnxruntime_torch_runs(
    small: Any, small_words: Any, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert open_engine("small", Loader(small), small_words).name == "torch"
    with pytest.raises(EngineError, match="pip install onnxruntime"):
        open_engine("small", Loader(small), small_words, name="onnxruntime")


def test_torch_when_asked_for(small: Any, small_words: Any, cache: Path) -> None:
    assert open_engine("small", Loader(small), small_words, name="torch").name == "torch"
    assert not cache.exists()


# --- words, threads, imports ------------------------------------------------------------------------------


def test_word_rows_are_the_models(real: Any, folder: Path) -> None:
    rows = word_rows(folder)
    table = real.encoder.embeddings.word_embeddings.weight.detach().numpy()
    assert rows.shape == table.shape
    some = [0, 1, 2, 5, 77_777, len(table) - 1]
    assert (rows[some] == table[some]).all()


@pytest.mark.parametrize("content", [b"", b"12345678", b"\x02" + bytes(7) + b"{}", b"\x04" + bytes(7) + b"nope"])
def test_a_file_without_words_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(EngineError, match="word embeddings"):
        word_rows(tmp_path)


def test_no_more_threads_than_torch_takes() -> None:
    import torch

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        assert threads() == 1
    finally:
        torch.set_num_threads(before)
    assert 1 <= threads() <= before


def test_importing_engines_loads_nothing_heavy() -> None:
    code = "import sys, qa.reader.engines; print({'torch', 'numpy', 'onnxruntime', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
