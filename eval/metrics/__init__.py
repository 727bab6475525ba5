"""Metrics, one a function, each with its formula and source; ``catalogue`` names them."""
