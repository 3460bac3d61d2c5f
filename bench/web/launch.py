"""Starts the leaderboard: one Streamlit server over the result files of this machine.

The server is a process of its own, which is told where the files are by environment variables; nothing here imports
Streamlit, so that the rest of the command line works without the extra `board`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bench.base import files, packages
from bench.errors import Unavailable, UsageError
from bench.votes import limits
from bench.web import ports

OUT = "BENCH_BOARD_OUT"
"""Environment variable: the folder of runs."""

PUBLISHED = "BENCH_BOARD_PUBLISHED"
"""Environment variable: the folder of published results; empty or unset for none."""

VOTES = "BENCH_BOARD_VOTES"
"""Environment variable: the file of votes; empty or unset for a board without the page."""

HOSTS = "BENCH_BOARD_HOSTS"
"""Environment variable: further names of the board, separated by commas."""

HOST = "BENCH_BOARD_HOST"
"""Environment variable: the address that the server listens on; this machine's own if it is unset."""

VOTERS = "BENCH_BOARD_VOTERS"
"""Environment variable: how many voters an address may have per day."""

TRUSTED_PROXIES = "FORWARDED_ALLOW_IPS"
"""Environment variable of uvicorn, which believes every X-Forwarded-For of this machine where it is unset: a visitor
could have as many addresses as they like."""

ADDRESS = "127.0.0.1"
"""Only this machine, unless the board's owner decides otherwise: there is no log-in."""

FIRST_PORT = 8501


@dataclass(frozen=True)
class Visitors:
    """Who is let in.

    Attributes:
        hosts: names of the board besides those of this machine, see bench.web.hosts.
        voters: that one address may have per day.
        address: to listen on; 0.0.0.0 or :: lets everyone in who can reach this machine.
    """

    hosts: tuple[str, ...] = ()
    voters: int = limits.VOTERS
    address: str = ADDRESS


ANYBODY_HERE = Visitors()


def serve(
    out: Path,
    published: Path | None,
    port: int | None,
    open_browser: bool,
    votes: Path | None = None,
    visitors: Visitors = ANYBODY_HERE,
) -> None:
    """Turns this process into the leaderboard's server; Ctrl-C or SIGTERM ends it.

    Args:
        out: the folder of runs; may be empty, or not exist yet.
        published: the folder of published results; None for none.
        port: to listen on; None for the first free one from 8501.
        open_browser: shows the page in the user's browser.
        votes: the file that votes are noted in, which is made if need be; None for a board without votes.
        visitors: who is let in.

    Raises:
        Unavailable: Streamlit is not installed, or no port is free.
        UsageError: the port is taken, or votes cannot be written.
    """
    _check_installed()
    if votes:
        _check_writable(votes)
    words = command(ports.free(visitors.address, port, FIRST_PORT), open_browser, visitors.address)
    sys.stdout.flush()
    # in place of this process: a server that is a child would survive a kill of its parent
    told = environment(out, published, votes, visitors)
    os.execve(words[0], words, {TRUSTED_PROXIES: "", **os.environ, **told})


def command(port: int, open_browser: bool, address: str = ADDRESS) -> list[str]:
    """The words that start the server.

    Args:
        port: to listen on.
        open_browser: shows the page in the user's browser.
        address: to listen on.
    """
    options = {
        "server.address": address,
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


def environment(
    out: Path, published: Path | None, votes: Path | None = None, visitors: Visitors = ANYBODY_HERE
) -> Mapping[str, str]:
    """The environment variables that tell the server where the files are.

    Args:
        out: the folder of runs.
        published: the folder of published results; None for none.
        votes: the file that votes are noted in; None for a board without votes.
        visitors: who is let in.

    Returns:
        Variable -> its text; paths are absolute, since the server may change its folder, and '' for None.
    """
    places = {OUT: out, PUBLISHED: published, VOTES: votes}
    told = {name: str(place.absolute()) if place else "" for name, place in places.items()}
    names = ",".join(visitors.hosts)
    return {**told, HOSTS: names, VOTERS: str(visitors.voters), HOST: visitors.address}


def folders(variables: Mapping[str, str]) -> tuple[Path, Path | None]:
    """What environment said: the folder of runs and that of published results; `runs` and none where it is unset."""
    published = variables.get(PUBLISHED)
    return Path(variables.get(OUT) or "runs"), Path(published) if published else None


def votes_file(variables: Mapping[str, str]) -> Path | None:
    """What environment said: the file of votes; None for a board without."""
    return Path(variables[VOTES]) if variables.get(VOTES) else None


def visitors(variables: Mapping[str, str]) -> Visitors:
    """What environment said: who is let in; only this machine where it is unset."""
    hosts = tuple(name for name in variables.get(HOSTS, "").split(",") if name)
    voters = int(variables.get(VOTERS) or limits.VOTERS)
    return Visitors(hosts, voters, variables.get(HOST) or ADDRESS)


def _check_writable(votes: Path) -> None:
    """Now, rather than when the first voter has looked at two clips."""
    try:
        votes.parent.mkdir(parents=True, exist_ok=True)
        with votes.open("ab"):
            pass
    except OSError as error:
        raise UsageError(f"votes cannot be written to {votes}: {files.why(error)}") from error


def _check_installed() -> None:
    packages.check("streamlit")


def _entry() -> Path:
    """The script that the server runs: leaderboard/asgi.py, found without importing it."""
    package = find_spec("leaderboard")
    if package is None or not package.submodule_search_locations:
        raise Unavailable("the package leaderboard is missing", "install i2v-bench anew")
    return Path(package.submodule_search_locations[0]) / "asgi.py"
