"""One recipe, from the prepared folder to its weights in the same folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from qa.reader.model import ReaderModel
from qa.reader.train import carry, check, material
from qa.reader.train.export import export, mean, take_up
from qa.reader.train.files import ENCODER, HELD, MATERIAL
from qa.reader.train.loop import SCALE, Trainer, train
from qa.reader.train.recipes import RECIPES, SHIPPED, STUDENT, TEACHERS, WRITERS


def forerunners(name: str) -> tuple[str, ...]:
    """The recipes whose weights teach this one, or whose mean it is."""
    if name == SHIPPED:
        return tuple(WRITERS)
    return tuple(TEACHERS) if name == STUDENT else tuple(filter(None, (RECIPES[name].begin,)))


def run(
    name: str, folder: Path, device: str, precision: torch.dtype, seconds: float, say: Callable[[str], None]
) -> None:
    """Train the recipe ``name``, unless its weights stand in ``folder`` already, and print what it reads well.

    ``SHIPPED`` is not trained: it is the mean of others. Raises ``FileNotFoundError`` where those are not there that it
    is made from.
    """
    out = folder / f"{name}.safetensors"
    if out.exists():
        say(f"{name}: {out} is there, and not made again; what it learned from may be older than the recipe")
        return
    before = {each: folder / f"{each}.safetensors" for each in forerunners(name)}
    missing = [each for each, file in before.items() if not file.exists()]
    if missing:
        raise FileNotFoundError(f"{name} learns from {', '.join(missing)}: train that first (--only {missing[0]})")
    attention = "sdpa" if device.startswith("cuda") else "eager"
    own, kept = carry.read(folder / ENCODER, attention)
    if name == SHIPPED:
        mean(list(before.values()), out)
        model = take_up(ReaderModel(own), out).to(device=device, dtype=precision)
    else:
        teachers = [take_up(ReaderModel(carry.read(folder / ENCODER, attention)[0]), file) for file in before.values()]
        recipe = RECIPES[name]
        trainer = Trainer(
            own, recipe, device=device, precision=precision, teachers=teachers, begin=before.get(recipe.begin)
        )
        learned = carry.renumbered(material.load(folder / MATERIAL), kept)
        lacking = sorted({group for each in recipe.passes for group in each} - set(learned.counts()))
        if lacking:
            say(f"{name}: {MATERIAL} has no {', '.join(lacking)}; was it made by an earlier version?")
        train(trainer, learned, folder / f"{name}.checkpoint", say=lambda line: say(f"{name}  {line}"), seconds=seconds)
        export(trainer.masters, SCALE, out)
        model = trainer.model
    held = carry.renumbered(material.load(folder / HELD), kept)
    say(f"{name}: {out.stat().st_size / 1e6:.1f} MB\n{check.table(check.check(model, held, device))}")
