"""Many people before one window at once: does each get answers, and nobody another person's conversation?

Each person is a browser of its own, whose every question bears the person's mark. Wherever another one's mark turns
up, in what a page is sent, in a list of conversations, or in an export, one person has seen what is another's.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx

from eval.bench.window import EventFailed, Page, Server, serving
from eval.metrics.latency import percentile
from eval.runs.machine import peak_resident_mib
from eval.samples import directory
from eval.samples import questions as sample_questions
from eval.sets import load_set
from qa import Library
from qa.progress import Progress, Step, reporting

DEADLINE = 900.0
"""Seconds after which the people leave, whatever they are waiting for."""
_DIGITS = "零一二三四五六七八九"
MOST = len(_DIGITS) ** 3 - 1
"""People that can be told apart."""
_MARK = re.compile(f"访客[{_DIGITS}]{{3}}")
_ASKED = re.compile(r'class="y-asked">([^<]*)<')
_EXCHANGE = re.compile(r'class="y-exchange" data-id="([^"]*)"')
_LISTED = re.compile(r'class="y-title" data-event="open_conversation" data-conversation="([^"]*)"')
_ERROR = re.compile(r'class="y-error"[^>]*>(.*?)</p>', re.DOTALL)
_SHOWN = 20
_FOUND, _ABSTAINED = 'class="y-card y-found"', 'class="y-abstained"'


@dataclass(slots=True)
class Person:
    """One browser, and what happened in it. Times in seconds from a question until passages or the answer came."""

    number: int
    questions: list[str]
    owner: str = field(default_factory=lambda: secrets.token_hex(16))
    answered: int = 0
    refused: int = 0
    found_after: list[float] = field(default_factory=list)
    answered_after: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)
    exchanges: list[str] = field(default_factory=list)
    conversation: str = ""

    @property
    def mark(self) -> str:
        """What stands in each of this person's questions, and in nobody else's."""
        return f"访客{''.join(_DIGITS[int(digit)] for digit in f'{self.number:03}')}"

    def asked(self, count: int | None = None) -> list[str]:
        """The first ``count`` questions as they are asked, or all."""
        return [f"{question}（{self.mark}）" for question in self.questions[:count]]

    def see(self, text: str) -> None:
        """Look for what is another person's in ``text``."""
        self.foreign |= set(_MARK.findall(text)) - {self.mark}

    def wrong(self, what: str, got: object = "") -> None:
        """Note an error."""
        self.errors.append(f"{self.mark}: {what}{f': {got}' if got else ''}")

    def browser(self, url: str) -> httpx.AsyncClient:
        """A client with this person's cookie; answers may take as long as they do."""
        return httpx.AsyncClient(
            base_url=url,
            cookies={"yinda_owner": self.owner},
            headers={"accept-language": "zh-CN"},
            timeout=httpx.Timeout(30, read=None),
            trust_env=False,
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of all people together. ``seconds`` from the first question to the last check, ``memory`` in MiB."""

    people: tuple[Person, ...]
    seconds: float
    memory: float
    load: float
    passages: int
    errors: tuple[str, ...]

    @property
    def foreign(self) -> int:
        """How many times somebody was shown what is another person's."""
        return sum(len(person.foreign) for person in self.people)

    @property
    def sound(self) -> bool:
        """Whether there was no error, no foreign text, and every question was answered."""
        return not self.errors and not self.foreign


def visit(
    people: int, questions: int, *, deadline: float = DEADLINE, port: int | None = None, progress: Progress = False
) -> Visit:
    """Let ``people`` (at most ``MOST``) ask ``questions`` in all, over the sample documents, as fast as answers come.

    A person asks the next question when the page is at rest: answered, and other questions offered after a refusal.
    It ends after ``deadline`` seconds at the latest; what was not answered by then is an error.
    """
    pool = [question.question for question in load_set(sample_questions()).questions if not question.history]
    drawn = [pool[at % len(pool)] for at in range(questions)]
    everybody = [Person(at, drawn[at::people]) for at in range(min(people, questions))]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with tempfile.TemporaryDirectory(prefix="yinda-people-") as folder:
        home = Path(folder) / "library"
        with Library.open(home) as library:
            library.add(directory(), progress=progress)
            passages = sum(library.passage_counts().values())
        with serving(home, port) as server, reporting(progress, "Asking") as report:
            # The models load with the first question; no one's time is to tell of that.
            first = Person(MOST, pool[:1])
            asyncio.run(_all(server, [first], deadline, lambda _: None))
            start = time.perf_counter()
            late = asyncio.run(
                _all(server, everybody, deadline, lambda done: report(Step(done, questions, f"{people} people")))
            )
            seconds = time.perf_counter() - start
            memory = peak_resident_mib(server.process)
            errors = [error for person in (first, *everybody) for error in person.errors]
            errors += [f"after {deadline:.0f} seconds not everything was answered"] if late else []
            errors += [f"the server: {line}" for line in server.complaints()]
    return Visit(tuple(everybody), seconds, memory, load, passages, tuple(errors))


async def _all(server: Server, people: Sequence[Person], deadline: float, done: Callable[[int], None]) -> bool:
    """Let everybody ask and then look again; whether the deadline came first."""

    def one_more() -> None:
        done(sum(person.answered for person in people))

    try:
        async with asyncio.timeout(deadline):
            await asyncio.gather(*(_safely(person, _ask(server, person, one_more)) for person in people))
            await asyncio.gather(
                *(
                    _safely(person, _look_again(server, person, people[at - 1] if len(people) > 1 else None))
                    for at, person in enumerate(people)
                )
            )
    except TimeoutError:
        return True
    shared = [each for person in people for each in person.exchanges]
    if len(shared) != len(set(shared)):
        people[0].wrong("one exchange stands in two conversations")
    return False


async def _safely(person: Person, work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except (EventFailed, httpx.HTTPError, KeyError, ValueError) as error:
        person.wrong(type(error).__name__, str(error)[:300])


async def _ask(server: Server, person: Person, one_more: Callable[[], None]) -> None:
    async with person.browser(server.url) as client:
        page = await Page.opened(client, person.see)
        for count, question in enumerate(person.asked(), 1):
            page.held["question"] = question
            start = time.perf_counter()
            found = None
            async for _ in page.fire("question", "submit"):
                if found is None and _FOUND in f"{page.held['pending']}":
                    found = time.perf_counter() - start
            person.answered_after.append(time.perf_counter() - start)
            if found is not None:
                person.found_after.append(found)
            _check(person, str(page.held["conversation"]), count, "after an answer")
            person.answered += 1
            one_more()
            await page.followed()
        log = str(page.held["conversation"])
        person.refused = log.count(_ABSTAINED)
        person.exchanges = _EXCHANGE.findall(log)
        person.errors += [f"{person.mark}: a notice: {warning}" for warning in page.warnings]
        listed = _LISTED.findall(str(page.held["conversations"]))
        if len(listed) == 1:
            person.conversation = listed[0]
        else:
            person.wrong("not one conversation in the list", listed)


async def _look_again(server: Server, person: Person, other: Person | None) -> None:
    """Read the conversation again on a new page and as an export; another person's is not to be had."""
    async with person.browser(server.url) as client:
        page = await Page.opened(client, person.see)
        listed = _LISTED.findall(str(page.held["conversations"]))
        if listed != [person.conversation]:
            person.wrong("another list of conversations on a new page", listed)
        async for _ in page.fire("conversations", "open_conversation", {"conversation": person.conversation}):
            pass
        _check(person, str(page.held["conversation"]), None, "when opened again")
        if _EXCHANGE.findall(str(page.held["conversation"])) != person.exchanges:
            person.wrong("other exchanges when opened again")
        exported = await client.get(f"/export/{person.conversation}")
        person.see(exported.text)
        places = [exported.text.find(question) for question in person.asked()]
        if exported.status_code != 200 or min(places) < 0 or places != sorted(places):
            person.wrong("the export lacks questions", exported.status_code)
        if other is None:
            return
        refused = await client.get(f"/export/{other.conversation}")
        person.see(refused.text)
        if refused.status_code != 404:
            person.wrong("another person's export", refused.status_code)
        async for _ in page.fire("conversations", "open_conversation", {"conversation": other.conversation}):
            pass
        if _ASKED.findall(str(page.held["conversation"])):
            person.wrong("another person's conversation was opened")


def _check(person: Person, log: str, count: int | None, when: str) -> None:
    asked = [unescape(each) for each in _ASKED.findall(log)]
    if asked != person.asked(count):
        person.wrong(f"other questions than were asked {when}", asked)
    for error in _ERROR.findall(log):
        person.wrong(f"an error {when}", error)


def table(seen: Visit) -> str:
    """What became of it, as lines."""
    found = [seconds for person in seen.people for seconds in person.found_after]
    answered = [seconds for person in seen.people for seconds in person.answered_after]
    count = sum(len(person.questions) for person in seen.people)
    done, refused = (sum(getattr(person, name) for person in seen.people) for name in ("answered", "refused"))
    lines = [
        f"{len(seen.people)} people at once, over the sample documents ({seen.passages} passages);"
        f" the machine's load before: {seen.load:.1f}",
        f"questions answered       {done:8,} of {count:,}, {refused:,} of them with a refusal",
        f"errors                   {len(seen.errors):8,}",
        f"others' texts seen       {seen.foreign:8,}",
        _times("until passages are found", found),
        _times("until the answer", answered),
        f"{'in all':<24} {seen.seconds:8.0f} s, {done / seen.seconds if seen.seconds else 0:.2f} questions a second",
        f"peak memory, server      {seen.memory:8,.0f} MiB",
        *(f"  {error}" for error in seen.errors[:_SHOWN]),
    ]
    return "\n".join(lines)


def _times(name: str, seconds: Sequence[float]) -> str:
    return (
        f"{name:<24} {percentile(seconds, 50):8.2f} s median, {percentile(seconds, 95):.2f} s at the 95th percentile of"
        f" {len(seconds):,}"
    )
