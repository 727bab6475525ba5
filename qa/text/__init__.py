"""Chinese text: folding for search, words, sentences. Nothing here changes what people are shown."""
