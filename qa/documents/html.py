"""Web pages: the visible text, one line a block element; headings, tables, and what is only navigation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from qa.documents import limits
from qa.documents.decode import decode
from qa.documents.metadata import iso_date
from qa.documents.model import Block, Content, Kind, Metadata
from qa.documents.plain import trim
from qa.documents.tables import Grid, Merge, render
from qa.errors import DocumentError

_CHARSET = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([A-Za-z0-9_.-]+)",
    re.I,
)
_UNSEEN = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "head",
        "select",
        "datalist",
        "button",
        "input",
        "textarea",
        "map",
        "area",
        "link",
        "meta",
        "base",
        "param",
        "source",
        "track",
        "dialog",
    )
)
_ASIDE = frozenset(("nav", "aside", "footer", "menu"))
_ASIDE_ROLES = frozenset(
    (
        "navigation",
        "contentinfo",
        "complementary",
        "banner",
        "search",
        "menu",
        "menubar",
    )
)
_ASIDE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:bread-?crumbs?|crumbs?|nav-?bar|side-?bar|footer|copyright|site-?nav|share-?bar)"
    r"(?:$|[\s_-])",
    re.I,
)
_LINES = frozenset(
    (
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "legend",
    )
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
# Of those that nest where they are not closed; people leave <p>, <li> and cells open.
_NESTING = re.compile(
    "<(/?)(?:article|b|big|blockquote|center|code|div|dl|em|fieldset|font|form|i|main|ol|section|small|span|strong"
    "|sub|sup|table|tt|u|ul)(?=[\\s>/])",
    re.I,
)
_SPACES = re.compile("[ \t\r\n\f]+")
_BREAKS = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]+")
_LEAST = 30  # visible characters that must be left when navigation is set apart
_LAYOUT_CELL = 800  # characters of a cell that holds an article, not a value
_MOST_SPAN = 100  # columns or rows that one cell may reach over
_MOST_COVERED = 1_000_000  # places that cells of a table reach over
_META = {
    "title": ("articletitle", "og:title", "twitter:title"),
    "date": (
        "pubdate",
        "publishdate",
        "article:published_time",
        "date",
        "dc.date",
        "datepublished",
        "publish_time",
    ),
    "source": ("contentsource", "article:source", "source"),
    "organisation": ("author", "dc.publisher", "publisher"),
}
_BODY = re.compile(r"[\u4e00-\u9fff]{2,30}(?:政府|委员会|法院|检察院|办公厅|办公室|[部厅局署院会]|大学|公司|中心)")


@dataclass(slots=True)
class _Line:
    text: str
    kind: Kind
    level: int | None = None
    table: int | None = None
    aside: bool = False
    named: bool = False
    above: tuple[str, ...] = ()


@dataclass(slots=True)
class _Writer:
    """Collects the lines of a page."""

    lines: list[_Line] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def flush(self, level: int | None, aside: bool) -> None:
        line = _SPACES.sub(" ", "".join(self.parts)).strip(" ")
        self.parts.clear()
        if line.strip():
            kind = Kind.TEXT if level is None or aside else Kind.HEADING
            self.lines.append(_Line(_BREAKS.sub(" ", line), kind, level if kind is Kind.HEADING else None, None, aside))


def read(data: bytes, name: str) -> Content:
    """Text and blocks of a page. Scripts and what is hidden are left out; navigation is boilerplate.

    Raises ``DocumentError`` when the bytes are no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    match = _CHARSET.search(data[:4096])
    declared = (match[1] or match[2]).decode("ascii") if match else None
    source = decode(data, name, declared)
    _check_nesting(source, name)
    tree = LexborHTMLParser(source)
    lines = _lines(tree.body) if tree.body is not None else []
    seen = sum(len(line.text) for line in lines if not line.aside)
    if seen < _LEAST:
        for line in lines:
            line.aside = False
    text = "\n".join(line.text for line in lines)
    blocks: list[Block] = []
    asides: list[tuple[int, int]] = []
    position = 0
    for line in lines:
        span = trim(text, position, position + len(line.text))
        position += len(line.text) + 1
        if span is None:
            continue
        if line.aside:
            asides.append(span)
        else:
            blocks.append(Block(*span, line.kind, line.level, table=line.table, named=line.named, above=line.above))
    return Content(text, tuple(blocks), _stated(tree, lines), tuple(asides))


def _check_nesting(source: str, name: str) -> None:
    """Refuse a page whose elements lie absurdly deep in one another: parsing it takes the square of that in time."""
    depth, most = 0, limits.current().nesting
    for tag in _NESTING.finditer(source):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > most:
            raise DocumentError(f"{name} nests its elements more than {most:,} deep.", "Save it as a text file.")


def _lines(body: Any) -> list[_Line]:
    writer = _Writer()
    tables = 0
    # A stack of our own: pages nest deeper than Python's calls may. An entry is (node, level, aside, in an
    # article, preformatted) or, to close a block element, (None, level, aside, ...).
    stack: list[tuple[Any, int | None, bool, bool, bool]] = [(body, None, False, False, False)]
    while stack:
        node, level, aside, article, pre = stack.pop()
        if node is None:
            writer.flush(level, aside)
            continue
        tag = node.tag
        if tag == "-text":
            words = node.text_content or ""
            if pre:
                for i, part in enumerate(re.split(r"\r\n|\r|\n", words)):
                    if i:
                        writer.flush(level, aside)
                    writer.parts.append(part)
            else:
                writer.parts.append(words)
            continue
        if tag.startswith(("-", "_", "!")) or tag in _UNSEEN or _hidden(node):
            continue
        if tag in _LINES:
            writer.flush(level, aside)
            if tag in ("br", "hr"):
                continue
            inside = aside or _is_aside(node, tag, article)
            article = article or tag in ("article", "main")
            own = int(tag[1]) if re.fullmatch("h[1-6]", tag) else level
            stack.append((None, own, inside, article, pre))
            if tag == "table" and _is_data(node):
                tables += 1
                writer.lines.extend(
                    _Line(row.text, Kind.ROW, None, tables, inside, row.named, row.above)
                    for row in render(_grid(node)).lines
                    if row.text
                )
                continue
            level, aside, pre = own, inside, pre or tag == "pre"
        children = []
        child = node.child
        while child is not None:
            children.append((child, level, aside, article, pre))
            child = child.next
        stack.extend(reversed(children))
    writer.flush(None, False)
    return writer.lines


def _hidden(node: Any) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))


def _is_aside(node: Any, tag: str, article: bool) -> bool:
    if tag in _ASIDE and not (article and tag == "footer"):
        return True
    attributes = node.attributes
    if (attributes.get("role") or "").lower() in _ASIDE_ROLES:
        return True
    if tag == "header" and not article and node.css_first("h1") is None:
        return True
    if tag in ("article", "main", "body", "h1"):
        return False
    return any(_ASIDE_CLASS.search(attributes.get(key) or "") for key in ("class", "id"))


def _is_data(table: Any) -> bool:
    """Whether a table holds values; pages also use tables to lay out whole articles."""
    if table.css_first("table table, h1, h2, h3, nav, article") is not None:
        return False
    cells = table.css("td, th")
    if any(len(cell.text()) > _LAYOUT_CELL for cell in cells):
        return False
    return any(len(row.css("td, th")) > 1 for row in table.css("tr"))


def _grid(table: Any) -> Grid:
    rows: list[list[str]] = []
    merges: list[Merge] = []
    header, heading = 0, True
    covered: dict[tuple[int, int], bool] = {}
    caption = table.css_first("caption")
    if caption is not None and (title := _cell(caption)):
        rows.append([title])
        header = 1
    for row in table.css("tr"):
        if _hidden(row):
            continue
        at = len(rows)
        texts: list[str] = []
        cells = [cell for cell in row.css("td, th") if not _hidden(cell)]
        for cell in cells:
            while covered.get((at, len(texts))):
                texts.append("")
            wide, tall = _span(cell, "colspan"), _span(cell, "rowspan")
            column = len(texts)
            texts.extend([_cell(cell), *[""] * (wide - 1)])
            if wide > 1 or tall > 1:
                merges.append(Merge(at, column, at + tall, column + wide))
                for below in range(at + 1, at + tall) if len(covered) < _MOST_COVERED else ():
                    covered.update(((below, beside), True) for beside in range(column, column + wide))
        inside = row.parent is not None and row.parent.tag == "thead"
        heading = heading and bool(cells) and (inside or all(cell.tag == "th" for cell in cells))
        header += heading
        rows.append(texts)
    return Grid(rows, merges, header if header > (caption is not None) else None)


def _span(cell: Any, name: str) -> int:
    """How many columns or rows a cell reaches over; pages also state absurd numbers."""
    value = (cell.attributes.get(name) or "").strip()
    return min(max(int(value), 1), _MOST_SPAN) if value.isascii() and value.isdigit() else 1


def _cell(node: Any) -> str:
    parts: list[str] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.tag == "-text":
            parts.append(current.text_content or "")
            continue
        if current is not node:
            if current.tag in _UNSEEN or current.tag.startswith(("-", "_", "!")) or _hidden(current):
                continue
            if current.tag in _LINES:
                parts.append(" ")
        children = []
        child = current.child
        while child is not None:
            children.append(child)
            child = child.next
        stack.extend(reversed(children))
    return _BREAKS.sub(" ", _SPACES.sub(" ", "".join(parts))).strip()


def _stated(tree: Any, lines: list[_Line]) -> Metadata:
    fields: dict[str, str] = {}
    for node in tree.css("meta"):
        key = node.attributes.get("name") or node.attributes.get("property") or node.attributes.get("itemprop")
        value = " ".join((node.attributes.get("content") or "").split())
        if key and value:
            fields.setdefault(key.strip().lower(), value)
    values = {name: next((fields[k] for k in keys if k in fields), None) for name, keys in _META.items()}
    tops = [line.text for line in lines if line.kind is Kind.HEADING and line.level == 1]
    heading = tops[0].strip() if len(tops) == 1 else None
    node = tree.css_first("head title")
    page = " ".join(node.text().split()) if node is not None else None
    author = values["organisation"]
    return Metadata(
        title=values["title"] or heading or (_page_title(page, lines) if page else None),
        date=iso_date(values["date"]) if values["date"] else None,
        organisation=author if author and _BODY.fullmatch(author) else None,
        source=values["source"],
    )


def _page_title(title: str, lines: list[_Line]) -> str:
    """A page's title without its site's name, when the first part stands on the page itself."""
    first = re.split(r"\s*[|｜_]\s*|\s+[-–—]\s+|[-–—]{1,2}(?=[^-–—]*(?:网|政府|门户|首页)[^-–—]*$)", title)[0].strip()
    return first if first and any(first in line.text for line in lines) else title
