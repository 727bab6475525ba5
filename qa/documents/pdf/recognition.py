"""Reading pages that are only pictures: letters are recognised (OCR) by ``rapidocr``, which the extra ``ocr`` brings.

It runs on this computer with the models that come with it (PP-OCR, Apache-2.0), and is off by default: a page takes
seconds, and what is recognised may be wrong where a font's own text cannot be.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from qa.documents.pdf.lines import is_wide
from qa.documents.pdf.pdfium import Glyph, PageGlyphs, picture

_RESOLUTION = 200  # pixels an inch
_SURE = 0.5  # what is less sure is left out
# A line's box reaches beyond its letters: an em is this share of its height, the baseline that share above its bottom.
_EM, _BELOW = 0.8, 0.22
_THREADS = 2  # the processor's time of the process is bounded


def installed() -> bool:
    """Whether letters can be recognised here."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def recognised(document: Any, number: int, size: tuple[float, float]) -> PageGlyphs:
    """What stands in the picture of a page (from 1), ``size`` points wide and high; PDFium has no number of its glyphs.

    Raises ``DocumentError`` when the page cannot be drawn.
    """
    import numpy as np
    from PIL import Image

    png, width, _ = picture(document, number, max(16, round(size[0] * _RESOLUTION / 72)))
    shown = np.asarray(Image.open(BytesIO(png)).convert("RGB"))[:, :, ::-1]
    found = _engine()(np.ascontiguousarray(shown))
    scale = size[0] / width
    glyphs: list[Glyph] = []
    if found.boxes is not None:
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            if score >= _SURE:
                (left, top), (right, bottom) = corners.min(axis=0) * scale, corners.max(axis=0) * scale
                glyphs += _spread(text, float(left), float(right), float(top), float(bottom))
    return PageGlyphs(tuple(glyphs), 0, 0, 0, 0.0, size)


def _spread(text: str, left: float, right: float, top: float, bottom: float) -> list[Glyph]:
    """The letters of a line over its box, by their usual widths."""
    widths = [2 if is_wide(char) else 1 for char in text]
    unit = (right - left) / max(1, sum(widths))
    em, baseline = (bottom - top) * _EM, bottom - (bottom - top) * _BELOW
    glyphs, at, spaced = [], left, False
    for char, width in zip(text, widths, strict=True):
        end = at + width * unit
        if char.isspace():
            spaced = True
        else:
            glyphs.append(Glyph(char, -1, at, end, baseline, em, 0, spaced, ""))
            spaced = False
        at = end
    return glyphs


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
