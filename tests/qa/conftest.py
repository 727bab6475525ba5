"""Fixtures shared by the tests of qa."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

CLOSERS = "，。、；：！？）》”"


class Printer:
    """Prints small PDFs as word processors do: Chinese text justified in one column or several, from page to page.

    Places are points from the left and the top of the page, at the baseline.
    """

    WIDTH, HEIGHT = 595, 842

    def __init__(self, *, size: float = 12, **options: Any) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas

        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        self._out = BytesIO()
        self.canvas = Canvas(self._out, pagesize=(self.WIDTH, self.HEIGHT), invariant=1, **options)
        self.size = size

    def line(self, x: float, y: float, text: str, size: float | None = None, font: str = "STSong-Light") -> None:
        self.canvas.setFont(font, size or self.size)
        self.canvas.drawString(x, self.HEIGHT - y, text)

    def middle(self, y: float, text: str, size: float) -> None:
        self.line((self.WIDTH - size * len(text)) / 2, y, text, size)

    def picture(self, left: float, top: float, right: float, bottom: float) -> None:
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        image = ImageReader(Image.new("RGB", (40, 60), (90, 120, 150)))
        self.canvas.drawImage(image, left, self.HEIGHT - bottom, right - left, bottom - top)

    def page(self) -> None:
        self.canvas.showPage()

    def flow(
        self,
        paragraphs: list[str],
        *,
        columns: tuple[tuple[float, float], ...] = ((90, 510),),
        top: float = 100,
        bottom: float = 760,
        head: str = "",
        number: str = "",
        indent: int = 2,
        first_top: float | None = None,
    ) -> list[int]:
        """Set paragraphs of Chinese text; returns for each the page on which it begins. Ends the last page."""
        begins, page, column, y = [], 1, 0, first_top or top

        def furnish() -> None:
            if head:
                self.line(90, 50, head, 9)
            if number:
                self.line(280, 810, number.format(page), 9)

        furnish()
        for paragraph in paragraphs:
            lines = wrap(paragraph, int((columns[0][1] - columns[0][0]) / self.size), indent)
            for i, text in enumerate(lines):
                if y > bottom:
                    column, y = column + 1, top
                    if column == len(columns):
                        self.page()
                        page, column = page + 1, 0
                        furnish()
                if not i:
                    begins.append(page)
                self.line(columns[column][0] + (0 if i else indent * self.size), y, text)
                y += 1.5 * self.size
        self.page()
        return begins

    def bytes(self) -> bytes:
        self.canvas.save()
        return self._out.getvalue()


def wrap(text: str, width: int, indent: int) -> list[str]:
    """Lines of so many Chinese characters, the first set in; a closing mark hangs behind the last."""
    lines, room = [], width - indent
    while text:
        end = room
        while text[end : end + 1] and text[end] in CLOSERS:
            end += 1
        lines.append(text[:end])
        text, room = text[end:], width
    return lines


@pytest.fixture(scope="session")
def printer() -> type[Printer]:
    """What prints small PDFs."""
    return Printer
