"""A small set with its documents, and a Library of them, for all tests of evaluation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from embeddings import Embedder
from qa import Library

DOCUMENTS = {
    "公报.txt": (
        "青石镇统计公报\n\n2023年全镇粮食总产量达到38.7万吨，比上年增长2.1%。\n\n"
        "青石图书馆于2019年5月18日正式开馆，馆长是陈砚秋。\n\n"
        "青石大桥全长1268米，总投资3.2亿元，2021年10月1日建成通车。"
    ),
    "年报.txt": "白石镇年报\n\n2023年白石镇接待游客52万人次，旅游收入1.9亿元。\n\n白石灯塔于1987年6月2日正式点亮。",
}
QUESTIONS = [
    {
        "id": "bridge",
        "question": "青石大桥全长多少米？",
        "answers": ["1268米"],
        "kind": "figure",
        "evidence": "青石大桥全长",
    },
    {
        "id": "opening",
        "question": "青石图书馆是哪天开馆的？",
        "answers": ["2019年5月18日"],
        "kind": "date",
        "evidence": "青石图书馆于",
    },
    {
        "id": "tower",
        "question": "白石灯塔是什么时候点亮的？",
        "answers": ["1987年6月2日"],
        "kind": "date",
        "evidence": {"phrase": "白石灯塔", "document": "年报.txt"},
    },
    {
        "id": "cost",
        "question": "总投资是多少？",
        "history": ["青石大桥全长多少米？"],
        "answers": ["3.2亿元"],
        "kind": "figure",
        "evidence": "青石大桥全长",
    },
    {"id": "mars", "question": "火星上第一家咖啡馆的老板叫什么名字？", "answers": [], "kind": "none"},
]


@pytest.fixture
def set_path(tmp_path: Path) -> Path:
    """The set as a file, with its documents beside it."""
    return write_set(tmp_path / "town")


def write_set(folder: Path) -> Path:
    """Write the small set into a folder; returns the path of its questions."""
    (folder / "documents").mkdir(parents=True)
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).write_text(text, "utf-8")
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in QUESTIONS), "utf-8")
    return path


@pytest.fixture(scope="session")
def small_set() -> Callable[[Path], Path]:
    """Writes the small set into a folder, with its documents; returns the path of its questions."""
    return write_set


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    """A Library of the set's documents."""
    with Library.open(tmp_path_factory.mktemp("town") / "library", model=embedder) as library:
        for name, text in DOCUMENTS.items():
            assert library.add_bytes(text.encode(), name).added
        yield library


class OfficialCmrc:
    """A plain reading of the official CMRC script's rules, as a reference for the metrics.

    Characters one by one with a regular expression, and the whole matrix of common runs.
    """

    LISTED = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")

    @staticmethod
    def knows(*texts: str) -> bool:
        """Whether no stretch between Chinese characters may hold two sentences, which the reference takes for one."""
        return not re.search(r"[.?!][^\u4e00-\u9fa5]*[^\s.?!]", "\n".join(texts))

    @classmethod
    def f1(cls, prediction: str, answers: list[str]) -> float:
        predicted, scores = cls._segments(prediction), []
        for answer in map(cls._segments, answers):
            matrix = [[0] * (len(predicted) + 1) for _ in range(len(answer) + 1)]
            for i, a in enumerate(answer):
                for j, b in enumerate(predicted):
                    matrix[i + 1][j + 1] = matrix[i][j] + 1 if a == b else 0
            common = max(map(max, matrix))
            p, r = (common / len(predicted), common / len(answer)) if common else (0.0, 0.0)
            scores.append(2 * p * r / (p + r) if common else 0.0)
        return max(scores)

    @classmethod
    def exact_match(cls, prediction: str, answers: list[str]) -> float:
        plain = [cls._kept(text) for text in (prediction, *answers)]
        return 1.0 if plain[0] in plain[1:] else 0.0

    @classmethod
    def _kept(cls, text: str) -> str:
        return "".join(c for c in text.lower().strip() if c not in cls.LISTED)

    @classmethod
    def _segments(cls, text: str) -> list[str]:
        pieces = re.split("([\u4e00-\u9fa5])", cls._kept(text))
        return [s for i, piece in enumerate(pieces) for s in ([piece] if i % 2 else _words(piece))]


@cache
def _words(stretch: str) -> list[str]:
    from nltk.tokenize.destructive import NLTKWordTokenizer

    return list(NLTKWordTokenizer().tokenize(stretch))


@pytest.fixture(scope="session")
def official_cmrc() -> type[OfficialCmrc]:
    """The official CMRC script, read independently of the metrics."""
    return OfficialCmrc
