"""Drafts: cases in the making, in their owners' words, and what an importer is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from bench.suites.scenes import Camera

Box: TypeAlias = tuple[int, int, int, int]
"""x, y, width, height in pixels, from the top left."""


@dataclass(frozen=True)
class Picture:
    """Where a case's image comes from.

    Attributes:
        path: of a picture, whose bytes are copied; or, with `frame`, of a clip.
        box: cut out of the picture, which is then written anew; None for all of it.
        frame: of the clip, counted from 0; None for a picture.
    """

    path: Path
    box: Box | None = None
    frame: int | None = None


@dataclass(frozen=True)
class Excerpt:
    """A few frames of a clip, written anew without loss.

    Attributes:
        path: of the clip.
        first: number of the first frame, counted from 0.
        step: every so many frames one is taken.
        frames: how many are taken.
    """

    path: Path
    first: int
    step: int
    frames: int


@dataclass(frozen=True)
class Draft:
    """A case as an importer gives it.

    Attributes:
        name: in the owners' words; the id is made of it (bench.suites.own_clips.names.case_id).
        picture: of the image.
        prompt, category, camera, dimensions: as in Case.
        reference: a clip of what really happens, or a part of one.
    """

    name: str
    picture: Picture
    prompt: str = ""
    category: str = ""
    camera: Camera | None = None
    dimensions: tuple[str, ...] = ()
    reference: Path | Excerpt | None = None


@dataclass(frozen=True)
class Options:
    """What can be asked of an importer; '' for its default.

    Attributes:
        ratio: of the images, width to height, as '16:9'.
        prompts: file in the folder that says what to ask for, by class.
    """

    ratio: str = ""
    prompts: str = ""

    def given(self) -> dict[str, str]:
        """Name -> value of those that were asked for."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Importer:
    """How a suite is made of its owners' files.

    Attributes:
        name: on the command line, and of the suite.
        title: one line for people.
        files: what the folder holds, in words, for the message where it does not.
        licence, source: as the owners state them.
        drafts: reads the folder; gives the cases in the owners' order.
        takes: names of the options that it has.
        seeds: that the owners ask for.
        reference_note: what its reference clips are.
    """

    name: str
    title: str
    files: str
    licence: str
    source: str
    drafts: Callable[[Path, Options], Sequence[Draft]]
    takes: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    reference_note: str = ""
