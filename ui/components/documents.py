"""What becomes of documents that are added."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qa import Addition
from ui.texts import Texts


def additions(done: Sequence[Addition], total: int, current: str, texts: Texts) -> str:
    """What became of each source so far, and which one is being added now (``current``, "" at the end)."""
    rows = "".join(_addition(addition, texts) for addition in done)
    progress = ""
    if current:
        percent = round(100 * len(done) / total) if total else 0
        text = texts.adding.format(name=current, done=len(done) + 1, total=total)
        progress = (
            f'<p class="y-status" role="status"><span class="y-dots"></span>{escape(text)}</p>'
            f'<span class="y-bar y-wide"><span style="width:{percent}%"></span></span>'
        )
    close = (
        ""
        if current
        else f'<button type="button" class="y-close" data-dismiss="1" aria-label="{escape(texts.close)}">×</button>'
    )
    return f'<div class="y-additions">{close}{progress}<ul>{rows}</ul></div>'


def _addition(addition: Addition, texts: Texts) -> str:
    words = {
        "added": texts.added.format(passages=addition.passages),
        "replaced": texts.replaced.format(passages=addition.passages),
        "unchanged": texts.unchanged,
        "failed": texts.failed.format(reason=addition.reason),
    }.get(addition.status, addition.status)
    hint = f"<small>{escape(addition.hint)}</small>" if addition.hint else ""
    name = addition.path.replace("\\", "/").rsplit("/", 1)[-1]
    status = escape(addition.status)
    return f'<li class="y-{status}"><b>{escape(name)}</b><span>{escape(words)}{hint}</span></li>'
