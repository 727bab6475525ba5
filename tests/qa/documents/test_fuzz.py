"""Thousands of damaged files of every format through the process that reads: each is read, or refused in one line."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from qa import Library
from qa.documents import SUFFIXES, Limits
from qa.documents.formats import FORMATS
from qa.documents.isolation import IsolatedReader
from qa.errors import DocumentError

PARAGRAPHS = [
    "澜溪市图书馆管理办法",
    "第一章 总则",
    "第一条 为了方便读者，制定本办法。",
    "第二条 图书馆周一闭馆，周二至周日上午9时开放，节假日另行通知。",
    "第三条 借书证工本费五元，遗失补办十元。",
    "本办法自2023年3月1日起施行。",
]
ROWS = [["项目", "金额（万元）", "比例"], ["图书", "120", "40%"], ["修缮", "80.5", "26.8%"]]


def text() -> bytes:
    return "\n\n".join(PARAGRAPHS).encode()


def markdown() -> bytes:
    table = "\n".join("| " + " | ".join(row) + " |" for row in [ROWS[0], ["---"] * 3, *ROWS[1:]])
    return (
        "---\ntitle: 办法\n---\n# "
        + "\n\n## ".join(PARAGRAPHS[:2])
        + "\n\n"
        + "\n\n".join(PARAGRAPHS[2:])
        + "\n\n"
        + table
    ).encode()


def page() -> bytes:
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    body = "".join(f"<p class='x'>{p}</p>" for p in PARAGRAPHS[1:])
    head = "<meta charset='utf-8'><meta name='PubDate' content='2023-03-01'><title>办法</title>"
    return (
        f"<html><head>{head}</head><body><nav>首页</nav><h1>{PARAGRAPHS[0]}</h1>{body}<table>{cells}</table>".encode()
    )


def pdf(printer: Any) -> bytes:
    printed = printer(pageCompression=0)
    printed.flow(PARAGRAPHS)
    printed.flow(PARAGRAPHS)
    data: bytes = printed.bytes()
    return data


def docx() -> bytes:
    import docx as writer

    made = writer.Document()
    made.add_heading(PARAGRAPHS[0], 0)
    for each in PARAGRAPHS[1:]:
        made.add_paragraph(each)
    table = made.add_table(len(ROWS), len(ROWS[0]))
    for i, row in enumerate(ROWS):
        for j, cell in enumerate(row):
            table.cell(i, j).text = cell
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pptx() -> bytes:
    import pptx as writer

    show = writer.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = PARAGRAPHS[0]
    slide.placeholders[1].text = "\n".join(PARAGRAPHS[1:])
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def delimited(between: str) -> bytes:
    return "\n".join(between.join(row) for row in ROWS).encode()


def message() -> bytes:
    made = EmailMessage()
    made["Subject"], made["From"], made["Date"] = (
        PARAGRAPHS[0],
        "李明 <li@example.com>",
        "Tue, 07 Mar 2023 09:30:00 +0800",
    )
    made.set_content("\n\n".join(PARAGRAPHS))
    made.add_alternative(page().decode(), subtype="html")
    made.add_attachment(text(), maintype="text", subtype="plain", filename="办法.txt")
    return made.as_bytes()


def saved_page() -> bytes:
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    head += b"--b\r\nContent-Type: text/html\r\n\r\n"
    return head + page() + b"\r\n--b\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("报告/办法.txt", text())
        made.writestr("页.html", page())
        made.writestr("内.zip", b"PK\x05\x06" + bytes(18))
    return out.getvalue()


def seed(suffix: str, printer: Any) -> bytes:
    """A small sound file of a format."""
    seeds: dict[str, Callable[[], bytes]] = {
        ".txt": text,
        ".text": lambda: text().decode().encode("gb18030"),
        ".md": markdown,
        ".markdown": markdown,
        ".html": page,
        ".htm": lambda: page().decode().replace("utf-8", "gbk").encode("gbk"),
        ".pdf": lambda: pdf(printer),
        ".docx": docx,
        ".xlsx": xlsx,
        ".xlsm": xlsx,
        ".pptx": pptx,
        ".pptm": pptx,
        ".csv": lambda: delimited(","),
        ".tsv": lambda: delimited("\t"),
        ".eml": message,
        ".mht": saved_page,
        ".mhtml": saved_page,
        ".zip": archive,
    }
    return seeds[suffix]()


# -- damage -----------------------------------------------------------------------------------------------

Damage = Callable[[random.Random, bytes], bytes]


def flipped(chance: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 2, 5, 30))):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))] or data[:1]


def inserted(chance: random.Random, data: bytes) -> bytes:
    at, size = chance.randrange(len(data)), chance.choice((1, 4, 100, 5000))
    piece = chance.choice(
        (chance.randbytes(size), data[at : at + size] * 3, b"\x00" * size, b"<" * size, b"\xff" * size)
    )
    return data[:at] + piece + data[at:]


def emptied(chance: random.Random, data: bytes) -> bytes:
    at, size = chance.randrange(len(data)), chance.choice((4, 64, 1000))
    return data[:at] + b"\x00" * len(data[at : at + size]) + data[at + size :]


def moved(chance: random.Random, data: bytes) -> bytes:
    a, b = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    return data[b:] + data[a:b] + data[:a]


TAG = re.compile(rb"<[^<>]{1,300}>")
NUMBER = re.compile(rb"\d+")


def markup(chance: random.Random, data: bytes) -> bytes:
    """Tags dropped, doubled, nested deep or swapped; numbers made absurd; entities put in."""
    tags = list(TAG.finditer(data))
    for _ in range(chance.choice((1, 3, 10))):
        if not tags:
            break
        tag = chance.choice(tags)
        other = chance.choice(tags).group()
        piece = chance.choice(
            (
                b"",
                tag.group() * 2,
                other,
                tag.group() * 2000,
                b"<![CDATA[",
                b"&lol;",
                b"<!DOCTYPE a [<!ENTITY lol 'lol'>]>",
                b"<!--",
            )
        )
        data = data[: tag.start()] + piece + data[tag.end() :]
        tags = list(TAG.finditer(data))[:5000]
    return data


def numbers(chance: random.Random, data: bytes) -> bytes:
    absurd = (b"0", b"-1", b"99999999999", b"4294967296", b"1e999", b"", b"NaN")
    return NUMBER.sub(lambda m: chance.choice(absurd) if chance.random() < 0.05 else m.group(), data)


DAMAGES: tuple[Damage, ...] = (flipped, cut, inserted, emptied, moved, markup, numbers)


def repacked(chance: random.Random, data: bytes) -> bytes:
    """Damage inside an archive: a part damaged, dropped, renamed, doubled or put in another's place."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts = [(info.filename, opened.read(info)) for info in opened.infolist()]
    at = chance.randrange(len(parts))
    name, content = parts[at]
    match chance.randrange(8):
        case 0:
            del parts[at]
        case 1:
            parts[at] = (chance.choice(("../" + name, name + "x", name.upper(), "/" + name)), content)
        case 2:
            parts.append((name, chance.choice(parts)[1]))
        case 3:
            parts[at] = (name, chance.choice(parts)[1])
        case _:
            parts[at] = (name, chance.choice(DAMAGES)(chance, content) if content else b"x")
    out = io.BytesIO()
    # The warnings are of double names, which are meant.
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for each, content in parts:
            made.writestr(each, content)
    return out.getvalue()


def damaged(seeds: dict[str, bytes], count: int, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """So many damaged files, the formats in turn; the same for the same numbers."""
    suffixes = sorted(seeds)
    for number in range(first, first + count):
        chance = random.Random(number)
        end = suffixes[number % len(suffixes)]
        data = seeds[end]
        for _ in range(chance.choice((1, 1, 2))):
            if data.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(data)) and chance.random() < 0.6:
                try:
                    data = repacked(chance, data)
                    continue
                except Exception:  # damaged already: bytes are damaged instead
                    pass
            data = chance.choice(DAMAGES)(chance, data) or b"x"
        yield f"坏{number}{end}", data


@pytest.fixture(scope="module")
def seeds(printer: Any) -> dict[str, bytes]:
    return {suffix: seed(suffix, printer) for suffix in SUFFIXES}


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    made = IsolatedReader(Limits(seconds=20))
    yield made
    made.close()


def outcome(reader: IsolatedReader, name: str, data: bytes) -> str:
    """What became of a file; what may not become of it is an assertion."""
    refusals = []
    try:
        if name.endswith((".zip", ".eml")):
            opened = reader.unpack(data, name)
            for number in range(len(opened.entries)):
                try:
                    opened.read(number, 1 << 20)
                except DocumentError as error:
                    refusals.append(error)
        if not name.endswith(".zip"):
            reader.parse(data, name)
        said = "read"
    except DocumentError as error:
        refusals.append(error)
        said = "refused"
    for error in refusals:
        assert error.message
        assert "\n" not in error.message
        assert len(error.message) < 400
        for word in ("crashed", "gave no sense", "takes longer", "not foreseen"):
            if word in error.message:
                return word + error.message.partition("not foreseen")[2]
    return said


def through(reader: IsolatedReader, files: Iterator[tuple[str, bytes]]) -> Counter[str]:
    return Counter(f"{outcome(reader, name, data)} {Path(name).suffix}" for name, data in files)


def foreseen(outcomes: Counter[str]) -> bool:
    return all(each.split()[0] in ("read", "refused") for each in outcomes)


def test_every_format_has_a_seed_that_is_read(reader: IsolatedReader, seeds: dict[str, bytes]) -> None:
    assert seeds.keys() == SUFFIXES
    for suffix, data in seeds.items():
        assert outcome(reader, f"好{suffix}", data) == "read"
        if suffix in FORMATS:
            assert "图书" in reader.parse(data, f"好{suffix}").text


def test_some_damaged_files(reader: IsolatedReader, seeds: dict[str, bytes]) -> None:
    outcomes = through(reader, damaged(seeds, 400))
    assert sum(outcomes.values()) == 400
    assert foreseen(outcomes), outcomes


@pytest.mark.slow
def test_many_damaged_files(reader: IsolatedReader, seeds: dict[str, bytes]) -> None:
    outcomes = through(reader, damaged(seeds, 5000, first=1000))
    assert sum(outcomes.values()) == 5000
    assert foreseen(outcomes), outcomes


def test_nothing_is_half_added(seeds: dict[str, bytes], tmp_path: Path, embedder: Embedder) -> None:
    with Library.open(tmp_path / "library", model=embedder) as library:
        for name, data in damaged(seeds, 40, first=600):
            before = library.catalogue()
            report = library.add_bytes(data, name)
            added = [a for a in report.additions if a.status == "added"]
            assert len(library.catalogue()) == len(before) + len(added)
            assert all(a.reason and "\n" not in a.reason for a in report.failed)
        assert library.problems() == []
        for document in library.documents():
            for passage in library.passages(document.id):
                assert document.text[passage.start : passage.end] == passage.text
