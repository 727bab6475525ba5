"""The training loop: questions and passages in, adapters out; it can be stopped and resumed at any moment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from qa.reader.model import LINEAR_LAYERS
from qa.reader.train.checkpoint import write
from qa.retriever.train.pairs import Lists, Pairs, batches

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the adapters are trained with."""

    rank: int = 32
    alpha: int = 64
    rate: float = 3e-4
    """The highest learning rate; it rises over the first ``warmup`` of the way and falls linearly to 2% of itself."""
    warmup: float = 0.1
    batch: int = 256
    """Questions of a step; each brings a passage that is right and one that is wrong."""
    temperature: float = 0.02
    epochs: float = 4
    decay: float = 0.01
    clip: float = 1.0
    seed: int = 20261126


class Trainer:
    """Trains adapters of a ``BertModel``; its own weights stay as they are."""

    def __init__(self, encoder: Any, recipe: Recipe, device: str) -> None:
        from peft import LoraConfig, get_peft_model

        torch.manual_seed(recipe.seed)
        for module in encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        # The fused attention's backward pass is slow on processors.
        encoder.set_attn_implementation("sdpa" if device.startswith("cuda") else "eager")
        config = LoraConfig(
            r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(LINEAR_LAYERS), lora_dropout=0.0
        )
        self.recipe = recipe
        self.device = device
        self.quick = device.startswith("cuda")
        self.model = get_peft_model(encoder, config).to(device)
        self.learning = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.optimiser = torch.optim.AdamW(
            self.learning.values(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.decay
        )

    def learned(self) -> dict[str, Tensor]:
        """peft's parameters, on the CPU."""
        return {name: parameter.detach().float().cpu() for name, parameter in self.learning.items()}

    def weigh(self, strength: float) -> None:
        """Let the adapters count ``strength`` times as much as they were trained to."""
        from peft.tuners.lora import LoraLayer

        for module in self.model.modules():
            if isinstance(module, LoraLayer):
                module.scaling["default"] = strength * self.recipe.alpha / self.recipe.rank

    def save(self, path: Path, done: int, spent: float) -> None:
        """Write everything that ``resume`` needs; ``done`` are the steps, ``spent`` the seconds so far."""
        write(
            {
                "recipe": repr(self.recipe),
                "learned": self.learning,
                "optimiser": self.optimiser.state_dict(),
                "done": done,
                "spent": spent,
            },
            path,
        )

    def resume(self, path: Path) -> tuple[int, float]:
        """Go on from what ``save`` wrote; returns the steps done and the seconds spent.

        ``ValueError`` when it was written by another recipe.
        """
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["recipe"] != repr(self.recipe):
            raise ValueError(f"{path} is of another recipe, {state['recipe']}; remove it to begin anew")
        with torch.no_grad():
            for name, value in state["learned"].items():
                self.learning[name].copy_(value)
        self.optimiser.load_state_dict(state["optimiser"])
        return int(state["done"]), float(state["spent"])

    def encode(self, texts: Lists, chosen: Sequence[int] | NDArray[Any], rows: int = 256, *, exact: bool) -> Tensor:
        """Vectors of length one of the chosen texts, shape (chosen, dimension), float32.

        Texts of like length go through the encoder together, so many at a time; not ``exact``, in bfloat16 where the
        device is quick in it.
        """
        lengths = texts.lengths()[np.asarray(chosen)]
        order = np.argsort(-lengths, kind="stable")
        out = []
        kind = torch.device(self.device).type
        for first in range(0, len(order), rows):
            ids, mask = (
                torch.from_numpy(each).to(self.device)
                for each in texts.padded([int(chosen[int(place)]) for place in order[first : first + rows]])
            )
            with torch.autocast(kind, torch.bfloat16) if self.quick and not exact else nullcontext():
                hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            out.append(pooled(hidden, mask))
        back = torch.from_numpy(np.argsort(order)).to(self.device)
        return torch.cat(out)[back]

    def step(self, pairs: Pairs, chosen: NDArray[np.int64], rng: np.random.Generator, progress: float) -> Tensor:
        """Learn from one batch; ``progress`` is the share of the way that is behind, in 0..1. Returns the loss."""
        passages, targets, away = candidates(pairs, chosen, rng)
        questions = self.encode(pairs.questions, chosen, exact=False)
        found = self.encode(pairs.passages, passages, exact=False)
        loss = info_nce(
            questions,
            found,
            torch.from_numpy(targets).to(self.device),
            torch.from_numpy(away).to(self.device),
            self.recipe.temperature,
        )
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(list(self.learning.values()), self.recipe.clip)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * schedule(progress, self.recipe.warmup)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return loss.detach()


def pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """The mean of the hidden states over the mask, brought to length one: what SentenceTransformer makes of them."""
    weights = mask.unsqueeze(-1).float()
    return nn.functional.normalize((hidden.float() * weights).sum(1) / weights.sum(1), dim=-1)


def candidates(
    pairs: Pairs, chosen: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The passages of a batch, each once; the place of each question's own among them; and what is not its rival.

    Each question brings one of its right passages and one of its wrong ones. All are rivals for all questions, but for
    those that are right for a question too, or that may be. The last is of shape (questions, passages).
    """
    own = [int(rng.choice(pairs.right[int(number)])) for number in chosen]
    wrong = [int(rng.choice(pairs.wrong[int(n)])) for n in chosen if len(pairs.wrong[int(n)])]
    passages = np.unique(np.array(own + wrong, dtype=np.int64))
    targets = np.searchsorted(passages, own)
    away = np.zeros((len(chosen), len(passages)), dtype=np.bool_)
    for row, number in enumerate(chosen):
        known = np.concatenate([pairs.right[int(number)], pairs.spared[int(number)]])
        away[row] = np.isin(passages, known)
        away[row, targets[row]] = False
    return passages, targets, away


def info_nce(questions: Tensor, passages: Tensor, targets: Tensor, away: Tensor, temperature: float) -> Tensor:
    """InfoNCE (van den Oord et al. 2018) over cosines: each question is to choose its own passage among all.

    Shapes (questions, dimension), (passages, dimension), (questions,) and (questions, passages); what is ``away`` does
    not stand to choose.
    """
    logits = (questions @ passages.T / temperature).masked_fill(away, -1e4)
    return nn.functional.cross_entropy(logits, targets)


def schedule(progress: float, warmup: float) -> float:
    """The learning rate's share at ``progress``: up linearly, then down linearly to 2%."""
    if progress < warmup:
        return max(0.02, progress / warmup)
    return max(0.02, (1 - progress) / (1 - warmup))


def train(
    trainer: Trainer,
    pairs: Pairs,
    checkpoint: Path,
    *,
    say: Callable[[str], None],
    every: float = 120.0,
    seconds: float = math.inf,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Go over all questions as often as the recipe says, from where ``checkpoint`` stands.

    It is saved every so many seconds of the ``clock``. Where the whole way takes more than ``seconds``, those before a
    stop counted, the schedule ends by it. Raises ``ValueError`` when the checkpoint is another recipe's.
    """
    recipe = trainer.recipe

    def plan(epoch: int) -> list[NDArray[np.int64]]:
        return batches(pairs.sources, recipe.batch, np.random.default_rng((recipe.seed, epoch)))

    done, before = trainer.resume(checkpoint) if checkpoint.exists() else (0, 0.0)
    in_epoch = len(plan(0))
    steps = max(1, round(recipe.epochs * in_epoch))
    trainer.model.train()
    begun = said = saved = clock()
    recent: list[Tensor] = []
    batches_of: dict[int, list[NDArray[np.int64]]] = {}
    for number in range(done, steps):
        spent = before + clock() - begun
        progress = max(number / steps, spent / seconds)
        if progress >= 1:
            break
        epoch, place = divmod(number, in_epoch)
        if epoch not in batches_of:
            batches_of = {epoch: plan(epoch)}
        # Each step draws from a stream of its own, so that a stop changes nothing of what follows.
        rng = np.random.default_rng((recipe.seed, epoch, place))
        recent.append(trainer.step(pairs, batches_of[epoch][place], rng, progress))
        now = clock()
        if number == done or number + 1 == steps or now - said > 5:
            loss = float(torch.stack(recent).mean())
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} in step {number + 1}; lower --rate")
            said = now
            say(
                f"step {number + 1}/{steps}  {progress:.0%}  loss {loss:.3f} (mean of {len(recent)})  "
                f"{(now - begun) / (number + 1 - done):.2f} s a step"
            )
            recent = []
        if now - saved > every:
            trainer.save(checkpoint, number + 1, before + now - begun)
            saved = now
