"""The ``yinda`` command. Other packages add their commands through the entry point group ``yinda.commands``."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from qa.errors import YindaError, no_library

if TYPE_CHECKING:
    from qa.library import Library

app = typer.Typer(
    name="yinda",
    help="Ask your own Chinese documents, and get their own words back, cited. Works offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

INTERRUPTED = 130
DEFAULT_LIBRARY = Path("yinda-library")

DocumentFilter = Annotated[
    list[str] | None, typer.Option("--document", "-d", help="Only in this document (id); may be repeated.")
]
OrganisationFilter = Annotated[str | None, typer.Option(help="Only documents of this organisation.")]
SinceFilter = Annotated[str | None, typer.Option(help="Only documents of this date or later: 2023, 2023-02-24.")]
UntilFilter = Annotated[str | None, typer.Option(help="Only documents of this date or earlier.")]
Language = Literal["zh", "en"]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Ocr = Annotated[
    bool, typer.Option("--ocr", help="Recognise the letters of scanned PDF pages; takes seconds a page (extra 'ocr').")
]


@app.callback()
def _options(
    context: typer.Context,
    library: Annotated[
        Path,
        typer.Option(envvar="YINDA_LIBRARY", help="The Library's folder; made by 'add' when absent."),
    ] = DEFAULT_LIBRARY,
    model: Annotated[
        str | None,
        typer.Option(help="Embedding model for a new Library: a folder, or a name on the Hugging Face hub."),
    ] = None,
) -> None:
    context.obj = {"library": library, "model": model}


def open_library(context: typer.Context, *, create: bool = False, ocr: bool = False) -> Library:
    """Open the Library that the command line names; with ``ocr``, letters of scanned pages are recognised."""
    from qa.documents import WITH_OCR, Limits
    from qa.library import Library

    options: dict[str, Any] = context.obj
    limits = WITH_OCR if ocr else Limits()
    return Library.open(options["library"], model=options["model"], create=create, limits=limits)


def _check_documents(library: Library, ids: list[str] | None) -> None:
    """A mistyped id is an error, not a search that finds nothing."""
    for identifier in ids or ():
        library.document(identifier)


@app.command()
def add(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, patterns in quotes ('资料/**/*.docx'), addresses (https://…).", show_default=False
        ),
    ],
    replace: Annotated[
        bool,
        typer.Option(
            "--replace/--beside",
            help="A newer version of a document takes the place of the older ones, or stands beside them.",
        ),
    ] = False,
    ocr: Ocr = False,
) -> None:
    """Add files, and the readable files below folders. What is there already is not added twice.

    Only an address that you name is fetched from the network.
    """
    from qa.terminal import show_report

    with open_library(context, create=True, ocr=ocr) as library:
        report = library.add(paths, versions="replace" if replace else "beside", progress=_watched())
    show_report(report)
    if report.failed:
        raise typer.Exit(2)


@app.command()
def update(context: typer.Context, ocr: Ocr = False) -> None:
    """Read the Library's files again and replace what changed."""
    from qa.terminal import show_report

    with open_library(context, ocr=ocr) as library:
        report = library.update(progress=_watched())
    show_report(report)
    if report.failed:
        raise typer.Exit(2)


@app.command()
def watch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder to follow.", show_default=False)],
    every: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two looks at it.")] = 2.0,
    ocr: Ocr = False,
) -> None:
    """Keep the Library in step with a folder until Ctrl-C: files that are new, changed, moved or gone.

    A document is removed with its file only when it was added from this folder.
    """
    from qa.library import Watch
    from qa.terminal import show_change

    with open_library(context, create=True, ocr=ocr) as library:
        following = Watch(library, folder, settled=every)
        typer.echo(f"following {following.folder}; Ctrl-C ends it", err=True)
        try:
            for change in following.watch(every):
                show_change(change)
        except KeyboardInterrupt:
            typer.echo("no longer following it; the same command catches up", err=True)


@app.command()
def docs(
    context: typer.Context,
    unread: Annotated[bool, typer.Option("--unread", help="List only what could not be read, and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the documents, and below them what could not be read."""
    from qa.terminal import show_documents, show_unread

    with open_library(context) as library:
        documents, counts = ([], {}) if unread else (library.documents(), library.passage_counts())
        not_read = library.unread()
    if unread and as_json:
        _print_json([each.to_dict() for each in not_read])
    elif unread:
        show_unread(not_read)
    elif as_json:
        _print_json([d.to_dict() | {"passages": counts.get(d.id, 0)} for d in documents])
    else:
        show_documents(documents, counts, not_read)


@app.command()
def edit(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="The document's id, as 'yinda docs' shows it.", show_default=False)],
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    date: Annotated[str | None, typer.Option(help='Its date: 2023, 2023-02 or 2023-02-24; "" for none.')] = None,
    organisation: Annotated[str | None, typer.Option(help='Who issued it; "" for nobody.')] = None,
    number: Annotated[str | None, typer.Option(help='Its number: 国发〔2023〕1号; "" for none.')] = None,
) -> None:
    """Correct a document's title, date, organisation or number. What you set stays when its file is read again."""
    from qa.terminal import source_line

    given = {"title": title, "date": date, "organisation": organisation, "number": number}
    if all(value is None for value in given.values()):
        raise YindaError("nothing to edit", "say what to set: --title, --date, --organisation or --number")

    with open_library(context) as library:
        edited = library.edit(document, **given, progress=_watched())
    typer.echo(f"{edited.id} {source_line(edited, ())}")


@app.command()
def remove(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(help="Document ids, as 'yinda docs' shows them.", show_default=False)],
) -> None:
    """Remove documents from the Library. The files themselves are not touched."""
    with open_library(context) as library:
        for identifier in library.remove(ids, progress=_watched()):
            typer.echo(f"removed {identifier}")


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question, in Chinese.", show_default=False)],
    history: Annotated[
        list[str] | None, typer.Option(help="An earlier question of the conversation; may be repeated.")
    ] = None,
    document: DocumentFilter = None,
    organisation: OrganisationFilter = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Abstain below this probability.", show_default="the reader's own"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question with an exact quote and its source, or say that the documents do not answer it."""
    from qa.assistant import ask as ask_library
    from qa.terminal import show_answer

    with open_library(context) as library:
        _check_documents(library, document)
        answer = ask_library(
            question,
            library=library,
            history=history or (),
            documents=document,
            organisation=organisation,
            since=since,
            until=until,
            min_confidence=min_confidence,
        )
        if as_json:
            _print_json(answer.to_dict())
        else:
            show_answer(answer, library, asked=question)


@app.command()
def search(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="Words or a question.", show_default=False)],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    document: DocumentFilter = None,
    organisation: OrganisationFilter = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
    as_json: AsJson = False,
) -> None:
    """Show the passages that fit a question best."""
    from qa.terminal import show_hits

    with open_library(context) as library:
        _check_documents(library, document)
        hits = library.search(question, k, documents=document, organisation=organisation, since=since, until=until)
        if as_json:
            _print_json([hit.to_dict() for hit in hits])
        else:
            show_hits(hits, library)


@app.command()
def conversations(
    context: typer.Context,
    export: Annotated[
        Path | None, typer.Option(help="Write each as a Markdown file into this folder.", show_default=False)
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the words around the texts in these files.")] = "zh",
    as_json: AsJson = False,
) -> None:
    """List the conversations of the chat, everybody's, or write them as Markdown files."""
    from qa.conversations import Conversations, write_markdown
    from qa.terminal import show_conversations

    folder: Path = context.obj["library"]
    with Conversations(folder) as kept:
        found = kept.all()
        if not found and not (folder / "library.sqlite").exists():
            raise no_library(folder)
        files = {}
        if export is not None:
            for each in found:
                files[each.id] = write_markdown(export, each, kept.exchanges_of_any(each.id), language)
    if as_json:
        _print_json([each.to_dict() | ({"file": str(files[each.id])} if files else {}) for each in found])
    elif files:
        for file in files.values():
            typer.echo(file)
    else:
        show_conversations(found)


@app.command()
def doctor(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended; what is damaged is saved into a new Library.")
    ] = False,
) -> None:
    """Say what is installed, which model, and whether the Library is sound; exit status 1 where something is wrong."""
    from qa.doctor import examine
    from qa.terminal import show_findings

    options: dict[str, Any] = context.obj
    findings = examine(options["library"], repair=repair, progress=repair and _watched())
    show_findings(findings)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", show_default=False)],
) -> None:
    """Write the whole Library into one file: documents, originals, vectors, conversations. It may be in use."""
    with open_library(context) as library:
        written = library.backup(file, progress=_watched())
    typer.echo(f"{file}: {written.documents} documents, {written.bytes / 1e6:,.1f} MB")


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that 'yinda backup' wrote.", show_default=False)],
) -> None:
    """Make a Library from a back-up, in the folder that --library names; one that is there is not overwritten."""
    from qa.library import Library

    folder: Path = context.obj["library"]
    with Library.restore(file, folder, progress=_watched()) as library:
        typer.echo(f"{folder}: {len(library.catalogue())} documents")


def _watched() -> bool:
    """Whether a progress bar would be seen; into a file or a pipe it would only write empty lines."""
    return sys.stderr.isatty()


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def main() -> None:
    """Run the command line: 0 when all is well, 2 with one line and a hint when the person can mend it."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe under a C locale would otherwise fail on the first Chinese character.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    for entry in entry_points(group="yinda.commands"):
        added = entry.load()
        if isinstance(added, typer.Typer):
            app.add_typer(added, name=entry.name)
        else:
            app.command(entry.name)(added)
    # Not standalone: typer would turn Ctrl-C into a bare exit status before it is seen here.
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except YindaError as error:
        print(f"yinda: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {error.hint}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        _stopped()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        # A usage error of typer's, which knows how to show itself.
        if hasattr(error, "show"):
            error.show()
        sys.exit(error.exit_code)
    if status == INTERRUPTED:
        _stopped()
    sys.exit(status if isinstance(status, int) else 0)


def _stopped() -> None:
    print("yinda: stopped; what was finished is kept, and the same command goes on from here", file=sys.stderr)
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
