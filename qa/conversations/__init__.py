"""Named conversations that outlive a restart, with answers and citations as they were given."""

from qa.conversations.exchange import Conversation, Exchange
from qa.conversations.export import as_markdown, write_markdown
from qa.conversations.kept import (
    Change,
    KeptAlternative,
    KeptAnswer,
    KeptCitation,
    KeptPassage,
    changed_since,
)
from qa.conversations.store import FILE, LONGEST_TITLE, Conversations

__all__ = [
    "FILE",
    "LONGEST_TITLE",
    "Change",
    "Conversation",
    "Conversations",
    "Exchange",
    "KeptAlternative",
    "KeptAnswer",
    "KeptCitation",
    "KeptPassage",
    "as_markdown",
    "changed_since",
    "write_markdown",
]
