"""What is held apart shares nothing with what is trained on."""

from __future__ import annotations

import random
from pathlib import Path

from qa.reader.train.families import SHINGLE, families, shingles
from qa.retriever.train.apart import held_apart, overlapping


def texts(count: int, seed: int = 1) -> list[str]:
    """Texts of which every third is cut in another way from the one before it."""
    rng = random.Random(seed)
    out: list[str] = []
    for number in range(count):
        words = "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(60))
        out.append(out[-1][20:] + words[:10] if number % 3 == 2 else words)
    return out


def of(every: list[str], held: list[bool], apart: bool) -> set[str]:
    return {shingle for text, away in zip(every, held, strict=True) if away == apart for shingle in shingles(text)}


def test_near_identical_texts_are_one_family() -> None:
    shared = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
    assert len(shared) == SHINGLE
    some = [f"{shared}午", "别的文字", f"未{shared}申酉", f"未{shared[:-1]}"]
    assert families(some) == [[0, 2, 3], [1]]
    assert families(["未" + shared, "未" + shared[:-1] + "戌"]) == [[0, 1]]
    assert families(["短", "短", "长"]) == [[0, 1], [2]]


def test_both_sides_share_no_shingle_and_an_eighth_is_held_apart() -> None:
    every = texts(400)
    held = held_apart(every)
    assert 0.1 < sum(held) / len(every) < 0.15
    assert not of(every, held, True) & of(every, held, False)


def test_what_is_like_the_held_apart_is_seen() -> None:
    every = texts(9)
    assert overlapping(every[1:3], [every[0]]) == [False, False]
    assert overlapping([every[2], every[3]], [every[1]]) == [True, False]


def test_the_shared_sets_are_divided_without_a_shared_shingle(shared: Path) -> None:
    import json

    from qa.reader.train import squad
    from qa.text.normalise import simplify

    paragraphs = [simplify(p.text) for p in squad.load(shared)[0] if p.source == "drcd"]
    queries = json.loads((shared / "data/stard/queries.json").read_text(encoding="utf-8"))
    for every in (paragraphs, [simplify(query["问题"]) for query in queries]):
        held = held_apart(every)
        assert 0.1 < sum(held) / len(every) < 0.15
        assert not of(every, held, True) & of(every, held, False)
