"""``python -m eval.bench peers``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eval.bench.data import public_set
from eval.bench.peers.protocol import ROW_SECONDS, Paragraph, Row, compare, paragraphs_of
from eval.bench.peers.systems import ALL, NAMES, Peer, Setup
from eval.bench.peers.table import table
from eval.errors import RunError
from eval.runs.machine import describe


class Set(StrEnum):
    """The sets that can be compared on."""

    cmrc = "cmrc"
    drcd = "drcd"


SETS = {Set.cmrc: ("CMRC 2018 dev", "cmrc2018/dev.json"), Set.drcd: ("DRCD dev", "drcd/dev.json")}


def peers_table(
    shared: Annotated[Path, typer.Option(help="The folder with the data sets.")] = Path("../shared"),
    sets: Annotated[list[Set] | None, typer.Option("--set", help="Only this set; may be repeated.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Ask only every n-th question.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many paragraphs.")] = None,
    peers: Annotated[str, typer.Option(help="The systems, separated by commas.")] = ",".join(NAMES),
    timeout: Annotated[float, typer.Option(min=1, help="Seconds after which a row is given up.")] = ROW_SECONDS,
) -> None:
    """Yinda beside txtai, Haystack, and LangChain with FAISS: quality, speed, memory. The first run installs them."""
    names = [name.strip() for name in peers.split(",") if name.strip()]
    typer.echo(describe())
    failed = 0
    for name, file in (SETS[each] for each in sets or list(Set)):
        paragraphs = paragraphs_of(public_set(shared, file, paragraphs=limit))
        rows = _with_bar(name, paragraphs, names, every, timeout)
        part = "" if limit is None else f", the first {limit} paragraphs"
        typer.echo(table(name + part, rows))
        failed += sum(bool(row.error) for row in rows)
    if failed:
        raise RunError(f"{failed} of the rows could not be measured", "the table says why")


def _with_bar(
    name: str, paragraphs: Sequence[Paragraph], peers: Sequence[str], every: int, timeout: float
) -> list[Row]:
    from rich.console import Console
    from rich.progress import Progress

    total = sum(len(peer.setups) for peer in ALL if peer.name in peers)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"{name}: making the environments", total=total, completed=-1)

        def show(peer: Peer, setup: Setup) -> None:
            progress.update(task, description=f"{name}: {peer.name}, {setup.name}", advance=1)

        return compare(paragraphs, peers=peers, every=every, timeout=timeout, before=show)
