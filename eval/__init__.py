"""Evaluation sets, metrics and benchmarks. Knows only public APIs."""
