"""Requests: what to run, on which cases, and how. The command line and `bench.run` build them, `jobs` runs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from bench import suites
from bench.engine.backends import Engine
from bench.engine.units import Shard
from bench.errors import UsageError, meant
from bench.media import clip_view
from bench.media.clip_view import ClipView
from bench.models import Model
from bench.types import LARGEST_SEED, Case, FitChoice, Runtime, Suite

Consent: TypeAlias = Literal["yes", "ask", "no"]
"""Whether something may be done; 'ask' asks a person, and is 'yes' where there is none."""

NULL_MODELS = ("still", "drift", "noise", "shuffled", "reversed", "cut", "reference")
"""The models of a request that names none: floors and ceilings, which need no weights."""

LONGEST_NAME = 80
"""Characters of what tables call clips from elsewhere, or a model in memory."""


@dataclass(frozen=True)
class ModelRequest:
    """Which models.

    Attributes:
        names: each with the processing of its clips: 'svd', 'svd+minterpolate@16'.
        checkpoints: of one model: folders, or hub ids.
        settings: as 'name=value'.
        components: parts of the pipeline from elsewhere, as 'transformer=path'; on each checkpoint.
        loras: on top, as 'path' or 'path:scale'; all of them on each checkpoint.
        at_hand: a model in memory, which is then the only one.
    """

    names: tuple[str, ...] = NULL_MODELS
    checkpoints: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    at_hand: Model | None = None


@dataclass(frozen=True)
class MetricRequest:
    """Which metrics.

    Attributes:
        names: of evaluators or of their metrics; empty for all.
        settings: as 'evaluator.name=value'.
        views: in which clips are measured; None for clips as they are.
    """

    names: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    views: tuple[ClipView | None, ...] = (None, clip_view.DEFAULT)


@dataclass(frozen=True)
class Selection:
    """Which cases of which suite, and which seeds; None for those that the suite names.

    Raises:
        UsageError: a seed that is no whole number from 0 to LARGEST_SEED, no seed at all, or a limit below 1.
    """

    suite: str = "demo"
    cases: tuple[str, ...] = ()
    limit: int | None = None
    seeds: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.seeds is not None and not (
            self.seeds and all(type(seed) is int and 0 <= seed <= LARGEST_SEED for seed in self.seeds)
        ):
            raise UsageError(f"seeds are whole numbers from 0 to 2^64 - 1, at least one, not {self.seeds}")
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"limit is at least 1, not {self.limit}")

    def samples(self) -> tuple[Suite, list[tuple[Case, int]]]:
        """The suite, and the cases with their seeds in the order in which clips are made.

        Raises:
            UsageError: an unknown suite or case.
        """
        suite = suites.load(self.suite)
        cases = {case.id: case for case in suite.cases}
        names = [meant("case", name, cases, hint=f"suite {suite.name}") for name in self.cases]
        chosen = [cases[name] for name in names or cases][: self.limit]
        seeds = dict.fromkeys(self.seeds or suite.seeds)
        return suite, [(case, seed) for case in chosen for seed in seeds]


@dataclass(frozen=True)
class ClipSource:
    """Clips that exist already.

    Attributes:
        path: of a CSV or a folder (see bench.suites.own_clips).
        label: what tables call them.
        suite: whose cases they animate; None to make a suite of the cases found.
        fit: how the input images were brought to the clips' size; 'auto' to tell it from their first frames.
        fps: frames per second of folders of frames whose line in the CSV states none; None for 8.

    Raises:
        UsageError: an empty or very long label, or an unknown fit, or no frame rate.
    """

    path: Path
    label: str
    suite: str | None = None
    fit: FitChoice = "auto"
    fps: float | None = None

    def __post_init__(self) -> None:
        if not self.label.strip() or len(self.label) > LONGEST_NAME:
            raise UsageError(f"a name is 1 to {LONGEST_NAME} characters, not '{self.label}'")
        if self.fit not in get_args(FitChoice):
            raise UsageError(f"fit is {', '.join(get_args(FitChoice))}, not '{self.fit}'")
        if self.fps is not None and not 0 < self.fps < 10_000:
            raise UsageError(f"fps is above 0 and below 10000, not {self.fps}")


@dataclass(frozen=True)
class RunConfig:
    """Where runs are stored and how they are computed.

    Attributes:
        out: the folder of runs.
        runtime: device, dtype and memory mode.
        retry_failed: whether failures are tried again.
        workers: processes that measure clips side by side, after this one has made them.
        max_cost: US dollars that the runs of one job may cost together, including what they have cost before; None for
            no limit.
        download: whether missing weights may be fetched; see bench.engine.fetching.
        shard: the share of the clips that this process makes and measures; None for all.
        engine: where other processes make clips, and measure them meanwhile; None for this process.

    Raises:
        UsageError: fewer than one worker, or a limit of costs below 0.
    """

    out: Path = Path("runs")
    runtime: Runtime = field(default_factory=Runtime)
    retry_failed: bool = False
    workers: int = 1
    max_cost: float | None = None
    download: Consent = "yes"
    shard: Shard | None = None
    engine: Engine | None = None

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise UsageError(f"there is at least 1 worker, not {self.workers}")
        if self.max_cost is not None and not self.max_cost >= 0:
            raise UsageError(f"max-cost is at least 0 dollars, not {self.max_cost}")
