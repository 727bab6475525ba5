"""A run in a thread of its own, followed from the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from eval.results import RunResult
from qa.progress import Step

_TELLING = 5.0  # seconds before what is left is told: the first few tell little


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands: the last ``Step``, and, at its end, what came of it.

    ``asking`` says that the step is one of asking, not of indexing. ``left`` are the seconds that this part of the run
    has still to go at the pace so far, once that can be told.
    """

    step: Step | None
    asking: bool = False
    left: float | None = None
    result: RunResult | None = None
    error: BaseException | None = None

    @property
    def finished(self) -> bool:
        """Whether the run has ended, one way or another."""
        return self.result is not None or self.error is not None


class _Watch:
    """What a run reports, from its own thread."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._asking = False
        self._first: tuple[float, float] | None = None
        self.standing = Standing(None)

    def stopped(self) -> bool:
        # ``run`` asks this before each question, and not before: from then on its steps are questions.
        if not self._asking:
            self._asking, self._first = True, None
        return self._stop.is_set()

    def step(self, step: Step) -> None:
        now = time.monotonic()
        if self._first is None:  # a run that is gone on with does not begin at 0
            self._first = now, step.done
        began, at = self._first
        done = step.done - at
        left = (now - began) / done * (step.total - step.done) if done > 0 and now - began >= _TELLING else None
        self.standing = Standing(step, self._asking, left)


def following(
    run: Callable[[Callable[[Step], None], Callable[[], bool]], RunResult],
    stop: threading.Event,
    every: float = 0.3,
) -> Generator[Standing, None, None]:
    """Run ``run(progress, stop)`` in a thread and say every so many seconds where it stands; last, how it ended.

    Closing the iterator, as gradio does when the person leaves, stops the run after the question that it is at.
    """
    watch = _Watch(stop)
    ended: list[RunResult | BaseException] = []

    def work() -> None:
        try:
            ended.append(run(watch.step, watch.stopped))
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=work, name="evaluation", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            yield watch.standing
            thread.join(every)
    finally:
        stop.set()
    outcome = ended[0]
    if isinstance(outcome, BaseException):
        yield replace(watch.standing, error=outcome)
    else:
        yield replace(watch.standing, result=outcome)
