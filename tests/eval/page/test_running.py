"""A run followed from another thread: it ends, it is stopped, it fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from eval.page.running import following
from eval.results import RunResult
from qa.progress import Step

RESULT = RunResult({}, ())


def counting(to: int) -> Callable[[Callable[[Step], None], Callable[[], bool]], RunResult]:
    def run(progress: Callable[[Step], None], stopped: Callable[[], bool]) -> RunResult:
        for done in range(to):
            if stopped():
                break
            progress(Step(done, to, str(done)))
            time.sleep(0.01)
        return RESULT

    return run


def test_it_is_followed_to_its_end() -> None:
    standings = list(following(counting(30), threading.Event(), every=0.02))
    assert [s.finished for s in standings] == [False] * (len(standings) - 1) + [True]
    assert standings[-1].result is RESULT
    done = [s.step.done for s in standings if s.step]
    assert done == sorted(done)
    assert len(set(done)) > 2


def test_it_stops_when_asked_and_when_nobody_follows() -> None:
    stop = threading.Event()
    following_it = following(counting(100_000), stop, every=0.02)
    next(following_it)
    stop.set()
    assert [s.result for s in following_it][-1] is RESULT
    abandoned = threading.Event()
    following_it = following(counting(100_000), abandoned, every=0.02)
    next(following_it)
    following_it.close()
    assert abandoned.is_set()


def test_steps_are_questions_once_the_run_asks() -> None:
    seen = threading.Barrier(2, timeout=30)

    def run(progress: Callable[[Step], None], stopped: Callable[[], bool]) -> RunResult:
        progress(Step(1, 3, "a.txt"))
        seen.wait()
        seen.wait()
        stopped()
        progress(Step(1, 3, "q1"))
        return RESULT

    standings = following(run, threading.Event(), every=0.01)
    next(standings)
    seen.wait()
    indexing = next(standings)
    seen.wait()
    *_, asking = standings
    assert [(s.step and s.step.name, s.asking) for s in (indexing, asking)] == [("a.txt", False), ("q1", True)]


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_what_went_wrong_is_handed_on(error: BaseException) -> None:
    def run(progress: Callable[[Step], None], stopped: Callable[[], bool]) -> RunResult:
        raise error

    assert list(following(run, threading.Event()))[-1].error is error
