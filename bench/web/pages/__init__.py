"""The content of each page as plain values; the board's widgets and the site's templates only place it.

Imported from here: one module per page. Knows scores, comparisons, runs and plots; no widget and no template.
"""
