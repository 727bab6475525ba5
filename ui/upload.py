"""An upload button that keeps the files' own names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr


def upload_button(label: str, **options: Any) -> Any:
    """A ``gr.UploadButton`` for several files that gives its handlers a list of ``(path, name)``.

    Gradio's own gives the path of the temporary copy only, whose name lost what file systems may not like. (A
    subclass would make gradio write a stub file beside this module whenever it is imported.) The button must not be
    an output of any event: gradio would then replace it by one of its own.
    """
    button: Any = gr.UploadButton(label, file_count="multiple", **options)
    button.preprocess = _named
    return button


def _named(payload: Any) -> list[tuple[Path, str]]:
    if payload is None:
        return []
    files = payload.root if hasattr(payload, "root") else [payload]
    # The name is the browser's word; only its last part is taken.
    return [(Path(file.path), Path((file.orig_name or file.path).replace("\\", "/")).name) for file in files]
