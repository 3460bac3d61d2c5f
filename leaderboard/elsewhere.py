"""The page of numbers that papers and boards published: apart from what is measured here, each with its source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from bench.scoring.reported import FOLDER, Reported, benchmarks, metrics
from bench.web.addresses import PAGES
from bench.web.pages import reported
from leaderboard import downloads, source
from leaderboard.choices import choose
from leaderboard.place import place


def show() -> None:
    """Draws the page."""
    st.title(PAGES["elsewhere"], anchor=False)
    found, problems = numbers()
    place(reported.head(found, problems), "head")
    if not found:
        return
    left, right = st.columns(2)
    name = choose(left, "Benchmark", benchmarks(found), key="benchmark")
    plotted = choose(right, "Plot", [metric.title for metric in metrics(found, name)], key="plot")
    place(reported.benchmark(found, name, plotted), "numbers")
    _show_downloads(found, name)


def numbers() -> tuple[list[Reported], list[str]]:
    """The numbers of all published folders, as their files are now, and why some files were set aside."""
    return _read(tuple((str(folder), _stamps(folder / FOLDER)) for folder in source.folders()[1]))


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(stamps: tuple[tuple[str, object], ...]) -> tuple[list[Reported], list[str]]:
    """Read, never changed; stamps are of the files, so that a changed one is read anew."""
    return reported.read(Path(folder) for folder, _ in stamps)


def _stamps(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    found = ((path.name, path.stat()) for path in sorted(folder.glob("*.toml")))
    return tuple((name, status.st_mtime_ns, status.st_size, status.st_ino) for name, status in found)


def _show_downloads(found: Sequence[Reported], benchmark: str) -> None:
    name = downloads.file_name(f"reported-{benchmark}")
    with st.container(horizontal=True):
        for ending, text in reported.files(found, benchmark).items():
            mime = {"csv": "text/csv", "json": "application/json"}[ending]
            st.download_button(ending.upper(), text, f"{name}.{ending}", mime, on_click="ignore")


if __name__ == "__main__":
    show()
