"""How a run asks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Mode = Literal["open", "given-passage"]

DEPTH = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run, part of what two runs must share to be continued.

    ``open`` retrieves before it reads, ``given-passage`` reads the passages with the evidence. ``depth`` passages are
    kept for the metrics of retrieval. ``limit`` is the number of questions of each set, the first ones; ``None`` for
    all. ``distract`` also asks standalone questions after an unrelated history, drawn with ``seed``.
    """

    mode: Mode = "open"
    depth: int = DEPTH
    limit: int | None = None
    distract: bool = True
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)
