"""ConsistI2V's I2V-Bench: real clips from YouTube, by category, each with a text; first frames are animated.

The owners share a drive folder and describe its files nowhere in public, so this takes what such folders usually hold:
<category>/<name>.mp4 with <name>.txt beside it, or lists of captions, one for all or one per category (see captions).
"""

from __future__ import annotations

from pathlib import Path

from bench.errors import UsageError
from bench.media import opening
from bench.suites import text_files
from bench.suites.importing import captions, owners_files
from bench.suites.importing.drafts import Draft, Importer, Options, Picture
from bench.suites.own_clips import names


def drafts(folder: Path, options: Options) -> list[Draft]:
    """The clips of the folder, by category and name.

    Raises:
        UsageError: the files are laid out otherwise, missing or broken.
    """
    clips = [path for path in owners_files.below(folder) if opening.is_film(path)]
    if not clips:
        raise UsageError(
            f"{folder} has no clip: give the folder of I2V-Bench that has one folder per category, as Pet/ and Food/"
        )
    known = captions.below(folder)
    texts = {clip: _text(clip, known.get(names.folded(clip.stem), "")) for clip in clips}
    lacking = [clip for clip, text in texts.items() if not text]
    if lacking:
        raise UsageError(
            f"{len(lacking)} of {len(clips)} clips have no text, such as {lacking[0]}: put {lacking[0].stem}.txt beside"
            " it, or a list with a column for the file's name and one called caption, prompt or text"
        )
    return [_draft(folder, clip, text) for clip, text in texts.items()]


def _text(clip: Path, listed: str) -> str:
    beside = clip.with_suffix(".txt")
    text = text_files.text(beside, "a prompt") if beside.is_file() else listed
    return owners_files.text_in({"text": text}, "text", str(clip), needed=False)


def _draft(folder: Path, clip: Path, text: str) -> Draft:
    parts = clip.relative_to(folder).parts
    category = parts[-2] if len(parts) > 1 else ""
    return Draft(
        name=f"{category}-{clip.stem}" if category else clip.stem,
        picture=Picture(clip, frame=0),
        prompt=text,
        category=category,
        reference=clip,
    )


IMPORTER = Importer(
    name="i2v-bench",
    title="I2V-Bench: real clips from YouTube, by category",
    files="folders of clips, one per category, with their texts",
    licence="not stated; the clips are their YouTube owners'",
    source="TIGER-AI-Lab/ConsistI2V; Ren et al. 2024 (arXiv 2402.04324)",
    drafts=drafts,
    reference_note="the real clips whose first frames are animated",
)
