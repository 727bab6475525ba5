"""Runs: the questions of evaluation sets asked of a Library, and what came of them kept in a folder."""
