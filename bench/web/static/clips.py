"""Clips and input images of a site: H.264 previews, linked or copied; each run's first seed, on the same cases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote

from bench.base import files
from bench.base.scrubbing import scrubbed
from bench.errors import BadImage, BenchError
from bench.media import pictures
from bench.runs import previews
from bench.web.static.folders import slug

if TYPE_CHECKING:
    from bench.base.progress import Bar
    from bench.runs import RunFolder
    from bench.types import Case, ClipRecord

Mode: TypeAlias = Literal["copy", "link", "none"]
"""copy: files of the site, hard links where the disk allows; link: where they lie, by relative path; none: neither
clips nor input images."""

IMAGE_SIDE = 640
"""Pixels of an input image's longer side: what a column of a page is wide, twice over on fine screens."""


@dataclass(frozen=True)
class Placed:
    """A clip of the site.

    Attributes:
        address: relative to the site; '' where there is none.
        note: why there is none.
    """

    address: str
    note: str = ""


@dataclass(frozen=True)
class Places:
    """Where clips go.

    Attributes:
        mode: see Mode.
        site: the folder that is filled.
        final: where it will lie, for relative paths that lead out of it.
    """

    mode: Mode
    site: Path
    final: Path

    def clips(self, folder: RunFolder, cases: Sequence[str], bar: Bar) -> dict[str, Placed]:
        """Case -> the clip of its first seed, for those cases that have a record; empty in mode 'none'.

        Args:
            folder: of the run.
            cases: ids of the cases whose clips are wanted.
            bar: advances by one per case, except in mode 'none'.
        """
        if self.mode == "none":
            return {}
        first: dict[str, ClipRecord] = {}
        for record in folder.records():
            first.setdefault(record.case, record)
        found = {}
        for case in cases:
            if case in first:
                found[case] = self._clip(folder, first[case])
            bar.advance()
        return found

    def image(self, suite: str, case: Case) -> str:
        """Address of a case's input image; '' where it cannot be read."""
        if self.mode == "none":
            return ""
        relative = f"images/{slug(suite)}/{slug(case.id)}.jpg"
        try:
            _write_image(self.site / relative, case.image)
        except BadImage:
            return ""
        return relative

    def _clip(self, folder: RunFolder, record: ClipRecord) -> Placed:
        if record.error:
            return Placed("", scrubbed(record.error))
        try:
            preview = previews.make(folder, record)
        except (BenchError, OSError) as error:
            return Placed("", scrubbed(" ".join(str(error).split())))
        if self.mode == "link":
            return Placed(quote(Path(os.path.relpath(preview.absolute(), self.final)).as_posix()))
        relative = f"clips/{slug(folder.path.name)}/{preview.name}"
        _bring(preview, self.site / relative)
        return Placed(relative)


def _bring(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)


def _write_image(path: Path, source: Path) -> None:
    from PIL import Image as pillow

    picture = pillow.fromarray(pictures.read(source))
    picture.thumbnail((IMAGE_SIDE, IMAGE_SIDE), pillow.Resampling.LANCZOS)
    files.write(path, lambda temporary: picture.save(temporary, format="jpeg", quality=86))
