"""Benchmarks: each prints the table that the README quotes, with versions, data and machine.

Run ``python -m eval.bench --help`` for the list. Data sets are read from ``../shared`` (``--shared``), and are not part
of the repository.
"""
