"""`bench suite …`: suites of others, brought here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.commands.output import print_json, progress, say
from bench.cli.options import JsonOption, how, of_cases


def import_(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="vbench-i2v, i2v-bench, vbvr, wbench, ucf101 or msrvtt.",
            autocompletion=completion.importers,
        ),
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the owners' files.")],
    ratio: Annotated[
        str, of_cases(metavar="W:H", help="vbench-i2v: ratio of the images, 1:1 to 16:9; 16:9 by default.")
    ] = "",
    prompts: Annotated[
        str,
        of_cases(metavar="FILE", help="ucf101: JSON in DIR, prompt by class; by default, the class's name."),
    ] = "",
    called: Annotated[
        str, of_cases("--name", metavar="TEXT", help="What the suite is called here; NAME by default.")
    ] = "",
    to: Annotated[
        Path, how(metavar="FOLDER", help="Folder of suites; bench run finds those in ./suites by name.")
    ] = Path("suites"),
    as_json: JsonOption = False,
) -> None:
    """Make a suite of a benchmark's files, as its owners ship them.

    Nothing is fetched; the owners' licence holds for the pictures. What is
    there already is not written again.

    bench suite import vbench-i2v VBench/vbench2_beta_i2v --ratio 16:9
    bench run svd --suite vbench-i2v
    bench suite import vbvr VBVR-Bench-Data
    bench suite import ucf101 UCF101
    """
    from bench.cli import listings
    from bench.suites import importing

    options = importing.Options(ratio=ratio, prompts=prompts)
    suite = importing.import_suite(name, folder, to, options, called, progress())
    if as_json:
        (entry,) = listings.of_suites([suite]).entries
        print_json(entry | {"folder": str(suite.folder)})
        return
    clips = len(suite.cases) * len(suite.seeds)
    say(f"{suite}: {len(suite.cases)} cases, {clips} clips per model, in {suite.folder}")
    say(f"licence: {suite.licence}")
    say(f"source: {suite.source}")
