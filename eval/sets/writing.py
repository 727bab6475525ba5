"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.errors import SetError
from eval.files import write_whole


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 beside ``path`` and put it in its place in one step; ``SetError`` when that cannot be done."""
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise SetError(path, f"cannot be written: {error.strerror or error}", "Check the folder.") from error


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON with Chinese as it is; escaped altogether where a string holds half a character."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text
