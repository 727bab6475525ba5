"""``python -m eval.bench``: the tables that the README quotes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from eval.bench import (
    ablation,
    adding,
    chain,
    confidence,
    copies,
    engines,
    followups,
    interrupted,
    kept,
    pdf,
    people,
    reading,
    reports,
    retrieval,
    speed,
    structure,
)
from eval.bench.data import ALL, EVALUATION, TRAINING, Which, among, named_sets, public_set, seed_set
from eval.bench.peers.cli import peers_table
from eval.bench.reading import Mode
from eval.bench.weights import SHIPPED, named, weights_in
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
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Weights of the reader in place of the shipped ones."),
]
Selection = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="The reader's selection.json in place of the shipped one."),
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
def reader_table(
    shared: Shared = SHARED,
    every: Every = 1,
    limit: Limit = None,
    mode: Annotated[Mode, typer.Option(help="With the paragraph given, with retrieval first, or both.")] = Mode.both,
    sets: Annotated[Which, typer.Option("--set", help="The sets that are asked.")] = Which.both,
    beside: Annotated[
        str | None,
        typer.Option(
            "--among",
            metavar="DIR",
            help=f"Ask openly among the sets and documents of this folder, too; {ALL!r}: all parts of the collection.",
        ),
    ] = None,
    weights: Weights = None,
    selection: Selection = None,
) -> None:
    """The reader on CMRC 2018 dev and DRCD dev, or on what is held apart from training, with the paragraph given, and
    with retrieval first.

    The Libraries are kept in the cache: one that was not finished is gone on with, and further runs only read.
    """
    typer.echo(describe())
    reader = _reader(weights, selection)
    for name, file in named_sets(sets):
        data = public_set(shared, file, paragraphs=limit, every=every, held_apart=sets is Which.held_apart)
        further = among(shared, file, beside) if beside and mode is not Mode.given else []
        given = None if mode is Mode.open else reading.given(data, reader, progress=True)
        found, size = (None, 0) if mode is Mode.given else reading.openly(data, reader, beside=further, progress=True)
        typer.echo(chain.reader_table(name, given, found, size))


@app.command("seed")
def seed_table(
    shared: Shared = SHARED, errors: Errors = False, weights: Weights = None, selection: Selection = None
) -> None:
    """The seed report and its questions: retrieval, answers, refusals, follow-ups."""
    _chain("Seed report", seed_set(shared), errors, _reader(weights, selection))


@app.command("ablation")
def ablation_table(
    folder: Annotated[
        Path,
        typer.Argument(
            exists=True,
            file_okay=False,
            help="Holds NAME.safetensors files, each with its selection in NAME.json, or else with the shipped one.",
        ),
    ],
    shared: Shared = SHARED,
    every: Every = 8,
    limit: Limit = None,
) -> None:
    """Several weights of the reader in one table: CMRC dev and DRCD dev, paragraph given, and the seed report.

    The Libraries are made once, and kept in the cache. So is the exported form of each of the weights, of 83 MB.
    """
    weights = weights_in(folder)
    given = {name: public_set(shared, file, paragraphs=limit, every=every) for name, file in EVALUATION}
    typer.echo(describe())
    for line in ablation.lines(weights, given, seed_set(shared), progress=True):
        typer.echo(line)


@app.command("samples")
def samples_table(errors: Errors = False, weights: Weights = None, selection: Selection = None) -> None:
    """The same on the sample documents and their questions."""
    _chain("Sample documents", load_set(sample_questions()), errors, _reader(weights, selection))


def _reader(weights: Path | None, selection: Path | None) -> Reader | None:
    used = named(weights, selection)
    return None if used is None else used.reader()


def _chain(name: str, data: EvaluationSet, errors: bool, reader: Reader | None) -> None:
    result = run(data, reader=reader, progress=True).sets[0]
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
    selection: Selection = None,
) -> None:
    """The right year and the right place: questions on 50 national and 31 provincial government reports."""
    from embeddings import load_embedder

    files = reports.reports(shared, documents)
    data = reports.questions(list(files), every)
    embedder = load_embedder()
    folder = library or kept.folder_of("reports", embedder, files)
    with reports.library_of(files, folder, embedder, progress=True) as held:
        result = run(data, library=held, reader=_reader(weights, selection), progress=True)
        fusion = reports.found_by_fusion(data, held, files)
        passages = sum(held.passage_counts().values())
    typer.echo(describe())
    typer.echo(reports.table(result, fusion, len(files), passages))
    if errors:
        typer.echo(chain.errors(result.sets[0].outcomes))


@app.command("followups")
def followups_table(
    shared: Shared = SHARED,
    answered: Annotated[
        bool, typer.Option(help="Also ask the follow-ups of the seed report and of the samples; needs the models.")
    ] = False,
    errors: Errors = False,
) -> None:
    """Questions that lean on a conversation: rewriting, standalone questions left alone, and, if asked, answers."""
    typer.echo(describe())
    seed, samples = seed_set(shared), load_set(sample_questions())
    cmrc = followups.alone(public_set(shared, EVALUATION[0][1]))
    sets = [
        (data.name, followups.alone(data), followups.DRAWN) for data in (seed, samples, load_set(reports.QUESTIONS))
    ]
    step = max(len(cmrc) // followups.CMRC, 1)
    sets.append((f"{EVALUATION[0][0]}, {followups.CMRC:,} questions", cmrc[::step][: followups.CMRC], 1))
    typer.echo(followups.rewriting_table(followups.rewritings(shared)))
    typer.echo(followups.distracted_table(sets, errors))
    for name, data in (("Seed report", followups.leaning(seed)), ("Sample documents", followups.leaning(samples))):
        typer.echo(followups.understood_table(data))
        if answered:
            typer.echo(followups.answered_table(name, run(data, settings=Settings(distract=False), progress=True)))


@app.command("confidence")
def confidence_table(
    shared: Shared = SHARED,
    every: Every = 8,
    limit: Limit = None,
    weights: Weights = None,
    selection: Selection = None,
) -> None:
    """Calibration, and risk against coverage, on CMRC 2018 dev with right and wrong paragraphs."""
    typer.echo(describe())
    used = named(weights, selection) or SHIPPED
    reader, weighing = used.reader(), used.weighing()
    name, file = EVALUATION[0]
    data = public_set(shared, file, paragraphs=limit, every=every)
    with kept.kept_corpus(data, progress=True) as corpus:
        asked = confidence.pairs(data, corpus, reader, weighing, progress=True)
    typer.echo(confidence.table(name, asked, weighing.threshold))


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


@app.command("structure")
def structure_table(
    shared: Shared = SHARED,
    every: Annotated[int, typer.Option(min=1, help="Every n-th law.")] = structure.EVERY,
) -> None:
    """Whether every article of the laws, and every section of the provincial reports, is found and in its place."""
    typer.echo(describe())
    typer.echo(structure.table("Laws", "articles", structure.measure_laws(shared, every, progress=True)))
    typer.echo(structure.table("Provincial reports", "sections", structure.measure_reports(shared)))


@app.command("copies")
def copies_table(
    shared: Shared = SHARED, every: Annotated[int, typer.Option(min=1, help="Every n-th law.")] = structure.EVERY
) -> None:
    """Whether copies and edited versions are noticed when they are added, and what that costs: laws edited by rule."""
    typer.echo(describe())
    typer.echo(copies.table(copies.measure(shared, every)))


@app.command("pdf")
def pdf_table(
    shared: Shared = SHARED,
    documents: Annotated[int | None, typer.Option(min=1, help="Only so many reports, spread over all.")] = None,
    laws: Annotated[int, typer.Option(min=0, help="So many laws besides, spread over those of 'structure'.")] = 20,
) -> None:
    """What is read from a PDF against what it was printed from: 31 reports, 20 laws; needs LibreOffice."""
    typer.echo(describe())
    typer.echo(pdf.table(pdf.compare(pdf.word_reports(shared, documents), progress=True)))
    if laws:
        typer.echo(pdf.table(pdf.compare_laws(pdf.some_laws(shared, laws), progress=True)))


@app.command("people")
def people_table(
    people_: Annotated[
        int, typer.Option("--people", min=1, max=people.MOST, help="Browsers that ask at the same time.")
    ] = 30,
    questions: Annotated[int, typer.Option(min=1, help="Questions in all, shared out among them.")] = 300,
    deadline: Annotated[float, typer.Option(min=1, help="Seconds after which it ends whatever is unanswered.")] = (
        people.DEADLINE
    ),
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The window's port; by default a free one.")
    ] = None,
) -> None:
    """Many people before one chat window at once, on loopback: errors, others' conversations, times.

    Each is a browser of its own that asks through the window's own events. Exit status 1 when there was an error, or
    somebody was shown what is another person's.
    """
    seen = people.visit(people_, questions, deadline=deadline, port=port, progress=True)
    typer.echo(describe())
    typer.echo(people.table(seen))
    if not seen.sound:
        raise typer.Exit(1)


@app.command("adding")
def adding_table(
    shared: Shared = SHARED,
    passages: Annotated[int, typer.Option(min=100, help="About so many passages of laws are added.")] = 20_000,
    real: Annotated[
        bool, typer.Option("--real", help="With the default model; otherwise vectors are drawn, which takes no time.")
    ] = False,
) -> None:
    """Add much to a Library that is asked at the same time, in another thread and in another process.

    Passages a second, the times of asking before and during, errors, peak memory. Exit status 1 after an error.
    """
    with tempfile.TemporaryDirectory(prefix="yinda-laws-") as folder:
        seen = adding.measure(adding.laws(shared, passages, Path(folder)), real=real, progress=True)
    typer.echo(describe())
    typer.echo(adding.table(seen))
    if not seen.sound:
        raise typer.Exit(1)


@app.command("interrupted")
def interrupted_table(
    shared: Shared = SHARED,
    passages: Annotated[int, typer.Option(min=100, help="About so many passages of laws are added.")] = 1_000_000,
    stops: Annotated[int, typer.Option(min=1, help="How often it is stopped with Ctrl-C.")] = 3,
) -> None:
    """Add all laws, stopped with Ctrl-C on the way: what is held after each run, and how many texts were embedded.

    Exit status 1 when it did not go on where it stopped, or embedded something twice.
    """
    with tempfile.TemporaryDirectory(prefix="yinda-laws-") as folder:
        seen = interrupted.measure(adding.laws(shared, passages, Path(folder)), stops=stops, progress=True)
    typer.echo(describe())
    typer.echo(interrupted.table(seen))
    if not seen.sound:
        raise typer.Exit(1)


app.command("peers")(peers_table)


if __name__ == "__main__":
    try:
        app()
    except YindaError as error:
        typer.echo(f"{error.message}\n  hint: {error.hint}", err=True)
        raise SystemExit(2) from error
