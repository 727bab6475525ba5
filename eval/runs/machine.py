"""What something was measured with: versions, processor, memory, commit."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PACKAGES = ("sentence-transformers", "transformers", "torch", "faiss-cpu", "tantivy", "jieba", "nltk", "ir-measures")
_SHOWN = 5


def machine() -> dict[str, Any]:
    """Processor, cores, memory in GiB, Python and operating system."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(_memory_gib(), 1),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
    }


def versions() -> dict[str, str]:
    """The versions of the packages that results depend on."""
    return {name: version(name) for name in _PACKAGES}


def commit() -> str:
    """The commit of the source tree, marked where it has changes; "" for an installed package."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        return subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def describe() -> str:
    """A line on the software and one on the machine."""
    packages = ", ".join(f"{name} {number}" for name, number in list(versions().items())[:_SHOWN])
    here = machine()
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; yinda {commit() or version('yinda')}; Python {here['python']}; {packages}\n"
        f"{here['processor']}, {here['cores']} cores, {here['memory_gib']:.0f} GiB"
    )


def resident_mib() -> float:
    """The resident memory of this process, in MiB (0 where /proc is missing)."""
    return _status("VmRSS")


def peak_resident_mib(process: int | None = None) -> float:
    """The most resident memory that this process, or another one, has had, in MiB (0 where /proc is missing)."""
    return _status("VmHWM", process)


def _status(name: str, process: int | None = None) -> float:
    try:
        lines = Path(f"/proc/{process or 'self'}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _memory_gib() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError):
        return 0.0
