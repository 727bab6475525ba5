"""Where words stand on a page: boxes hold the ink of what they are said to hold, and nothing else."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from qa.documents.pdf import boxes, lay_out, picture

WORDS = "Water reaches every village"


def ink(data: bytes, page: int = 1) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is dark on a page, as shares of it."""
    made = picture(data, "a.pdf", page, 1200)
    assert made is not None
    image = Image.open(BytesIO(made.png)).convert("L")
    assert image.size == (made.width, made.height)
    found = image.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert found is not None
    return found[0] / image.width, found[1] / image.height, found[2] / image.width, found[3] / image.height


@pytest.mark.parametrize("shifted", [False, True])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_boxes_hold_the_ink(printer: Any, turn: int, angle: int, shifted: bool) -> None:
    printed = printer()
    if turn in (90, 270):
        printed.canvas.setPageSize((printed.HEIGHT, printed.WIDTH))  # reportlab turns the paper, too
    printed.canvas.setPageRotation(turn)
    if shifted:
        printed.canvas.setCropBox((50, 60, 560, 790))
    printed.canvas.translate(300, 420)
    printed.canvas.rotate(angle)
    printed.canvas.scale(1.5, 1.5)
    printed.line(-80, printed.HEIGHT, WORDS, 10, "Helvetica")
    printed.page()
    data = printed.bytes()
    layout = lay_out(data, "a.pdf")
    assert layout.content.text == WORDS
    (box,) = boxes(data, "a.pdf", layout, 1, [(0, len(WORDS))])
    dark = ink(data)
    # Across the line a box has room for the letters' height; along it, it ends where the words do.
    for (low, high), (first, last), along in (
        ((box[0], box[2]), (dark[0], dark[2]), (turn + angle) % 180 == 0),
        ((box[1], box[3]), (dark[1], dark[3]), (turn + angle) % 180 == 90),
    ):
        assert low <= first + 0.005 < last - 0.005 <= high
        assert high - low <= last - first + (0.01 if along else 0.03)


def test_a_part_of_a_line_has_a_box_of_its_own(printer: Any) -> None:
    printed = printer()
    printed.line(90, 100, "全市新建水厂三座，步道已经修好。")
    printed.line(90, 118, "另有两座正在建设。")
    printed.page()
    data = printed.bytes()
    layout = lay_out(data, "a.pdf")
    found = boxes(data, "a.pdf", layout, 1, [(4, 8), (14, 20), (900, 905), (3, 3)])
    assert len(found) == 3
    left, top, right, bottom = found[0]
    assert (left * 595, right * 595) == pytest.approx((90 + 4 * 12, 90 + 8 * 12), abs=0.5)
    assert top * 842 < 100 - 9 < 100 < bottom * 842 < 106
    assert found[1][3] <= found[2][3]
    assert found[2][0] * 595 == pytest.approx(90, abs=0.5)


def test_a_picture_of_a_page_that_is_a_strip_stays_small(printer: Any) -> None:
    printed = printer()
    printed.canvas.setPageSize((20, 14_000))
    printed.line(2, 842 - 13_000, WORDS, 1, "Helvetica")
    printed.page()
    data = printed.bytes()
    made = picture(data, "a.pdf", 1, 2000)
    assert made is not None
    assert made.width * made.height < 45_000_000
    assert made.pages == 1
    assert picture(data, "a.pdf", 2, 100) is None
    assert picture(data, "a.pdf", 0, 100) is None


def test_words_inside_a_form_that_is_placed_on_the_page(printer: Any) -> None:
    printed = printer()
    printed.canvas.beginForm("stamp")
    printed.line(0, printed.HEIGHT, WORDS, 10, "Helvetica")
    printed.canvas.endForm()
    printed.canvas.translate(200, 500)
    printed.canvas.scale(2, 2)
    printed.canvas.doForm("stamp")
    printed.page()
    data = printed.bytes()
    layout = lay_out(data, "a.pdf")
    assert layout.content.text == WORDS
    (box,) = boxes(data, "a.pdf", layout, 1, [(0, len(WORDS))])
    dark = ink(data)
    assert box[0] <= dark[0] + 0.005
    assert box[1] <= dark[1] < dark[3] <= box[3] + 0.005
    assert box[2] == pytest.approx(dark[2], abs=0.01)
    assert box[3] - box[1] == pytest.approx(0.98 * 20 / printed.HEIGHT, abs=0.002)
