"""What the window's pages share: questions to begin with are tried for again where time was too short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from qa import Library
from ui import desk as desk_module
from ui.desk import Desk
from ui.warm import WarmUp


def test_offers_that_time_was_too_short_for_are_looked_for_again(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def none_found(library: Library, count: int, **options: Any) -> list[Any]:
        asked.append(options["deadline"])
        return []

    monkeypatch.setattr(desk_module, "suggested", none_found)
    with Library.open(tmp_path / "library", model=embedder) as library:
        desk = Desk(library, WarmUp(library))
        assert desk.offers() == desk.offers() == []
        assert len(asked) == 1  # the whole Library was looked through: nothing else is to be found in it
        library.add_bytes("青石大桥全长1080米。".encode(), "a.txt")
        monkeypatch.setattr(desk_module, "PATIENCE", 0.0)
        assert desk.offers() == desk.offers() == []
        assert len(asked) == 3
        desk.close()
