"""Parts of the window as HTML: pure functions from values to text.

Whatever comes from outside (questions, document texts, titles, file names, error messages) goes through ``escape``, so
that markup in it shows as text. Elements say what they do in ``data-`` attributes, which ``static/listen.js`` reads;
none carries a script.
"""
