"""A child process that ends when its time is up, when the work is interrupted, and when this process dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run(command: Sequence[str], *, log: Path, timeout: float, env: Mapping[str, str] | None = None) -> int:
    """Run ``command`` to its end, with its output in ``log``; returns its exit status.

    Raises ``subprocess.TimeoutExpired`` after ``timeout`` seconds. The child holds the reading end of a pipe as its
    standard input: a child that reads there sees the end of the file when this process is gone.
    """
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            # A group of its own, so that what the child starts ends with it.
            start_new_session=os.name == "posix",
        )
        try:
            return child.wait(timeout)
        finally:
            _end(child)


def last_line(log: Path) -> str:
    """The last line of a log that is not blank."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _end(child: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        child.kill()
    child.wait()
    if child.stdin is not None:
        child.stdin.close()
