"""Downloads a finished clip; asks for its address again where the link has expired or the file is cut short."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench.errors import BadClip, BenchError, RemoteFailed
from bench.media import video
from bench.types import Clip

if TYPE_CHECKING:
    from bench.models.hosted.polling import Poller, PollingModel, TaskStatus

MAX_BYTES = 2 << 30
"""A download above this is not a clip."""

MAX_ATTEMPTS = 4
"""How often a clip is fetched, each time from the address that the task then names, before it is given up."""

STALE = frozenset({401, 403, 404, 409, 410, 416})
"""What a link answers once it has expired, or before its file is there."""

SUFFIXES = {"video/webm": ".webm", "video/quicktime": ".mov", "video/x-matroska": ".mkv"}


class StaleLink(RemoteFailed):
    """A link that has expired, or is not valid yet: the next poll gives another."""


def fetched(model: PollingModel, poller: Poller, status: TaskStatus) -> Clip:
    """The clip of a task that is done.

    Args:
        model: what talks to the service.
        poller: of the task; its deadline holds for the download, too.
        status: in which the service called the task done.

    Raises:
        BadClip: what the service gives is not a clip, after every attempt.
        RemoteFailed: it gives nothing, too much, or takes too long.
    """
    error: BenchError | None = None
    for attempt in range(MAX_ATTEMPTS):
        if attempt:
            poller.pause("done, without a clip that can be read")
            status = poller.until_over()
        try:
            return _read(model, poller, status)
        except (StaleLink, BadClip) as problem:
            error = problem
    assert error is not None
    raise error


def _read(model: PollingModel, poller: Poller, status: TaskStatus) -> Clip:
    with tempfile.TemporaryDirectory() as folder:
        path, kind = Path(folder) / "clip.mp4", "video/mp4"
        if status.content is not None:
            path.write_bytes(status.content)
        elif status.url:
            url = status.url
            path, kind = model.with_retries(
                "the clip", lambda: _downloaded(model, poller, url, Path(folder)), deadline=poller.deadline
            )
        else:
            raise BadClip("it names no clip")
        try:
            return video.read_clip(path)
        except BadClip as error:
            said = str(error).replace(f"clip {path} ", "").replace(str(path), path.name)
            raise BadClip(
                f"{path.stat().st_size} bytes of {kind} came, and they are not a clip: {said}"
            ) from None


def _downloaded(model: PollingModel, poller: Poller, url: str, folder: Path) -> tuple[Path, str]:
    """The file, and its kind as the server states it."""
    scheme = urlsplit(url).scheme
    if scheme not in ("http", "https"):
        raise RemoteFailed(
            f"{model.service} names a clip by {model.redacted(scheme) or 'no'} address, not by http"
        )
    is_ours = url.startswith(model.address + "/")  # a key is for the service, not for its file store
    with model.stream(url, model.headers() if is_ours else {}, MAX_BYTES) as answer:
        if answer.status_code in STALE:
            raise StaleLink(f"{model.service} no longer has the clip where it says: {answer.status_code}")
        answer.raise_for_status()
        kind = model.redacted(answer.headers.get("content-type", "").partition(";")[0]) or "unknown kind"
        path = folder / f"clip{SUFFIXES.get(kind, '.mp4')}"
        with path.open("wb") as file:
            for chunk in answer.iter_bytes():
                file.write(chunk)
                _check(model, poller)
    return path, kind


def _check(model: PollingModel, poller: Poller) -> None:
    if model.timing.now() > poller.deadline:
        raise RemoteFailed(f"{model.service} gives the clip too slowly; --retry-failed fetches it again")
