"""Checkpoints of a training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch


def write(state: Mapping[str, Any], path: Path) -> None:
    """Write ``state`` to ``path``, whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    torch.save(dict(state), temporary)
    temporary.replace(path)
