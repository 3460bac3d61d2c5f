"""Previews of clips, served as plain files with range requests.

st.video would read each file into the server's memory and keep it; a route of our own sends what is asked for.
"""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bench.errors import BenchError
from bench.runs import RunFolder, previews
from bench.types import ClipRecord
from leaderboard import source

PREFIX = "/app/static/previews"
"""Streamlit's front end takes relative addresses of videos only below /app/static."""

LAZY_PREFIX = "/app/static/loops"


def route() -> Route:
    """Serves previews that exist, to GET and HEAD."""
    return Route(PREFIX + "/{run}/{name}", _answer)


def address(folder: RunFolder, record: ClipRecord) -> str:
    """Where the browser finds the preview of a clip, which is made now if need be.

    Raises:
        BadClip: the clip cannot be decoded.
        Unavailable: neither the run's folder nor the cache can be written to.
    """
    with _lock():  # two visitors of one clip: the second waits for the first one's file
        made = previews.make(folder, record)
    return f"{PREFIX}/{quote(folder.path.name, safe='')}/{made.name}"


@st.cache_resource(show_spinner=False)
def _lock() -> threading.Lock:
    return threading.Lock()


def lazy_route() -> Route:
    """Serves the preview of a clip that is named by run, case and seed; it is made when it is first asked for."""
    return Route(LAZY_PREFIX + "/{run}/{case}/{seed:int}", _answer_lazily)


def lazy_address(run: str, case: str, seed: int) -> str:
    """The address of a preview that need not have been made yet.

    Args:
        run, case: ids.
        seed: of the clip.
    """
    return f"{LAZY_PREFIX}/{quote(run, safe='')}/{quote(case, safe='')}/{seed}"


def _answer_lazily(request: Request) -> Response:
    words = request.path_params
    folder = source.run_folder(words["run"])
    record = folder.record(words["case"], words["seed"]) if folder else None
    if folder is None or record is None or record.error:
        return PlainTextResponse("no such clip", status_code=404)
    try:
        with _lock():
            path = previews.make(folder, record)
    except BenchError:
        return PlainTextResponse("no such clip", status_code=404)
    return _file(path)


def _answer(request: Request) -> Response:
    path = _existing(request.path_params["run"], request.path_params["name"])
    if path is None:
        return PlainTextResponse("no such preview", status_code=404)
    return _file(path)


def _file(path: Path) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type="video/mp4", headers=headers)


def _existing(run: str, name: str) -> Path | None:
    """The file of a preview, if run is one of ours and name is a preview's: nothing else is ever opened."""
    folder = source.run_folder(run)
    return previews.existing(folder, name) if folder else None
