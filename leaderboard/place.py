"""Puts the content of a page into Streamlit: the HTML that the static site has, in a component of its own.

Streamlit's widgets choose what is shown; what is shown is bench.web.content, drawn as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import streamlit as st

from bench.web import html
from bench.web.content import Block, Link

FIRST = "leaderboard"
"""What links call the first page, which has no name in its address; all others are called as in theirs."""

SCRIPT = """
// Streamlit writes widgets' choices into the address, and would drop what is behind '#': the choices in tables.
// Its own addresses are texts; those that tables write are URLs.
for (const name of ["pushState", "replaceState"]) {
  const write = history[name].bind(history);
  if (!Object.hasOwn(history, name)) history[name] = (state, title, address) => {
    const url = new URL(address, location.href);
    if (typeof address === "string" && url.pathname === location.pathname && !url.hash) url.hash = location.hash;
    write(state, title, url);
  };
}

const shown = new WeakMap(); // where -> what is drawn there, and the function that ends its tables

export default function ({ data, parentElement }) {
  const drawn = JSON.stringify(data);
  const before = shown.get(parentElement);
  if (before?.drawn === drawn) return; // rows that were ticked stay ticked
  before?.end();
  const root = document.createElement("div");
  root.className = "bench";
  if (data.theme) root.dataset.theme = data.theme;
  root.innerHTML = data.html;
  parentElement.querySelector(".bench")?.remove();
  parentElement.append(root);
  const compare = (runs) => `./compare?${runs.map((run) => `runs=${encodeURIComponent(run)}`).join("&")}`;
  shown.set(parentElement, { drawn, end: benchTables.mount(root, compare) });
}
"""


class Board:
    """Addresses of the board's own pages, relative to where it is served; whatever a name holds, it stays one value."""

    def address(self, link: Link) -> str:
        """'./model?run=svd-demo-1f2e&case=duck'."""
        page = "" if link.page == FIRST else link.page
        return f"./{page}?{urlencode(link.query, quote_via=quote, safe='')}" if link.query else f"./{page}"

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
    _component()(key=f"placed {key}", data=content)


@cache
def _component() -> Any:
    return st.components.v2.component(
        "bench_content",
        css=html.asset("content.css"),
        js=html.asset("boxes.js") + html.asset("loops.js") + html.asset("tables.js") + SCRIPT,
    )
