"""Sites of small runs, for the tests of the files and for those in a browser."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from bench.base.progress import Progress
from bench.runs import parquet
from bench.types import Suite
from bench.web import static
from bench.web.static.clips import Mode
from bench.web.static.exporting import Exported
from tests.leaderboard import boards, hostile


def export(
    destination: Path, *folder: Path, clips: Mode = "copy", most: int = 50, runs: tuple[str, ...] = ()
) -> Exported:
    """A site of runs in folders."""
    return static.export(destination, static.Wanted(folder, runs, "", clips, most), Progress())


def strangers(folder: Path, suite: Suite, names: int = 10) -> None:
    """Published rows of runs that strangers named, with all forty hostile texts as cases, categories, reasons, metrics.

    Args:
        folder: of published results.
        suite: that the runs say they are on.
        names: how many of the texts are names of runs and models, too; a run takes a sixth of a second to export.
    """
    rows = []
    for number, text in enumerate(hostile.TEXTS):
        name = hostile.TEXTS[number % names]
        run = boards.run(suite, name, name, run_id=f"{number % names}-{name}")
        about = {"category": text, "checkpoint": text, "software": json.dumps({text: text}), "device": text}
        rows += [
            boards.row(run, text[:60], "ssim_mean", 0.5, series=(0.5, 0.4), **about),
            boards.row(run, "c1", f"ssim_mean[{text}]", 0.5, **about),
            boards.row(run, f"c{number}", "flicker_max_step", None, error=text, **about),
        ]
    parquet.write(folder / "tiny@0" / "all.parquet", rows)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def data(path: Path) -> object:
    """What a data file hands over."""
    found = re.fullmatch(r"benchData\((\"[^\"]*\"),(.*)\);\n", path.read_text(), flags=re.DOTALL)
    assert found
    assert json.loads(found[1]) == path.with_suffix("").relative_to(path.parents[_depth(path)]).as_posix()
    return json.loads(found[2])


def _depth(path: Path) -> int:
    return list(path.parts[::-1]).index("data") - 1
