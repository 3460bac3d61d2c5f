"""A run on disk: its folder, its ledger of paid tasks, its rows as parquet, its features, previews and publication.

Imported from here: `RunFolder` and the functions below; of one file of rows, `bench.runs.parquet`, of many,
`bench.runs.result_files`. Knows `bench.media`, `bench.base`, `bench.types` and `bench.errors`; neither models nor
evaluators.
"""

from bench.runs.finding import called, find, named, problems
from bench.runs.folder import RunFolder, is_external
from bench.runs.ledger import Ledger

__all__ = ["Ledger", "RunFolder", "called", "find", "is_external", "named", "problems"]
