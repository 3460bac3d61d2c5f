"""One clip of a run beside its input image, which is fitted as the model was given it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from bench.base.wording import number
from bench.errors import BadResults, BenchError
from bench.media import pictures
from bench.runs import RunFolder
from bench.runs.row_facts import Decoded, decoded
from bench.types import Case, ClipRecord, Fit, Image
from leaderboard import inputs, previews, source, words
from leaderboard.choices import choose

SHOWN_HEIGHT = 340
"""Pixels: image, clip and the tabs below are in one window."""


def choose_clip(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the case and seed that the visitor chose; none where the run has numbers of the whole set only."""
    of_clips = rows[rows["case"].notna() & rows["seed"].notna()]
    if of_clips.empty:
        return of_clips
    left, right = st.columns([3, 1])
    case = choose(left, "Case", sorted(of_clips["case"].unique()), key="case")
    of_case: pd.DataFrame = of_clips[of_clips["case"] == case]
    seeds = sorted(int(seed) for seed in of_case["seed"].unique())
    seed = choose(right, "Seed", seeds, key="seed")
    of_clip: pd.DataFrame = of_case[of_case["seed"] == seed]
    return of_clip


def show(folder: RunFolder | None, rows: pd.DataFrame) -> None:
    """The clip and its image, or why there is none.

    Args:
        folder: of the run; None where only its numbers are here.
        rows: of one clip.
    """
    first = rows.iloc[0]
    if folder is None:
        st.info("The clips of this run are not on this machine: only its numbers were published.")
        return
    record = folder.record(first["case"], int(first["seed"]))
    if record is None or record.error:
        st.warning(words.plain(f"There is no clip: {record.error if record else 'its file is gone'}"))
        return
    case = case_of(folder, record.case)
    size = decoded(rows["decoded"]).size
    width = _shown_width(size)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=width, gap="xsmall"):
            st.caption("Input image")
            _show_image(case, record, size)
        with st.container(width=width, gap="xsmall"):
            st.caption("Clip")
            _show_video(folder, record, size)
        with st.container(gap="small"):
            for name, text in _about(case, record, rows).items():
                _show_fact(name, text)


def _about(case: Case | None, record: ClipRecord, rows: pd.DataFrame) -> dict[str, str]:
    """What is to be said of the clip; '' is not said."""
    first, known = rows.iloc[0], decoded(rows["decoded"])
    reads_text = first["reads_text"] in (True, None)
    return {
        "Prompt": (case.prompt if case else "") + ("" if reads_text else " (this model reads no text)"),
        "Category": str(first["category"] or ""),
        "Size": f"{known.width} × {known.height}" if known.width and known.height else "",
        "Length": _length(known),
        "Generated in": f"{number(record.seconds)} s on {record.device}" if record.seconds else "",
    }


def _length(known: Decoded) -> str:
    return f"{known.frames} frames, {known.fps:.4g} a second" if known.frames and known.fps else ""


def _show_fact(name: str, text: str) -> None:
    if text:
        with st.container(gap=None):
            st.caption(name)
            st.text(text)


def case_of(folder: RunFolder, case_id: str) -> Case | None:
    """The case as the run knew it; None, with a warning on the page, where that cannot be read."""
    try:
        return source.case_of(folder, case_id)
    except BadResults as error:
        st.warning(words.plain(str(error)))
        return None


def _fitted(path: Path, size: tuple[int, int] | None, fit: Fit) -> Image:
    """A picture, see inputs.shown; another file under its name is read anew.

    Raises:
        BenchError, OSError: it cannot be read.
    """
    status = path.stat()
    return _read_fitted(str(path), (status.st_mtime_ns, status.st_size, status.st_ino), size, fit)


@st.cache_data(max_entries=64, show_spinner=False)
def _read_fitted(path: str, stamp: tuple[int, int, int], size: tuple[int, int] | None, fit: Fit) -> Image:
    return inputs.shown(pictures.read(Path(path)), size, fit)


def _show_image(case: Case | None, record: ClipRecord, size: tuple[int, int] | None) -> None:
    if case is None:
        st.info("The suite of this run does not name this case any more.")
        return
    try:
        image = _fitted(case.image, size, record.fit)
    except (BenchError, OSError) as error:
        st.warning(words.plain(f"The image cannot be shown: {error}"))
        return
    st.image(image, width="stretch", alt="The input image, fitted like the clip")


def _show_video(folder: RunFolder, record: ClipRecord, size: tuple[int, int] | None) -> None:
    try:
        with st.spinner("Making a preview that browsers play …"):
            address = previews.address(folder, record)
    except BenchError as error:
        st.warning(words.plain(str(error)))
        return
    st.video(address, loop=True, autoplay=True, muted=True, alt="The clip")


def _shown_width(size: tuple[int, int] | None) -> int:
    """Pixels across, alike for image and clip; less than a window high, so that both are seen at once."""
    width, height = size or (16, 9)
    return max(120, min(540, SHOWN_HEIGHT * width // height))
