"""Results -> a folder of pages, whole or not at all; the same results give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bench import exports, runs as run_folders
from bench.base import files
from bench.base.progress import Progress
from bench.base.scrubbing import scrubbed
from bench.exports import moments, tables
from bench.scoring import entries, views
from bench.types import NATIVE
from bench.web import content, html, player
from bench.web.addresses import PAGES
from bench.web.content import Block, Prose
from bench.web.pages import case, citations, compare, leaderboard, published, reported
from bench.web.static import (
    folders,
    front_page,
    measured,
    pairs,
    run_page,
    share_card,
    shared_pages,
    suites_here,
)
from bench.web.static.clips import Mode, Placed, Places
from bench.web.static.folders import slug
from bench.web.static.measured import Measured
from bench.web.static.suite_content import SuiteContent
from bench.web.static.writing import Writer

if TYPE_CHECKING:
    import pandas as pd

    from bench.exports import Gathered
    from bench.runs import RunFolder
    from bench.scoring.reported import Reported
    from bench.types import Suite

MOST_CLIPS = 50
"""Clips per run, by default: a thousand clips of two hundred runs would be 60 GB."""


@dataclass(frozen=True)
class Wanted:
    """What is exported.

    Attributes:
        folders: of runs and of published results; of a run in several, the last has it.
        runs: ids, their beginnings or labels; none for all.
        suite: name or name@version; '' for all.
        clips: where clips go.
        most_clips: of each run: its first seed on the suite's first so many cases.
        view: whose numbers are shown, see bench.scoring.views.
        address: where the site will be served, which the picture beside links to it needs; '' where that is not known.
    """

    folders: tuple[Path, ...]
    runs: tuple[str, ...] = ()
    suite: str = ""
    clips: Mode = "copy"
    most_clips: int = MOST_CLIPS
    view: str = views.DEFAULT
    address: str = ""


@dataclass(frozen=True)
class Exported:
    """What came of it.

    Attributes:
        pages, runs, clips: how many.
        problems: files that had to be set aside, a line each.
    """

    pages: int
    runs: int
    clips: int
    problems: tuple[str, ...]


def export(destination: Path, wanted: Wanted, progress: Progress) -> Exported:
    """Makes a site in destination, or makes it anew.

    Args:
        destination: a new or empty folder, or a site.
        wanted: what goes into it.
        progress: is told about each run.

    Raises:
        UsageError: destination is something else than a site or an empty folder; a run or suite is unknown; the
            address is none of the web.
    """
    folders.check(destination)
    public = share_card.public(wanted.address)
    gathered = exports.gather(wanted.folders, wanted.runs, wanted.suite, wanted.view)
    found = (folder for place in wanted.folders for folder in run_folders.find(place))
    here = {folder.path.name: folder for folder in found if folder.path.name in gathered.paths}
    with folders.replacing(destination) as filled:
        places = Places(wanted.clips, filled, destination.absolute())
        known = suites_here.of_scores(gathered.scores, here)
        writer = Writer(filled, _as_of(gathered), _board_paths(gathered, known), public)
        made = _Export(gathered, here, known, wanted, places, writer, progress)
        made.write()
    return Exported(made.writer.pages, len(gathered.paths), made.clips, made.problems)


@dataclass
class _Export:
    """One export under way.

    Attributes:
        gathered: rows and scores of all runs.
        here: folders of those whose clips are on this machine.
        known: suite -> what is known of it on this machine.
        wanted: what was asked for.
        places: where clips go.
        writer: of files.
        progress: is told.
        measured: reads the rows of single runs.
        clips: how many are shown by now.
    """

    gathered: Gathered
    here: Mapping[str, RunFolder]
    known: Mapping[str, Suite | None]
    wanted: Wanted
    places: Places
    writer: Writer
    progress: Progress
    measured: Measured = field(default_factory=Measured)
    clips: int = 0

    @property
    def problems(self) -> tuple[str, ...]:
        """Files that had to be set aside, a line each."""
        return tuple(" ".join(str(problem).split()) for problem in self.gathered.problems)

    @property
    def said(self) -> tuple[str, ...]:
        """The same for pages: files are named from the folder of runs, which the site does not name."""
        return tuple(map(self._without_folders, self.problems))

    @cached_property
    def reported(self) -> tuple[list[Reported], list[str]]:
        """The numbers that others published, and why files of them were set aside."""
        return reported.read(self.wanted.folders)

    @property
    def numbers(self) -> list[Reported]:
        """The numbers that others published."""
        return self.reported[0]

    def _without_folders(self, text: str) -> str:
        for folder in self.wanted.folders:
            text = text.replace(f"{folder}/", "")
        return scrubbed(text)

    def write(self) -> None:
        """All files."""
        suites = [self._suite(name) for name in self.writer.boards]
        for suite in suites:
            images = self._images(suite)
            placed = self._write_runs(suite, images)
            head = [*content.problems(self.said), *leaderboard.head(suite.ranking, self.numbers)]
            note = self.gathered.notes.get(suite.name, "")
            front_page.write(self.writer, suite, placed, images, head, note)
            self._write_pairs(suite)
            self._write_cases(suite, images)
        if not suites:
            empty = "No results yet. `bench run` makes some; `bench export` then makes this page anew."
            head = [*content.problems(self.said), *published.lead(self.numbers)]
            self.writer.page("index.html", "Leaderboard", [*head, Prose(empty)])
        self._write_shared(suites)
        first = next((run for suite in suites for run in suite.best_first), "")
        self.writer.leading(
            "model.html",
            PAGES["model"],
            content.to("model", run=first) if first else content.to("leaderboard"),
        )
        self.writer.moved()
        self._write_reported()
        self._write_downloads(suites)
        self.writer.text("favicon.svg", html.asset("favicon.svg"))
        share_card.write(self.writer.path, self.writer.said)

    def _suite(self, name: str) -> SuiteContent:
        rows, scores = (
            frame[(frame["suite"].astype(object) + "@" + frame["suite_version"].astype(object)) == name]
            for frame in (self.gathered.rows, self.gathered.scores)
        )
        here = {run: self.here[run] for run in map(str, scores["run"].unique()) if run in self.here}
        with self.progress.bar(f"{name}: ranks", 1) as bar:
            known = self.known[name]
            cases = len(known.cases) if known else 0
            ranking = leaderboard.ranking(rows, scores, name, here, cases=cases)
            bar.advance()
        return SuiteContent(rows, scores, ranking, here, known, self.wanted.most_clips)

    def _images(self, suite: SuiteContent) -> dict[str, str]:
        """Case -> address of its input image, of the cases that have one here."""
        cases = [suite.by_id[case] for case in suite.cases if case in suite.by_id]
        return {case.id: self.places.image(suite.name, case) for case in cases}

    def _write_runs(self, suite: SuiteContent, images: Mapping[str, str]) -> dict[str, dict[str, Placed]]:
        """Each run's page and data; gives the clips of each run, case by case."""
        total = len(suite.names) + len(suite.here) * len(suite.shown)
        found = {}
        with self.progress.bar(f"{suite.name}: models", total) as bar:
            for line in suite.ranking.standing.lines:
                folder = suite.here.get(line.run)
                placed = self.places.clips(folder, suite.shown, bar) if folder else {}
                all_rows = self.measured.rows(self.gathered.paths[line.run], line.run)
                rows = views.only(all_rows, suite.ranking.view)
                self._write_run_data(suite, line.run, views.only(all_rows, NATIVE), placed)
                path = f"models/{slug(line.run)}.html"
                self.writer.page(path, line.name, run_page.blocks(suite, line, rows, placed, images))
                self.clips += sum(bool(each.address) for each in placed.values())
                found[line.run] = placed
                bar.advance()
        return found

    def _write_run_data(
        self, suite: SuiteContent, run: str, rows: pd.DataFrame, placed: Mapping[str, Placed]
    ) -> None:
        own = set(rows["case"])
        cases = {
            slug(case): measured.of_case(rows, case, placed.get(case), suite.ranking.metrics)
            for case in suite.shown
            if case in own or case in placed
        }
        scores = self.writer.fragment([compare.scores(suite.ranking, [run])])
        self.writer.data(f"runs/{slug(run)}", {"cases": cases, "scores": scores})

    def _write_pairs(self, suite: SuiteContent) -> None:
        wanted = pairs.wanted(suite.ordered, suite.baselines)
        rows = {str(run): pairs.plain(own) for run, own in suite.rows.groupby("run", observed=True)}
        with self.progress.bar(f"{suite.name}: comparisons", len(wanted)) as bar:
            for pair in pairs.compared(rows, suite.names, wanted, suite.here):
                blocks = compare.pair(pair, suite.name, (pair.a.run, pair.b.run), (), suite.ranking.view)
                key = f"pairs/{slug(pair.a.run)}--{slug(pair.b.run)}"
                verdict = self.writer.fragment(compare.verdicts([pair]))
                self.writer.data(key, {"verdict": verdict, "html": self.writer.fragment(blocks)})
                bar.advance()

    def _write_cases(self, suite: SuiteContent, images: Mapping[str, str]) -> None:
        of_cases = dict(iter(suite.rows[suite.rows["case"].notna()].groupby("case", observed=True)))
        for name in suite.cases:
            rows = of_cases[name]
            about = {
                "id": name,
                "prompt": suite.prompt(name),
                "image": images.get(name, ""),
                "place": self.writer.fragment([case.place(suite.cases, name, rows)]),
                "values": {
                    str(seed): self.writer.fragment(_values(suite, rows[rows["seed"] == seed]))
                    for seed in sorted(int(seed) for seed in rows["seed"].dropna().unique())
                },
                "runs": [slug(run) for run in compare.opening(suite.best_first, suite.cases_of, name)],
            }
            self.writer.data(f"cases/{suite.slug}/{slug(name)}", about)

    def _write_shared(self, suites: Sequence[SuiteContent]) -> None:
        """The pages of all suites together."""
        said = " ".join(_pairs_said(suite, suites) for suite in suites)
        data = {
            "runs": {run: known for suite in suites for run, known in suite.runs().items()},
            "suites": [suite.listed() for suite in suites],
            "plotted": {metric: about for suite in suites for metric, about in suite.plotted.items()},
            "most": player.MOST,
            "pairs": sorted(path.stem for path in (self.writer.path / "data" / "pairs").glob("*.js")),
        }
        self.writer.document(
            "compare.html", PAGES["compare"], "compare.html", ("lockstep.js", "compare.js"),
            about=compare.ABOUT, said=compare, data=data, pairs_said=said,
        )  # fmt: skip
        notes = [said, _clips_said(self.wanted)]
        for path, title, blocks in shared_pages.pages(
            self.gathered, self.wanted.folders, suites, notes, self.writer.as_of
        ):
            self.writer.page(path, title, blocks)

    def _write_downloads(self, suites: Sequence[SuiteContent]) -> None:
        """What the pages show, for programs, and its papers."""
        path = self.writer.path
        tables.write_csv(path / "board.csv", self.gathered)
        files.write_json(path / "board.json", {**tables.as_json(self.gathered), "as_of": self.writer.as_of})
        tables.write_parquet(path / "results.parquet", self.gathered)
        models = dict.fromkeys(line.model for suite in suites for line in suite.ranking.standing.lines)
        metrics = dict.fromkeys(metric for suite in suites for metric in suite.ranking.metrics)
        self.writer.text("citations.bib", citations.bibtex(models, metrics))

    def _write_reported(self) -> None:
        """The page of numbers that others published, and its files."""
        numbers, problems = self.reported
        self.writer.page(
            "elsewhere.html",
            PAGES["elsewhere"],
            reported.page(numbers, [self._without_folders(each) for each in problems], slug),
        )
        for name in dict.fromkeys(each.benchmark for each in numbers):
            for ending, text in reported.files(numbers, name).items():
                self.writer.text(f"reported/{slug(name)}.{ending}", text)


def _board_paths(gathered: Gathered, known: Mapping[str, Suite | None]) -> dict[str, str]:
    """Suite -> the file of its leaderboard: the suite with most entries is the first page."""
    cases = {name: len(suite.cases) for name, suite in known.items() if suite}
    ordered = entries.suites(gathered.rows, gathered.scores, cases)
    return {name: f"board-{slug(name)}.html" if place else "index.html" for place, name in enumerate(ordered)}


def _values(suite: SuiteContent, rows: pd.DataFrame) -> list[Block]:
    """The numbers about one case and seed."""
    shown = case.table(rows, suite.best_first, suite.names, suite.ranking.known)
    return [case.heading(suite.ranking.view), shown]


def _as_of(gathered: Gathered) -> str:
    """The day of the newest measurement: a date of the export would make every page differ at every export."""
    return moments.newest(gathered.rows["created"].unique())[:10]


def _pairs_said(suite: SuiteContent, suites: Sequence[SuiteContent]) -> str:
    """Which comparisons there are, suite by suite."""
    said = pairs.said(suite.ordered, suite.baselines, suite.names)
    return f"{suite.name}: {said}" if len(suites) > 1 else said


def _clips_said(wanted: Wanted) -> str:
    if wanted.clips == "none":
        return "This site was made without clips and input images."
    most = wanted.most_clips
    return f"Shown is each model's first seed on the first {most} cases at most, if the clips were at hand."
