"""What goes between the process that reads documents and the one that asked: frames, and values as JSON.

A frame is the lengths of its two parts (4 and 8 bytes, big-endian), an object as JSON, and bytes. The process that
reads may have been taken over by a hostile file: nothing that it sends is run or believed, all is checked here.
"""

from __future__ import annotations

import json
import struct
import types
import typing
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, BinaryIO, TypeVar

LARGEST = 1 << 30
"""Bytes of the larger frames that are taken."""

_HEAD = struct.Struct(">IQ")
_T = TypeVar("_T")


class Malformed(ValueError):
    """A frame, or a value in it, that is none."""


def send(stream: BinaryIO, said: dict[str, Any], data: bytes = b"") -> None:
    """Write a frame to an unbuffered stream."""
    text = json.dumps(said).encode()
    _write(stream, _HEAD.pack(len(text), len(data)) + text)
    _write(stream, data)


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame of an unbuffered stream; None at its end. Raises ``Malformed`` for what is no frame."""
    head = _read(stream, _HEAD.size)
    if head is None:
        return None
    size, rest = _HEAD.unpack(head)
    if size > LARGEST or rest > LARGEST:
        raise Malformed("a frame is too large")
    text, data = _read(stream, size), _read(stream, rest)
    if text is None or data is None:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("a frame holds no JSON") from error
    if not isinstance(said, dict):
        raise Malformed("a frame holds no object")
    return said, bytes(data)


def _write(stream: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]


def _read(stream: BinaryIO, size: int) -> bytearray | None:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        got = stream.readinto(rest)  # type: ignore[attr-defined]
        if not got:
            return None
        rest = rest[got:]
    return data


def dump(value: Any) -> Any:
    """A value object as JSON-ready values."""
    if is_dataclass(value):
        return {field.name: dump(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [dump(each) for each in value]
    if isinstance(value, dict):
        return {key: dump(each) for key, each in value.items()}
    return value.value if isinstance(value, Enum) else value


def load(kind: type[_T], value: Any) -> _T:
    """The value object of this type that ``dump`` gave; ``Malformed`` for anything else."""
    loaded: _T = _load(kind, value)
    return loaded


def _load(kind: Any, value: Any) -> Any:
    if kind in (str, int, bool):
        if type(value) is not kind:
            raise Malformed(f"no {kind.__name__}")
        return value
    if kind is float:
        if type(value) not in (int, float):
            raise Malformed("no number")
        return float(value)
    if kind is types.NoneType:
        if value is not None:
            raise Malformed("not nothing")
        return None
    if is_dataclass(kind):
        return _object(kind, value)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(inner, value)
    if origin is tuple:
        return _tuple(inner, value)
    if origin is dict:
        if not isinstance(value, dict):
            raise Malformed("no object")
        return {_load(inner[0], key): _load(inner[1], each) for key, each in value.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError as error:
            raise Malformed(f"no {kind.__name__}") from error
    raise TypeError(f"{kind} is not sent between processes")


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    for kind in kinds:
        try:
            return _load(kind, value)
        except Malformed:
            continue
    raise Malformed("of none of the types")


def _tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Malformed("no list")
    if len(kinds) == 2 and kinds[1] is ...:
        return tuple(_load(kinds[0], each) for each in value)
    if len(kinds) != len(value):
        raise Malformed("a list of another length")
    return tuple(_load(kind, each) for kind, each in zip(kinds, value, strict=True))


def _object(kind: Any, value: Any) -> Any:
    hints = _hints(kind)
    if not isinstance(value, dict) or value.keys() != hints.keys():
        raise Malformed(f"no {kind.__name__}")
    return kind(**{name: _load(hint, value[name]) for name, hint in hints.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
