"""A small collection in the layout of the public data, and a cache that the benchmarks may fill."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embeddings import Embedder
from eval.bench import kept

# Part of a collection: paragraphs, each with its questions and their answers.
PARAGRAPHS = {
    "cmrc2018/dev.json": [
        (
            "青石大桥全长1268米，2021年10月1日建成通车。",
            [("青石大桥全长多少米？", "1268米"), ("青石大桥哪天通车？", "2021年10月1日")],
        ),
        ("白石灯塔于1987年6月2日正式点亮，高42米。", [("白石灯塔是哪天点亮的？", "1987年6月2日")]),
        ("红石图书馆的馆长是陈砚秋，藏书38万册。", [("红石图书馆的馆长是谁？", "陈砚秋")]),
    ],
    "cmrc2018/train.json": [("黄石剧院有座位860个。", [("黄石剧院有多少个座位？", "860个")])],
    "cmrc2018/trial.json": [("黑石茶馆开业于1956年。", [("黑石茶馆哪年开业？", "1956年")])],
    "drcd/dev.json": [("綠石車站於1912年啟用，月台長120公尺。", [("綠石車站何時啟用？", "1912年")])],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as ``--shared`` names it."""
    for file, paragraphs in PARAGRAPHS.items():
        path = tmp_path / "data" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            {
                "id": f"{path.stem}-{number}",
                "context": text,
                "qas": [
                    {
                        "id": f"{path.stem}-{number}-{n}",
                        "question": question,
                        "answers": [{"text": answer, "answer_start": text.index(answer)}],
                    }
                    for n, (question, answer) in enumerate(asked)
                ],
            }
            for number, (text, asked) in enumerate(paragraphs)
        ]
        path.write_text(json.dumps({"data": [{"id": path.stem, "paragraphs": rows}]}), "utf-8")
    return tmp_path


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, embedder: Embedder) -> Path:
    """The folder in which Libraries and vectors are kept: the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(kept, "cache_folder", lambda: folder)
    monkeypatch.setattr(kept, "embedder", lambda: kept.remembering(embedder))
    return folder / "bench"


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passages that the model embeds from here on, as they come."""
    texts: list[str] = []
    plain = Embedder.encode_passages

    def encode(self: Embedder, given: list[str], **options: int) -> object:
        texts.extend(given)
        return plain(self, given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Embedder, "encode_passages", encode)
    return texts
