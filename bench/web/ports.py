"""A port to listen on: the one that was asked for, or the first free one."""

from __future__ import annotations

import errno
import socket

from bench.errors import Unavailable, UsageError

TRIED = 100
"""Ports from the first on."""


def free(host: str, port: int | None, first: int) -> int:
    """The number of a port that is free now; for servers that open it themselves.

    Args:
        host: address to listen on.
        port: 1 to 65535; None for the first free one.
        first: tried before the next TRIED - 1.

    Raises:
        UsageError: the port is taken, out of range, or not allowed, or host is not an address of this machine.
        Unavailable: none is free.
    """
    with listening(host, port, first) as found:
        return int(found.getsockname()[1])


def listening(host: str, port: int | None, first: int) -> socket.socket:
    """A socket that listens already, so that no other process takes the port; the caller closes it.

    Args:
        host, port, first: as free takes them.

    Raises:
        UsageError: the port is taken, out of range, or not allowed, or host is not an address of this machine.
        Unavailable: none is free.
    """
    if port is not None and not 1 <= port <= 65535:
        raise UsageError(f"a port is a number from 1 to 65535, not {port}")
    for each in range(first, first + TRIED) if port is None else [port]:
        if found := _bound(host, each):
            return found
    if port is None:
        raise Unavailable(f"no port from {first} to {first + TRIED - 1} is free", "choose one with --port")
    raise UsageError(f"port {port} is taken: choose another with --port, or none for a free one")


def _bound(host: str, port: int) -> socket.socket | None:
    """A socket that listens there; None if the port is taken."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just given back is free
    try:
        made.bind((host, port))
        made.listen(128)  # requests that come before the server is up wait
    except socket.gaierror as error:
        made.close()
        raise UsageError(f"{host} is no address of this machine: {error.strerror}") from None
    except OSError as error:
        made.close()
        if error.errno in {errno.EACCES, errno.EADDRNOTAVAIL}:
            raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None
        return None
    return made
