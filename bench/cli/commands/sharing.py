"""`bench publish`, `export`, `serve` and `board`: results for others to see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from bench.cli import completion, streams
from bench.cli.commands.output import progress, say, warn
from bench.cli.options import AllowHostOption, HostOption, OutOption, RunsArgument, ViewOption, how, what
from bench.errors import UsageError


def publish(
    runs: RunsArgument,
    to: Annotated[Path, how(metavar="FOLDER", help="Folder of published results.")] = Path("results"),
    out: OutOption = Path("runs"),
) -> None:
    """Copy the numbers of runs to a folder that goes into git; boards and the static site read it.

    Rows keep suite, seed, settings, digests and versions, and reasons without
    paths of this machine. Clips stay where they are.

    bench publish svd svd@step-2000
    """
    from bench import runs as all_runs
    from bench.runs import publishing

    for folder in [all_runs.named(out, words) for words in runs]:
        say(publishing.publish(folder, to))


def board(
    out: OutOption = Path("runs"),
    host: HostOption = "127.0.0.1",
    port: Annotated[int | None, how(metavar="N", help="Port; a free one near 8501 by default.")] = None,
    browser: Annotated[bool, how(help="Open a browser.")] = True,
    votes_file: Annotated[
        Path | None,
        how("--votes", metavar="FILE", help="File to store votes in; adds a page of blind comparisons."),
    ] = None,
    voters: Annotated[
        int,
        how(min=1, metavar="N", help="Voters per address and day; more where many share a tunnel or proxy."),
    ] = 5,
    allow_host: AllowHostOption = None,
) -> None:
    """Serve the leaderboard of your runs on this machine, and with --host to others.

    There is no log-in: anyone who reaches the address sees the clips and numbers.
    """
    from bench.web.launch import Visitors, serve

    streams.give_back()  # the server takes this process's place
    visitors = Visitors(tuple(allow_host or ()), voters, host)
    serve(out, Path("results"), port, browser, votes_file, visitors)


def export(
    destination: Annotated[
        Path, typer.Argument(metavar="PATH", help="Folder of the site, or file to write.")
    ],
    run: Annotated[
        list[str] | None,
        what(
            metavar="RUN",
            help="Only this run: id, its beginning, or label; repeat.",
            autocompletion=completion.runs,
        ),
    ] = None,
    suite: Annotated[str, what(metavar="NAME", help="Only this suite: name, or name@version.")] = "",
    format: Annotated[
        Literal["site", "csv", "json", "parquet", "eval-results", "every-eval-ever"],
        what(metavar="FORMAT", help="site, csv, json, parquet, eval-results, every-eval-ever."),
    ] = "site",
    view: ViewOption = "default",
    clips: Annotated[
        Literal["copy", "link", "none"] | None,
        what(
            metavar="WAY",
            help="Site: copy the clips into it (the default), link to where they lie, or none.",
        ),
    ] = None,
    max_clips: Annotated[
        int | None, what(min=0, metavar="N", help="Site: clips of each run, one seed; 50 by default.")
    ] = None,
    dataset: Annotated[
        str,
        what(metavar="ORG/NAME", help="eval-results: the benchmark's dataset on the Hub."),
    ] = "",
    address: Annotated[
        str, how(metavar="URL", help="Site: where it will be served, for the picture beside links to it.")
    ] = "",
    published: Annotated[Path, how(metavar="FOLDER", help="Folder of published results, shown too.")] = Path(
        "results"
    ),
    out: OutOption = Path("runs"),
) -> None:
    """Write results as a site of plain files, as tables, or for other leaderboards.

    A site opens from the disk or any web server; the same results give the same
    files. eval-results is a Hugging Face model's .eval_results YAML;
    every-eval-ever its JSON schema.

    bench export site/                    then bench serve site/
    bench export site/ --clips link --run svd --run still
    bench export scores.csv --format csv
    bench export hub/ --format eval-results --run svd --dataset ORG/NAME
    """
    from bench import exports

    if format != "site":
        if clips is not None or max_clips is not None or address:
            raise UsageError(f"--clips, --max-clips and --address are for a site, not for --format {format}")
        gathered = exports.gather([published, out], run or [], suite, view)
        written = list(exports.write(format, destination, gathered, dataset))
        warn((*gathered.problems, *gathered.notes.values()))
        for path in written:
            say(path)
        return
    from bench.web import static

    if dataset:
        raise UsageError("--dataset is for --format eval-results, not for a site")
    wanted = static.Wanted(
        (published, out), tuple(run or ()), suite, clips or "copy", view=view, address=address
    )
    if max_clips is not None:
        wanted = replace(wanted, most_clips=max_clips)
    made = static.export(destination, wanted, progress())
    warn(made.problems)
    say(f"{destination}: {made.runs} runs, {made.pages} pages, {made.clips} clips")
    # links lead out of the folder, and bench serve only serves what is in it
    served = "" if wanted.clips == "link" else f"bench serve {destination}: look at it; or "
    say(f"{served}open {destination / 'index.html'}")


def serve(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that bench export made.")],
    host: HostOption = "127.0.0.1",
    port: Annotated[int | None, how(metavar="N", help="Port; a free one near 8600 by default.")] = None,
    allow_host: AllowHostOption = None,
) -> None:
    """Serve an exported site, with range requests, without which browsers cannot seek in clips."""
    from bench.web.serve import serve as serve_folder

    serve_folder(folder, host, port, say, allow_host or ())
