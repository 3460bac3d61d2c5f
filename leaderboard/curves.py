"""The table of response curves of this machine, else the published one, read once for every state of its file."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bench.calibration import curves
from bench.calibration.curves import Calibration
from bench.errors import BadResults
from bench.web.content import Text
from bench.web.pages import calibration
from leaderboard import source


def places() -> list[Path]:
    """The folders where it may be, in the order in which they are looked into."""
    out, published = source.folders()
    return [out, *published]


def read() -> tuple[Calibration | None, list[Text]]:
    """The table, None where there is none; and why it cannot be read, if so."""
    path = calibration.path(places())
    if path is None:
        return None, []
    try:
        status = path.stat()
        return _read(str(path), (status.st_mtime_ns, status.st_size, status.st_ino)), []
    except (BadResults, OSError) as error:
        return None, [Text(str(error), "warning")]


@st.cache_resource(max_entries=2, show_spinner="Reading curves …")
def _read(path: str, stamp: tuple[int, int, int]) -> Calibration:
    """The table; stamp is of the file, so that a changed one is read anew."""
    return curves.read(Path(path))
