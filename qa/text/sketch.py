"""Which documents say almost the same: a sketch of each text, by which two are compared without reading them.

A sketch holds the smallest hashes of a text's runs of characters (bottom-k, Cohen and Kaplan 2007). The share of the
smallest hashes of both that both have estimates the share of runs that both texts have (Jaccard), with a standard
error of at most 1/(2·√256), 3 points. White space, punctuation, width, case and script do not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qa.text.normalise import searchable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAME = 0.8
"""From this overlap on, two documents are copies of each other: about one character in 70 may differ."""
VERSION = 0.3
"""From this overlap on, two documents of one title and organisation are versions: yearly reports have 0.1."""
MARKS = 16
"""By so many of its hashes a document is found; two with an overlap of 0.3 share none of them once in 300 times."""

_SIZE = 256
_RUN = 8  # characters
_SHORTEST = 20
_IDLE = re.compile(r"[\W_]+")
_FACTORS = (
    0x9E3779B97F4A7C15,
    0xBF58476D1CE4E5B9,
    0x94D049BB133111EB,
    0xD6E8FEB86659FD93,
    0xA0761D6478BD642F,
    0xE7037ED1A0B428DB,
    0x8EBC6AF09C88C6E3,
    0x589965CC75374CC3,
)


def bare(text: str) -> str:
    """What counts of a text: its letters, characters and digits, folded."""
    return _IDLE.sub("", searchable(text))


def sketch(text: str) -> bytes:
    """The sketch of a text: at most 256 sorted 64-bit hashes; empty for one too short to be compared."""
    import numpy as np

    codes = np.frombuffer(bare(text).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    if len(codes) < _SHORTEST:
        return b""
    count = len(codes) - _RUN + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for place, factor in enumerate(_FACTORS):
        hashes += codes[place : place + count] * np.uint64(factor)
    # Sums of products keep neighbours near each other; these steps (of splitmix64) spread them.
    for shift, factor in ((30, _FACTORS[1]), (27, _FACTORS[2])):
        hashes ^= hashes >> np.uint64(shift)
        hashes *= np.uint64(factor)
    hashes ^= hashes >> np.uint64(31)
    # SQLite's integers are signed.
    return (np.unique(hashes >> np.uint64(1))[:_SIZE]).astype("<u8").tobytes()


def marks(one: bytes) -> list[int]:
    """The hashes by which a document is found."""
    return [int(value) for value in _hashes(one)[:MARKS]]


def overlap(one: bytes, other: bytes) -> float:
    """About the share of runs of characters that two texts have in common, 0 to 1."""
    import numpy as np

    if not one or not other:
        return 0.0
    left, right = _hashes(one), _hashes(other)
    smallest = np.union1d(left, right)[:_SIZE]
    both = np.intersect1d(left, right, assume_unique=True)
    return float(np.isin(smallest, both, assume_unique=True).sum() / len(smallest))


def _hashes(one: bytes) -> NDArray[np.uint64]:
    import numpy as np

    return np.frombuffer(one, dtype="<u8")
