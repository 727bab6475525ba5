"""The peers' virtual environments: made once in the user's cache, used again, named after what is in them."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from embeddings import cache_folder
from eval.bench.peers import process
from eval.bench.peers.systems import Peer
from eval.errors import RunError

INSTALL_SECONDS = 1800.0
READY = "ready.json"
"""Written last: an environment without it was not made to its end."""


def folder_of(peer: Peer) -> Path:
    """Where the environment of ``peer`` stands, or will stand."""
    made_of = "\n".join((*(peer.requirements or ()), platform.python_version(), platform.platform()))
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    return cache_folder() / "peers" / f"{peer.name}-{digest}"


def python_of(peer: Peer, *, timeout: float = INSTALL_SECONDS) -> Path:
    """The Python of the peer's environment, which is made first where it is missing.

    Yinda's own is the Python that runs this. Raises ``RunError`` when the environment cannot be made; nothing
    of it is left then but the log that the message names.
    """
    if peer.requirements is None:
        return Path(sys.executable)
    folder = folder_of(peer)
    if not (folder / READY).is_file():
        from filelock import FileLock

        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(folder.parent / f"{folder.name}.lock"):
                if not (folder / READY).is_file():
                    _make(peer, folder, timeout)
        except OSError as error:
            raise RunError(
                f"the environment for {peer.name} cannot be made in {folder.parent}: {error.strerror or error}",
                "each needs about 1.5 GB there; set YINDA_CACHE to use another folder",
            ) from error
    return _python(folder)


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _make(peer: Peer, folder: Path, timeout: float) -> None:
    requirements = list(peer.requirements or ())
    log = folder.parent / f"{folder.name}.log"
    shutil.rmtree(folder, ignore_errors=True)
    steps: list[tuple[list[str], str]] = [
        (
            [sys.executable, "-m", "venv", str(folder)],
            "on Debian and Ubuntu, virtual environments need the package python3-venv",
        )
    ]
    if requirements:
        steps.append(
            (
                [str(_python(folder)), "-m", "pip", "install", "--quiet", "--no-input", *requirements],
                "installing needs a package index and about 1.5 GB; leave the peer out with --peers, or try again",
            )
        )
    try:
        for command, hint in steps:
            try:
                status = process.run(command, log=log, timeout=timeout)
            except subprocess.TimeoutExpired:
                raise RunError(
                    f"the environment for {peer.name} was not made within {timeout:g} s (log: {log})",
                    "try again: what was downloaded is kept by pip",
                ) from None
            if status:
                raise RunError(f"the environment for {peer.name} cannot be made: {_reason(log)} (log: {log})", hint)
        (folder / READY).write_text(json.dumps({"requirements": requirements}, indent=2), "utf-8")
    finally:
        if not (folder / READY).is_file():
            shutil.rmtree(folder, ignore_errors=True)


def _reason(log: Path) -> str:
    """What pip or venv said went wrong: its last line marked as an error, or else its last line."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    errors = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("error:")]
    return errors[-1] if errors else process.last_line(log) or "it gave no reason"
