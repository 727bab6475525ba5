"""How the reader's weights are made: ``python -m qa.reader.train``."""
