"""``python -m eval.bench peers``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eval.bench.data import squad_layout
from eval.bench.machine import describe
from eval.bench.peers.protocol import ROW_SECONDS, compare
from eval.bench.peers.systems import NAMES, Peer, Setup
from eval.bench.peers.table import table
from eval.errors import RunError


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
    from rich.console import Console

    names = [name.strip() for name in peers.split(",") if name.strip()]
    typer.echo(describe())
    failed = 0
    for name, file in (SETS[each] for each in sets or list(Set)):
        path = shared / "data" / file
        if not path.is_file():
            raise RunError(f"there is no {path}", "name the folder that holds the data with --shared")
        with Console(stderr=True).status(f"{name}: making the environments") as status:

            def show(peer: Peer, setup: Setup, name: str = name) -> None:
                status.update(f"{name}: {peer.name}, {setup.name}")

            rows = compare(squad_layout(path, limit), peers=names, every=every, timeout=timeout, before=show)
        typer.echo(table(name, rows))
        failed += sum(bool(row.error) for row in rows)
    if failed:
        raise RunError(f"{failed} of the rows could not be measured", "the table says why")
