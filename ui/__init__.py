"""The chat window. Knows only the public API of qa; importing this package loads nothing heavy."""
