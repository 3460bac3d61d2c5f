"""Whether HTML has anything in it that our templates do not write: a stranger's element, handler or address."""

from __future__ import annotations

import re
from html.parser import HTMLParser

OURS = {
    "a", "b", "bdi", "button", "code", "details", "div", "em", "figcaption", "figure", "h2", "h3", "img", "input",
    "label", "li", "p", "pre", "small", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
    "video", "svg", "circle", "line", "path", "rect", "text", "title",
}  # fmt: skip
"""The elements of the templates and of plots."""

OWN = re.compile(r"(\./|/app/)|[a-z]*(\.html)?$")
"""Addresses below our own; what a stranger wrote is behind a '?'."""


def strange(html: str) -> list[str]:
    """Elements, handlers and addresses that are not ours."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


class _Reader(HTMLParser):
    """Notes what is strange."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element with its attributes."""
        self.found += [] if tag in OURS else [tag]
        self.found += [name for name, _ in attrs if name.startswith("on") or name in ("style", "srcdoc")]
        addresses = [value or "" for name, value in attrs if name in ("href", "src", "poster", "action")]
        self.found += [each for each in addresses if not OWN.match(each)]
