"""What every engine takes and gives."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ids = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float32]
    Logits = tuple[Floats, Floats, Floats]

Precision = Literal["float32", "int8"]
PADDED = -1e9
"""The logit of padding: a softmax makes it 0."""


class EngineError(Exception):
    """An engine that cannot run this model, or not as torch does. Torch can still run it."""


class Engine(Protocol):
    """Runs the reader's model. May be called from several threads at once."""

    @property
    def name(self) -> str:
        """``torch`` or ``onnxruntime``."""
        ...

    def __call__(self, input_ids: Ids, attention_mask: Ids) -> Logits:
        """Logits of start and end, shape (n, length), and of "this passage answers", shape (n,), float32.

        ``input_ids`` and ``attention_mask`` have shape (n, length); the mask is 1 for tokens, then 0 for padding,
        where start and end are ``PADDED``.
        """
        ...


def threads() -> int:
    """How many threads to compute with: torch's, but not more than the processors that this process may use."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        usable = os.cpu_count() or 1
    torch: Any = sys.modules.get("torch")
    return usable if torch is None else min(usable, int(torch.get_num_threads()))


def without_padding(start: Floats, end: Floats, attention_mask: Ids) -> tuple[Floats, Floats]:
    """Logits of start and end with ``PADDED`` where the mask is 0."""
    import numpy as np

    padded = np.float32(PADDED)
    return np.where(attention_mask > 0, start, padded), np.where(attention_mask > 0, end, padded)
