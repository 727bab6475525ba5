"""The training loop: stages of rows in, adapters and heads out; it can be stopped and resumed at any moment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from qa.reader.model import LINEAR_LAYERS, ReaderModel
from qa.reader.tokens import PAD
from qa.reader.train import rows as stored


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the shipped weights were trained with."""

    rank: int = 32
    alpha: int = 64
    rate: float = 6e-4
    """The highest learning rate; it rises over the first ``warmup`` of the way and falls linearly to 2% of itself."""
    warmup: float = 0.05
    batch_tokens: int = 3072
    decay: float = 0.01
    clip: float = 1.0
    answer_weight: float = 0.5
    """Weight of the answerability head's loss beside the spans'."""
    seed: int = 20250101
    stages: int = 3


def adapted(encoder: Any, recipe: Recipe) -> ReaderModel:
    """The reader over ``encoder`` with new adapters; only they and the heads learn."""
    from peft import LoraConfig, get_peft_model

    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # few passes and few weights: it cost time and won nothing
    config = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(LINEAR_LAYERS), lora_dropout=0.0)
    return ReaderModel(get_peft_model(encoder, config, autocast_adapter_dtype=False))


class Trainer:
    """Trains in the precision that the machine is quick in, with its learning weights kept in float32."""

    def __init__(self, encoder: Any, recipe: Recipe, *, device: str, precision: torch.dtype) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.model = adapted(encoder, recipe).to(device=device, dtype=precision)
        self.device = device
        self.learning = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.masters = {name: p.detach().float().clone() for name, p in self.learning.items()}
        self.optimiser = torch.optim.AdamW(
            self.masters.values(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.decay
        )

    def step(self, ids: Tensor, mask: Tensor, starts: Tensor, ends: Tensor, progress: float) -> float:
        """One batch; ``progress`` is the share of the way that is behind, in 0..1. Returns the loss."""
        loss = span_loss(self.model(ids, mask), mask, starts, ends, self.recipe.answer_weight)
        loss.backward()  # type: ignore[no-untyped-call]
        for name, parameter in self.learning.items():
            self.masters[name].grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(list(self.masters.values()), self.recipe.clip)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * schedule(progress, self.recipe.warmup)
        self.optimiser.step()
        with torch.no_grad():
            for name, parameter in self.learning.items():
                parameter.copy_(self.masters[name])
        return float(loss.detach())

    def save(self, path: Path, stage: int, done: int) -> None:
        """Write everything that ``resume`` needs, whole or not at all."""
        temporary = path.with_name(f".{path.name}.part")
        state = {"masters": self.masters, "optimiser": self.optimiser.state_dict(), "stage": stage, "done": done}
        torch.save(state, temporary)
        temporary.replace(path)

    def resume(self, path: Path) -> tuple[int, int]:
        """Go on from what ``save`` wrote; returns the stage and how many of its batches are done."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        with torch.no_grad():
            for name, value in state["masters"].items():
                self.masters[name].copy_(value)
                self.learning[name].copy_(value)
        self.optimiser.load_state_dict(state["optimiser"])
        return int(state["stage"]), int(state["done"])


def schedule(progress: float, warmup: float) -> float:
    """The learning rate's share at ``progress``: up linearly, then down linearly to 2%."""
    if progress < warmup:
        return progress / warmup
    return max(0.02, (1 - progress) / (1 - warmup))


def span_loss(
    logits: tuple[Tensor, Tensor, Tensor], mask: Tensor, starts: Tensor, ends: Tensor, answer_weight: float
) -> Tensor:
    """Cross entropy of start and end over the row, the first token standing for "no answer here", plus answerability.

    Devlin et al. 2019 (BERT, section 4.3) treat unanswerable questions of SQuAD 2.0 in the same way.
    """
    away = mask == 0
    start, end = (each.masked_fill(away, -1e4) for each in logits[:2])
    spans = nn.functional.cross_entropy(start, starts) + nn.functional.cross_entropy(end, ends)
    answer = nn.functional.binary_cross_entropy_with_logits(logits[2], (starts > 0).float())
    return spans / 2 + answer_weight * answer


def train(
    trainer: Trainer,
    rows_of: Callable[[int], stored.Rows],
    checkpoint: Path,
    *,
    say: Callable[[str], None],
    after: Callable[[int], None] = lambda _: None,
    every: float = 120.0,
) -> None:
    """Go through all stages from where ``checkpoint`` stands, saving every so many seconds.

    ``rows_of`` gives the rows of a stage; ``after`` is called behind each.
    """
    recipe = trainer.recipe
    stage, done = trainer.resume(checkpoint) if checkpoint.exists() else (1, 0)
    for number in range(stage, recipe.stages + 1):
        data = rows_of(number)
        plan = stored.batches(data.lengths(), recipe.batch_tokens, np.random.default_rng(recipe.seed + number))
        begun = saved = time.monotonic()
        first, recent, tokens = done, [], 0
        for place in range(done, len(plan)):
            arrays = (*data.batch(plan[place], PAD), data.starts[plan[place]], data.ends[plan[place]])
            ids, mask, starts, ends = (torch.from_numpy(each).to(trainer.device) for each in arrays)
            loss = trainer.step(ids, mask, starts, ends, (number - 1 + place / len(plan)) / recipe.stages)
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} in stage {number}, batch {place}; lower --rate")
            recent.append(loss)
            tokens += int(mask.sum())
            now = time.monotonic()
            if (place + 1) % 20 == 0:
                left = (now - begun) / (place + 1 - first) * (len(plan) - place - 1)
                say(
                    f"stage {number}/{recipe.stages}  batch {place + 1}/{len(plan)}  "
                    f"loss {sum(recent[-100:]) / len(recent[-100:]):.3f}  "
                    f"{tokens / (now - begun):,.0f} tokens/s  {left / 60:.0f} min left in this stage"
                )
            if now - saved > every:
                trainer.save(checkpoint, number, place + 1)
                saved = now
        done = 0
        trainer.save(checkpoint, number + 1, 0)
        after(number)
