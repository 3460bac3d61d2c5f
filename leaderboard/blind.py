"""Pairs of clips without their names: a page with the lockstep player, at an address that says nothing about them.

Addresses of previews hold the run's id. Here a pair has a random token instead, which the server forgets in time; what
lies behind it is known to the server alone.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bench.web.player import Shown
from leaderboard import inputs, players

PREFIX = "/app/blind"
CLIPS = ("first.mp4", "second.mp4")
IMAGE = "image.png"

MOST_KEPT = 5000
"""Pairs whose tokens are known at once: the oldest is forgotten, long after anybody looked at it."""

KINDS = {".mp4": "video/mp4", ".png": "image/png"}


@dataclass(frozen=True)
class Hidden:
    """What a token stands for.

    Attributes:
        shown: by the player; its addresses are of files.
        files: name -> where the file is.
    """

    shown: Shown
    files: Mapping[str, Path]


@dataclass(frozen=True)
class _Tokens:
    """Token -> what it stands for, for all visitors; the newest last. With one that is unspent a vote may be given."""

    known: OrderedDict[str, Hidden] = field(default_factory=OrderedDict)
    unspent: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


def token() -> str:
    """A new one, which cannot be guessed."""
    return secrets.token_hex(16)


def keep(name: str, hidden: Hidden) -> None:
    """Makes a token stand for something."""
    tokens = _tokens()
    with tokens.lock:
        tokens.known[name] = hidden
        tokens.unspent.add(name)
        while len(tokens.known) > MOST_KEPT:
            tokens.unspent.discard(tokens.known.popitem(last=False)[0])


def spend(name: str) -> bool:
    """Whether a vote may be given with the token: once, whoever asks, and however many at a time."""
    tokens = _tokens()
    with tokens.lock:
        is_unspent = name in tokens.unspent
        tokens.unspent.discard(name)
        return is_unspent


def restore(name: str) -> None:
    """Makes a token good for a vote again, since the one that was given with it could not be noted."""
    tokens = _tokens()
    with tokens.lock:
        if name in tokens.known:
            tokens.unspent.add(name)


def address(name: str, part: str = "", theme: str = "") -> str:
    """The address of the page that a token stands for, or of one of its files.

    Args:
        name: the token.
        part: one of CLIPS, or IMAGE; '' for the page.
        theme: of the page, 'light' or 'dark'; '' follows the visitor's system.
    """
    query = f"?theme={theme}" if theme else ""
    return f"{PREFIX}/{name}/{part}" if part else f"{PREFIX}/{name}{query}"


def is_kept(name: str) -> bool:
    """Whether a token still stands for something: none does after the server started anew."""
    return _known(name) is not None


def routes() -> list[Route]:
    """Serve pages and files of tokens, to GET and HEAD."""
    return [Route(PREFIX + "/{token}", _page), Route(PREFIX + "/{token}/{part}", _file)]


@st.cache_resource(show_spinner=False)
def _tokens() -> _Tokens:
    return _Tokens()


def _known(name: str) -> Hidden | None:
    tokens = _tokens()
    with tokens.lock:
        return tokens.known.get(name)


def _page(request: Request) -> Response:
    hidden = _known(request.path_params["token"])
    if hidden is None:
        return PlainTextResponse("no such pair", status_code=404, headers=inputs.HARMLESS)
    return players.page(hidden.shown, request.query_params.get("theme"))


def _file(request: Request) -> Response:
    hidden = _known(request.path_params["token"])
    path = hidden.files.get(request.path_params["part"]) if hidden else None
    if path is None or not path.is_file():
        return PlainTextResponse("no such file", status_code=404, headers=inputs.HARMLESS)
    headers = {**inputs.HARMLESS, "Cache-Control": "private, max-age=600"}
    return FileResponse(path, media_type=KINDS[path.suffix], headers=headers)
