"""Clips as browsers play them: H.264 made when somebody looks, served as plain files with range requests.

st.video would read each file into the server's memory and keep it; a route of our own sends what is asked for. A
preview is named after the clip's digest too, so that a clip that was made anew is never shown as its old self.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bench import files, video
from bench.errors import Unavailable
from bench.runs import RunFolder
from bench.types import ClipRecord
from leaderboard import source

PREFIX = "/app/static/previews"
"""Streamlit's front end takes relative addresses of videos only below /app/static."""

NAME = re.compile(r"[A-Za-z0-9._-]{1,220}\.mp4")


def route() -> Route:
    """Serves previews that exist, to GET and HEAD."""
    return Route(PREFIX + "/{run}/{name}", _answer)


def address(folder: RunFolder, record: ClipRecord) -> str:
    """Where the browser finds the preview of a clip, which is made now if need be.

    Raises:
        BadClip: the clip cannot be decoded.
        Unavailable: neither the run's folder nor the cache can be written to.
    """
    name = preview_name(record)
    with _lock():  # two visitors of one clip: the second waits for the first one's file
        if not any((place / name).is_file() for place in _places(folder)):
            _make(folder, record, name)
    return f"{PREFIX}/{quote(folder.path.name, safe='')}/{name}"


def preview_name(record: ClipRecord) -> str:
    """'duck-0-1f2e3d4c5b6a.mp4'; one harmless file name, whatever the record says."""
    readable = re.sub(r"[^A-Za-z0-9._-]", "-", f"{record.case}-{record.seed}")[:150]
    return f"{readable}-{files.digest([record.case, record.seed, record.sha256])[:12]}.mp4"


def _places(folder: RunFolder) -> tuple[Path, Path]:
    """Where a preview may lie: in the run's folder, or in the cache if that is read-only."""
    return folder.path / "previews", files.cache() / "previews" / folder.path.name


def _make(folder: RunFolder, record: ClipRecord, name: str) -> None:
    clip = video.read_clip(folder.locate(record))
    problems = []
    for place in _places(folder):
        try:
            video.write_preview(place / name, clip)
            return
        except OSError as error:
            problems.append(f"{place}: {error.strerror or error}")
    raise Unavailable(
        f"no preview can be written ({'; '.join(problems)})", "free some space or set BENCH_CACHE"
    )


@st.cache_resource(show_spinner=False)
def _lock() -> threading.Lock:
    return threading.Lock()


def _answer(request: Request) -> Response:
    path = _existing(request.path_params["run"], request.path_params["name"])
    if path is None:
        return PlainTextResponse("no such preview", status_code=404)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type="video/mp4", headers=headers)


def _existing(run: str, name: str) -> Path | None:
    """The file of a preview, if run is one of ours and name is a preview's: nothing else is ever opened."""
    folder = source.run_folder(run)
    if folder is None or not NAME.fullmatch(name):
        return None
    paths = (place / name for place in _places(folder))
    return next((path for path in paths if path.is_file() and not path.is_symlink()), None)
