"""`bench serve`: a site's files with range requests, without which no browser seeks in a clip.

Only files of the folder: no listing of folders, no links, no hidden files, nothing written. Only under the names of
this machine, and to connections that ask for something.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import packages
from bench.errors import UsageError
from bench.web import hosts, ports
from bench.web.static import folders

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.staticfiles import StaticFiles

FIRST_PORT = 8600

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""'no-cache' asks each time whether a file has changed; an exported anew site is seen at once."""


def serve(
    folder: Path, host: str, port: int | None, say: Callable[[str], None], names: Sequence[str] = ()
) -> None:
    """Serves a site until Ctrl-C.

    Args:
        folder: of a site.
        host: address to listen on.
        port: to listen on; None for the first free one from 8600.
        say: is told the address.
        names: under which the site may be asked for, besides those of this machine: see bench.web.hosts.

    Raises:
        UsageError: folder is no site, or the port is taken.
        Unavailable: a package is missing, or no port is free.
    """
    packages.check("starlette", "uvicorn")
    if not folders.is_site(folder):
        raise UsageError(f"{folder} is not a site: bench export {folder} makes one")
    import uvicorn

    from bench.web import connections

    with ports.listening(host, port, FIRST_PORT) as listener:
        shown = f"[{host}]" if ":" in host else host
        say(f"http://{shown}:{listener.getsockname()[1]}  (Ctrl-C ends it)")
        config = uvicorn.Config(
            app(folder, host, names),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
            lifespan="off",
            **connections.limits(),
        )
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it once more when all is over
            uvicorn.Server(config).run(sockets=[listener])


def app(folder: Path, host: str, names: Sequence[str] = ()) -> Starlette:
    """The application: a folder's files, to GET and HEAD.

    Args:
        folder, host, names: as serve takes them.
    """
    from starlette.applications import Starlette
    from starlette.routing import Mount

    routes = [Mount("/", _files(folder))]
    return Starlette(routes=routes, middleware=[hosts.middleware(host, names)])


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
