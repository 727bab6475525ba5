"""Reports of a scored run: an HTML file that opens offline, its plots, Markdown, JSON, and lines for a terminal."""
