"""Training: it learns, and what was stopped goes on as if it had not been."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qa.reader.train.rows import Labelled, Rows, gather

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


def rows(seed: int) -> Rows:
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
    return gather(out)


def trained(folder: Path, stop: int | None = None) -> tuple[dict[str, Any], list[str]]:
    import torch

    from qa.reader.train.loop import Recipe, Trainer, train

    recipe = Recipe(rank=4, alpha=8, rate=1e-2, batch_tokens=96, stages=2)
    trainer = Trainer(encoder(), recipe, device="cpu", precision=torch.float32)
    said: list[str] = []
    count = 0
    step = trainer.step

    def counted(*args: Any) -> float:
        nonlocal count
        count += 1
        if stop is not None and count > stop:
            raise KeyboardInterrupt
        return step(*args)

    trainer.step = counted  # type: ignore[method-assign]
    with suppress(KeyboardInterrupt):
        train(trainer, rows, folder / "state.pt", say=said.append, every=0.0)
    return trainer.masters, said


def test_a_stopped_training_ends_as_one_that_was_not(tmp_path: Path) -> None:
    import torch

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, _ = trained(tmp_path / "a")
    for stop in (3, 5, None):
        resumed, _ = trained(tmp_path / "b", stop)
    assert all(torch.allclose(whole[name], resumed[name], atol=1e-6) for name in whole)


def test_it_learns_to_find_and_to_refuse(tmp_path: Path) -> None:
    import torch

    from qa.reader.train.loop import Recipe, Trainer, span_loss

    trainer = Trainer(encoder(), Recipe(rank=8, alpha=16, rate=2e-2), device="cpu", precision=torch.float32)
    data = rows(5)
    ids, mask = data.batch(range(len(data)), 1)
    batch = [torch.from_numpy(each) for each in (ids, mask, data.starts, data.ends)]
    before = trainer.step(*batch, 0.05)
    for _ in range(60):
        after = trainer.step(*batch, 0.2)
    assert after < before / 4
    start, end, answer = trainer.model(batch[0], batch[1])
    assert (start.argmax(1) == batch[2]).float().mean() > 0.8
    assert ((answer > 0) == (batch[2] > 0)).float().mean() > 0.8
    assert span_loss((start, end, answer), *batch[1:], 0.5).item() < before / 4


def test_what_is_exported_reads_as_what_was_trained(tmp_path: Path) -> None:
    import torch

    from qa.reader import weights
    from qa.reader.model import ReaderModel
    from qa.reader.train.export import export
    from qa.reader.train.loop import Recipe, Trainer

    trainer = Trainer(encoder(), Recipe(rank=4, alpha=8), device="cpu", precision=torch.float32)
    with torch.no_grad():
        for name, master in trainer.masters.items():
            master.copy_(torch.randn_like(master) * 0.1)
            trainer.learning[name].copy_(master)
    path = tmp_path / "reader.safetensors"
    export(trainer.masters, 2.0, path)
    merged = ReaderModel(encoder()).eval()
    weights.merge(merged, path)
    ids = torch.randint(0, 60, (3, 12))
    for a, b in zip(trainer.model(ids, torch.ones_like(ids)), merged(ids, torch.ones_like(ids)), strict=True):
        assert torch.allclose(a, b, atol=2e-2)
