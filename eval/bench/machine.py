"""What a table was measured with: versions, processor, memory, commit."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("sentence-transformers", "torch", "faiss-cpu", "tantivy", "jieba")


def describe() -> str:
    """A line on the software and one on the machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    now = datetime.now(UTC).strftime("%Y-%m-%d")
    return (
        f"{now}; yinda {_commit()}; Python {platform.python_version()}; {packages}\n"
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB"
    )


def peak_resident_mib() -> float:
    """The most resident memory that this process has had, in MiB (0 where /proc is missing)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _commit() -> str:
    try:
        return subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return version("yinda")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
