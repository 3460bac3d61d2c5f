"""A run on disk: its folder, its ledger of paid tasks, its rows as parquet, its features, previews and publication.

Imported from here: `RunFolder`, `Ledger` and the functions below; of rows, `bench.runs.parquet`. Knows `bench.media`
and `bench.base`; neither models nor evaluators.
"""

from bench.runs.folder import Ledger, RunFolder, called, find, is_external, named, problems, run_id

__all__ = ["Ledger", "RunFolder", "called", "find", "is_external", "named", "problems", "run_id"]
