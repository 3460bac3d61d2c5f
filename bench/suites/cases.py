"""Cases, made from what a suite's files or a user's CSV say, and identified by what their files hold.

Digests decide which numbers are about the same thing. Cases of suites and of users' clips have a formula each, and
both must stay as they are: stored rows and versions of suites depend on them.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bench.base import files, reading
from bench.errors import BadClip
from bench.media import digests
from bench.suites import scenes
from bench.suites.scenes import Scene
from bench.suites.suite_files import Entry
from bench.types import Case, Keyframe


def of_suite(entry: Entry, home: Path) -> Case:
    """The case of a line of cases.jsonl, with its digest and what its scene renders; home is the suite's folder."""
    case, has_image = of_entry(entry, home), entry.image is not None
    scene = entry.scene and _at_home(entry.scene, home)
    case = replace(case, digest=_suite_digest(case, scene, has_image))
    return _with_scene(case, scene, has_image) if scene else case


def of_entry(entry: Entry, home: Path) -> Case:
    """The case as it is written, with whole paths and without a digest."""
    return Case(
        id=entry.id,
        image=home / (entry.image or ""),
        prompt=entry.prompt,
        category=entry.category,
        camera=entry.camera,
        trajectory=entry.trajectory,
        reference=home / entry.reference if entry.reference else None,
        keyframes=tuple(Keyframe(home / each.image, each.frame) for each in entry.keyframes),
        keep=home / entry.keep if entry.keep else None,
        dimensions=entry.dimensions,
    )


def suite_version(cases: Iterable[Case]) -> str:
    """The version of a suite of these cases: 12 hex digits."""
    return files.digest([[case.digest, case.category, *_dimensions(case)] for case in cases])[:12]


def _dimensions(case: Case) -> list[list[str]]:
    """What a version has of dimensions, which decide over which cases a mean is; nothing for a case without them."""
    return [sorted(case.dimensions)] if case.dimensions else []


def own_digest(case: Case) -> str:
    """sha256 of what decides a clip or a number of a user's case, from its files as they are now.

    That is its id, its prompt, camera move and trajectory, and what image, reference, keyframes and keep mask hold,
    wherever they lie; a file that cannot be read counts as missing. The category decides neither clip nor number.
    """
    reference = case.reference and _reference_digest(case.reference)
    moves = {"camera": case.camera, "trajectory": case.trajectory}
    asked = {name: what for name, what in moves.items() if what}  # cases that are older keep their digest
    optional = [[name, content] for name, content in {**_optional(case), **asked}.items()]
    return files.digest([case.id, case.prompt, _image_digest(case.image), reference, *optional])


def has_digest(case: Case) -> bool:
    """Whether the digest of a case, of a suite or of a user, is that of its files as they are now; a scene's is not."""
    try:
        return case.digest in (own_digest(case), not case.scene and _suite_digest(case, None, has_image=True))
    except OSError:  # no picture there
        return False


def _suite_digest(case: Case, scene: Scene | None, has_image: bool) -> str:
    """sha256 of what decides a clip or a number of a suite's case, wherever the folder lies.

    The category decides neither. A drawn trajectory is left out, since its last bits are the processor's; the
    scene's parameters identify it.
    """
    return files.digest(
        {
            "id": case.id,
            "prompt": case.prompt,
            "camera": case.camera,
            "trajectory": case.trajectory,
            "image": digests.picture_digest(case.image) if has_image else None,
            "reference": case.reference and files.sha256(case.reference),
            "scene": scene and scenes.digest(scene),
            **_optional(case),
        }
    )


def _optional(case: Case) -> dict[str, object]:
    """Digests of keyframes and keep mask, if there are any: cases that are older than these keep their digest."""
    found: dict[str, object] = {}
    if case.keyframes:
        found["keyframes"] = [[_image_digest(each.image), each.frame] for each in case.keyframes]
    if case.keep:
        found["keep"] = _image_digest(case.keep)
    return found


def _at_home(scene: Scene, home: Path) -> Scene:
    return replace(scene, texture=home / scene.texture, patch=scene.patch and home / scene.patch)


def _with_scene(case: Case, scene: Scene, has_image: bool) -> Case:
    """The case with its rendered reference and, unless it has an image, everything else that the scene decides."""
    image, reference = scenes.paths(scene)
    case = replace(case, reference=reference, scene=scenes.parameters(scene))
    if has_image:
        return case
    return replace(case, image=image, camera=scene.camera, trajectory=scenes.trajectory(scene))


def _image_digest(path: Path) -> str:
    try:
        return digests.picture_digest(path) if stat.S_ISREG(files.mode(path)) else "missing"
    except OSError as error:
        reading.refuse(error)
        return "missing"


def _reference_digest(path: Path) -> str:
    try:
        return digests.clip_digest(path)
    except BadClip as error:
        reading.refuse(error)
        return "missing"
