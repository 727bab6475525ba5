"""``python -m eval.bench``: the tables that the README quotes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from eval.bench import answers, retrieval, speed
from eval.bench.data import questions, squad_layout
from eval.runs.machine import describe
from eval.samples import directory as sample_documents
from eval.samples import questions as sample_questions
from qa.errors import DocumentError, YindaError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Shared = Annotated[Path, typer.Option(help="The folder with the data sets and the seed report.")]
Every = Annotated[int, typer.Option(min=1, help="Ask only every n-th question.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first so many paragraphs.")]
Errors = Annotated[bool, typer.Option("--errors", help="List the questions that went wrong.")]
SHARED = Path("../shared")

# Fusion is chosen on these; none of them is an evaluation set.
TRAINING = (
    ("CMRC 2018 trial", "cmrc2018/trial.json", 256),
    ("CMRC 2018 train, the first 600 paragraphs", "cmrc2018/train.json", 600),
    ("DRCD train part, the first 600 paragraphs", "drcd/train_part.json", 600),
)
EVALUATION = (
    ("CMRC 2018 dev", "cmrc2018/dev.json"),
    ("DRCD dev", "drcd/dev.json"),
)
WEIGHTS = (0.015, 0.03, 0.045, 0.06, 0.09, 0.15)


def _needed(path: Path) -> Path:
    if not path.exists():
        raise DocumentError(f"there is no {path}", "name the folder that holds the data with --shared")
    return path


def _seed(shared: Path) -> tuple[list[Path], Path]:
    folder = _needed(shared / "seed")
    return sorted(folder.glob("*.txt")), _needed(folder / "questions.jsonl")


@app.command("retrieval")
def retrieval_table(shared: Shared = SHARED, every: Every = 1, limit: Limit = None) -> None:
    """Right paragraph first, and in the first five, on CMRC 2018 dev and DRCD dev."""
    typer.echo(describe())
    for name, file in EVALUATION:
        paragraphs = squad_layout(_needed(shared / "data" / file), limit)
        asked, _ = retrieval.ask_all(paragraphs, every)
        typer.echo(retrieval.table(f"{name}, {len(paragraphs)} paragraphs", asked, retrieval.ORDERS))


@app.command("fusion")
def fusion_table(shared: Shared = SHARED, every: Every = 1) -> None:
    """How the weight of BM25 was chosen: the same figures on training data, for several weights."""
    typer.echo(describe())
    for name, file, limit in TRAINING:
        asked, size = retrieval.ask_all(squad_layout(_needed(shared / "data" / file), limit), every)
        orders = {label: score for label, score in retrieval.ORDERS.items() if score is not retrieval.fused}
        orders |= {f"fusion, weight {weight:g}": retrieval.weighted(weight, size) for weight in WEIGHTS}
        typer.echo(retrieval.table(name, asked, orders))


@app.command("seed")
def seed_table(shared: Shared = SHARED, errors: Errors = False) -> None:
    """The seed report and its questions: retrieval, answers, refusals, follow-ups."""
    sources, file = _seed(shared)
    _answers("Seed report", sources, file, errors)


@app.command("samples")
def samples_table(errors: Errors = False) -> None:
    """The same on the sample documents and their questions."""
    _answers("Sample documents", [sample_documents()], sample_questions(), errors)


def _answers(name: str, sources: list[Path], file: Path, errors: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcomes = answers.run(questions(file), sources, Path(folder))
    typer.echo(describe())
    typer.echo(answers.table(name, outcomes))
    if errors:
        typer.echo(answers.errors(outcomes))


@app.command("speed")
def speed_table(shared: Shared = SHARED) -> None:
    """Import, indexing, asking, and memory, on the seed report."""
    sources, file = _seed(shared)
    typer.echo(describe())
    typer.echo(speed.table(sources, questions(file)))


if __name__ == "__main__":
    try:
        app()
    except YindaError as error:
        typer.echo(f"{error.message}\n  hint: {error.hint}", err=True)
        raise SystemExit(2) from error
