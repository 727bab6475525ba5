"""The training loop: passes over the material in, weights out; it can be stopped and resumed at any moment."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from qa.reader.model import LINEAR_LAYERS, ReaderModel
from qa.reader.tokens import PAD
from qa.reader.train.checkpoint import write
from qa.reader.train.export import go_on_from
from qa.reader.train.material import Labelled, Material, batches, padded

SCALE = 2.0
"""What the adapters' product is multiplied by: alpha over rank."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained: a teacher, all of whose layers learn, or the adapters that are shipped."""

    passes: tuple[Mapping[str, float], ...]
    """For each pass, how often an example of each group is shown."""
    rank: int = 64
    """Of the adapters; 0: the layers themselves learn."""
    rate: float = 6e-4
    """The highest learning rate; it rises over the first ``warmup`` of the way and falls linearly to 2% of itself."""
    warmup: float = 0.05
    batch_tokens: int = 6144
    decay: float = 0.01
    clip: float = 1.0
    dropout: float = 0.0
    answer_weight: float = 0.5
    """Weight of the answerability head's loss beside the spans'."""
    soft: float = 0.8
    """Weight of the teachers' probabilities beside the marked answers, where there are teachers."""
    untaught: frozenset[str] = frozenset()
    """Groups learned from their marked answers alone: those that the teachers never saw."""
    begin: str = ""
    """The recipe whose adapters this one goes on from, and which is its teacher; "" for new adapters."""
    seed: int = 20250101


class Trainer:
    """Trains in the precision that the machine is quick in, with its learning weights kept in float32.

    ``teachers`` are models whose mean probabilities are learned beside the marked answers; ``begin`` is the file of
    the adapters to go on from.
    """

    def __init__(
        self,
        encoder: Any,
        recipe: Recipe,
        *,
        device: str,
        precision: torch.dtype,
        teachers: Sequence[ReaderModel] = (),
        begin: Path | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        model = learner(encoder, recipe)
        if begin is not None:
            go_on_from(model, SCALE, begin)
        masters = {
            name: p.detach().to(device, torch.float32, copy=True)
            for name, p in model.named_parameters()
            if p.requires_grad
        }
        self.model = model.to(device=device, dtype=precision)
        self.teachers = [teacher.to(device=device, dtype=precision).eval() for teacher in teachers]
        self.device = device
        self.learning = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.masters = masters
        self.optimiser = torch.optim.AdamW(
            self.masters.values(),
            lr=recipe.rate,
            betas=(0.9, 0.98),
            weight_decay=recipe.decay,
            fused=device.startswith("cuda"),
        )

    def step(self, ids: Tensor, mask: Tensor, starts: Tensor, ends: Tensor, taught: Tensor, progress: float) -> Tensor:
        """One batch; ``progress`` is the share of the way that is behind, in 0..1. Returns the loss.

        ``taught``: for each row, whether its teachers are listened to; shape (batch,), of booleans.
        """
        logits = self.model(ids, mask)
        losses = span_losses(logits, mask, starts, ends, self.recipe.answer_weight)
        if self.teachers and bool(taught.any()):
            some = (ids[taught], mask[taught])
            with torch.no_grad():
                said = mean_probabilities([teacher(*some) for teacher in self.teachers], some[1])
            start, end, answer = (each[taught] for each in logits)
            soft = soft_losses((start, end, answer), some[1], said, self.recipe.answer_weight)
            losses[taught] = self.recipe.soft * soft + (1 - self.recipe.soft) * losses[taught]
        loss = losses.mean()
        loss.backward()  # type: ignore[no-untyped-call]
        masters: list[Tensor] = list(self.masters.values())
        learning: list[Tensor] = list(self.learning.values())
        for master, parameter in zip(masters, learning, strict=True):
            master.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(masters, self.recipe.clip)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * schedule(progress, self.recipe.warmup)
        self.optimiser.step()
        with torch.no_grad():
            torch._foreach_copy_(learning, masters)
        return loss.detach()

    def save(self, path: Path, number: int, done: int, spent: float) -> None:
        """Write everything that ``resume`` needs, whole or not at all; ``spent`` are the seconds so far."""
        state = {"masters": self.masters, "optimiser": self.optimiser.state_dict(), "pass": number, "done": done}
        write({**state, "spent": spent}, path)

    def resume(self, path: Path) -> tuple[int, int, float]:
        """Go on from what ``save`` wrote; returns the pass, how many of its batches are done, and the seconds spent."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        with torch.no_grad():
            for name, value in state["masters"].items():
                self.masters[name].copy_(value)
                self.learning[name].copy_(value)
        self.optimiser.load_state_dict(state["optimiser"])
        return int(state["pass"]), int(state["done"]), float(state["spent"])


def learner(encoder: Any, recipe: Recipe) -> ReaderModel:
    """The reader over ``encoder``: new adapters and the heads learn, or, without a rank, the layers and the heads."""
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = recipe.dropout
    if not recipe.rank:
        encoder.embeddings.requires_grad_(False)
        return ReaderModel(encoder).train()
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=recipe.rank, lora_alpha=int(SCALE * recipe.rank), target_modules=list(LINEAR_LAYERS), lora_dropout=0.0
    )
    return ReaderModel(get_peft_model(encoder, config, autocast_adapter_dtype=False)).train()


def schedule(progress: float, warmup: float) -> float:
    """The learning rate's share at ``progress``: up linearly, then down linearly to 2%."""
    if progress < warmup:
        return progress / warmup
    return max(0.02, (1 - progress) / (1 - warmup))


Logits = tuple[Tensor, Tensor, Tensor]
"""Of start and end, shape (batch, length), and of "this passage answers", shape (batch,)."""


def span_losses(logits: Logits, mask: Tensor, starts: Tensor, ends: Tensor, answer_weight: float) -> Tensor:
    """For each row, the cross entropy of start and end, the first token standing for "no answer here", plus
    answerability.

    Devlin et al. 2019 (BERT, section 4.3) treat unanswerable questions of SQuAD 2.0 in the same way.
    """
    start, end = _masked(logits, mask)
    spans = _surprise(start, starts) + _surprise(end, ends)
    answer = _doubt(logits[2], (starts > 0).float())
    return spans / 2 + answer_weight * answer


def mean_probabilities(teachers: Sequence[Logits], mask: Tensor) -> Logits:
    """The teachers' mean probabilities, of the shapes of the logits."""
    starts, ends = zip(*(_masked(logits, mask) for logits in teachers), strict=True)
    return (
        torch.stack([each.softmax(-1) for each in starts]).mean(0),
        torch.stack([each.softmax(-1) for each in ends]).mean(0),
        torch.stack([logits[2].sigmoid() for logits in teachers]).mean(0),
    )


def soft_losses(logits: Logits, mask: Tensor, said: Logits, answer_weight: float) -> Tensor:
    """``span_losses`` against probabilities instead of marked places (Hinton et al. 2015, at temperature 1)."""
    start, end = _masked(logits, mask)
    spans = _surprise(start, said[0]) + _surprise(end, said[1])
    return spans / 2 + answer_weight * _doubt(logits[2], said[2])


_surprise = partial(nn.functional.cross_entropy, reduction="none")
_doubt = partial(nn.functional.binary_cross_entropy_with_logits, reduction="none")


def _masked(logits: Logits, mask: Tensor) -> tuple[Tensor, Tensor]:
    away = mask == 0
    return logits[0].masked_fill(away, -1e4), logits[1].masked_fill(away, -1e4)


def train(
    trainer: Trainer,
    material: Material,
    checkpoint: Path,
    *,
    say: Callable[[str], None],
    every: float = 120.0,
    seconds: float = math.inf,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Go through all passes from where ``checkpoint`` stands, saving every so many seconds.

    Where the whole way would take more than ``seconds`` of the ``clock``, those before a stop counted, the rate falls
    in time and the rest is left out.
    """
    recipe = trainer.recipe
    counts = material.counts()
    sizes = [sum(share * counts.get(group, 0) for group, share in each.items()) for each in recipe.passes]
    number, done, before = trainer.resume(checkpoint) if checkpoint.exists() else (0, 0, 0.0)
    begun = saved = clock()
    tokens = steps = 0
    for current in range(number, len(sizes)):
        rows = material.epoch(recipe.passes[current], random.Random(recipe.seed + current), recipe.untaught)
        plan = batches([len(r.ids) for r in rows], recipe.batch_tokens, np.random.default_rng(recipe.seed + current))
        recent: list[Tensor] = []
        for place in range(done, len(plan)):
            spent = before + clock() - begun
            if spent > seconds:
                return
            way = (sum(sizes[:current]) + sizes[current] * place / len(plan)) / sum(sizes)
            batch = arrays([rows[i] for i in plan[place]], 8 if trainer.device.startswith("cuda") else 1)
            tokens += int(batch[1].sum())
            ids, mask, starts, ends, taught = (each.to(trainer.device, non_blocking=True) for each in batch)
            recent.append(trainer.step(ids, mask, starts, ends, taught, max(way, spent / seconds)))
            steps += 1
            if steps % 50 == 0:
                loss = float(torch.stack(recent[-100:]).mean())
                if not math.isfinite(loss):
                    raise FloatingPointError(f"the loss is {loss} in pass {current + 1}; lower --rate")
                now = clock() - begun
                say(
                    f"pass {current + 1}/{len(sizes)}  batch {place + 1}/{len(plan)}  loss {loss:.3f}  "
                    f"{tokens / now:,.0f} tokens/s  {way:.0%} of the way"
                )
            if clock() - saved > every:
                trainer.save(checkpoint, current, place + 1, before + clock() - begun)
                saved = clock()
        done = 0
        trainer.save(checkpoint, current + 1, 0, before + clock() - begun)


def arrays(rows: Sequence[Labelled], multiple: int = 1) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Ids, mask, starts and ends of a batch, and which of its rows are taught."""
    ids, mask = padded([row.ids for row in rows], PAD, multiple)
    starts, ends = np.array([row.start for row in rows]), np.array([row.end for row in rows])
    taught = np.array([row.taught for row in rows], dtype=bool)
    return tuple(torch.from_numpy(each) for each in (ids, mask, starts, ends, taught))  # type: ignore[return-value]
