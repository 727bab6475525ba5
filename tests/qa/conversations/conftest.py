"""Lets the tests here, and the processes that they start, import ``kept_samples``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
