"""MSR-VTT's test part as papers use it: 2990 real clips, each animated from a random frame with one of its captions.

The owners ship clips called video7010.mp4 and JSON annotations that list videos, with their part, and sentences. The
rules, where papers differ or say nothing, are those of ucf101: the window is 16 frames at 8 per second, in whole steps,
from a frame that chance chose once; its first frame is the image, the window is the reference clip, and the caption is
one of the twenty, by chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.media import opening
from bench.suites.importing import excerpts, owners_files
from bench.suites.importing.drafts import Draft, Importer, Options, Picture
from bench.suites.importing.excerpts import Window

CLIPS = 2990
"""The number of clips in the test part."""

WINDOW = Window(frames=16, fps=8.0)
KEY = "msrvtt@1"
"""A part of every key of chance; another version draws anew."""

CATEGORIES = (
    "music", "people", "gaming", "sports", "news", "education", "tv shows", "movie", "animation", "vehicles", "howto",
    "travel", "science", "animals", "kids", "documentary", "food", "cooking", "beauty", "advertisement",
)  # fmt: skip
"""By the number that the annotations have."""

_CATEGORIES = {str(number): name for number, name in enumerate(CATEGORIES)}


def drafts(folder: Path, options: Options) -> list[Draft]:
    """The clips of the test part, by number.

    Raises:
        UsageError: the files are laid out otherwise, missing or broken.
    """
    here = owners_files.below(folder)
    videos, captions = _annotations(folder, [path for path in here if path.suffix == ".json"])
    tests = {name: entry for name, entry in videos.items() if entry.get("split") == "test"}
    if len(tests) != CLIPS:
        raise UsageError(f"{folder} names {len(tests)} clips of MSR-VTT's test part, which has {CLIPS}")
    there = {path.stem: path for path in here if opening.is_film(path)}
    ordered = sorted(tests, key=lambda name: (len(name), name))
    owners_files.check_present(
        [there.get(name, folder / f"{name}.mp4") for name in ordered], "clips of the test part"
    )
    return [_draft(there[name], tests[name], captions.get(name, {})) for name in ordered]


def _draft(clip: Path, entry: Mapping[str, Any], captions: Mapping[int, str]) -> Draft:
    excerpt = excerpts.drawn(clip, WINDOW, f"{KEY} {clip.stem}")
    if excerpt is None:
        raise UsageError(f"{clip} has no {WINDOW.frames} frames at {WINDOW.fps:g} fps: download it again")
    if not captions:
        raise UsageError(f"{clip.stem} has no sentence in the annotations: download them again")
    chosen = sorted(captions)[excerpts.number(f"{KEY} caption of {clip.stem}", len(captions))]
    return Draft(
        name=clip.stem,
        picture=Picture(excerpt.path, frame=excerpt.first),
        prompt=captions[chosen],
        category=_CATEGORIES.get(str(entry.get("category", "")), ""),
        reference=excerpt,
    )


def _annotations(
    folder: Path, lists: Sequence[Path]
) -> tuple[dict[str, Mapping[str, Any]], dict[str, dict[int, str]]]:
    """Video -> its entry, and video -> its sentences by number, of those JSON files that are annotations."""
    videos: dict[str, Mapping[str, Any]] = {}
    captions: dict[str, dict[int, str]] = defaultdict(dict)
    for path in lists:
        content = owners_files.json_of(path)
        if not isinstance(content, Mapping) or not {"videos", "sentences"} <= set(content):
            continue
        try:
            videos |= {str(entry["video_id"]): entry for entry in content["videos"]}
            for entry in content["sentences"]:
                video, number = str(entry["video_id"]), int(entry["sen_id"])
                captions[video][number] = owners_files.text_in(entry, "caption", str(path))
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"{path}: a video has video_id and split, a sentence video_id, sen_id and caption: {error!r}"
            ) from None
    if not videos:
        raise UsageError(
            f"{folder} has no annotation: give the folder that holds MSR-VTT's clips and a JSON file of its videos"
            " and sentences, such as test_videodatainfo.json"
        )
    return videos, captions


IMPORTER = Importer(
    name="msrvtt",
    title="MSR-VTT: the 2990 real clips of its test part, from a random frame on",
    files="its clips, as TestVideo/video7010.mp4, and a JSON file of videos and sentences",
    licence="not stated; the clips are their YouTube owners'",
    source="ms-multimedia-challenge.com; Xu et al. 2016 (CVPR)",
    drafts=drafts,
    reference_note="the real clips from the image on: 16 frames at 8 per second, in whole steps",
)
