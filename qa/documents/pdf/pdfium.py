"""PDFium, the one place that calls it: glyphs of a page with their places, boxes of glyphs, and a picture of a page.

PDFium is not thread-safe, so every call is made under one lock; between the pages of a long document others may have
it. Scripts, embedded files and links are never run or opened: the library is built without a script engine, and
forms are not started.
"""

from __future__ import annotations

import ctypes
import math
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from qa.errors import DocumentError

_LOCK = threading.RLock()
_MOST_GLYPHS = 50_000
_MOST_PIXELS = 40_000_000
_STRAIGHT = 8.0  # degrees that a line may lean
# How far a line of Chinese reaches above and below its baseline, in ems: fonts state their own sizes badly.
_ASCENT, _DESCENT = 0.86, 0.12


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character as it stands on a page, in the frame in which its text runs from left to right.

    ``index`` is PDFium's number of it on the page; ``x0``, ``x1`` and ``baseline`` are points from the frame's left
    and top; ``size`` is its em in points. ``spaced`` says that PDFium sees a space in front of it. ``font`` names its
    font and the way in which it is drawn (filled, outlined to look bold).
    """

    char: str
    index: int
    x0: float
    x1: float
    baseline: float
    size: float
    turn: int
    spaced: bool
    font: str


@dataclass(frozen=True, slots=True)
class PageGlyphs:
    """What stands on a page: its glyphs in the file's order, and what else there is.

    ``leaning`` counts characters that were left out because they run aslant, as watermarks do; ``picture_share`` is
    the share of the page that its largest picture covers; ``size`` is its width and height in points, as seen with
    text that is not turned upright.
    """

    glyphs: tuple[Glyph, ...]
    leaning: int
    pictures: int
    drawings: int
    picture_share: float
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A page's box seen with its text upright: ``turn`` is by how many degrees that text is turned, anticlockwise."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turn in (90, 270) else (width, height)

    def seen(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page as distance from the left and from the top."""
        if self.turn == 90:
            return y - self.bottom, x - self.left
        if self.turn == 180:
            return self.right - x, y - self.bottom
        if self.turn == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def page(self, u: float, v: float) -> tuple[float, float]:
        """The way back from ``seen``."""
        if self.turn == 90:
            return v + self.left, u + self.bottom
        if self.turn == 180:
            return self.right - u, v + self.bottom
        if self.turn == 270:
            return self.right - v, self.top - u
        return u + self.left, self.top - v


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Any]:
    """The document, closed at the end.

    Raises ``DocumentError`` when it is damaged, or needs a password.
    """
    import pypdfium2
    import pypdfium2.raw as raw

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            code = getattr(error, "err_code", None)
            if code == raw.FPDF_ERR_PASSWORD:
                raise DocumentError(
                    f"{name} needs a password.", "Open it in a PDF viewer and print or save it without one."
                ) from error
            if code == raw.FPDF_ERR_SECURITY:
                raise DocumentError(
                    f"{name} is encrypted in a way that is not read.",
                    "Open it in a PDF viewer and print it to a new PDF.",
                ) from error
            raise DocumentError(
                f"{name} is damaged or no PDF.", "Open it in a PDF viewer and save it again, or fetch it anew."
            ) from error
    try:
        yield document
    finally:
        with _LOCK:
            document.close()


@contextmanager
def _page(document: Any, number: int) -> Iterator[Any]:
    import pypdfium2

    with _LOCK:
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise DocumentError(
                f"page {number} is damaged and cannot be shown.", "Open the document in a PDF viewer and save it again."
            ) from error
        try:
            yield page
        finally:
            page.close()


@contextmanager
def _text(page: Any) -> Iterator[Any]:
    text = page.get_textpage()
    try:
        yield text
    finally:
        text.close()


def _frame(page: Any, turn: int) -> Frame:
    left, bottom, right, top = page.get_bbox()
    return Frame(left, bottom, right, top, turn)


def glyphs(document: Any, number: int) -> PageGlyphs | None:
    """What stands on a page (from 1); None for one that PDFium cannot load, or with more characters than pages have."""
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        with _page(document, number) as page, _text(page) as text:
            if raw.FPDFText_CountChars(text) > _MOST_GLYPHS:
                return None
            found, leaning = _glyphs(page, text)
            size = _frame(page, 0).size
            pictures, drawings, share = _others(page) if len(found) < 100 else (0, 0, 0.0)
    except (DocumentError, pypdfium2.PdfiumError):
        return None
    return PageGlyphs(tuple(found), leaning, pictures, drawings, share, size)


def _glyphs(page: Any, text: Any) -> tuple[list[Glyph], int]:
    import pypdfium2.raw as raw

    frames = {turn: _frame(page, turn) for turn in (0, 90, 180, 270)}
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    found: list[Glyph] = []
    leaning = 0
    spaced = False
    fonts = _Fonts()
    for index in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, index)
        if raw.FPDFText_IsGenerated(text, index) == 1:
            spaced = True
            continue
        char = _character(code)
        if raw.FPDFText_HasUnicodeMapError(text, index) == 1:
            char = "\ufffd"
        if not char:
            continue
        raw.FPDFText_GetMatrix(text, index, matrix)
        turn = _turn(matrix.a, matrix.b)
        if turn is None:
            leaning += 1
            continue
        frame = frames[turn]
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        raw.FPDFText_GetLooseCharBox(text, index, box)
        _, baseline = frame.seen(x.value, y.value)
        ends = sorted((frame.seen(box.left, box.bottom)[0], frame.seen(box.right, box.top)[0]))
        size = raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
        width, height = frame.size
        if ends[1] < 0 or ends[0] > width or not 0 <= baseline <= height + size:
            continue  # outside what is shown of the page
        if not (math.isfinite(size) and math.isfinite(baseline) and all(map(math.isfinite, ends))) or size < 0.5:
            continue
        found.append(Glyph(char, index, ends[0], ends[1], baseline, size, turn, spaced, fonts.of(text, index)))
        spaced = False
    return found, leaning


class _Fonts:
    """The fonts of a page's characters by name; most characters have the one of the character before."""

    def __init__(self) -> None:
        self._object = 0
        self._font = ""

    def of(self, text: Any, index: int) -> str:
        import pypdfium2.raw as raw

        thing = raw.FPDFText_GetTextObject(text, index)
        if not thing:
            return ""
        address = ctypes.addressof(thing.contents)
        if address != self._object:
            name = ctypes.create_string_buffer(128)
            raw.FPDFFont_GetBaseFontName(raw.FPDFTextObj_GetFont(thing), name, 128)
            # A name of a font that holds only some characters begins with six letters and a plus.
            known = name.value.decode("latin-1")
            known = known[7:] if known[6:7] == "+" else known
            self._object, self._font = address, f"{known} {raw.FPDFTextObj_GetTextRenderMode(thing)}"
        return self._font


def _character(code: int) -> str:
    """What PDFium gives for a character; hyphens at a line's end come as marks of its own."""
    if code in (0x02, 0xFFFE):
        return "-"
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    char = chr(code)
    return "" if code < 0x20 and not char.isspace() else char


def _turn(a: float, b: float) -> int | None:
    if a == 0 and b == 0:
        return 0
    angle = math.degrees(math.atan2(b, a)) % 360
    nearest = round(angle / 90) * 90
    return nearest % 360 if abs(angle - nearest) <= _STRAIGHT else None


def _others(page: Any) -> tuple[int, int, float]:
    """How many pictures and drawings a page has, and the share of it that its largest picture covers."""
    import pypdfium2
    import pypdfium2.raw as raw

    kinds: Counter[int] = Counter()
    width, height = page.get_size()
    share = 0.0
    for thing in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH), max_depth=4):
        kinds[thing.type] += 1
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            try:
                left, bottom, right, top = thing.get_bounds()
            except pypdfium2.PdfiumError:
                continue  # a picture without a place
            share = max(share, (right - left) * (top - bottom) / max(1.0, width * height))
    return kinds[raw.FPDF_PAGEOBJ_IMAGE], kinds[raw.FPDF_PAGEOBJ_PATH], share


def boxes(document: Any, number: int, pieces: Sequence[Sequence[int]]) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom, as shares of the page as seen, of pieces of lines given by their glyphs' numbers."""
    import pypdfium2.raw as raw

    out: list[tuple[float, float, float, float]] = []
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    with _page(document, number) as page, _text(page) as text:
        frames = {turn: _frame(page, turn) for turn in (0, 90, 180, 270)}
        shown = frames[page.get_rotation()]
        width, height = shown.size
        for piece in pieces:
            corners: list[tuple[float, float]] = []
            for index in piece:
                raw.FPDFText_GetMatrix(text, index, matrix)
                frame = frames[_turn(matrix.a, matrix.b) or 0]
                raw.FPDFText_GetCharOrigin(text, index, x, y)
                raw.FPDFText_GetLooseCharBox(text, index, box)
                size = raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
                baseline = frame.seen(x.value, y.value)[1]
                for corner in ((box.left, box.bottom), (box.right, box.top)):
                    along = frame.seen(*corner)[0]
                    edges = (baseline - _ASCENT * size, baseline + _DESCENT * size)
                    corners += [shown.seen(*frame.page(along, across)) for across in edges]
            left, right = (min(c[0] for c in corners), max(c[0] for c in corners))
            top, bottom = (min(c[1] for c in corners), max(c[1] for c in corners))
            out.append((_share(left / width), _share(top / height), _share(right / width), _share(bottom / height)))
    return out


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def picture(document: Any, number: int, width: int) -> tuple[bytes, int, int]:
    """A page as PNG, about ``width`` pixels wide (less where it would be absurdly high), with width and height.

    Raises ``DocumentError`` when the page cannot be drawn.
    """
    with _page(document, number) as page:
        points = page.get_size()
        scale = width / max(1.0, points[0])
        pixels = points[0] * points[1] * scale * scale
        if pixels > _MOST_PIXELS:
            scale *= math.sqrt(_MOST_PIXELS / pixels)
        # A picture is never empty, however thin its page is.
        scale = max(scale, 1 / max(1.0, min(points)))
        bitmap = page.render(scale=scale, limit_image_cache=True)
        try:
            image = bitmap.to_pil()
            out = BytesIO()
            image.save(out, "PNG")
            return out.getvalue(), image.width, image.height
        finally:
            bitmap.close()
