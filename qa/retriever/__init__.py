"""From a question to Hits: dense and lexical search over a Library's passages, fused."""
