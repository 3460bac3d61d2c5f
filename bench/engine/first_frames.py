"""What a clip's first frame says of its input image: how it was fitted, and whether it is that very frame.

A clip from elsewhere does not say how its input image was brought to its size, and first-frame metrics of a stretched
image under 'cover' are wrong without looking so. What is found goes into ClipRecord.seen and from there to `decoded`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np

from bench.base import reading, workers
from bench.engine.pull import Pool, pull
from bench.errors import BadClip, BadImage
from bench.media import fits, pictures, video
from bench.types import Case, ClipRecord, Fit, FitChoice, Image

FROM, SHOWN, EQUAL = "image_fit_from", "image_fit_shown", "image_is_frame_0"
"""Keys of ClipRecord.seen. FROM: 'declared'; 'frame 0', where that shows it; 'default', where it does not. SHOWN: the
fit that frame 0 shows, where another one was declared. EQUAL: 'yes' where image and frame agree bit for bit,
'by its metadata' where the image says that VideoHelperSuite saved it beside a clip."""

DEFAULT: Fit = "cover"


@dataclass(frozen=True)
class Look:
    """A clip from elsewhere whose first frame is to be looked at.

    Attributes:
        record: of the clip; its fit does not count.
        case: that it animates.
        fit: as declared, or 'auto'.
    """

    record: ClipRecord
    case: Case
    fit: FitChoice

    def assumed(self) -> ClipRecord:
        """The record without a look: the fit as declared, or the default."""
        is_auto = self.fit == "auto"
        fit: Fit = DEFAULT if self.fit == "auto" else self.fit
        return replace(self.record, fit=fit, seen={FROM: "default" if is_auto else "declared"})

    def seen(self) -> ClipRecord:
        """The record with what the first frame shows; as assumed where clip or image cannot be read."""
        record = self.assumed()
        if record.error or record.path is None:
            return record
        try:
            image = pictures.read(self.case.image)
            with video.stream(Path(record.path)) as stream:
                frame = next(iter(stream.frames))
            why = _is_saved_from_clip(self.case.image, image, frame)
        except (BadClip, BadImage) as error:
            reading.refuse(error)
            return record  # a failure row says so
        same = {EQUAL: why} if why else {}
        record = replace(record, seen={**record.seen, **same})
        if self.fit != "auto":
            return replace(record, seen={**record.seen, **disagreement(image, frame, self.fit)})
        shown = fits.shown(image, frame, DEFAULT)
        return replace(record, fit=shown, seen={**record.seen, FROM: "frame 0"}) if shown else record


def _is_saved_from_clip(path: Path, image: Image, frame: Image) -> str:
    if np.array_equal(image, frame):
        return "yes"
    return "by its metadata" if pictures.is_first_frame(path) else ""


def disagreement(image: Image, frame: Image, declared: Fit) -> dict[str, str]:
    """{SHOWN: fit} where the first frame clearly shows another fit of the image than declared; else {}.

    Args:
        image: (H, W, 3) uint8 sRGB, as the model was given it before it was fitted.
        frame: (h, w, 3) uint8 sRGB.
        declared: the fit that is expected.
    """
    shown = fits.shown(image, frame, declared)
    return {SHOWN: shown} if shown and shown != declared else {}


def asked(record: ClipRecord) -> FitChoice:
    """What was asked for when a record was written; those without `seen` are of a time when 'cover' was assumed."""
    is_auto = record.seen[FROM] != "declared" if FROM in record.seen else record.fit == DEFAULT
    return "auto" if is_auto else record.fit


def look(
    looks: Sequence[Look], known: Mapping[tuple[str, int], ClipRecord], processes: int
) -> list[ClipRecord]:
    """Records with what first frames show, in the order of looks.

    Args:
        looks: one per clip.
        known: records of the run, by case and seed: what was looked at before is not opened again.
        processes: that open clips; a clip that kills one is left as assumed.

    Raises:
        StorageFailed: a file cannot be read now.
    """
    found = {index: record for index, each in enumerate(looks) if (record := _known(each, known))}
    new = [(index, each) for index, each in enumerate(looks) if index not in found]
    with Pool(workers.local(min(processes, len(new)), _nothing, _seen), new) as pool:
        for done in pull(pool):
            index, each = done.unit
            if isinstance(done.result, Exception):
                reading.refuse(done.result)
            found[index] = each.assumed() if isinstance(done.result, Exception) else done.result
    return [found[index] for index in range(len(looks))]


def remarks(records: Sequence[ClipRecord]) -> Iterator[str]:
    """Lines for people about what first frames show and nobody said."""
    for fit in get_args(Fit):
        found = [each for each in records if each.fit == fit and each.seen.get(FROM) == "frame 0"]
        if found and fit != DEFAULT:
            yield f"{_named(found)}: the first frame shows the input image by fit '{fit}', and is measured so"
        other = [each for each in records if each.seen.get(SHOWN) == fit]
        if other:
            yield (
                f"{_named(other)}: the first frame shows the input image by fit '{fit}', not '{other[0].fit}' as"
                " declared; first-frame metrics follow what was declared"
            )
    equal = [each for each in records if each.seen.get(EQUAL)]
    if equal:
        yield (
            f"{_named(equal)}: the input image is the clip's first frame, bit for bit or by its metadata. If it was"
            " saved from the clip, as VideoHelperSuite does, first-frame metrics are perfect by construction: name the"
            " image that the model was given"
        )


def _known(new: Look, known: Mapping[tuple[str, int], ClipRecord]) -> ClipRecord | None:
    """The record of the same clip, looked at before under the same words; None if there is none."""
    old = known.get((new.record.case, new.record.seed))
    if old is None or FROM not in old.seen or asked(old) != new.fit:
        return None
    return replace(new.record, fit=old.fit, seen=old.seen) if old.sha256 == new.record.sha256 else None


def _nothing() -> None:
    """What every look needs besides the clip."""


def _seen(state: None, task: tuple[int, Look]) -> ClipRecord:
    return task[1].seen()


def _named(records: Sequence[ClipRecord]) -> str:
    """'12 clips (a, b, c, …)'; 'clip a' for one."""
    names = list(dict.fromkeys(record.case for record in records))
    listed = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return f"{len(records)} clip{'s' * (len(records) > 1)} ({listed})"
