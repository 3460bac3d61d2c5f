"""Results -> a folder of pages, whole or not at all; the same results give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import exports, runs as run_folders
from bench.base import files
from bench.base.progress import Progress
from bench.comparison import plots
from bench.exports import moments, tables
from bench.web.pages import boards, measured, metric_pages, model_pages, pairs, reported_pages
from bench.web.pages.suite_content import SuiteContent
from bench.web.static import folders, suites_here
from bench.web.static.clips import Mode, Placed, Places
from bench.web.static.folders import slug
from bench.web.static.writing import Writer

if TYPE_CHECKING:
    from bench.exports import Gathered
    from bench.runs import RunFolder

MOST_CLIPS = 50
"""Of a run, unless somebody asks for more: a thousand clips of two hundred runs would be 60 GB."""


@dataclass(frozen=True)
class Wanted:
    """What is exported.

    Attributes:
        folders: of runs and of published results; of a run in several, the last has it.
        runs: ids, their beginnings or labels; none for all.
        suite: name or name@version; '' for all.
        clips: where clips go.
        most_clips: of each run: its first seed on the suite's first so many cases.
    """

    folders: tuple[Path, ...]
    runs: tuple[str, ...] = ()
    suite: str = ""
    clips: Mode = "copy"
    most_clips: int = MOST_CLIPS


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

    Raises:
        UsageError: destination is something else than a site or an empty folder; an unknown run or suite.
    """
    folders.check(destination)
    gathered = exports.gather(wanted.folders, wanted.runs, wanted.suite)
    found = (folder for place in wanted.folders for folder in run_folders.find(place))
    here = {folder.path.name: folder for folder in found if folder.path.name in gathered.paths}
    with folders.replacing(destination) as filled:
        places = Places(wanted.clips, filled, destination.absolute())
        made = _Export(gathered, here, wanted, places, Writer(filled, _as_of(gathered)), progress)
        made.write()
    return Exported(made.writer.pages, len(gathered.paths), made.clips, made.problems)


@dataclass
class _Export:
    """One export under way.

    Attributes:
        gathered: rows and scores of all runs.
        here: folders of those whose clips are on this machine.
        wanted: what was asked for.
        places: where clips go.
        writer: of files.
        progress: is told.
        clips: how many are to be seen by now.
    """

    gathered: Gathered
    here: Mapping[str, RunFolder]
    wanted: Wanted
    places: Places
    writer: Writer
    progress: Progress
    clips: int = 0

    @property
    def problems(self) -> tuple[str, ...]:
        """Files that had to be set aside, a line each."""
        return tuple(" ".join(str(problem).split()) for problem in self.gathered.problems)

    def write(self) -> None:
        """All files."""
        suites = [self._suite(name) for name in _by_size(self.gathered)]
        for suite in suites:
            self._write_board(suite, suites)
            images = self._images(suite)
            placed = self._write_runs(suite, _board_path(suite, suites), images)
            self._write_pairs(suite)
            self._write_cases(suite, placed, images)
        if not suites:
            self.writer.page("index.html", "empty.html", problems=self.problems)
        self._write_shared(suites)
        self._write_tables()

    def _suite(self, name: str) -> SuiteContent:
        rows, scores = (
            frame[(frame["suite"].astype(object) + "@" + frame["suite_version"].astype(object)) == name]
            for frame in (self.gathered.rows, self.gathered.scores)
        )
        here = {run: self.here[run] for run in map(str, scores["run"].unique()) if run in self.here}
        with self.progress.bar(f"{name}: ranks", 1) as bar:
            board = boards.board(rows, scores, name, here)
            bar.advance()
        known = suites_here.known(name, here.values())
        return SuiteContent(rows, scores, board, here, known, self.wanted.most_clips)

    def _write_board(self, suite: SuiteContent, suites: Sequence[SuiteContent]) -> None:
        self.writer.page(
            _board_path(suite, suites),
            "board.html",
            ("board.js",),
            **suite.table,
            title=suite.known.title if suite.known else "",
            suites=[(_board_path(each, suites), each.name) for each in suites],
            problems=self.problems,
        )

    def _images(self, suite: SuiteContent) -> dict[str, str]:
        """Case -> address of its input image."""
        cases = [suite.by_id[case] for case in suite.cases if case in suite.by_id]
        return {case.id: self.places.image(suite.name, case) for case in cases}

    def _write_runs(
        self, suite: SuiteContent, board_path: str, images: Mapping[str, str]
    ) -> dict[str, dict[str, Placed]]:
        """Each run's page and data; gives the clips of each run, case by case."""
        shared: dict[str, Any] = {
            "recipe": suite.board.standing.recipe,
            "suite": suite.name,
            "suite_slug": suite.slug,
            "board_path": board_path,
            "cases_total": len(suite.cases),
            "case_slugs": {case: slug(case) for case in suite.cases},
        }
        rows = dict(iter(suite.rows.groupby("run", observed=True)))
        total = len(suite.names) + len(suite.here) * len(suite.shown)
        found = {}
        with self.progress.bar(f"{suite.name}: entries", total) as bar:
            for line in suite.board.standing.lines:
                folder = suite.here.get(line.run)
                placed = self.places.clips(folder, suite.shown, bar) if folder else {}
                along = measured.Along.read(self.gathered.paths[line.run], line.run)
                self._write_run_data(suite, line.run, along, placed)
                own = suite.scores[suite.scores["run"] == line.run]
                bands = along.bands(suite.board.metrics)
                content = model_pages.content(line, rows[line.run], own, suite.board.metrics, bands)
                gallery = _gallery(suite, placed, images)
                path = f"models/{slug(line.run)}.html"
                self.writer.page(path, "model.html", run=content, gallery=gallery, **shared)
                self.clips += sum(bool(each.address) for each in placed.values())
                found[line.run] = placed
                bar.advance()
        return found

    def _write_run_data(
        self, suite: SuiteContent, run: str, along: measured.Along, placed: Mapping[str, Placed]
    ) -> None:
        own = set(along.rows["case"])
        cases = {
            slug(case): along.case(case, placed.get(case), suite.board.metrics)
            for case in suite.shown
            if case in own or case in placed
        }
        self.writer.data(f"runs/{slug(run)}", {"cases": cases})

    def _write_pairs(self, suite: SuiteContent) -> None:
        wanted = pairs.wanted(suite.ordered, suite.baselines)
        rows = {str(run): pairs.plain(own) for run, own in suite.rows.groupby("run", observed=True)}
        with self.progress.bar(f"{suite.name}: comparisons", len(wanted)) as bar:
            for pair in pairs.compared(rows, suite.names, suite.board.metrics, wanted, suite.here):
                key = f"pairs/{slug(pair.a.run)}--{slug(pair.b.run)}"
                plot = plots.forest(pair)
                if plot:
                    self.writer.text(f"data/{key}.svg", plot)
                self.writer.data(key, {**pairs.content(pair), "plot": bool(plot)})
                bar.advance()

    def _write_cases(
        self,
        suite: SuiteContent,
        placed: Mapping[str, Mapping[str, Placed]],
        images: Mapping[str, str],
    ) -> None:
        for case in suite.cases:
            seen = [run for run, own in placed.items() if case in own and own[case].address]
            content = {
                "id": case,
                "prompt": suite.prompt(case),
                "image": images.get(case, ""),
                "values": {slug(run): values for run, values in suite.values.get(case, {}).items()},
                "clips": [slug(run) for run in seen],
            }
            self.writer.data(f"cases/{suite.slug}/{slug(case)}", content)

    def _write_shared(self, suites: Sequence[SuiteContent]) -> None:
        """The pages of all suites together."""
        said = " ".join(_pairs_said(suite, suites) for suite in suites)
        data = {
            "runs": {run: about for suite in suites for run, about in suite.runs().items()},
            "suites": [suite.listed() for suite in suites],
            "units": {metric: unit for suite in suites for metric, unit in suite.units.items()},
        }
        there = sorted(path.stem for path in (self.writer.path / "data" / "pairs").glob("*.js"))
        with_pairs = {**data, "pairs": there}
        self.writer.page(
            "compare.html", "compare.html", ("lockstep.js", "compare.js"), data=with_pairs, pairs_said=said
        )
        self.writer.page("case.html", "case.html", ("lockstep.js", "case.js"), data=data)
        metrics = list(dict.fromkeys(self.gathered.scores["metric"].astype(str)))
        calibration = metric_pages.calibration(reversed(self.wanted.folders))
        self.writer.page("metrics.html", "metrics.html", **metric_pages.content(metrics, calibration))
        reported = reported_pages.content(self.wanted.folders)
        self.writer.page("reported.html", "reported.html", ("sortable.js",), **reported)
        self.writer.page(
            "about.html",
            "about.html",
            recipes={recipe.name: recipe for suite in suites for recipe, _ in suite.board.totals}.values(),
            pairs_said=said,
            clips_said=_clips_said(self.wanted),
            suites=[suite.name for suite in suites],
        )

    def _write_tables(self) -> None:
        """What the pages show, for programs."""
        path = self.writer.path
        tables.write_csv(path / "board.csv", self.gathered)
        files.write_json(path / "board.json", {**tables.as_json(self.gathered), "as_of": self.writer.as_of})
        tables.write_parquet(path / "results.parquet", self.gathered)


def _by_size(gathered: Gathered) -> list[str]:
    """The suites, those with most runs first."""
    found = gathered.scores[["suite", "suite_version", "run"]].drop_duplicates().astype(str)
    counts = (found["suite"] + "@" + found["suite_version"]).value_counts()
    return sorted(map(str, counts.index), key=lambda name: (-int(counts[name]), name))


def _board_path(suite: SuiteContent, suites: Sequence[SuiteContent]) -> str:
    return "index.html" if suite is suites[0] else f"board-{suite.slug}.html"


def _gallery(
    suite: SuiteContent, placed: Mapping[str, Placed], images: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "case": case,
            "slug": slug(case),
            "clip": clip,
            "image": images.get(case, ""),
            "prompt": suite.prompt(case),
        }
        for case, clip in placed.items()
    ]


def _as_of(gathered: Gathered) -> str:
    """The day of the newest measurement: a date of the export would make every page another at every export."""
    return moments.newest(gathered.rows["created"].unique())[:10]


def _pairs_said(suite: SuiteContent, suites: Sequence[SuiteContent]) -> str:
    """Which comparisons there are, suite by suite."""
    said = pairs.said(suite.ordered, suite.baselines, suite.names)
    return f"{suite.name}: {said}" if len(suites) > 1 else said


def _clips_said(wanted: Wanted) -> str:
    if wanted.clips == "none":
        return "This site was made without clips and input images."
    most = wanted.most_clips
    return (
        f"Shown is each entry's first seed on the first {most} cases at most, where the clips were at hand."
    )
