"""Builds SentencePiece's ``precompiled_charsmap``: a normalisation map as a double-array trie.

``tokenizers.normalizers.Precompiled`` reads it: a u32 with the byte size of the trie, the trie's u32 units,
then the replacements as NUL-terminated UTF-8. The trie is the double array of ``darts-clone``. Node ``n`` has
a base ``b = n ^ offset(n)``; its child by byte ``c`` is the unit at ``b ^ c``, and if the path to ``n`` is a
key then its value (the start of the replacement) is the unit at ``b ^ 0``. The bits of a unit: 0-7 the byte
that leads to it, 8 whether it has a value, 9 whether the offset counts in units of 256, 10-30 the offset, 31
set for values.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

VALUE = 1 << 31
BLOCK = 256
"""Child units stay in the block of their base, since xor with a byte changes the low 8 bits only."""


@dataclass
class _Node:
    children: dict[int, _Node] = field(default_factory=dict)
    value: int | None = None


def build(mapping: Mapping[int, tuple[int, ...]]) -> bytes:
    """Return the ``precompiled_charsmap`` that replaces code points by the given ones (none removes it)."""
    root = _Node()
    replacements = bytearray()
    starts: dict[bytes, int] = {}
    for code_point, replacement in sorted(mapping.items()):
        key = chr(code_point).encode("utf-8")
        text = "".join(map(chr, replacement)).encode("utf-8")
        if b"\0" in key or b"\0" in text:
            raise ValueError("NUL can be neither replaced nor a replacement")
        if text not in starts:
            starts[text] = len(replacements)
            replacements += text + b"\0"
        node = root
        for byte in key:
            node = node.children.setdefault(byte, _Node())
        node.value = starts[text]
    trie = _double_array(root)
    units = struct.pack(f"<{len(trie)}I", *trie)
    return struct.pack("<I", len(units)) + units + bytes(replacements)


def _double_array(root: _Node) -> list[int]:
    units: list[int | None] = []
    # Each node needs a base of its own: a unit knows the byte that leads to it, but not from where.
    bases: set[int] = set()
    first_free = 0

    def place(labels: list[int]) -> int:
        """Return a base at which the units of all ``labels`` are free."""
        nonlocal first_free
        while first_free < len(units) and units[first_free] is not None:
            first_free += 1
        position = first_free
        while True:
            while position >= len(units):
                units.extend([None] * BLOCK)
            base = position ^ labels[0]
            if base not in bases and all(units[base ^ label] is None for label in labels):
                bases.add(base)
                return base
            position += 1

    units.extend([None] * BLOCK)
    units[0] = 0
    waiting = [(0, root)]
    while waiting:
        position, node = waiting.pop()
        labels = ([0] if node.value is not None else []) + sorted(node.children)
        base = place(labels)
        offset = base ^ position
        if offset >= 1 << 21:
            raise ValueError("the normalisation map is too large for one trie")
        own = units[position]
        assert own is not None
        units[position] = own | offset << 10 | (1 << 8 if node.value is not None else 0)
        if node.value is not None:
            units[base] = VALUE | node.value
        for byte, child in sorted(node.children.items()):
            units[base ^ byte] = byte
            waiting.append((base ^ byte, child))
    # A free unit must lead nowhere: no byte equals a label that has the value bit.
    return [VALUE if unit is None else unit for unit in units]
