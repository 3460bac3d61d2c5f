"""Everything that a visitor sees, once: the content of pages, plots, the player, the static site, the servers.

Imported from here: `pages` by board and site, `static` by `bench export`, `launch` and `serve` by their commands. Knows
scores, comparisons and runs; never the engine.
"""
