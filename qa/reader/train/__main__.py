"""``python -m qa.reader.train``: how the reader's weights are made, from the shared data to the shipped files."""

from __future__ import annotations

import math
import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from qa.reader import selection, weights
from qa.reader.train.files import ENCODER

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)

Shared = Annotated[Path, typer.Option(help="The folder with the training data.")]
Folder = Annotated[Path, typer.Option(help="Where rows, checkpoints and the small encoder are kept.")]
Out = Annotated[Path, typer.Option(help="The file to write.")]
SHARED, FOLDER = Path("../shared"), Path("reader-training")


@app.callback(invoke_without_command=True)
def everything(context: typer.Context, shared: Shared = SHARED, folder: Folder = FOLDER) -> None:
    """Do all steps: prepare, train, select. What is done already is not done again."""
    # What is said before a command's name holds for it, unless it is said again behind it.
    given = {"shared": str(shared), "folder": str(folder)}
    context.default_map = {"prepare": given, "train": given, "select": given}
    if context.invoked_subcommand is None:
        if not (folder / ENCODER).exists():
            prepare(shared, folder)
        else:
            _say(f"{folder}: its material is taken as it is; name another --folder to make it again")
        train(folder)
        select(shared, folder)


@app.command()
def prepare(shared: Shared = SHARED, folder: Folder = FOLDER) -> None:
    """Write the material and the small encoder: all that training needs, to carry elsewhere."""
    from embeddings.default_model import ensure_default_model
    from qa.reader.tokens import load_tokenizer
    from qa.reader.train import carry
    from qa.reader.train.prepare import prepare as material_of

    model = ensure_default_model()
    tokenizer = load_tokenizer(model)
    material_of(shared, folder, tokenizer, _say)
    carry.write(weights.load_encoder(model), carry.kept_pieces(tokenizer), folder / ENCODER)
    _say(f"{folder / ENCODER}: {(folder / ENCODER).stat().st_size / 1e6:.1f} MB")


@app.command()
def train(
    folder: Folder = FOLDER,
    out: Out = weights.FILE,
    only: Annotated[
        list[str] | None, typer.Option(help="Train this alone (a name of qa.reader.train.recipes), in the folder.")
    ] = None,
    device: Annotated[str, typer.Option(help="torch's name of a device: cpu, cuda.")] = "",
    precision: Annotated[
        str,
        typer.Option(
            help="bfloat16 or float32; by default the first on an accelerator: few processors are quick in it."
        ),
    ] = "",
    seconds: Annotated[float, typer.Option(help="How long each may train; its schedule then ends by it.")] = math.inf,
) -> None:
    """Train the teachers and the adapters; stopped, it goes on from the last checkpoint (at most two minutes back).

    Behind each, what it makes of the material that is held apart is printed.
    """
    import torch

    from qa.reader.train.recipes import RECIPES, SHIPPED, STUDENT, TEACHERS, WRITERS
    from qa.reader.train.run import run

    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    quick = "float32" if where == "cpu" else "bfloat16"
    for name in only or (*TEACHERS, STUDENT, *WRITERS, SHIPPED):
        if name not in (*RECIPES, SHIPPED):
            raise typer.BadParameter(f"there is no {name}; there are {', '.join((*RECIPES, SHIPPED))}")
        try:
            run(name, folder, where, getattr(torch, precision or quick), seconds, _say)
        except FileNotFoundError as error:
            raise typer.BadParameter(str(error)) from error
    if not only:
        shutil.copyfile(folder / f"{SHIPPED}.safetensors", out)
        _say(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


@app.command()
def select(
    shared: Shared = SHARED,
    folder: Folder = FOLDER,
    model: Annotated[Path, typer.Option(help="The trained weights.")] = weights.FILE,
    out: Out = selection.FILE,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Weigh this feature alone (repeated: these), to see what the others bring; by default all."),
    ] = None,
) -> None:
    """Fit how the scores are weighed, the confidence and the threshold, on questions held apart from training."""
    from qa.reader.train import select as fitting
    from qa.reader.trained import TrainedReader

    unknown = sorted(set(only or ()) - set(selection.FEATURES))
    if unknown:
        raise typer.BadParameter(f"there is no {unknown[0]}; there are {', '.join(selection.FEATURES)}")
    reader = TrainedReader(model, None)
    asked = fitting.questions(shared, folder / "held-apart", _say)
    fitting.write(fitting.select(fitting.weigh(reader, asked, _say), _say, only or selection.FEATURES), out)


def _say(line: str) -> None:
    typer.echo(f"{time.strftime('%H:%M:%S')}  {line}")


if __name__ == "__main__":
    app()
