"""Writing a file so that it is there whole, or as it was before."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from embeddings.durable import sync_folder


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file in one step: a reader, and a power cut, leave the old content or the new, never a part.

    The mode is that of the file that was there, or else what any new file gets; a link is written through. Raises
    ``OSError``.
    """
    target = Path(os.path.realpath(path))
    scratch = target.with_name(f".{secrets.token_hex(8)}.part")
    # The system itself takes the umask off 0o666 here. Asking for the umask would mean setting it, for all threads.
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.chmod(scratch, target.stat().st_mode & 0o777)
        os.replace(scratch, target)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
