"""A run in a thread of its own, followed from the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eval.results import RunResult
from qa.progress import Step


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands: the last ``Step``, the seconds since it began to ask, and, at its end, what came of it."""

    step: Step | None
    seconds: float
    result: RunResult | None = None
    error: BaseException | None = None

    @property
    def finished(self) -> bool:
        """Whether the run has ended, one way or another."""
        return self.result is not None or self.error is not None


def following(
    run: Callable[[Callable[[Step], None], Callable[[], bool]], RunResult],
    stop: threading.Event,
    every: float = 0.3,
) -> Iterator[Standing]:
    """Run ``run(progress, stop)`` in a thread and say every so many seconds where it stands; last, how it ended.

    Closing the iterator, as gradio does when the person leaves, stops the run after the question that it is at.
    """
    last: list[Step] = []
    ended: list[RunResult | BaseException] = []

    def work() -> None:
        try:
            ended.append(run(lambda step: last.__setitem__(slice(None), [step]), stop.is_set))
        except BaseException as error:
            ended.append(error)

    began = time.monotonic()
    thread = threading.Thread(target=work, name="evaluation", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            yield Standing(last[0] if last else None, time.monotonic() - began)
            thread.join(every)
    finally:
        stop.set()
    outcome = ended[0]
    seconds = time.monotonic() - began
    if isinstance(outcome, BaseException):
        yield Standing(last[0] if last else None, seconds, error=outcome)
    else:
        yield Standing(last[0] if last else None, seconds, result=outcome)
