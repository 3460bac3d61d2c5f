"""Starts the leaderboard: one Streamlit server over the result files of this machine.

The server is a process of its own, which is told where the files are by environment variables; nothing here imports
Streamlit, so that the rest of the command line works without the extra `board`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from bench.base import files
from bench.errors import Unavailable, UsageError
from bench.web import ports

OUT = "BENCH_BOARD_OUT"
"""Environment variable: the folder of runs."""

PUBLISHED = "BENCH_BOARD_PUBLISHED"
"""Environment variable: the folder of published results; empty or unset for none."""

VOTES = "BENCH_BOARD_VOTES"
"""Environment variable: the file of votes; empty or unset for a board without the page."""

ADDRESS = "127.0.0.1"
"""Only this machine: letting strangers reach the board is for its owner to decide."""

FIRST_PORT = 8501


def serve(
    out: Path, published: Path | None, port: int | None, open_browser: bool, votes: Path | None = None
) -> None:
    """Turns this process into the leaderboard's server; Ctrl-C or SIGTERM ends it.

    Args:
        out: the folder of runs; may be empty, or not exist yet.
        published: the folder of published results; None for none.
        port: to listen on; None for the first free one from 8501.
        open_browser: shows the page in the user's browser.
        votes: the file that votes are noted in, which is made if need be; None for a board without votes.

    Raises:
        Unavailable: Streamlit is not installed, or no port is free.
        UsageError: the port is taken, or votes cannot be written.
    """
    _check_installed()
    if votes:
        _check_writable(votes)
    words = command(ports.free(ADDRESS, port, FIRST_PORT), open_browser)
    sys.stdout.flush()
    # in place of this process: a server that is a child would survive a kill of its parent
    os.execve(words[0], words, {**os.environ, **environment(out, published, votes)})


def command(port: int, open_browser: bool) -> list[str]:
    """The words that start the server."""
    options = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": str(not open_browser).lower(),
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",  # nothing is sent to anybody
        "client.showErrorDetails": "none",  # an error page shows no paths; the terminal does
        "client.toolbarMode": "minimal",
        "runner.magicEnabled": "false",  # a docstring is not a widget
        # the default red marks what is chosen as if it were wrong; both, or there is no dark page any more
        "theme.light.primaryColor": "#2f74c0",
        "theme.dark.primaryColor": "#2f74c0",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(_entry()), *flags]


def environment(out: Path, published: Path | None, votes: Path | None = None) -> Mapping[str, str]:
    """The environment variables that tell the server where the files are.

    Args:
        out: the folder of runs.
        published: the folder of published results; None for none.
        votes: the file that votes are noted in; None for a board without votes.

    Returns:
        Variable -> absolute path, since the server may change its folder; '' for None.
    """
    places = {OUT: out, PUBLISHED: published, VOTES: votes}
    return {name: str(place.absolute()) if place else "" for name, place in places.items()}


def folders(variables: Mapping[str, str]) -> tuple[Path, Path | None]:
    """What environment said: the folder of runs and that of published results; `runs` and none where it is unset."""
    published = variables.get(PUBLISHED)
    return Path(variables.get(OUT) or "runs"), Path(published) if published else None


def votes_file(variables: Mapping[str, str]) -> Path | None:
    """What environment said: the file of votes; None for a board without."""
    return Path(variables[VOTES]) if variables.get(VOTES) else None


def _check_writable(votes: Path) -> None:
    """Now, rather than when the first voter has looked at two clips."""
    try:
        votes.parent.mkdir(parents=True, exist_ok=True)
        with votes.open("ab"):
            pass
    except OSError as error:
        raise UsageError(f"votes cannot be written to {votes}: {files.why(error)}") from error


def _check_installed() -> None:
    if find_spec("streamlit") is None:
        raise Unavailable("the leaderboard needs streamlit", "pip install 'i2v-bench[board]'")


def _entry() -> Path:
    """The script that the server runs: leaderboard/asgi.py, found without importing it."""
    package = find_spec("leaderboard")
    if package is None or not package.submodule_search_locations:
        raise Unavailable("the package leaderboard is missing", "install i2v-bench anew")
    return Path(package.submodule_search_locations[0]) / "asgi.py"
