"""A document's text, written line by line by the readers of formats that have no text of their own."""

from __future__ import annotations

from collections.abc import Iterable

from qa.documents.model import Block, Kind
from qa.documents.plain import trim
from qa.documents.tables import Line


class Writer:
    """Collects lines, and the blocks that they are."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        """The lines, joined with line breaks."""
        return "\n".join(self._parts)

    @property
    def position(self) -> int:
        """The offset at which the next line will begin."""
        return self._length

    def add(
        self,
        text: str,
        kind: Kind = Kind.TEXT,
        level: int | None = None,
        table: int | None = None,
        named: bool = False,
        above: tuple[str, ...] = (),
    ) -> None:
        """Add a block; of ordinary text, one for each of its lines."""
        begin = 0
        for piece in text.split("\n") if kind is Kind.TEXT else [text]:
            span = trim(text, begin, begin + len(piece))
            begin += len(piece) + 1
            if span is not None:
                start, end = (self._length + at for at in span)
                self.blocks.append(Block(start, end, kind, level, table=table, named=named, above=above))
        self._parts.append(text)
        self._length += len(text) + 1

    def add_table(self, lines: Iterable[Line], number: int) -> None:
        """Add the lines of the table of this number."""
        for line in lines:
            table = number if line.kind is Kind.ROW else None
            self.add(line.text, line.kind, line.level, table, line.named, line.above)
