"""``python -m qa.retriever.train``: how the embedding model is tuned to find a question's paragraph.

``prepare`` writes all that training needs into one folder; ``train`` runs from that folder alone, on any machine.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated

import typer

from qa.reader.train.files import ENCODER

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)

Folder = Annotated[Path, typer.Option(help="Where the pairs and the small encoder are kept.")]
FOLDER = Path("retriever-training")
PAIRS = "pairs.npz"
CHECKPOINT = "adapters.checkpoint"
STRENGTHS = (0.5, 0.75, 1.0)


@app.command()
def prepare(
    shared: Annotated[Path, typer.Option(help="The folder with the training data.")] = Path("../shared"),
    folder: Folder = FOLDER,
) -> None:
    """Write the pairs of questions and passages, and the small encoder: all that training needs, to carry elsewhere."""
    import numpy as np
    from tokenizers import Tokenizer

    from embeddings.default_model import ensure_default_model
    from qa.reader import weights
    from qa.reader.train import carry
    from qa.retriever.train.prepare import prepare as pairs_of

    folder.mkdir(parents=True, exist_ok=True)
    model = ensure_default_model()
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    kept = carry.kept_pieces(tokenizer)
    if not (folder / ENCODER).exists() or not np.array_equal(carry.read(folder / ENCODER)[1], kept):
        carry.write(weights.load_encoder(model), kept, folder / ENCODER)
        _say(f"{folder / ENCODER}: {(folder / ENCODER).stat().st_size / 1e6:.1f} MB")
    pairs_of(shared, folder / PAIRS, tokenizer, kept, _say)


@app.command()
def train(
    folder: Folder = FOLDER,
    out: Annotated[Path, typer.Option(help="The file of adapters to write.")] = Path("adapters.safetensors"),
    device: Annotated[str, typer.Option(help="torch's name of a device: cpu, cuda.")] = "",
    epochs: Annotated[float, typer.Option(help="How often each question is learned from.")] = 4,
    rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 3e-4,
    batch: Annotated[int, typer.Option(help="Questions of a step.")] = 256,
    temperature: Annotated[float, typer.Option(min=0.005, max=0.2, help="What cosines are divided by.")] = 0.02,
    seconds: Annotated[
        float, typer.Option(help="How long training may take; the schedule then ends by it.")
    ] = math.inf,
    strength: Annotated[float, typer.Option(help="How much of what was learned is written.")] = 0.5,
    limit: Annotated[int, typer.Option(help="Measure so many questions of a set, on their own passages alone.")] = 0,
) -> None:
    """Train adapters; stopped, it goes on from the last checkpoint (at most two minutes back).

    Prints how well what is held apart is found, before and after.
    """
    import torch

    from qa.reader.train import carry
    from qa.retriever.train import loop, measure, pairs
    from qa.retriever.train.export import export

    recipe = loop.Recipe(rate=rate, batch=batch, temperature=temperature, epochs=epochs)
    learned, held = pairs.load(folder / PAIRS)
    held = {name: each.first(limit) if limit else each for name, each in held.items()}
    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    trainer = loop.Trainer(carry.read(folder / ENCODER)[0], recipe, where)
    _say(f"{len(learned):,} questions, {len(learned.passages):,} passages; {recipe}")

    def tell(label: str) -> None:
        trainer.model.eval()
        with torch.no_grad():
            found = measure.measure(
                held, lambda texts: trainer.encode(texts, range(len(texts)), exact=True).cpu().numpy()
            )
        _say(measure.table(label, held, found))

    checkpoint = folder / CHECKPOINT
    if not checkpoint.exists():
        tell("before")
    try:
        loop.train(trainer, learned, checkpoint, say=_say, seconds=seconds)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    scale = recipe.alpha / recipe.rank
    export(trainer.learned(), strength * scale, out)
    _say(f"{out}: {out.stat().st_size / 1e6:.1f} MB")
    for each in sorted({*STRENGTHS, strength}):
        trainer.weigh(each)
        tell(f"after, at strength {each:g}")
    checkpoint.unlink(missing_ok=True)


def _say(line: str) -> None:
    typer.echo(f"{time.strftime('%H:%M:%S')}  {line}")


if __name__ == "__main__":
    app()
