"""Addresses of object stores: which there are, the package that each needs, and how they are shown, without secrets."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from bench.base import credentials, packages
from bench.errors import Unavailable, UsageError

PACKAGES = MappingProxyType(
    {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "hf": "huggingface_hub", "memory": "fsspec"}
)
"""Scheme -> the package that brings its file system."""

URL = re.compile(r"([a-z][a-z0-9+.-]+)://(.*)")

CONCURRENT = 16
"""Requests at a time."""


def is_url(text: str) -> bool:
    """Whether a text is the address of a store, or looks like one, rather than a path of this machine."""
    return URL.match(text) is not None


def shown(url: str) -> str:
    """The address without name, password and query, for people."""
    return credentials.redacted(url.partition("?")[0].rstrip("/"))


def checked(url: str) -> str:
    """The address as it is used: without a slash at its end.

    Raises:
        UsageError: no store that is known, no bucket, or an address with a password.
    """
    found = URL.match(url)
    scheme, place = (found[1], found[2]) if found else ("", url)
    if scheme not in PACKAGES:
        known = ", ".join(f"{each}://" for each in PACKAGES)
        raise UsageError(f"{shown(url)} is no store that can be written to: there are {known}")
    if "?" in place or credentials.PASSWORD.search(url):
        raise UsageError(
            f"{shown(url)}: keys and options are no part of the address; put them into the environment or the"
            " configuration of the store's own tools"
        )
    if not place.strip("/") or ".." in PurePosixPath(place).parts:
        raise UsageError(f"{shown(url)} names no place in a bucket: write it as {scheme}://bucket/i2v")
    return f"{scheme}://{place.rstrip('/')}"


def file_system(url: str, timeout: float) -> tuple[Any, str]:
    """fsspec's file system for an address, and the root's path in it.

    It neither retries nor remembers what it listed: both are done where they can be counted.

    Args:
        url: as `checked` gives it.
        timeout: seconds without a byte after which a connection is given up, where that can be set.

    Raises:
        Unavailable: a package is missing, or the store refuses its settings.
    """
    scheme = url.partition(":")[0]
    packages.check("fsspec", PACKAGES[scheme])
    import fsspec

    options = _of_s3(timeout) if scheme == "s3" else {}
    try:
        found = fsspec.filesystem(scheme, use_listings_cache=False, skip_instance_cache=True, **options)
    except Exception as error:  # of whichever library
        why = credentials.redacted(f"{type(error).__name__}: {error}")
        raise Unavailable(
            f"{shown(url)} cannot be opened: {why}", "check the credentials of the store"
        ) from error
    if scheme == "s3":
        found.retries = 1
    return found, found._strip_protocol(url)


def _of_s3(timeout: float) -> dict[str, Any]:
    """One part at a time: s3fs asks for the size before it reads in several."""
    config = {
        "retries": {"total_max_attempts": 1},
        "connect_timeout": min(20.0, timeout),
        "read_timeout": timeout,
        "max_pool_connections": CONCURRENT,
    }
    return {"config_kwargs": config, "max_concurrency": 1}
