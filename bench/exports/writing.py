"""Formats by name, and the writing of runs in one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bench.base import temporaries
from bench.errors import UsageError
from bench.exports import eval_results, every_eval_ever, tables
from bench.exports.gathering import Gathered

FORMATS: Mapping[str, Callable[[Path, Gathered], list[Path]]] = {
    "csv": tables.write_csv,
    "json": tables.write_json,
    "parquet": tables.write_parquet,
    "every-eval-ever": every_eval_ever.write,
}
"""Format -> what writes it to a file, or a folder, and says which files there are now."""


def write(name: str, destination: Path, gathered: Gathered, dataset: str = "") -> list[Path]:
    """Writes runs in a format, and sweeps what exports that were killed left beside its files.

    Args:
        name: a key of FORMATS, or 'eval-results'.
        destination: a file for tables, a folder for the others.
        gathered: the runs.
        dataset: ORG/NAME[@REVISION] of the benchmark on the Hugging Face Hub; eval-results needs it.

    Returns:
        The files that were written.

    Raises:
        UsageError: there is nothing to write, or no dataset, or destination is of the wrong kind.
    """
    if gathered.scores.empty:
        raise UsageError("nothing to export: there are no measurements yet; bench run makes some")
    if name == "eval-results":
        return eval_results.write(destination, gathered, dataset)
    if dataset:
        raise UsageError(f"--dataset is for --format eval-results, not {name}")
    written = FORMATS[name](destination, gathered)
    for path in written:
        temporaries.sweep(temporaries.left_beside(path))
    return written
