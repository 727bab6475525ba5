"""An upload button that keeps the files' own names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from gradio.events import Dependency

class NamedUpload(gr.UploadButton):
    """Gives ``(path, name)`` for each file: ``path`` is the temporary copy, ``name`` is what the person calls it.

    Gradio's own button gives the copy's path only, whose name lost the characters that file systems may not like.
    """

    def get_block_name(self) -> str:
        """The component of the page that draws it."""
        return "uploadbutton"

    def preprocess(self, payload: Any) -> list[tuple[Path, str]]:  # type: ignore[override]
        """The uploaded files; the name is the browser's word, so only its last part is taken."""
        if payload is None:
            return []
        files = payload.root if hasattr(payload, "root") else [payload]
        return [
            (Path(f.path), Path((f.orig_name or "").replace("\\", "/")).name or Path(f.path).name)
            for f in files
        ]
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component