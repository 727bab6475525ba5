"""The Gradio application. Knows only the public API of qa."""
