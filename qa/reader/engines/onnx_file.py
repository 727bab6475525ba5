"""Writing ONNX files: the few messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that a graph needs.

Each message is its fields in protobuf's wire format (https://protobuf.dev/programming-guides/encoding). Messages are
lists of chunks, so that the weights, which are most of a file, are not copied until they are written.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    Chunks = list[bytes | memoryview]

IR_VERSION = 8
OPSETS = {"": 17, "com.microsoft": 1}
"""Versions of the operator sets: ONNX's own, and the fused operators of ONNX Runtime."""
FLOAT, INT32 = 1, 6
_TYPES = {"float32": FLOAT, "int8": 3, "int32": INT32, "int64": 7}
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT = 1, 2


class Graph:
    """Operators and weights, added in the order of computation."""

    def __init__(self) -> None:
        self._nodes: list[Chunks] = []
        self._weights: list[Chunks] = []

    def weight(self, name: str, values: npt.NDArray[Any]) -> str:
        """Add a constant; returns its name."""
        import numpy as np

        values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        fields: Chunks = [_number(1, size) for size in values.shape]
        fields += [_number(2, _TYPES[values.dtype.name]), _text(8, name)]
        fields += _message(9, [values.data.cast("B")])
        self._weights.append(fields)
        return name

    def node(
        self, operator: str, inputs: Sequence[str], *outputs: str, domain: str = "", **attributes: int | float
    ) -> str:
        """Add an operator; returns the name of its first output. An input named "" is left out."""
        fields: Chunks = [_text(1, name) for name in inputs]
        fields += [_text(2, name) for name in outputs]
        fields += [_text(4, operator), _text(7, domain)]
        for name, value in attributes.items():
            fields += _message(5, [_text(1, name), *_attribute(value)])
        self._nodes.append(fields)
        return outputs[0]

    def model(
        self, inputs: dict[str, tuple[int, Sequence[int | str]]], outputs: dict[str, Sequence[int | str]]
    ) -> Chunks:
        """The file's content. Inputs have a type and a shape, outputs a shape; a name in a shape means any size."""
        graph: Chunks = []
        for node in self._nodes:
            graph += _message(1, node)
        graph.append(_text(2, "reader"))
        for weight in self._weights:
            graph += _message(5, weight)
        for name, (kind, shape) in inputs.items():
            graph += _message(11, _value(name, kind, shape))
        for name, shape in outputs.items():
            graph += _message(12, _value(name, FLOAT, shape))
        model: Chunks = [_number(1, IR_VERSION), _text(2, "yinda"), *_message(7, graph)]
        for domain, version in OPSETS.items():
            model += _message(8, [_text(1, domain), _number(2, version)])
        return model


def _value(name: str, kind: int, shape: Sequence[int | str]) -> Chunks:
    sizes: Chunks = []
    for size in shape:
        sizes += _message(1, [_text(2, size) if isinstance(size, str) else _number(1, size)])
    return [_text(1, name), *_message(2, _message(1, [_number(1, kind), *_message(2, sizes)]))]


def _attribute(value: int | float) -> Chunks:
    if isinstance(value, float):
        return [_key(2, 5) + struct.pack("<f", value), _number(20, _ATTRIBUTE_FLOAT)]
    return [_number(3, value), _number(20, _ATTRIBUTE_INT)]


def _message(field: int, chunks: Chunks) -> Chunks:
    return [_key(field, 2) + _varint(sum(len(chunk) for chunk in chunks)), *chunks]


def _text(field: int, text: str) -> bytes:
    data = text.encode("utf-8")
    return _key(field, 2) + _varint(len(data)) + data


def _number(field: int, value: int) -> bytes:
    return _key(field, 0) + _varint(value % 2**64)


def _key(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
