"""The page of documents: adding them, the list of them, and what became of those that were added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote as in_address

from qa import Addition, CatalogueEntry, Unread
from ui.texts import Texts
from ui.texts.errors import told, told_warning

ROWS = 100
"""Documents shown at first, and added to the list at a time."""
SUGGESTED = 300
"""Organisations offered when one is typed."""

_FORMATS = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "text/markdown": "Markdown",
    "message/rfc822": "EML",
    "multipart/related": "MHTML",
}
_WORDS = {
    ".docx": "Word",
    ".xlsx": "Excel",
    ".pptx": "PowerPoint",
    ".pdf": "PDF",
    ".csv": "CSV",
    ".md": "Markdown",
    ".eml": "EML",
    ".mhtml": "MHTML",
    ".zip": "ZIP",
}


# -- what became of documents that were added ---------------------------------------------------------------


def additions(done: Sequence[Addition], total: int, current: str, texts: Texts) -> str:
    """What became of each source so far, and which one is being added now (``current``, "" at the end)."""
    rows = "".join(addition_row(addition, texts) for addition in done)
    progress = ""
    if current:
        percent = round(100 * len(done) / total) if total else 0
        text = texts.adding.format(name=current, done=len(done) + 1, total=total)
        progress = (
            f'<p class="y-status" role="status"><span class="y-dots"></span>{escape(text)}</p>'
            f'<span class="y-bar y-wide"><span style="width:{percent}%"></span></span>'
        )
    close = (
        ""
        if current
        else f'<button type="button" class="y-close" data-dismiss="1" aria-label="{escape(texts.close)}">×</button>'
    )
    return f'<div class="y-additions">{close}{progress}<ul>{rows}</ul></div>'


def addition_row(addition: Addition, texts: Texts, name: str = "") -> str:
    """What became of one source, as an element of a list; ``name`` is shown for it, or else its file's."""
    reason, hint = told(addition, texts)
    words = {
        "added": texts.added.format(passages=addition.passages),
        "replaced": texts.replaced.format(passages=addition.passages),
        "unchanged": texts.unchanged,
        "failed": texts.failed.format(reason=reason),
    }.get(addition.status, addition.status)
    advice = f"<small>{escape(hint)}</small>" if hint else ""
    warnings = "".join(
        f'<small class="d-warnings">{escape(told_warning(warning, texts))}</small>' for warning in addition.warnings
    )
    name = name or addition.path.replace("\\", "/").rsplit("/", 1)[-1]
    status = escape(addition.status)
    return f'<li class="y-{status}"><b>{escape(name)}</b><span>{escape(words)}{advice}</span>{warnings}</li>'


# -- the page -----------------------------------------------------------------------------------------------


def waiting(rows: int) -> str:
    """What stands in a place until its content is there: grey bars, in no language."""
    return f'<div class="d-waiting" aria-hidden="true">{"<i></i>" * rows}</div>'


def page_head(library: str, texts: Texts) -> str:
    """The Library's name, the export of the feedback on its answers, and what makes a new Library."""
    make = (
        f'<details class="d-make"><summary class="d-quiet">{escape(texts.new_library)}</summary>'
        f'<form data-form="create"><label for="d-name">{escape(texts.new_library_prompt)}</label>'
        '<span><input id="d-name" name="name" maxlength="60" required autocomplete="off"'
        ' aria-describedby="d-name-error"/>'
        f'<button type="submit" class="d-main">{escape(texts.create_library)}</button></span>'
        '<p id="d-name-error" class="d-error" role="alert"></p></form></details>'
    )
    export = (
        f'<a class="d-quiet" href="/feedback.csv?library={in_address(library)}" download'
        f' title="{escape(texts.export_feedback_note)}">{escape(texts.export_feedback)}</a>'
    )
    return (
        f'<div class="d-head"><h2>{escape(texts.documents)}</h2><p>{escape(library)}</p>'
        f'<div class="d-head-acts">{export}{make}</div></div>'
    )


def drop_zone(library: str, writable: bool, suffixes: Iterable[str], largest_mb: int, texts: Texts) -> str:
    """Where files are dropped or chosen, and below it how adding goes; the page's script fills that in."""
    if not writable:
        return f'<p class="d-read-only" role="note" data-library="{escape(library)}">{escape(texts.read_only)}</p>'
    suffixes = sorted(suffixes)
    known = {**_WORDS, ".html": texts.format_html, ".txt": texts.format_text}
    formats = ("、" if texts.code == "zh" else ", ").join(name for suffix, name in known.items() if suffix in suffixes)
    said = {
        name: getattr(texts, name)
        for name in (
            "adding",
            "adding_done",
            "adding_stopped",
            "adding_broken",
            "file_broken",
            "go_on",
            "nothing_to_add",
            "count_added",
            "count_replaced",
            "count_unchanged",
            "count_failed",
            "count_skipped",
        )
    }
    data = "".join(f' data-{name.replace("_", "-")}="{escape(text)}"' for name, text in said.items())
    note = texts.drop_note.format(formats=formats, size=largest_mb)
    return (
        f'<section class="d-drop" data-library="{escape(library)}" data-suffixes="{escape(" ".join(suffixes))}"'
        f' data-largest="{largest_mb << 20}"{data}>'
        f'<svg viewBox="0 0 48 48" aria-hidden="true">{_ICON}</svg>'
        f'<p class="d-drop-heading"><span>{escape(texts.drop_heading)}</span>'
        f"<span>{escape(texts.drop_now)}</span></p>"
        f'<p class="d-choose"><button type="button" class="d-main" data-choose-files="files">'
        f'{escape(texts.choose_files)}</button><button type="button" class="d-second" data-choose-files="folder">'
        f"{escape(texts.choose_folder)}</button></p>"
        f'<p class="d-drop-note">{escape(note)}</p>'
        f'<label class="d-replace" title="{escape(texts.replace_older_note)}"><input type="checkbox" name="replace"/>'
        f"<span>{escape(texts.replace_older)}</span></label>"
        f'<input type="file" name="files" multiple hidden aria-label="{escape(texts.choose_files)}"/>'
        f'<input type="file" name="folder" webkitdirectory hidden aria-label="{escape(texts.choose_folder)}"/>'
        "</section>"
        f'<section class="d-adding" hidden aria-label="{escape(texts.adding_files)}">'
        '<div class="d-adding-head"><p class="d-adding-now" role="status"></p>'
        f'<button type="button" class="d-second" data-adding="stop">{escape(texts.stop)}</button>'
        '<button type="button" class="d-main" data-adding="go-on" hidden></button>'
        '<button type="button" class="y-close" data-adding="close" hidden'
        f' aria-label="{escape(texts.close)}">×</button>'
        "</div>"
        f'<span class="d-bar" role="progressbar" aria-label="{escape(texts.adding_files)}" aria-valuemin="0"'
        ' aria-valuemax="100"><span></span></span>'
        '<p class="d-counts"></p><ul class="d-report" tabindex="0"></ul></section>'
    )


_ICON = (
    '<path d="M14 6h14l8 8v28H14a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2z"/><path d="M28 6v8h8"/>'
    '<path d="M24 35V22m-6 6 6-6 6 6"/>'
)


def list_tools(orders: Sequence[str], texts: Texts) -> str:
    """Search and order of the list, the line that tells what was done, and the form for editing a document."""
    names = {order: getattr(texts, f"sort_{order}") for order in orders}
    options = "".join(f'<option value="{escape(order)}">{escape(name)}</option>' for order, name in names.items())
    search = escape(texts.search_documents)
    fields = "".join(
        f'<label class="d-field-{name}"><span>{escape(label)}</span>'
        f'<input name="{name}" autocomplete="off"{more}/></label>'
        for name, label, more in (
            ("title", texts.field_title, ' required maxlength="300"'),
            ("organisation", texts.field_organisation, ' maxlength="300" list="d-organisations"'),
            ("date", texts.field_date, f' placeholder="{escape(texts.date_example)}" maxlength="20"'),
            ("number", texts.field_number, f' placeholder="{escape(texts.number_example)}" maxlength="300"'),
        )
    )
    return (
        f'<div class="d-tools"><input type="search" class="d-search" placeholder="{search}" aria-label="{search}"'
        f' autocomplete="off"/><label class="d-sort"><span>{escape(texts.sort_label)}</span>'
        f"<select>{options}</select></label></div>"
        '<p class="d-said" role="status" aria-live="polite"></p>'
        f'<template id="d-editor"><form class="d-edit" data-form="save">{fields}'
        '<p class="d-error" role="alert"></p><p class="d-edit-acts">'
        f'<button type="submit" class="d-main" data-busy="{escape(texts.saving)}">{escape(texts.save)}</button>'
        f'<button type="button" class="d-second" data-do="cancel">{escape(texts.cancel)}</button></p></form></template>'
    )


def document_list(
    shown: Sequence[CatalogueEntry],
    found: int,
    total: int,
    library: str,
    texts: Texts,
    *,
    writable: bool,
    searched: bool = False,
    passages: int = 0,
    organisations: Sequence[str] = (),
    unread: Sequence[Unread] = (),
) -> str:
    """The first ``shown`` of the ``found`` documents among ``total``, which have so many ``passages``.

    ``unread`` are the sources that could not be read.
    """
    if not total:
        said = texts.empty_library if writable else texts.no_documents
        return f'<div class="d-list"><p class="d-empty">{escape(said)}</p>{_unread(unread, texts)}</div>'
    count = (texts.count_found if searched else texts.count_documents).format(count=f"{found:,}")
    counts = count if searched else f"{count} · {texts.passages.format(count=f'{passages:,}')}"
    if not shown:
        return f'<div class="d-list"><p class="d-empty">{escape(texts.none_found)}</p></div>'
    choose = (
        f'<label class="d-check"><input type="checkbox" data-all="1"/><span>{escape(texts.select_all)}</span></label>'
        if writable
        else ""
    )
    chosen = (
        '<span class="d-chosen" hidden>'
        f'<b data-text="{escape(texts.selected)}"></b>'
        f'<button type="button" class="d-second y-remove" data-do="remove-chosen" data-busy="{escape(texts.removing)}"'
        f' data-ask="{escape(texts.remove_selected_confirm)}">{escape(texts.remove_selected)}</button>'
        f'<button type="button" class="d-quiet" data-do="unselect">{escape(texts.unselect)}</button></span>'
        if writable
        else ""
    )
    rows = "".join(_row(entry, library, writable, texts) for entry in shown)
    more = ""
    if found > len(shown):
        number = min(ROWS, found - len(shown))
        more = (
            f'<button type="button" class="d-second d-more" data-do="more">'
            f"{escape(texts.show_more.format(count=number))}</button>"
        )
    offered = "".join(f'<option value="{escape(name)}"></option>' for name in organisations[:SUGGESTED])
    columns = "".join(
        f'<span class="d-{name}">{escape(label)}</span>'
        for name, label in (
            ("title", texts.field_title),
            ("organisation", texts.field_organisation),
            ("date", texts.field_date),
            ("format", texts.field_format),
            ("passages", texts.field_passages),
        )
    )
    return (
        f'<div class="d-list{"" if writable else " d-fixed"}">'
        f'<div class="d-list-head">{choose}<p class="d-count" tabindex="-1">{escape(counts)}</p>{chosen}</div>'
        f'<div class="d-columns" aria-hidden="true"><span></span>{columns}<span></span></div>'
        f'<ul class="d-rows" aria-label="{escape(texts.documents)}">{rows}</ul>{more}'
        f'<datalist id="d-organisations">{offered}</datalist>{_unread(unread, texts)}</div>'
    )


def _unread(sources: Sequence[Unread], texts: Texts) -> str:
    """What could not be read, folded away, each with its place and the reason; "" where all was read."""
    if not sources:
        return ""
    rows = "".join(
        addition_row(Addition(each.location, "failed", reason=each.reason, hint=each.hint), texts, each.location)
        for each in sources
    )
    count = texts.unread.format(count=f"{len(sources):,}")
    return (
        f'<details class="d-unread"><summary>{escape(count)}</summary>'
        f'<ul class="d-report" tabindex="0">{rows}</ul></details>'
    )


def list_failed(message: str, hint: str) -> str:
    """The list's place when it cannot be read."""
    return (
        f'<div class="d-list"><p class="y-error" role="alert">{escape(message)}<small>{escape(hint)}</small></p></div>'
    )


def _row(entry: CatalogueEntry, library: str, writable: bool, texts: Texts) -> str:
    identifier, title = escape(entry.id), entry.title or texts.untitled
    names = {
        "title": texts.field_title,
        "date": texts.field_date,
        "organisation": texts.field_organisation,
        "number": texts.field_number,
    }
    edited = ""
    if entry.edited:
        fields = ("、" if texts.code == "zh" else ", ").join(names[field] for field in entry.edited if field in names)
        which = escape(texts.edited_fields.format(fields=fields))
        edited = f'<span class="d-mark" title="{which}">{escape(texts.edited)}</span>'
    number = f'<span class="d-number">{escape(entry.number)}</span>' if entry.number else ""
    file = entry.file if entry.file and entry.file != title else ""
    check = (
        f'<label class="d-check"><input type="checkbox" value="{identifier}"'
        f' aria-label="{escape(texts.select_document.format(title=title))}"/></label>'
        if writable
        else "<span></span>"
    )
    download = f"/original/{in_address(entry.id)}?library={in_address(library)}&amp;download=1"
    acts = (
        f'<a class="d-act" href="{download}" download aria-label="{escape(texts.download)}：{escape(title)}">'
        f"{escape(texts.download)}</a>"
    )
    if writable:
        acts = (
            f'<button type="button" class="d-act" data-do="edit"'
            f' aria-label="{escape(texts.edit_document.format(title=title))}">{escape(texts.edit)}</button>{acts}'
            f'<button type="button" class="d-act y-remove" data-do="remove" data-busy="{escape(texts.removing)}"'
            f' data-ask="{escape(texts.remove_confirm)}" aria-label="{escape(texts.remove)}：{escape(title)}">'
            f"{escape(texts.remove)}</button>"
        )
    return (
        f'<li class="d-row" data-id="{identifier}" data-title="{escape(entry.title)}"'
        f' data-date="{escape(entry.date or "")}" data-organisation="{escape(entry.organisation or "")}"'
        f' data-number="{escape(entry.number or "")}">{check}'
        f'<div class="d-title"><button type="button" data-do="open" aria-haspopup="dialog"'
        f' title="{escape(texts.open_document)}">{escape(title)}</button>'
        f'<span class="d-file">{number}{escape(file)}{edited}</span></div>'
        f'<span class="d-organisation">{escape(entry.organisation or "")}</span>'
        f'<span class="d-date">{escape(entry.date or "")}</span>'
        f'<span class="d-format">{escape(_format(entry.media_type, texts))}</span>'
        f'<span class="d-passages">{escape(texts.passages.format(count=f"{entry.passages:,}"))}</span>'
        f'<div class="d-acts">{acts}</div></li>'
    )


def _format(media_type: str, texts: Texts) -> str:
    own = {"text/html": texts.format_html, "text/plain": texts.format_text}
    return {**_FORMATS, **own}.get(media_type, media_type)


def receipt(
    number: int, said: str = "", *, document: str = "", failed: bool = False, form: str = "", library: str = ""
) -> str:
    """What the page's script is told of something that was asked for.

    ``said`` is shown: in the form ``form`` (save or create) of ``document`` where it failed, otherwise above the list.
    ``library`` is one to go to. ``number`` tells it from the last one.
    """
    return (
        f'<span data-receipt="{number}" data-said="{escape(said)}" data-document="{escape(document)}"'
        f' data-failed="{int(failed)}" data-form="{escape(form)}" data-library="{escape(library)}"></span>'
    )
