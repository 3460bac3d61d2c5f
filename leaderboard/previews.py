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

from bench.runs import RunFolder, previews
from bench.types import ClipRecord
from leaderboard import source

PREFIX = "/app/static/previews"
"""Streamlit's front end takes relative addresses of videos only below /app/static."""


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


def _answer(request: Request) -> Response:
    path = _existing(request.path_params["run"], request.path_params["name"])
    if path is None:
        return PlainTextResponse("no such preview", status_code=404)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type="video/mp4", headers=headers)


def _existing(run: str, name: str) -> Path | None:
    """The file of a preview, if run is one of ours and name is a preview's: nothing else is ever opened."""
    folder = source.run_folder(run)
    return previews.existing(folder, name) if folder else None
