"""Suites: a folder with suite.toml (what it is) and cases.jsonl (one JSON object a line).

    suite = suites.load("demo")      # by name, or by the path of a folder
    suites.prepare(suite)            # renders what is rendered and not yet in the cache

Loading looks at every byte that decides a number, and renders nothing: image and reference of a rendered case are paths
into the cache where prepare puts them. What may stand in the files, and how mistakes are said: `suite_files`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.base import files
from bench.base.progress import Progress
from bench.errors import UnknownName, UsageError
from bench.suites import scenes as render, suite_files
from bench.suites.scenes import Scene
from bench.suites.suite_files import Entry
from bench.types import Case, Keyframe, Suite


def load(name_or_folder: str | Path) -> Suite:
    """The suite of that name, or in that folder, checked.

    Raises:
        UnknownName: no suite is called that.
        UsageError: suite.toml or cases.jsonl has mistakes; one line each, with file, line and field.
    """
    home = folder(name_or_folder).absolute()
    facts, entries = (
        suite_files.read_facts(home / "suite.toml"),
        suite_files.read_entries(home / "cases.jsonl"),
    )
    cases = tuple(_case(entry, home) for entry in entries)
    return Suite(
        name=home.name,
        version=files.digest([[case.digest, case.category] for case in cases])[:12],
        title=facts.title,
        cases=cases,
        reference_note=facts.reference_note,
        folder=home,
    )


def names() -> list[str]:
    """Every suite that load knows by name, sorted."""
    found = {path.parent.name for place in _places() for path in place.glob("*/suite.toml")}
    return sorted(found)


def folder(name_or_folder: str | Path) -> Path:
    """Where a suite lies: the path itself, or a folder of that name among the known places.

    Those are suites/ below the current folder, suites/ of the checkout, and what an installed package carries.

    Raises:
        UnknownName: none of them has it.
        UsageError: a folder is there, but it holds no suite.
    """
    given = Path(name_or_folder)
    for candidate in (given, *(place / given for place in _places() if len(given.parts) == 1)):
        if (candidate / "suite.toml").is_file():
            return candidate
    if len(given.parts) > 1 and given.exists():
        raise UsageError(f"a suite is a folder with suite.toml and cases.jsonl; {given} has no suite.toml")
    raise UnknownName("suite", str(name_or_folder), names(), hint="see bench ls suites")


def prepare(suite: Suite, progress: Progress | None = None) -> None:
    """Renders those images and reference clips of a suite that are rendered and not yet in the cache.

    Raises:
        BadImage: a photograph cannot be read.
    """
    scenes = [case for case in suite.cases if case.scene]
    missing = [case for case in scenes if not all(path.exists() for path in _rendered(case))]
    if not missing:
        return
    with (progress or Progress()).bar(f"rendering scenes of {suite.name}", len(missing)) as bar:
        for case in missing:
            render.write(render.scene_of(case), *_rendered(case))
            bar.advance()


def _rendered(case: Case) -> tuple[Path, Path]:
    """Frame 0 and clip; the first is also the case's image unless it has one of its own."""
    assert case.reference is not None
    return case.reference.with_suffix(".png"), case.reference


def _places() -> tuple[Path, ...]:
    package = Path(__file__).parents[1]
    return Path("suites"), package.parent / "suites", package / "_suites"


def _case(entry: Entry, home: Path) -> Case:
    """The case, its paths made whole and its digest taken."""
    scene = entry.scene and _at_home(entry.scene, home)
    case = Case(
        id=entry.id,
        image=home / (entry.image or ""),
        prompt=entry.prompt,
        category=entry.category,
        camera=entry.camera,
        trajectory=entry.trajectory,
        reference=home / entry.reference if entry.reference else None,
        keyframes=tuple(Keyframe(home / each.image, each.frame) for each in entry.keyframes),
        keep=home / entry.keep if entry.keep else None,
        digest=_digest(entry, home, scene),
    )
    return _with_scene(case, scene, has_image=entry.image is not None) if scene else case


def _at_home(scene: Scene, home: Path) -> Scene:
    return replace(scene, texture=home / scene.texture, patch=scene.patch and home / scene.patch)


def _with_scene(case: Case, scene: Scene, has_image: bool) -> Case:
    """The case with its rendered reference and, unless it has an image, everything else that the scene decides."""
    image, reference = render.paths(scene)
    case = replace(case, reference=reference, scene=render.parameters(scene))
    if has_image:
        return case
    return replace(case, image=image, camera=scene.camera, trajectory=render.trajectory(scene))


def _digest(entry: Entry, home: Path, scene: Scene | None) -> str:
    """sha256 of what decides a clip or a number of this case, wherever the folder lies.

    The category decides neither. A drawn trajectory is left out, since its last bits are the processor's; the
    scene's parameters stand for it.
    """
    return files.digest(
        {
            "id": entry.id,
            "prompt": entry.prompt,
            "camera": entry.camera,
            "trajectory": entry.trajectory,
            "image": entry.image and files.sha256(home / entry.image),
            "reference": entry.reference and files.sha256(home / entry.reference),
            "scene": scene and render.digest(scene),
            **_wishes(entry, home),
        }
    )


def _wishes(entry: Entry, home: Path) -> dict[str, object]:
    """Digests of keyframes and keep mask, where there are any: suites that are older than these keep their version."""
    keyframes = [[files.sha256(home / each.image), each.frame] for each in entry.keyframes]
    keep = files.sha256(home / entry.keep) if entry.keep else None
    return ({"keyframes": keyframes} if keyframes else {}) | ({"keep": keep} if keep else {})
