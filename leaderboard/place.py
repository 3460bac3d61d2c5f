"""Puts the content of a page into Streamlit: the HTML that the static site has, in a component of its own.

Streamlit's widgets choose what is shown; what is shown is bench.web.content, drawn as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import streamlit as st

from bench.web import html
from bench.web.content import Block, Link

PAGES = {
    "leaderboard": "overview.py", "compare": "compare.py", "model": "model.py", "case": "case.py",
    "tradeoffs": "tradeoffs.py", "metrics": "metrics.py", "reported": "reported.py",
    "calibration": "calibration.py", "about": "about.py",
}  # fmt: skip
"""What links call a page -> its file; its address is the file's name without the suffix."""

SCRIPT = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = document.createElement("div");
  root.className = "bench";
  if (data.theme) root.dataset.theme = data.theme;
  root.innerHTML = data.html;
  parentElement.replaceChildren(root);
  benchTables.mount(root, (runs) => `compare?${runs.map((run) => `runs=${encodeURIComponent(run)}`).join("&")}`);
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-page]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    setTriggerValue("go", link.getAttribute("href"));
  });
}
"""


class Board:
    """Addresses of the board's own pages, relative to where it is served; whatever a name holds, it stays one value."""

    def address(self, link: Link) -> str:
        """'model?run=svd-demo-1f2e&case=duck'."""
        name = PAGES[link.page].removesuffix(".py")
        return f"{name}?{urlencode(link.query, quote_via=quote, safe='')}" if link.query else name

    def key(self, run: str) -> str:
        """Its id."""
        return run


HOST = Board()


def place(blocks: Sequence[Block], key: str) -> None:
    """Draws blocks.

    Args:
        blocks: one below the other; none draw nothing.
        key: tells them from other blocks on the page.
    """
    if not blocks:
        return
    content = {"html": html.fragment(blocks, HOST), "theme": st.context.theme.type}
    answer = _component()(key=key, data=content, on_go_change=lambda: None)
    if answer.go:
        _go(answer.go)


def _go(address: str) -> None:
    """Leads to another page of the board without loading it anew; addresses come from a browser."""
    parts = urlsplit(address)
    file = next((file for file in PAGES.values() if file.removesuffix(".py") == parts.path), None)
    if file:
        query: dict[str, Any] = {}
        for name, value in parse_qsl(parts.query):
            query.setdefault(name, []).append(value)
        st.switch_page(file, query_params=query)


@cache
def _component() -> Any:
    return st.components.v2.component(
        "bench_content", css=html.asset("content.css"), js=html.asset("tables.js") + SCRIPT
    )
