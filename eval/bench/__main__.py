"""``python -m eval.bench``: the tables that the README quotes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from eval.bench import chain, confidence, engines, reports, retrieval, speed
from eval.bench.data import EVALUATION, TRAINING, public_set, seed_set
from eval.bench.peers.cli import peers_table
from eval.runs.corpus import corpus_of
from eval.runs.machine import describe
from eval.runs.runner import run
from eval.runs.settings import Settings
from eval.samples import questions as sample_questions
from eval.sets import load_set
from eval.types import EvaluationSet
from qa.errors import YindaError
from qa.reader.base import Reader

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Shared = Annotated[Path, typer.Option(help="The folder with the data sets and the seed report.")]
Every = Annotated[int, typer.Option(min=1, help="Ask only every n-th question.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first so many paragraphs.")]
Errors = Annotated[bool, typer.Option("--errors", help="List the questions that went wrong.")]
Weights = Annotated[
    Path | None, typer.Option(help="Weights of the reader in place of the shipped ones: for an ablation.")
]
SHARED = Path("../shared")
LEXICAL = (0.015, 0.03, 0.045, 0.06, 0.09, 0.15)


@app.command("retrieval")
def retrieval_table(shared: Shared = SHARED, every: Every = 1, limit: Limit = None) -> None:
    """Right paragraph first, and in the first five, on CMRC 2018 dev and DRCD dev."""
    typer.echo(describe())
    for name, file in EVALUATION:
        data = public_set(shared, file, paragraphs=limit, every=every)
        asked, _ = retrieval.ask_all(data)
        typer.echo(retrieval.table(f"{name}, {len(data.documents)} paragraphs", asked, retrieval.ORDERS))


@app.command("fusion")
def fusion_table(shared: Shared = SHARED, every: Every = 1) -> None:
    """How the weight of BM25 was chosen: the same figures on training data, for several weights."""
    typer.echo(describe())
    for name, file, limit in TRAINING:
        asked, size = retrieval.ask_all(public_set(shared, file, paragraphs=limit, every=every))
        orders = {label: score for label, score in retrieval.ORDERS.items() if score is not retrieval.fused}
        orders |= {f"fusion, weight {weight:g}": retrieval.weighted(weight, size) for weight in LEXICAL}
        typer.echo(retrieval.table(name, asked, orders))


@app.command("reader")
def reader_table(shared: Shared = SHARED, every: Every = 1, limit: Limit = None, weights: Weights = None) -> None:
    """The reader on CMRC 2018 dev and DRCD dev, with the paragraph given, and with retrieval first."""
    typer.echo(describe())
    reader = _reader(weights)
    for name, file in EVALUATION:
        data = public_set(shared, file, paragraphs=limit, every=every)
        with tempfile.TemporaryDirectory() as folder, corpus_of(data, Path(folder), progress=True) as corpus:
            given, found = (
                run(data, library=corpus.library, settings=Settings(mode), reader=reader, progress=True).sets[0]
                for mode in ("given-passage", "open")
            )
        typer.echo(chain.reader_table(name, given, found))


@app.command("seed")
def seed_table(shared: Shared = SHARED, errors: Errors = False, weights: Weights = None) -> None:
    """The seed report and its questions: retrieval, answers, refusals, follow-ups."""
    _chain("Seed report", seed_set(shared), errors, weights)


@app.command("samples")
def samples_table(errors: Errors = False, weights: Weights = None) -> None:
    """The same on the sample documents and their questions."""
    _chain("Sample documents", load_set(sample_questions()), errors, weights)


def _reader(weights: Path | None) -> Reader | None:
    from qa.reader.trained import TrainedReader

    return None if weights is None else TrainedReader(weights)


def _chain(name: str, data: EvaluationSet, errors: bool, weights: Path | None) -> None:
    result = run(data, reader=_reader(weights), progress=True).sets[0]
    typer.echo(describe())
    typer.echo(chain.chain_table(name, result))
    if errors:
        typer.echo(chain.errors(result.outcomes))


@app.command("reports")
def reports_table(
    shared: Shared = SHARED,
    library: Annotated[
        Path | None, typer.Option(help="The Library of the reports, made or gone on with; by default in the cache.")
    ] = None,
    documents: Annotated[int | None, typer.Option(min=1, help="Only so many reports, spread over all.")] = None,
    every: Every = 1,
    errors: Errors = False,
    weights: Weights = None,
) -> None:
    """The right year and the right place: questions on 50 national and 31 provincial government reports."""
    from embeddings import load_embedder

    files = reports.reports(shared, documents)
    data = reports.questions(list(files), every)
    embedder = load_embedder()
    folder = library or reports.default_library(embedder, list(files))
    with reports.library_of(files, folder, embedder, progress=True) as held:
        result = run(data, library=held, reader=_reader(weights), progress=True)
        passages = sum(held.passage_counts().values())
    typer.echo(describe())
    typer.echo(reports.table(result, len(files), passages))
    if errors:
        typer.echo(chain.errors(result.sets[0].outcomes))


@app.command("confidence")
def confidence_table(shared: Shared = SHARED, every: Every = 8, limit: Limit = 200) -> None:
    """Calibration, and risk against coverage, on CMRC 2018 dev with right and wrong paragraphs."""
    from qa.reader.trained import TrainedReader

    typer.echo(describe())
    reader = TrainedReader()
    name, file = EVALUATION[0]
    data = public_set(shared, file, paragraphs=limit, every=every)
    with tempfile.TemporaryDirectory() as folder, corpus_of(data, Path(folder), progress=True) as corpus:
        typer.echo(confidence.table(name, confidence.pairs(data, corpus, reader), reader.threshold))


@app.command("speed")
def speed_table(shared: Shared = SHARED) -> None:
    """Import, indexing, asking, and memory, on the seed report."""
    data = seed_set(shared)
    typer.echo(describe())
    typer.echo(speed.table(data.sources, data.questions))


@app.command("engines")
def engines_table(
    rounds: Annotated[int, typer.Option(min=1, help="How often each engine reads each batch.")] = 7,
    threads: Annotated[int, typer.Option(min=0, help="Threads of each engine; 0: as many as torch takes.")] = 0,
) -> None:
    """What runs the reader's model how fast: torch, ONNX Runtime, OpenVINO, as far as installed."""
    typer.echo(describe())
    typer.echo(engines.table(rounds, threads))


app.command("peers")(peers_table)


if __name__ == "__main__":
    try:
        app()
    except YindaError as error:
        typer.echo(f"{error.message}\n  hint: {error.hint}", err=True)
        raise SystemExit(2) from error
