"""Addresses of the board's own pages, relative to where it stands; whatever a name holds, it stays one value."""

from __future__ import annotations

from urllib.parse import quote, urlencode


def to(page: str, **query: str | int) -> str:
    """'model?run=svd-demo-1f2e&case=duck'."""
    return f"{page}?{urlencode(query, quote_via=quote, safe='')}" if query else page
