"""Rows of a run: each file against its checksum and its rules, files against each other, rows against clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BadResults, OtherSchema
from bench.runs import parquet, row_rules
from bench.runs.folder import RunFolder
from bench.runs.verification.fault import AGAIN, MEASURE, Fault, why

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SAME = (*row_rules.KEY, "inputs", "metric_version")
"""Two rows that agree in these are about the same, and so have one value."""

OTHER_VERSION = "use the version that wrote it, or measure into another --out"

Clips = Mapping[tuple[str, int], str]
"""Case and seed -> digest of the clip."""


def of_file(folder: RunFolder, path: Path) -> tuple[pa.Table | None, list[Fault]]:
    """What other checks need of the rows in a file, if it is sound, and what is wrong with it.

    Args:
        folder: of the run.
        path: of the file; it may have gone, since other processes fold rows.
    """
    name = folder.path.name
    try:
        table = folder.rows.read_file(path, parquet.schema().names)
    except OtherSchema as error:
        return None, [Fault(name, "other version", path, why(error, path), OTHER_VERSION)]
    except BadResults as error:
        broken = Fault(name, "changed", path, why(error, path), MEASURE, (path,))
        return None, [broken] if path.exists() else []
    return table.select([*SAME, "clip_sha256", "value"]), []


def faults(folder: RunFolder, tables: Sequence[pa.Table], clips: Clips) -> Iterator[Fault]:
    """What rows say of each other, and of the clips.

    Args:
        folder: of the run.
        tables: of its files that are sound.
        clips: of its records that are sound.
    """
    if not tables:
        yield from _none(folder, clips)
        return
    rows = parquet.joined(tables, tables[0].column_names)
    yield from _twice(folder, rows)
    yield from _about_others(folder, rows, clips)


def _none(folder: RunFolder, clips: Clips) -> Iterator[Fault]:
    if clips and folder.rows.are_wanted() and not folder.rows.folded.exists():
        what = f"{len(clips)} clips were to be measured, and there are no rows"
        yield Fault(folder.path.name, "missing", folder.rows.folded, what, MEASURE)


def _twice(folder: RunFolder, rows: pd.DataFrame) -> Iterator[Fault]:
    """Rows about the same that have several values; failures that were tried again have none."""
    counts = rows.groupby(list(SAME), observed=True, dropna=False, sort=False)["value"].nunique()
    if several := int((counts > 1).sum()):
        first = dict(zip(SAME, counts.index[counts > 1][0], strict=True))
        what = (
            f"{several} rows about the same clip, metric and version are there with several values, such as"
            f" {first['metric']} of {first['case']}, seed {first['seed']}"
        )
        remedy = "the next run in this folder keeps the later ones"
        yield Fault(folder.path.name, "duplicated", folder.path / "measurements", what, remedy)


def _about_others(folder: RunFolder, rows: pd.DataFrame, clips: Clips) -> Iterator[Fault]:
    """Rows about clips that are not there, or that hold something else."""
    of_clips = rows[rows["case"].notna()]
    counts = of_clips.groupby(["case", "seed", "clip_sha256"], observed=True, sort=False).size().reset_index()
    for case, seed, sha256, count in counts.itertuples(index=False):
        path = folder.clip_path(case, seed).with_suffix(".json")
        if (case, seed) not in clips and not path.exists():
            what = f"{count} rows are about a clip of which there is no record"
            yield Fault(folder.path.name, "missing", path, what, AGAIN)
        elif clips.get((case, seed), sha256) != sha256:
            what = f"{count} rows are about another content of this clip"
            yield Fault(folder.path.name, "changed", path.with_suffix(".mkv"), what, MEASURE)
