"""The names by which our servers may be asked.

A page of the web whose name leads to this machine (DNS rebinding) could read everything of a server that answers to any
name, so ours answer to those that their owner can mean.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.middleware import Middleware

LOCAL = ("localhost", "127.0.0.1", "[::1]")
"""This machine, also through `ssh -L`."""

EVERYWHERE = ("0.0.0.0", "::")
"""Addresses to listen on that stand for all of a machine's."""


def middleware(address: str, named: Sequence[str] = ()) -> Middleware:
    """Refuses requests whose Host is none of ours, with 400.

    Args:
        address: that the server listens on. On all addresses, it answers to its machine's name and to any number too:
            no page of the web has a number for its name unless it came from there.
        named: further names, such as that of a proxy in front; '*.example.org' for all below one.
    """
    from starlette.datastructures import Headers
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    class Hosts(TrustedHostMiddleware):
        """Starlette's, which knows names only."""

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            host = Headers(scope=scope).get("host", "") if "headers" in scope else ""
            if address in EVERYWHERE and _is_number(host):
                await self.app(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)

    own = [socket.gethostname(), socket.getfqdn()] if address in EVERYWHERE else [_written(address)]
    return Middleware(Hosts, allowed_hosts=[*LOCAL, *own, *named], www_redirect=False)


def _written(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _is_number(host: str) -> bool:
    """Whether a Host header is an IP address, with or without a port."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
