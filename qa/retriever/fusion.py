"""Fusion of dense and lexical scores into one ranking."""

from __future__ import annotations

from collections.abc import Mapping

# Weight of the dense part; chosen on training data with `python -m eval.bench fusion`.
DENSE_WEIGHT = 0.5


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float]) -> list[tuple[int, float]]:
    """Passage ids with fused scores in 0..1, best first."""
    scores = {
        identifier: DENSE_WEIGHT * d + (1 - DENSE_WEIGHT) * l
        for (identifier, d), l in zip(
            _scaled(dense).items(), (_scaled(lexical).get(i, 0.0) for i in dense), strict=True
        )
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _scaled(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {i: (s - low) / (high - low) if high > low else 1.0 for i, s in scores.items()}
