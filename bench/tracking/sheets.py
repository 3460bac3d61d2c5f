"""Contact sheets: a few clips in one picture, a row each: the input image, then frames from the first to the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bench.base import reading
from bench.errors import BadClip, BadImage
from bench.media import pictures, video
from bench.runs import RunFolder
from bench.types import ClipRecord, Image

CLIPS = 6
"""Rows of a sheet."""

FRAMES = 5
"""Frames of a clip, evenly spaced."""

HEIGHT = 160
"""Pixels of a row."""

GAP = 4


def contact_sheet(folder: RunFolder, cases: Sequence[str]) -> Image | None:
    """(H, W, 3) uint8: the first clip of each of the first cases; None where no clip can be read.

    Args:
        folder: of the run.
        cases: ids, in the order of the rows.
    """
    images = {case.id: case.image for case in folder.suite.cases}
    first: dict[str, ClipRecord] = {}
    for record in folder.records():
        if not record.error:
            first.setdefault(record.case, record)
    rows = []
    for case in [each for each in cases if each in first and each in images][:CLIPS]:
        try:
            record = first[case]
            frames = video.read_clip(folder.fetch(record), record.fps).frames
            shown = [
                pictures.read(images[case]),
                *frames[np.linspace(0, len(frames) - 1, FRAMES).round().astype(int)],
            ]
        except (BadClip, BadImage) as error:
            reading.refuse(error)
            continue  # its rows say what is wrong
        rows.append(np.concatenate(list(_cells(shown, case)), axis=1))
    return _stacked(rows) if rows else None


def _cells(shown: Sequence[Image], case: str) -> Iterator[Image]:
    from PIL import Image as pillow, ImageDraw, ImageFont

    for number, image in enumerate(shown):
        width = max(1, round(image.shape[1] * HEIGHT / image.shape[0]))
        cell = pillow.fromarray(pictures.fit(image, width, HEIGHT, "stretch"))
        if number == 0:
            font = ImageFont.load_default(16)
            ImageDraw.Draw(cell).text((4, 2), case, "white", font, stroke_width=2, stroke_fill="black")
        yield np.pad(np.asarray(cell), ((0, GAP), (0, GAP), (0, 0)), constant_values=255)


def _stacked(rows: Sequence[Image]) -> Image:
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return np.concatenate(padded)
