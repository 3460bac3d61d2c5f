"""`bench serve`: a site's files with range requests, without which no browser seeks in a clip.

Only files of the folder: no listing of folders, no links, no hidden files, nothing written.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import Unavailable, UsageError
from bench.web.static import folders

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.staticfiles import StaticFiles

FIRST_PORT, PORTS_TRIED = 8600, 100

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""'no-cache' asks each time whether a file has changed; an exported anew site is seen at once."""


def serve(folder: Path, host: str, port: int | None, say: Callable[[str], None]) -> None:
    """Serves a site until Ctrl-C.

    Args:
        folder: of a site.
        host: address to listen on.
        port: to listen on; None for the first free one from 8600.
        say: is told the address.

    Raises:
        UsageError: folder is no site, or the port is taken.
        Unavailable: a package is missing, or no port is free.
    """
    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise Unavailable(f"bench serve needs {package}", "pip install 'i2v-bench[board]'")
    if not folders.is_site(folder):
        raise UsageError(f"{folder} is not a site: bench export {folder} makes one")
    import uvicorn

    with contextlib.closing(listening(host, port)) as listener:
        shown = f"[{host}]" if ":" in host else host
        say(f"http://{shown}:{listener.getsockname()[1]}  (Ctrl-C ends it)")
        config = uvicorn.Config(
            app(folder), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="off"
        )
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it once more when all is over
            uvicorn.Server(config).run(sockets=[listener])


def app(folder: Path) -> Starlette:
    """The application: a folder's files, to GET and HEAD."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return Starlette(routes=[Mount("/", _files(folder))])


def _files(folder: Path) -> StaticFiles:
    from starlette.exceptions import HTTPException
    from starlette.staticfiles import StaticFiles

    class Files(StaticFiles):
        """Regular files below a folder, reached through no link."""

        def lookup_path(self, path: str) -> tuple[str, object]:  # type: ignore[override]
            parts = Path(path).parts
            steps = [Path(folder, *parts[: count + 1]) for count in range(len(parts))]
            if any(part.startswith(".") and part != "." for part in parts) or any(
                step.is_symlink() for step in steps
            ):
                raise HTTPException(status_code=404)
            return super().lookup_path(path)

        def file_response(self, *words, **named):  # type: ignore[no-untyped-def]
            response = super().file_response(*words, **named)
            response.headers.update(HEADERS)
            return response

    return Files(directory=folder, html=True)


def listening(host: str, port: int | None) -> socket.socket:
    """A socket that listens already: nobody else can take the port any more."""
    if port is not None and not 0 <= port <= 65535:
        raise UsageError(f"a port is a number from 1 to 65535, not {port}")
    tried = [port] if port is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for each in tried:
        found = _bound(host, each)
        if found is not None:
            return found
    if port is not None:
        raise UsageError(f"port {port} is taken: choose another with --port, or none for a free one")
    raise Unavailable(
        f"no port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} is free", "choose one with --port"
    )


def _bound(host: str, port: int) -> socket.socket | None:
    """A socket bound there; None where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)  # whoever asks at once is answered when the server is up
    except socket.gaierror as error:
        made.close()
        raise UsageError(f"{host} is no address of this machine: {error.strerror}") from None
    except OSError as error:
        made.close()
        if error.errno in {13, 99}:  # not allowed, or not an address of this machine
            raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None
        return None
    return made
