"""The clips that are measured: a photograph that slides by, in H.264 as most models' clips are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench import suites
from bench.media import digests, encoding, pictures, video
from bench.types import Case, Clip, ClipRecord, Frames


@dataclass(frozen=True)
class Film:
    """A clip to be written.

    Attributes:
        photograph: the id of a case of the suite demo.
        width, height, num_frames: of the clip.
        step: right and down, pixels a frame.
    """

    photograph: str
    width: int
    height: int
    num_frames: int
    step: tuple[int, int] = (3, 1)

    def __str__(self) -> str:
        return f"{self.num_frames} frames {self.width} x {self.height}"

    def frames(self) -> Frames:
        """(T, H, W, 3) uint8: a view of one large picture, so that 900 frames take no memory."""
        right, down = self.step
        sheet = np.ascontiguousarray(
            pictures.fit(
                pictures.read(self.case().image),
                self.width + right * (self.num_frames - 1),
                self.height + down * (self.num_frames - 1),
                "cover",
            )
        )
        a_row, a_pixel, a_level = sheet.strides
        return np.lib.stride_tricks.as_strided(
            sheet,
            (self.num_frames, self.height, self.width, 3),
            (down * a_row + right * a_pixel, a_row, a_pixel, a_level),
            writeable=False,
        )

    def case(self) -> Case:
        """The photograph's, as the clip's input; what else metrics can ask for is a camera that pans."""
        found = next(case for case in suites.load("demo").cases if case.id == self.photograph)
        return Case(found.id, found.image, found.prompt, found.category, camera="pan_right")

    @contextmanager
    def written(self) -> Iterator[tuple[Path, ClipRecord]]:
        """The clip as a file in a temporary folder, H.264 at crf 18, and its record."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            encoding.write_preview(path, Clip(self.frames(), 16.0))
            yield (
                path,
                ClipRecord(self.photograph, 0, str(path), digests.clip_digest(path), path.stat().st_size),
            )

    def decoded(self) -> Frames:
        """The frames as they come out of that file."""
        with self.written() as (path, _):
            return video.read_clip(path).frames


FILMS = (Film("pagoda", 832, 480, 81), Film("raccoon", 1024, 576, 25))
"""The sizes of Wan and FramePack, and of SVD."""
