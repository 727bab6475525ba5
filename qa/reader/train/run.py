"""One recipe, from the prepared folder to its weights in the same folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from qa.reader.model import ReaderModel
from qa.reader.train import carry, check, material
from qa.reader.train.export import export, take_up
from qa.reader.train.files import ENCODER, HELD, MATERIAL
from qa.reader.train.loop import SCALE, Trainer, train
from qa.reader.train.recipes import RECIPES, STUDENT, TEACHERS


def run(
    name: str, folder: Path, device: str, precision: torch.dtype, seconds: float, say: Callable[[str], None]
) -> None:
    """Train the recipe ``name``, unless its weights stand in ``folder`` already, and print what it reads well."""
    out = folder / f"{name}.safetensors"
    if out.exists():
        return
    attention = "sdpa" if device.startswith("cuda") else "eager"

    recipe = RECIPES[name]
    own, kept = carry.read(folder / ENCODER, attention)
    begin = folder / f"{recipe.begin}.safetensors" if recipe.begin else None
    taught_by = TEACHERS if name == STUDENT else [recipe.begin] if recipe.begin else ()
    teachers = [
        take_up(ReaderModel(carry.read(folder / ENCODER, attention)[0]), folder / f"{teacher}.safetensors")
        for teacher in taught_by
    ]
    trainer = Trainer(own, recipe, device=device, precision=precision, teachers=teachers, begin=begin)
    learned = carry.renumbered(material.load(folder / MATERIAL), kept)
    train(trainer, learned, folder / f"{name}.checkpoint", say=lambda line: say(f"{name}  {line}"), seconds=seconds)
    export(trainer.masters, SCALE, out)
    held = carry.renumbered(material.load(folder / HELD), kept)
    say(f"{name}: {out.stat().st_size / 1e6:.1f} MB\n{check.table(check.check(trainer.model, held, device))}")
