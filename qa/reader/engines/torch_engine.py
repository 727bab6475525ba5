"""The reader's model as torch runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.reader.engines.base import without_padding

if TYPE_CHECKING:
    from torch import nn

    from qa.reader.engines.base import Ids, Logits


class TorchEngine:
    """Runs the module itself, on the device where its weights are."""

    name = "torch"

    def __init__(self, model: nn.Module) -> None:
        self._model = model.eval()
        self._device = next(model.parameters()).device

    def __call__(self, input_ids: Ids, attention_mask: Ids) -> Logits:
        """See ``Engine``."""
        import torch

        with torch.inference_mode():
            ids, mask = (torch.from_numpy(each).to(self._device) for each in (input_ids, attention_mask))
            start, end, answer = (each.float().cpu().numpy() for each in self._model(ids, mask))
        return *without_padding(start, end, attention_mask), answer
