"""Suites: a folder with suite.toml (what it is) and cases.jsonl (one JSON object per line).

    suite = suites.load("demo")      # by name, or by the path of a folder
    suites.prepare(suite)            # renders what is rendered and not yet in the cache

Loading reads every byte that decides a number, and renders nothing: image and reference of a rendered case are paths
into the cache, where prepare puts them. Also imported from here: `scenes` (rendered motion) and `own_clips` (a user's
CSV or folder). Knows `bench.media`, `bench.base`, `bench.types` and `bench.errors`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from bench.base import temporaries
from bench.base.progress import Progress
from bench.errors import UsageError, meant
from bench.suites import cases, scenes, suite_files
from bench.types import Case, Suite

__all__ = ["folder", "load", "names", "prepare"]


def load(name_or_folder: str | Path) -> Suite:
    """The suite of that name, or in that folder, checked.

    Raises:
        UnknownName: no suite is called that.
        UsageError: suite.toml or cases.jsonl has mistakes; one line each, with file, line and field.
    """
    home = folder(name_or_folder).absolute()
    facts = suite_files.read_facts(home / "suite.toml")
    found = tuple(cases.of_suite(entry, home) for entry in suite_files.read_entries(home / "cases.jsonl"))
    logging.getLogger(__name__).info("suite %s: %d cases, from %s", home.name, len(found), home)
    return Suite(
        name=home.name,
        version=cases.suite_version(found),
        title=facts.title,
        cases=found,
        reference_note=facts.reference_note,
        folder=home,
        seeds=facts.seeds,
        licence=facts.licence,
        source=facts.source,
        made_by=facts.made_by,
    )


def names() -> list[str]:
    """Every suite that load knows by name, sorted."""
    found = {path.parent.name for place in _places() for path in place.glob("*/suite.toml")}
    return sorted(found)


def folder(name_or_folder: str | Path) -> Path:
    """The folder of a suite: the path itself, or a folder of that name among the known places.

    Those are suites/ below the current folder, suites/ of the checkout, what this package carries, and what packages
    do that an entry point of the group `bench.suites` names: their subfolders are suites.

    Raises:
        UnknownName: none of them has it.
        UsageError: a folder is there, but it holds no suite.
    """
    given = Path(name_or_folder)
    if (given / "suite.toml").is_file():
        return given
    if len(given.parts) > 1 and given.exists():
        raise UsageError(f"a suite is a folder with suite.toml and cases.jsonl; {given} has no suite.toml")
    name = meant("suite", str(name_or_folder), names(), hint="see bench ls suites")
    return next(place / name for place in _places() if (place / name / "suite.toml").is_file())


def prepare(suite: Suite, progress: Progress | None = None) -> None:
    """Renders what a suite's scenes render and the cache does not hold yet, or no longer as it was rendered.

    Raises:
        BadImage: a photograph cannot be read.
        StorageFailed: the cache cannot be read or written now.
    """
    rendered = [case for case in suite.cases if case.scene]
    missing = [case for case in rendered if not scenes.is_written(scenes.scene_of(case), *_rendered(case))]
    if not missing:
        return
    for case in missing:
        for path in _rendered(case):
            temporaries.sweep(temporaries.left_beside(path))
    with (progress or Progress()).bar(f"rendering scenes of {suite.name}", len(missing)) as bar:
        for case in missing:
            scenes.write(scenes.scene_of(case), *_rendered(case))
            bar.advance()


def _rendered(case: Case) -> tuple[Path, Path]:
    """Paths of frame 0 and clip; the first is also the case's image unless it has one of its own."""
    assert case.reference is not None
    return case.reference.with_suffix(".png"), case.reference


def _places() -> tuple[Path, ...]:
    package = Path(__file__).parents[1]
    return Path("suites"), package.parent / "suites", package / "_suites", *_packaged()


def _packaged() -> Iterator[Path]:
    """The folders of packages that an entry point of the group `bench.suites` names; none of them is imported."""
    for entry in entry_points(group="bench.suites"):
        spec = find_spec(entry.value) if entry.value.isidentifier() else None
        yield from map(Path, (spec and spec.submodule_search_locations) or ())
