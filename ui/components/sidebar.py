"""The list of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from qa.conversations import Conversation
from ui.components.marks import panel_head
from ui.place import Place
from ui.texts import Texts


def sidebar_head(texts: Texts) -> str:
    """What begins a conversation and what searches them: it stays while the list below it changes."""
    label = escape(texts.search_conversations)
    return (
        panel_head(texts.conversations, "sidebar", texts.close)
        + f'<button type="button" class="y-new" data-event="new"><span aria-hidden="true">＋</span>'
        f"{escape(texts.new_conversation)}</button>"
        f'<input type="search" class="y-search" data-find="1" placeholder="{label}" aria-label="{label}"'
        ' autocomplete="off"/>'
    )


def sidebar(
    conversations: Sequence[Conversation],
    place: Place,
    texts: Texts,
    *,
    search: str = "",
    kept: bool = True,
    now: datetime | None = None,
) -> str:
    """The conversations by day, the open one marked; ``search``: what they were searched for."""
    now = (now or datetime.now(UTC)).astimezone()
    groups: dict[str, list[str]] = {}
    for conversation in conversations:
        day = _day(conversation.changed, now, texts)
        groups.setdefault(day, []).append(_row(conversation, conversation.id == place.conversation, place, texts))
    lists = "".join(f"<h3>{escape(day)}</h3><ul>{''.join(rows)}</ul>" for day, rows in groups.items())
    if not lists:
        lists = f'<p class="y-note">{escape(texts.none_found if search else texts.no_conversations)}</p>'
    note = "" if kept else f'<p class="y-note y-warning" role="status">{escape(texts.not_kept)}</p>'
    return (
        f'{note}<nav class="y-conversations" aria-label="{escape(texts.conversations)}"'
        f' data-library="{escape(place.library)}" data-conversation="{escape(place.conversation)}"'
        f' data-search="{escape(search)}">{lists}</nav>'
    )


def _row(conversation: Conversation, current: bool, place: Place, texts: Texts) -> str:
    identifier, title = escape(conversation.id), escape(conversation.title or texts.untitled_conversation)
    export = f"/export/{identifier}?library={escape(place.library)}&amp;language={texts.code}"
    return (
        f'<li class="y-conversation{" y-current" if current else ""}">'
        f'<button type="button" class="y-title" data-event="open_conversation" data-conversation="{identifier}"'
        f'{" aria-current=true" if current else ""} title="{title}">{title}</button>'
        f'<details class="y-more"><summary aria-label="{title}: …">⋯</summary><div class="y-menu-list">'
        f'<button type="button" data-event="rename" data-conversation="{identifier}"'
        f' data-prompt="{escape(texts.rename_prompt)}" data-value="{title}">{escape(texts.rename)}</button>'
        f'<a href="{export}" download>{escape(texts.export)}</a>'
        f'<button type="button" class="y-remove" data-event="delete" data-conversation="{identifier}"'
        f' data-confirm="{escape(texts.delete_confirm)}">{escape(texts.delete)}</button></div></details></li>'
    )


def _day(changed: str, now: datetime, texts: Texts) -> str:
    day = datetime.fromisoformat(changed).astimezone(now.tzinfo).date()
    if day >= now.date():
        return texts.today
    return texts.yesterday if day == now.date() - timedelta(days=1) else texts.earlier
