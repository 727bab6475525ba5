"""Who looks at the window: the browser, told apart by a cookie, and its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ui.texts import Texts, in_language

OWNER, LANGUAGE = "yinda_owner", "yinda_language"
_OWNER = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """``owner`` names the browser; conversations belong to it, and no other sees them."""

    owner: str
    texts: Texts


def visitor(request: Any) -> Visitor:
    """The visitor of a request, gradio's or starlette's.

    The page's script makes the cookie at the first visit (``static/head.js``). A browser without cookies is told
    apart by its session, and its conversations end with that.
    """
    cookies: Mapping[str, str] = getattr(request, "cookies", None) or {}
    headers: Mapping[str, str] = getattr(request, "headers", None) or {}
    owner = str(cookies.get(OWNER, ""))
    if not _OWNER.fullmatch(owner):
        owner = f"session {getattr(request, 'session_hash', None) or ''}"
    return Visitor(owner, in_language(str(cookies.get(LANGUAGE, "")), str(headers.get("accept-language", ""))))
