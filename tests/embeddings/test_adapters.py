"""The default model's tuning: added to what is loaded, never to what is unpacked, and told by its identity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder, ModelError, adapters, default_model, load_embedder

LAYERS = ("layer.0.attention.self.query", "layer.11.output.dense")


def write(path: Path, sizes: tuple[int, int] = (384, 1536), **more: Any) -> Path:
    """Adapters of two layers of the default model."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(3)
    tensors = {}
    for layer, inner in zip(LAYERS, sizes, strict=True):
        tensors[f"{layer}.down"] = (0.1 * torch.randn(2, inner)).half()
        tensors[f"{layer}.up"] = (0.1 * torch.randn(384, 2)).half()
    save_file(tensors | more, path)
    return path


def small() -> Any:
    """An encoder with the default model's layers at both ends that is quickly made."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    return BertModel(
        BertConfig(vocab_size=9, hidden_size=384, num_attention_heads=12, intermediate_size=1536),
        add_pooling_layer=False,
    )


def test_what_the_file_says_is_added(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    path = write(tmp_path / "adapters.safetensors")
    plain, tuned = small().state_dict(), small()
    adapters.merge(tuned, path)
    tensors = load_file(path)
    for name, value in tuned.state_dict().items():
        layer = name.removeprefix("encoder.").removesuffix(".weight")
        if layer in LAYERS:
            gain = tensors[f"{layer}.up"].float() @ tensors[f"{layer}.down"].float()
            torch.testing.assert_close(value, plain[name] + gain)
        else:
            assert torch.equal(value, plain[name])


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: path.write_bytes(b"no tensors"),
        lambda path: write(path, (384, 384)),
        lambda path: path.unlink(),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(tmp_path: Path, damage: Any) -> None:
    import torch

    path = write(tmp_path / "adapters.safetensors")
    damage(path)
    encoder, plain = small(), small()
    with pytest.raises(ModelError, match=r"adapters\.safetensors"):
        adapters.merge(encoder, path)
    assert all(torch.equal(value, plain.state_dict()[name]) for name, value in encoder.state_dict().items())


def test_layers_of_another_model_are_refused(tmp_path: Path) -> None:
    import torch

    path = write(tmp_path / "adapters.safetensors", **{"layer.12.output.dense.up": torch.zeros(384, 2)})
    with pytest.raises(ModelError, match="does not fit"):
        adapters.merge(small(), path)


def test_the_tuned_model_has_an_identity_of_its_own_and_the_folder_stays_as_published(tmp_path: Path) -> None:
    published = load_embedder(tuning=tmp_path / "missing.safetensors")
    assert published.identity == default_model.IDENTITY
    tuned = load_embedder(tuning=write(tmp_path / "adapters.safetensors"))
    assert tuned.identity == f"{default_model.IDENTITY}/{adapters.identity(tmp_path / 'adapters.safetensors')}"
    assert tuned.name == published.name
    texts = ["今年财政收入是多少？"]
    assert float((tuned.encode_queries(texts) * published.encode_queries(texts)).sum()) < 0.9999
    assert default_model.verify_default_model(full=True) == []


def test_the_shipped_tuning_is_in_the_default(embedder: Embedder) -> None:
    if not adapters.FILE.exists():
        pytest.skip("no tuning is shipped: the default model is the published one")
    assert embedder.identity.endswith(adapters.identity(adapters.FILE))
