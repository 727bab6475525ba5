"""Training: it learns, and what was stopped goes on as if it had not been."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qa.reader.tokens import Tokens
from qa.reader.train.material import Example, Labelled, Material, gather

pytest.importorskip("peft", reason="training needs peft: pip install '.[train]'")


def encoder() -> Any:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=60,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        attn_implementation="eager",
    )
    return BertModel(config, add_pooling_layer=False)


def made(seed: int) -> list[Labelled]:
    """Rows whose answer is the run of tokens above 40, which a few steps can learn."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(48):
        ids = [0, *rng.integers(5, 40, 10).tolist(), 2]
        start = int(rng.integers(1, 9))
        if rng.random() < 0.75:
            ids[start : start + 2] = [50, 55]
            out.append(Labelled(ids, start, start + 1))
        else:
            out.append(Labelled(ids, 0, 0))
    return out


def material() -> Material:
    """The same as examples: a token a character, the answer is the two letters that come late in the alphabet."""
    rng = np.random.default_rng(4)
    out = []
    for number in range(48):
        text = "".join(chr(c) for c in rng.integers(5, 40, 10))
        start = int(rng.integers(0, 9))
        if number % 4:
            out.append(Example("some", "\x06", ("",), text[:start] + "\x32\x37" + text[start:], start, start + 2))
        else:
            out.append(Example("none", "\x06", ("",), text))
    return gather(out, lambda t: Tokens(tuple(map(ord, t)), tuple(range(len(t))), tuple(range(1, len(t) + 1))))


def trained(folder: Path, stop: int | None = None) -> tuple[dict[str, Any], list[str]]:
    import torch

    from qa.reader.train.loop import Recipe, Trainer, train

    shares = {"some": 1.0, "none": 0.5}
    recipe = Recipe((shares, shares), rank=4, rate=1e-2, batch_tokens=96)
    trainer = Trainer(encoder(), recipe, device="cpu", precision=torch.float32)
    said: list[str] = []
    count = 0
    step = trainer.step

    def counted(*args: Any) -> Any:
        nonlocal count
        count += 1
        if stop is not None and count > stop:
            raise KeyboardInterrupt
        return step(*args)

    trainer.step = counted  # type: ignore[method-assign, assignment]
    with suppress(KeyboardInterrupt):
        train(trainer, material(), folder / "state.pt", say=said.append, every=0.0)
    return trainer.masters, said


def test_a_stopped_training_ends_as_one_that_was_not(tmp_path: Path) -> None:
    import torch

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, _ = trained(tmp_path / "a")
    for stop in (3, 5, None):
        resumed, _ = trained(tmp_path / "b", stop)
    assert all(torch.allclose(whole[name], resumed[name], atol=1e-6) for name in whole)


@pytest.mark.parametrize("rank", [8, 0])
def test_it_learns_to_find_and_to_refuse(rank: int) -> None:
    import torch

    from qa.reader.train.loop import Recipe, Trainer, arrays, span_losses

    recipe = Recipe((), rank=rank, rate=2e-2 if rank else 3e-3)
    trainer = Trainer(encoder(), recipe, device="cpu", precision=torch.float32)
    batch = arrays(made(5))
    before = float(trainer.step(*batch, 0.05))
    for _ in range(60):
        after = float(trainer.step(*batch, 0.2))
    assert after < before / 4
    start, end, answer = trainer.model(batch[0], batch[1])
    assert (start.argmax(1) == batch[2]).float().mean() > 0.8
    assert ((answer > 0) == (batch[2] > 0)).float().mean() > 0.8
    assert span_losses((start, end, answer), *batch[1:4], 0.5).mean().item() < before / 4


def test_a_student_learns_what_its_teachers_say_where_the_marks_say_something_else() -> None:
    import torch

    from qa.reader.train.loop import Recipe, Trainer, arrays

    batch = arrays(made(5))
    teacher = Trainer(encoder(), Recipe((), rank=8, rate=2e-2), device="cpu", precision=torch.float32)
    for _ in range(60):
        teacher.step(*batch, 0.2)
    recipe = Recipe((), rank=8, rate=2e-2, soft=1.0)
    student = Trainer(encoder(), recipe, device="cpu", precision=torch.float32, teachers=[teacher.model])
    unmarked = (*batch[:2], torch.zeros_like(batch[2]), torch.zeros_like(batch[3]), batch[4])
    for _ in range(60):
        student.step(*unmarked, 0.2)
    assert (student.model(*batch[:2])[0].argmax(1) == batch[2]).float().mean() > 0.8


def test_what_teachers_never_saw_is_learned_from_its_marks_alone() -> None:
    import torch

    from qa.reader.train.loop import Recipe, Trainer, arrays

    batch = arrays(made(5))
    teacher = Trainer(encoder(), Recipe((), rank=8, rate=2e-2), device="cpu", precision=torch.float32)
    unanswered = (*batch[:2], torch.zeros_like(batch[2]), torch.zeros_like(batch[3]), batch[4])
    for _ in range(20):
        teacher.step(*unanswered, 0.2)
    recipe = Recipe((), rank=8, rate=2e-2, soft=1.0)
    student = Trainer(encoder(), recipe, device="cpu", precision=torch.float32, teachers=[teacher.model])
    for _ in range(60):
        student.step(*batch[:4], torch.zeros_like(batch[4]), 0.2)
    assert (student.model(*batch[:2])[0].argmax(1) == batch[2]).float().mean() > 0.8


def test_an_epoch_says_which_groups_are_untaught() -> None:
    import random

    rows = material().epoch({"some": 1.0, "none": 1.0}, random.Random(1), frozenset(("none",)))
    assert {(row.end > 0, row.taught) for row in rows} == {(True, True), (False, False)}


def test_time_that_is_set_ends_the_training_with_its_schedule(tmp_path: Path) -> None:
    import torch

    from qa.reader.train.loop import Recipe, Trainer, train

    rates = []
    trainer = Trainer(
        encoder(), Recipe(({"some": 1.0},) * 10_000, rank=4, rate=1e-2), device="cpu", precision=torch.float32
    )
    step = trainer.step

    def noted(*args: Any) -> Any:
        out = step(*args)
        rates.append(trainer.optimiser.param_groups[0]["lr"])
        return out

    trainer.step = noted  # type: ignore[method-assign, assignment]
    # A second for each batch, however long it takes.
    train(
        trainer, material(), tmp_path / "state.pt", say=lambda _: None, every=1e9, seconds=40, clock=lambda: len(rates)
    )
    assert len(rates) == 41
    assert rates[-1] < 0.1 * max(rates)


def test_what_is_held_apart_is_scored_by_its_spans(tmp_path: Path) -> None:
    import torch

    from qa.reader.train.check import check, table
    from qa.reader.train.loop import Recipe, Trainer, train

    trainer = Trainer(
        encoder(), Recipe(({"some": 1.0, "none": 1.0},) * 40, rank=8, rate=1e-2), device="cpu", precision=torch.float32
    )
    scores = {s.group: s for s in check(trainer.model, material(), "cpu")}
    trainer.model.train()
    train(trainer, material(), tmp_path / "state.pt", say=lambda _: None, every=1e9)
    after = {s.group: s for s in check(trainer.model, material(), "cpu")}
    assert after["some"].exact > max(0.8, scores["some"].exact)
    assert after["none"].exact > 0.8
    assert "some" in table(list(after.values()))


def test_what_goes_on_from_other_layers_is_said(tmp_path: Path) -> None:
    import torch

    from qa.reader.train.export import export
    from qa.reader.train.loop import SCALE, Recipe, Trainer

    path = tmp_path / "reader.safetensors"
    export(Trainer(encoder(), Recipe((), rank=4), device="cpu", precision=torch.float32).masters, SCALE, path)
    with pytest.raises(ValueError, match="adapters for other layers"):
        Trainer(encoder(), Recipe((), rank=0), device="cpu", precision=torch.float32, begin=path)


@pytest.mark.parametrize("rank", [4, 0])
def test_what_is_exported_reads_as_what_was_trained(tmp_path: Path, rank: int) -> None:
    import torch

    from qa.reader.model import ReaderModel
    from qa.reader.train.export import export, take_up
    from qa.reader.train.loop import SCALE, Recipe, Trainer

    trainer = Trainer(encoder(), Recipe((), rank=rank), device="cpu", precision=torch.float32)
    with torch.no_grad():
        for name, master in trainer.masters.items():
            master.copy_(torch.randn_like(master) * 0.1)
            trainer.learning[name].copy_(master)
    path = tmp_path / "reader.safetensors"
    export(trainer.masters, SCALE, path)
    merged = take_up(ReaderModel(encoder()).eval(), path)
    read = [merged, trainer.model.eval()]
    if rank:
        further = Trainer(encoder(), Recipe((), rank=rank), device="cpu", precision=torch.float32, begin=path)
        read.append(further.model.eval())
        with pytest.raises(ValueError, match="no adapter of this shape"):
            Trainer(encoder(), Recipe((), rank=rank + 1), device="cpu", precision=torch.float32, begin=path)
    ids = torch.randint(0, 60, (3, 12))
    for a, *others in zip(*(model(ids, torch.ones_like(ids)) for model in read), strict=True):
        assert all(torch.allclose(a, b, atol=2e-2) for b in others)
