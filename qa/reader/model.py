"""The reader's model: an encoder over question and passage, with heads for start, end and answerability."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

HEADS = 3
"""Start and end of the span for each token, and, for the first token, whether the passage answers."""
LINEAR_LAYERS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
"""The encoder's linear layers, which carry adapters, as ``BertModel`` names them inside a layer."""


class ReaderModel(nn.Module):
    """``encoder`` is a ``transformers.BertModel``; its last hidden states feed one linear layer of three heads."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(int(encoder.config.hidden_size), HEADS)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of start and end, shape (batch, length), and of "this passage answers", shape (batch,), float32.

        ``input_ids`` and ``attention_mask`` are int64 of shape (batch, length).
        """
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        logits = nn.functional.linear(hidden.float(), self.heads.weight.float(), self.heads.bias.float())
        return logits[..., 0], logits[..., 1], logits[:, 0, 2]
