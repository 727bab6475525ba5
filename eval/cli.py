"""``yinda eval``: check, run, score, compare, report, draft, accept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eval.results import RunResult
    from eval.sets import CheckReport
    from eval.types import EvaluationSet
    from qa import Library

app = typer.Typer(
    help="Run evaluation sets, compare runs, check sets, and draft new ones.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

SetPath = Annotated[
    Path,
    typer.Argument(help="A set: JSONL, SQuAD layout, CSV, TSV, XLSX, or a BEIR folder.", show_default=False),
]
Sets = Annotated[
    list[Path],
    typer.Argument(help="Sets: JSONL, SQuAD layout, CSV, TSV, XLSX, or BEIR folders.", show_default=False),
]
RunPath = Annotated[Path, typer.Argument(help="The folder of a run.", show_default=False)]
LibraryOption = Annotated[
    Path | None, typer.Option(help="Ask this Library instead of one made of the set's documents.", show_default=False)
]
Documents = Annotated[
    list[Path] | None,
    typer.Option(help="Files and folders that the questions are about; may be repeated.", show_default=False),
]
Against = Annotated[
    list[Path] | None, typer.Option(help="Another set, looked at for overlap; may be repeated.", show_default=False)
]
Split = Annotated[str, typer.Option(help="Which judgements of a BEIR folder.")]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        help="METRIC=VALUE: exit with status 2 when the metric misses it; may be repeated.", show_default=False
    ),
]
FailIfWorse = Annotated[
    Path | None, typer.Option(help="A run: exit with status 2 when this one is shown to be worse.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def run(
    context: typer.Context,
    sets: Sets,
    library: LibraryOption = None,
    documents: Documents = None,
    among: Annotated[
        list[Path] | None,
        typer.Option(help="A set whose documents are put in too, to make the search harder.", show_default=False),
    ] = None,
    given_passage: Annotated[bool, typer.Option("--given-passage", help="Read the right passage; no search.")] = False,
    search: Annotated[bool, typer.Option("--open", help="Search first, then read (the default).")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions of each set.")] = None,
    depth: Annotated[int, typer.Option(min=5, max=100, help="Passages kept for the metrics of retrieval.")] = 20,
    distract: Annotated[bool, typer.Option(help="Also ask after an unrelated history.")] = True,
    seed: Annotated[int, typer.Option(help="Draws the unrelated histories.")] = 0,
    split: Split = "test",
    out: Annotated[
        Path | None, typer.Option(help="The run's folder; by default one below yinda-runs.", show_default=False)
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Ask everything again.")] = False,
    fail_under: FailUnder = None,
    fail_if_worse_than: FailIfWorse = None,
    as_json: AsJson = False,
) -> None:
    """Ask every question, keep the predictions, write the reports.

    Goes on where it was stopped when it is called again. The sets' own documents are put into a Library of their own;
    a set without documents is asked of the Library that is named.
    """
    from eval.runs.folder import read_predictions
    from eval.runs.runner import default_folder
    from eval.runs.runner import run as run_sets
    from eval.runs.settings import Settings

    if given_passage and search:
        raise RunError("--given-passage and --open exclude each other", "give one of them, or neither for --open")
    _check_gates(fail_under, fail_if_worse_than)
    settings = Settings(
        "given-passage" if given_passage else "open", depth=depth, limit=limit, distract=distract, seed=seed
    )
    loaded = [_load(path, documents, split) for path in sets]
    beside = [_load(path, None, split) for path in among or ()]
    with _library(context, library, loaded) as opened:
        model = context.obj["model"] if opened is None else None
        folder = out or default_folder(loaded, settings, beside, opened, model)
        kept = 0 if restart else sum(1 for _ in read_predictions(folder))
        typer.echo(f"run: {folder}" + (f", which has {kept:,} predictions already" if kept else ""), err=True)
        result = run_sets(
            loaded,
            out=folder,
            library=opened,
            model=model,
            settings=settings,
            beside=beside,
            progress=sys.stderr.isatty(),
            restart=restart,
        )
    _finish(result, folder, as_json, fail_under, fail_if_worse_than)


@app.command()
def score(
    path: Annotated[Path, typer.Argument(help="A run's folder, or a set with --predictions.", show_default=False)],
    predictions: Annotated[
        Path | None,
        typer.Option(help="Another program's answers: {id: text} as JSON, or JSON Lines with id and text."),
    ] = None,
    trec_run: Annotated[Path | None, typer.Option(help="Another program's ranking: a TREC run file.")] = None,
    documents: Documents = None,
    split: Split = "test",
    out: Annotated[Path | None, typer.Option(help="Where to write the reports.", show_default=False)] = None,
    fail_under: FailUnder = None,
    fail_if_worse_than: FailIfWorse = None,
    as_json: AsJson = False,
) -> None:
    """Score a run again, or another program's predictions."""
    from eval.runs.foreign import score_predictions, score_trec_run

    _check_gates(fail_under, fail_if_worse_than)
    if predictions is not None and trec_run is not None:
        raise RunError("--predictions and --trec-run exclude each other", "score answers and rankings apart")
    if predictions is not None:
        result = score_predictions(_load(path, documents, split), predictions)
    elif trec_run is not None:
        result = score_trec_run(_load(path, documents, split), trec_run)
    elif path.is_file():
        raise RunError(f"{path} is a set, not a run's folder", "name its predictions with --predictions or --trec-run")
    else:
        result, out = _scored(path), out or path
    _finish(result, out, as_json, fail_under, fail_if_worse_than)


@app.command()
def report(path: RunPath) -> None:
    """Write a run's report.html, report.md and report.json again."""
    _write_reports(_scored(path), path)


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="The run to compare with.", show_default=False)],
    b: Annotated[Path, typer.Argument(help="The run that may be better or worse.", show_default=False)],
    changed: Annotated[int, typer.Option(min=0, help="How many changed questions to show.")] = 20,
    resamples: Annotated[int, typer.Option(min=100, help="Resamples of the bootstrap.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
    fail_if_worse: Annotated[bool, typer.Option("--fail-if-worse", help="Exit with status 2 when B is worse.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Is run B better than run A? Tests and changed questions."""
    from eval.comparison import compare as compare_runs
    from eval.comparison import show
    from eval.comparison.gates import fail_if_worse as gate
    from eval.scoring import AGGREGATES

    comparison = compare_runs(_scored(a), _scored(b), aggregates=AGGREGATES, resamples=resamples, seed=seed)
    if as_json:
        _print_json(show.to_dict(comparison))
    elif as_markdown:
        typer.echo(show.markdown(comparison, changed=changed))
    else:
        _print_lines(show.lines(comparison, changed=changed))
    if fail_if_worse:
        gate(comparison)


@app.command()
def check(
    context: typer.Context,
    set_path: SetPath,
    library: LibraryOption = None,
    documents: Documents = None,
    against: Against = None,
    split: Split = "test",
    mend: Annotated[Path | None, typer.Option(help="Write a mended copy there.", show_default=False)] = None,
) -> None:
    """Look for what is wrong with a set: answers, offsets, doubles.

    Answers that do not occur, offsets that are off, duplicates, overlap with another set. The exit status is 2 when
    there is an error.
    """
    from eval.sets.check import check as check_set
    from eval.sets.check import write_mended

    def checked(opened: Library | None) -> CheckReport:
        return check_set(set_path, documents=documents or (), library=opened, against=against or (), split=split)

    with _library(context, library) as opened:
        found = checked(opened)
    if opened is None and "documents" not in found.counts:
        with _library(context, _fallback(context)) as opened:
            found = checked(opened)
    _print_lines(found.lines())
    if mend is not None:
        _print_lines(write_mended(set_path, mend, documents=documents or ()).lines())
    if not found.sound:
        raise typer.Exit(2)


@app.command()
def draft(
    context: typer.Context,
    library: Annotated[
        Path | None, typer.Argument(help="A Library's folder; by default that of yinda --library.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="A .csv to edit in a spreadsheet, or a .jsonl.")] = Path("drafts.csv"),
    limit: Annotated[int, typer.Option(min=1, help="How many questions to propose.")] = 50,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; may be repeated.", show_default=False)] = None,
    seed: Annotated[int, typer.Option(help="Draws the passages.")] = 0,
    feedback: Annotated[bool, typer.Option("--feedback", help="What was said of answers in the chat instead.")] = False,
) -> None:
    """Propose questions from a Library, to accept, edit or drop."""
    from eval.drafting import draft as propose
    from eval.drafting import drafts_from_feedback, write_csv, write_jsonl
    from qa import Library
    from qa.feedback import read

    with Library.open(library or context.obj["library"], create=False) as opened:
        drafts = drafts_from_feedback(read(opened)) if feedback else propose(opened, limit=limit, seed=seed, kinds=kind)
    if out.suffix.lower() == ".jsonl":
        write_jsonl(drafts, out)
    else:
        write_csv(drafts, out)
    typer.echo(f"{len(drafts)} proposals in {out}")
    if out.suffix.lower() != ".jsonl":
        typer.echo(
            "write 是 into the first column of those that are good, then: yinda eval accept " + str(out) + " SET.jsonl"
        )


@app.command()
def accept(
    edited: Annotated[Path, typer.Argument(help="The edited proposals.", show_default=False)],
    set_path: Annotated[
        Path, typer.Argument(help="The JSONL set to add them to; made when absent.", show_default=False)
    ],
) -> None:
    """Add the accepted proposals of an edited file to a set."""
    from eval.drafting import append_to_set, read_back

    accepted = read_back(edited)
    added = append_to_set(accepted, set_path)
    typer.echo(f"{len(added)} of {len(accepted)} accepted questions are new in {set_path}")
    if not accepted:
        typer.echo("accept a question by writing 是, or 1, into its first column")


@contextmanager
def _library(
    context: typer.Context, named: Path | None, sets: Sequence[EvaluationSet] = ()
) -> Iterator[Library | None]:
    """The Library to ask: the one named here, or before ``eval``; for sets without documents also the default one.

    Raises ``RunError`` when only some of the sets bring documents and no Library is named.
    """
    from qa import Library

    source = context.find_root().get_parameter_source("library")
    if named is None and source is not None and source.name == "COMMANDLINE":
        named = context.obj["library"]
    lonely = [one for one in sets if not one.documents and not one.sources]
    if named is None and lonely:
        if len(lonely) < len(sets):
            raise RunError(
                f"{lonely[0].path} brings no documents, and other sets do",
                "run them apart, or name the Library of all of them with --library",
            )
        named = _fallback(context)
    if named is None:
        yield None
        return
    with Library.open(named, model=context.obj["model"], create=False) as library:
        yield library


def _fallback(context: typer.Context) -> Path | None:
    """The Library that other commands would ask, where it exists."""
    given: Path = context.obj["library"]
    return given if given.exists() else None


def _load(path: Path, documents: Sequence[Path] | None, split: str) -> EvaluationSet:
    from eval.sets import load_set

    return load_set(path, documents=documents or (), split=split)


def _scored(folder: Path) -> RunResult:
    from eval.runs.reopen import sets_of
    from eval.scoring import score_run

    return score_run(folder, sets_of(folder))


def _finish(
    result: RunResult, out: Path | None, as_json: bool, fail_under: Sequence[str] | None, worse_than: Path | None
) -> None:
    from eval.reports import to_dict
    from eval.reports.terminal import show

    if out is not None:
        _write_reports(result, out)
    if as_json:
        _print_json(to_dict(result))
    else:
        show(result)
    if fail_under or worse_than is not None:
        _gate(result, fail_under or (), worse_than)


def _check_gates(limits: Sequence[str] | None, worse_than: Path | None) -> None:
    """Refuse gates that cannot be judged before hours are spent on a run."""
    from eval.comparison.gates import parse_limit
    from eval.runs.folder import read_manifest

    for limit in limits or ():
        parse_limit(limit)
    if worse_than is not None and read_manifest(worse_than) is None:
        raise RunError(f"{worse_than} holds no run", "name the folder that yinda eval run wrote to")


def _gate(result: RunResult, limits: Sequence[str], worse_than: Path | None) -> None:
    from eval.comparison import compare as compare_runs
    from eval.comparison import gates
    from eval.scoring import AGGREGATES

    gates.fail_under(result, limits)
    if worse_than is not None:
        gates.fail_if_worse(compare_runs(_scored(worse_than), result, aggregates=AGGREGATES))


def _write_reports(result: RunResult, folder: Path) -> None:
    from eval.reports import write

    for path in write(result, folder):
        typer.echo(f"wrote {path}", err=True)


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        typer.echo(line)


def _print_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
