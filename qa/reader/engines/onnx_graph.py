"""The reader's model as an ONNX graph: a BERT encoder without its word embeddings, and the heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.reader.engines.base import EngineError, Precision
from qa.reader.engines.onnx_file import FLOAT, INT32, Graph

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import nn

    from qa.reader.engines.base import Floats
    from qa.reader.engines.onnx_file import Chunks

FORMAT = 1
"""Raised by one when a change here alters the graph: then it is exported anew."""
EMBEDDINGS, MASK, LOGITS = "embeddings", "mask", "logits"
"""Inputs, shapes (batch, length, hidden) and (batch, length), and the output, shape (batch, length, 3)."""
_FUSED = "com.microsoft"


def onnx_model(model: nn.Module, precision: Precision = "float32") -> Chunks:
    """The content of the ONNX file. ``model.encoder`` is a ``BertModel``, ``model.heads`` the linear layer behind it.

    With ``int8`` the encoder's linear layers multiply 8-bit weights (a scale for each output) with activations that
    are quantised as they come. Raises ``EngineError`` for another encoder than BERT's.
    """
    return _Export(model, precision).model()


class _Export:
    def __init__(self, model: nn.Module, precision: Precision) -> None:
        encoder: Any = model.encoder
        config = encoder.config
        if config.model_type != "bert" or config.hidden_act != "gelu":
            raise EngineError(f"cannot export a {config.model_type} encoder with {config.hidden_act}: only BERT, gelu")
        self._hidden = int(config.hidden_size)
        self._layers = int(config.num_hidden_layers)
        self._attention_heads = int(config.num_attention_heads)
        self._epsilon = float(config.layer_norm_eps)
        tensors = {f"encoder.{name}": tensor for name, tensor in encoder.state_dict().items()}
        tensors |= {name: tensor for name, tensor in model.state_dict().items() if name.startswith("heads.")}
        self._tensors = tensors
        self._precision = precision
        self._graph = Graph()

    def model(self) -> Chunks:
        hidden = self._embed()
        for layer in range(self._layers):
            hidden = self._layer(f"encoder.encoder.layer.{layer}", hidden)
        heads = self._tensor("heads.weight")
        self._graph.node("MatMul", [hidden, self._graph.weight("heads.weight", heads.T)], "heads")
        self._graph.node("Add", ["heads", self._weight("heads.bias")], LOGITS)
        sizes = ("batch", "length")
        return self._graph.model(
            {EMBEDDINGS: (FLOAT, (*sizes, self._hidden)), MASK: (INT32, sizes)}, {LOGITS: (*sizes, heads.shape[0])}
        )

    def _embed(self) -> str:
        import numpy as np

        name = "encoder.embeddings"
        positions = self._tensor(f"{name}.position_embeddings.weight")
        kinds = self._tensor(f"{name}.token_type_embeddings.weight")
        graph = self._graph
        graph.weight("positions", positions + kinds[0])
        graph.weight("zero", np.zeros(1, dtype=np.int64))
        graph.node("Shape", [EMBEDDINGS], "length", start=1, end=2)
        graph.node("Slice", ["positions", "zero", "length", "zero"], "positions of tokens")
        graph.node("Add", [EMBEDDINGS, "positions of tokens"], "embedded")
        norm = f"{name}.LayerNorm"
        inputs = ["embedded", self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias")]
        return graph.node("LayerNormalization", inputs, name, axis=-1, epsilon=self._epsilon)

    def _layer(self, name: str, hidden: str) -> str:
        import numpy as np

        graph = self._graph
        own = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self._linear(
            f"{name}.projections",
            hidden,
            np.concatenate([self._tensor(f"{part}.weight") for part in own]),
            np.concatenate([self._tensor(f"{part}.bias") for part in own]),
        )
        graph.node("Split", [f"{name}.projections"], *own, axis=-1)
        attended = graph.node(
            "MultiHeadAttention",
            [*own, "", MASK],
            f"{name}.attention",
            domain=_FUSED,
            num_heads=self._attention_heads,
        )
        hidden = self._added(f"{name}.attention.output", attended, hidden)
        inner = f"{name}.intermediate.dense"
        product = self._product(inner, hidden, self._tensor(f"{inner}.weight"))
        activated = graph.node("BiasGelu", [product, self._weight(f"{inner}.bias")], f"{inner}.gelu", domain=_FUSED)
        return self._added(f"{name}.output", activated, hidden)

    def _added(self, name: str, new: str, hidden: str) -> str:
        """A linear layer, the residual, and the norm."""
        product = self._product(f"{name}.dense", new, self._tensor(f"{name}.dense.weight"))
        inputs = [product, hidden]
        inputs += [self._weight(f"{name}.{part}") for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
        return self._graph.node("SkipLayerNormalization", inputs, name, domain=_FUSED, epsilon=self._epsilon)

    def _linear(self, name: str, hidden: str, weight: Floats, bias: Floats) -> str:
        product = self._product(name, hidden, weight)
        return self._graph.node("Add", [product, self._graph.weight(f"{name}.bias", bias)], name)

    def _product(self, name: str, hidden: str, weight: Floats) -> str:
        import numpy as np

        graph, columns = self._graph, f"{name}.columns"
        if self._precision == "float32":
            return graph.node("MatMul", [hidden, graph.weight(columns, weight.T)], f"{name}.product")
        scales = np.abs(weight).max(axis=1, keepdims=True) / 127
        scales = np.maximum(scales, np.finfo(np.float32).tiny).astype(np.float32)
        whole = np.rint(weight / scales).astype(np.int8)
        inputs = [hidden, graph.weight(columns, whole.T), graph.weight(f"{name}.scales", scales[:, 0])]
        return graph.node("DynamicQuantizeMatMul", inputs, f"{name}.product", domain=_FUSED)

    def _weight(self, name: str) -> str:
        return self._graph.weight(name, self._tensor(name))

    def _tensor(self, name: str) -> npt.NDArray[np.float32]:
        values: npt.NDArray[np.float32] = self._tensors[name].detach().float().cpu().numpy()
        return values
