"""One address -> one file, whole and verified before it gets its name; failures are remembered for some minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench.base import files, network

if TYPE_CHECKING:
    import httpx
    import tenacity

    from bench.base.weights import Progress, Weights

ATTEMPTS = 4
"""How often one address is tried before the next."""

CONNECTIONS = 2
"""How often one address is tried if no connection can be made: mostly, there is no network."""

BACKOFF_SECONDS = 1.0
"""Pause after the first failed attempt; doubles with each further one."""

CHUNK = 1 << 20


class Failed(Exception):
    """One address did not provide the file; the text says why."""


def recent_failure(url: str) -> str:
    """Why an address or its host did not answer some minutes ago; '' if that is not so."""
    return network.recent_failure(urlsplit(url).hostname or "") or network.recent_failure(url)


def fetch(weights: Weights, url: str, place: Path, progress: Progress) -> None:
    """Downloads a file to place, where it appears only once it is verified.

    Args:
        weights: what the file must be.
        url: where it is.
        place: where it goes.
        progress: called with the bytes received, and the bytes of the whole (0: unknown).

    Raises:
        Failed: the address does not answer, did not some minutes ago, or sends other bytes. That is remembered: of a
            host without a connection, else of the address alone.
    """
    if known := recent_failure(url):
        raise Failed(known)
    try:
        _download(weights, url, place, progress)
    except Failed as failure:
        is_of_host = _is_without_connection(failure.__cause__)
        network.note_failure(urlsplit(url).hostname or "" if is_of_host else url, str(failure))
        raise


def _download(weights: Weights, url: str, place: Path, progress: Progress) -> None:
    import httpx
    import tenacity

    retrying = tenacity.Retrying(
        stop=_is_enough,
        wait=tenacity.wait_exponential(multiplier=BACKOFF_SECONDS, max=30),
        retry=tenacity.retry_if_exception(_may_pass),
        reraise=True,
    )
    try:
        retrying(files.write, place, lambda temporary: _stream(weights, url, temporary, progress))
    except httpx.HTTPStatusError as error:
        raise Failed(f"HTTP {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Failed(f"{type(error).__name__}: {error}") from error


def _is_enough(state: tenacity.RetryCallState) -> bool:
    """Whether an address was tried often enough."""
    error = state.outcome.exception() if state.outcome else None
    return state.attempt_number >= (CONNECTIONS if _is_without_connection(error) else ATTEMPTS)


def _is_without_connection(error: BaseException | None) -> bool:
    import httpx

    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def _may_pass(error: BaseException) -> bool:
    """Whether another try may succeed."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code == 429
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


def _stream(weights: Weights, url: str, temporary: Path, progress: Progress) -> None:
    """Writes what url sends to temporary and checks it against the declaration; stops at the first byte too many."""
    digest, size, start = hashlib.new(weights.pin.algorithm, usedforsecurity=False), 0, b""
    with _response(url) as response, temporary.open("wb") as file:
        whole = weights.size or int(response.headers.get("Content-Length") or 0)
        for chunk in response.iter_bytes(CHUNK):
            start = start or chunk[:64]
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
            progress(min(size, whole), whole)
            if weights.size and size > weights.size:
                break
    if wrong := _difference(weights, size, digest.hexdigest(), start):
        raise Failed(wrong)


@contextmanager
def _response(url: str) -> Iterator[httpx.Response]:
    import httpx

    timeout = httpx.Timeout(30.0, read=60.0)  # between two chunks, not for the whole file
    with httpx.stream("GET", url, follow_redirects=True, timeout=timeout) as response:
        response.raise_for_status()
        yield response


def _difference(weights: Weights, size: int, digest: str, start: bytes) -> str:
    """How what was sent differs from what is declared; '' if it does not."""
    pin = weights.pin
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "sent an HTML page instead of the file"
    if weights.size and size != weights.size:
        amount = f"more than {weights.size}" if size > weights.size else str(size)
        return f"sent {amount} bytes instead of {weights.size}"
    if not digest.startswith(pin.digest):
        return f"sent other bytes: {pin.algorithm} {digest[:12]}… instead of {pin.digest[:12]}…"
    return ""
