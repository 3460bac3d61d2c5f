"""Numbers that papers and boards published, each with its source: shown beside ours, never ranked with them.

There is one TOML file per benchmark, in `results/reported/`. A number here was not measured here: its type is not that
of a measurement and it lies in another folder, so that no ranking of runs can take it by mistake.

Lives here: `numbers` (what one published number is), `toml_files` (reads and checks the files), `tables` (a benchmark
as a table, and totals recomputed by a recipe). Imported from here: everything in `__all__`. Knows recipes, not runs.
"""

from bench.scoring.reported.numbers import EVIDENCE, Metric, Reported, Source
from bench.scoring.reported.tables import ADDED, Recomputed, benchmarks, metrics, table, totals
from bench.scoring.reported.toml_files import FOLDER, read, read_file

__all__ = [
    "ADDED", "EVIDENCE", "FOLDER", "Metric", "Recomputed", "Reported", "Source", "benchmarks", "metrics", "read",
    "read_file", "table", "totals",
]  # fmt: skip
