"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from eval.errors import SetError


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 beside ``path`` and put it in its place in one step; ``SetError`` when that cannot be done."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise SetError(path, f"cannot be written: {error.strerror or error}", "Check the folder.") from error
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON with Chinese as it is; escaped altogether where a string holds half a character."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def _umask() -> int:
    """The process's mask; there is no way to ask for it without setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
