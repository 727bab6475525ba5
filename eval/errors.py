"""What can be wrong with a set or a run, told in one line."""

from __future__ import annotations

from pathlib import Path

from qa.errors import YindaError


class SetError(YindaError):
    """An evaluation set that cannot be used: unreadable, empty, a field missing or of the wrong kind.

    ``line`` is the line of the file from 1 where it is known.
    """

    def __init__(self, path: Path | str, reason: str, hint: str = "", *, line: int | None = None) -> None:
        self.path, self.reason, self.line = Path(path), reason, line
        super().__init__(f"{path}{f', line {line}' if line else ''}: {reason}", hint)

    def __reduce__(self) -> tuple[object, ...]:  # type: ignore[override]
        return _set_error, (self.path, self.reason, self.hint, self.line)


class RunError(YindaError):
    """A run that cannot be made, continued or read: other questions, other settings, damaged files."""


class Regression(YindaError):
    """A gate that was not passed: a metric below its limit, or shown to be worse than in another run."""


def _set_error(path: Path, reason: str, hint: str, line: int | None) -> SetError:
    return SetError(path, reason, hint, line=line)
