"""How the embedding model is tuned to find a question's paragraph: ``python -m qa.retriever.train``."""
