"""Conversations as Markdown, to be kept or passed on. Texts of documents and people show as text: no markup of theirs
has an effect.

The syntax is CommonMark's (https://spec.commonmark.org/0.31.2/); characters that common extensions use (tables,
strikethrough, mathematics, bare addresses) are escaped as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qa.conversations.exchange import Conversation, Exchange
from qa.conversations.kept import KeptAnswer, KeptCitation, KeptPassage
from qa.errors import LibraryError

Language = Literal["zh", "en"]
# Passages that are shown below an abstention.
NEAREST = 3
_CONTROLS = {code: " " for code in (*range(32), *range(0x7F, 0xA0)) if code not in (0x0A, 0x0D)}
_LINE = re.compile(r"\r\n|\r|\n")
_MARKUP = re.compile(r"[\\`*_{}\[\]<>&#|~$^=@]|!(?=\[)|(?<=www)\.|:(?=//)", re.I)
# What only a line's first characters mean: lists, quotes, rules and underlined headings.
_OPENING = re.compile(r"^(?:([-+])|([0-9]+)([.)]))")


@dataclass(frozen=True, slots=True)
class _Words:
    about: str
    understood: str
    among: str
    confidence: str
    refused: str
    nearest: str
    disagree: str
    failed: str
    untitled: str
    page: str
    comma: str


_WORDS: Mapping[Language, _Words] = {
    "zh": _Words(
        about="{exchanges} 个问题，{changed}（UTC）",
        understood="理解为：{}",
        among="范围：{}",
        confidence="可信度 {:.0%}",
        refused="没有在文档里找到这个问题的答案。",
        nearest="最接近的段落：",
        disagree="文档里也有不同的说法：",
        failed="没有答成：{}",
        untitled="对话",
        page="第{}页",
        comma="，",
    ),
    "en": _Words(
        about="Questions: {exchanges}, {changed} (UTC)",
        understood="Understood as: {}",
        among="Among: {}",
        confidence="confidence {:.0%}",
        refused="The documents do not answer this.",
        nearest="The nearest passages:",
        disagree="The documents also say otherwise:",
        failed="Not answered: {}",
        untitled="Conversation",
        page="page {}",
        comma=", ",
    ),
}


def as_markdown(conversation: Conversation, exchanges: Sequence[Exchange], language: Language = "zh") -> str:
    """A conversation as a Markdown document, always the same; half characters in it become "?".

    Each question with how it was understood, the answer with its confidence, and every citation: the passage as it
    was, with the quote in bold, and its source. Below an abstention stand the nearest passages.
    """
    words = _WORDS[language]
    about = words.about.format(exchanges=len(exchanges), changed=conversation.changed[:16].replace("T", " "))
    blocks = [f"# {_line(conversation.title) or words.untitled}", about]
    for number, exchange in enumerate(exchanges, 1):
        blocks += _exchange(number, exchange, words)
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace").decode()


def write_markdown(
    folder: Path, conversation: Conversation, exchanges: Sequence[Exchange], language: Language = "zh"
) -> Path:
    """Write ``as_markdown`` into ``folder``, made when absent, under a name of the title and the id; gives the path.

    A file of that name is replaced, whole. Raises ``LibraryError`` when it cannot be written.
    """
    title = re.sub(r"\W+", "-", conversation.title)[:40].strip("-_")
    path = folder.expanduser() / f"{title}-{conversation.id[:8]}.md".lstrip("-")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{conversation.id}.part")
        part.write_text(as_markdown(conversation, exchanges, language), "utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        raise LibraryError(
            f"{path} cannot be written: {error.strerror}", "check the folder's permissions and the free space"
        ) from error
    return path


def _exchange(number: int, exchange: Exchange, words: _Words) -> Iterator[str]:
    yield f"## {number}. {_line(exchange.asked)}"
    if exchange.question and exchange.question != exchange.asked.strip():
        yield words.understood.format(_line(exchange.question))
    among = [f"{_line(key)} = {_line(_listed(value))}" for key, value in exchange.options.items() if value]
    if among:
        yield words.among.format("; ".join(among))
    if exchange.error:
        yield words.failed.format(" — ".join(filter(None, (_line(exchange.error), _line(exchange.hint)))))
    if exchange.answer is not None:
        yield from _answer(exchange.answer, words)


def _answer(answer: KeptAnswer, words: _Words) -> Iterator[str]:
    if answer.abstained:
        yield f"**{words.refused}**"
        if answer.nearest:
            yield words.nearest
        for passage in answer.nearest[:NEAREST]:
            yield _quoted(passage, 0, 0, words)
    else:
        confidence = words.confidence.format(answer.confidence)
        yield f"{_paragraphs(answer.text, 0, len(answer.text))}\n\n{confidence}"
        for citation in answer.citations:
            yield _cited(citation, words)
    if answer.disagreements:
        yield words.disagree
    for other in answer.disagreements:
        yield _cited(other.citation, words)


def _cited(citation: KeptCitation, words: _Words) -> str:
    return _quoted(citation.passage, *citation.inside, words)


def _quoted(passage: KeptPassage, start: int, end: int, words: _Words) -> str:
    """A passage as a block quote with ``text[start:end]`` in bold, and its source."""
    parts = [
        f"《{_line(passage.title)}》",
        passage.number,
        passage.organisation,
        passage.date,
        " › ".join(passage.heading_path),
    ]
    if passage.page is not None:
        parts.append(words.page.format(passage.page))
    source = words.comma.join([str(parts[0]), *(_line(part) for part in parts[1:] if part)])
    text = f"{_paragraphs(passage.text, start, end)}\n\n— {source}"
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)


def _line(text: str) -> str:
    """Text as one line of Markdown."""
    return _escaped(" ".join(text.translate(_CONTROLS).split()))


def _paragraphs(text: str, start: int, end: int) -> str:
    """Text with its lines kept, ``text[start:end]`` in bold."""
    text = text.translate(_CONTROLS)
    out: list[str] = []
    for first, last in _lines(text):
        a, b = min(max(start, first), last), max(min(end, last), first)
        while a < b and text[a].isspace():
            a += 1
        while a < b and text[b - 1].isspace():
            b -= 1
        if text[first:last].strip():
            out.append(_bold(text, first, a, b, last) if a < b else _escaped(text[first:last].strip()))
        else:
            out.append("")
    paragraphs = re.split(r"\n{2,}", "\n".join(out).strip("\n"))
    # A line's end within a paragraph is kept by a backslash.
    return "\n\n".join(paragraph.replace("\n", "\\\n") for paragraph in paragraphs)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _LINE.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _bold(text: str, first: int, start: int, end: int, last: int) -> str:
    """The line ``text[first:last]`` with ``text[start:end]``, which begins and ends with no space, in bold."""
    before, after = text[first:start].lstrip(), text[end:last].rstrip()
    # Asterisks take effect by what stands on both sides of them; where they would not, an element does the same.
    opens = not _mark(text[start]) or not before or _apart(before[-1])
    closes = not _mark(text[end - 1]) or not after or _apart(after[0])
    left, right = ("**", "**") if opens and closes else ("<strong>", "</strong>")
    inside = _escaped(text[start:end], opening=not before and left != "**")
    return f"{_escaped(before)}{left}{inside}{right}{_escaped(after, opening=False)}"


def _mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _apart(character: str) -> bool:
    # Symbols beyond ASCII count as punctuation in newer versions of CommonMark only.
    punctuation = unicodedata.category(character)[0] == "P" or (character.isascii() and _mark(character))
    return punctuation or character.isspace()


def _escaped(text: str, *, opening: bool = True) -> str:
    r"""Text in which no Markdown has an effect; ``opening``: it begins a line."""
    escaped = _MARKUP.sub(r"\\\g<0>", text)
    if opening:
        escaped = _OPENING.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", escaped)
    return escaped
