"""Files of a site that is being made: documents, data; and the addresses that lead from one to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.base import provenance
from bench.web import content, html, player
from bench.web.addresses import ABOUT, MOVED, PAGES
from bench.web.content import Block, Link
from bench.web.static import share_card
from bench.web.static.folders import slug

FILES = "'self' file:"
"""In a policy: files of the site on a server, and from a disk, which some browsers do not call 'self'."""


@dataclass(frozen=True)
class SiteHost:
    """Addresses of a site's files, seen from one of its folders.

    Attributes:
        root: the way back to the site's folder: '' or '../'.
        boards: suite -> the file of its leaderboard.
    """

    root: str = ""
    boards: Mapping[str, str] = field(default_factory=dict)

    def address(self, link: Link) -> str:
        """Where a link leads; what the page shows stands after '#', which works from a disk."""
        query: dict[str, list[str]] = {}
        for name, value in link.query:
            query.setdefault(name, []).append(value)
        if link.page == "leaderboard":
            chosen = f"#case={slug(query['case'][0])}" if "case" in query else ""
            return self.root + self.boards.get(query.get("suite", [""])[0], "index.html") + chosen
        return self.root + FILES_OF.get(link.page, partial(_chosen, link.page))(query)

    def key(self, run: str) -> str:
        """A run's name in addresses."""
        return slug(run)


class Writer:
    """Writes below a folder, plainly: the whole of it appears at once or not at all.

    Attributes:
        path: of the folder.
        as_of: the day on every page.
        boards: suite -> the file of its leaderboard.
        public: where the site will be served, ending with '/'; '' where that is not known.
        pages: how many were written.
        said: the first page's description.
    """

    def __init__(self, path: Path, as_of: str, boards: Mapping[str, str], public: str = "") -> None:
        self.path, self.as_of, self.boards, self.public, self.pages = path, as_of, boards, public, 0
        self.said = share_card.ABOUT

    def host(self, path: str) -> SiteHost:
        """Addresses as seen from a file."""
        return SiteHost("../" * path.count("/"), self.boards)

    def fragment(self, blocks: Sequence[Block], path: str = "") -> str:
        """Blocks as a part of a page."""
        return html.fragment(blocks, self.host(path))

    def page(self, path: str, title: str, blocks: Sequence[Block], tooltip: str = "") -> None:
        """Writes a page of blocks below the site's frame.

        Args:
            path: relative to the site.
            title: its heading.
            blocks: from top to bottom.
            tooltip: of the heading.
        """
        about = self.description(path, blocks)
        self.document(
            path, title, "base.html", about=about, tooltip=tooltip, body=self.fragment(blocks, path)
        )

    def description(self, path: str, blocks: Sequence[Block]) -> str:
        """A page's description; that of the first page is kept for the site's card."""
        about = share_card.said(blocks)
        if path == "index.html":
            self.said = about
        return about

    def document(
        self, path: str, title: str, template: str, scripts: Sequence[str] = (), *, about: str, **parts: Any
    ) -> None:
        """A page of a template of its own below the site's frame.

        Args:
            path: relative to the site.
            title: its heading.
            template: file name.
            scripts: assets, in this order; with 'lockstep.js', the player's own too.
            about: what it shows, in a sentence: its description.
            parts: what the template asks for.
        """
        texts = [html.asset(name) for name in ("first.js", "boxes.js", "loops.js", "tables.js", "page.js")]
        has_player = "lockstep.js" in scripts
        texts += [player.script()] if has_player else []
        texts += [html.asset(name) for name in scripts]
        parts.setdefault("tooltip", "")
        host = self.host(path)
        site = {
            "root": host.root,
            "here": path,
            "pages": [(host.address(content.to(page)), PAGES[page], page == _page(path)) for page in PAGES],
            "about": (host.address(content.to("about")), ABOUT),
            "as_of": self.as_of,
            "version": provenance.bench_version(),
            "public": self.public,
            "picture": share_card.NAME,
        }
        styles = [
            html.asset("content.css"),
            html.asset("site.css"),
            *([player.style()] if has_player else []),
        ]
        policy = html.policy(texts, styles, FILES, f"{FILES} data:", FILES)
        made = html.page(
            template, texts, styles, policy, title=title, about=about, host=host, site=site, **parts
        )
        self.text(path, made)
        self.pages += 1

    def leading(self, path: str, title: str, link: Link) -> None:
        """A page that leads on at once, and takes along what was chosen behind '#'.

        Args:
            path: relative to the site's folder, in which it lies.
            title: of the page that it leads to.
            link: the way there.
        """
        script, address = html.asset("moved.js"), self.host(path).address(link)
        policy = html.policy([script], [])
        self.text(path, html.page("moved.html", [script], [], policy, title=title, address=address))
        self.pages += 1

    def moved(self) -> None:
        """The pages at former addresses."""
        for name, link in MOVED.items():
            self.leading(f"{name}.html", PAGES[link.page], link)

    def data(self, key: str, data: Any) -> None:
        """A script that hands data over to the page that asks for this key: data/<key>.js."""
        self.text(f"data/{key}.js", html.handed_over(key, data))

    def text(self, path: str, text: str) -> None:
        """Any file."""
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")


def _page(path: str) -> str:
    """Which of PAGES a file belongs to; '' for none."""
    name = path.partition("/")[0].removesuffix(".html")
    if name == "index" or name.startswith("board-"):
        return "leaderboard"
    return {"models": "model"}.get(name, name)


Query = Mapping[str, Sequence[str]]
"""What an address says: name -> values."""


def _model(query: Query) -> str:
    return f"models/{slug(query['run'][0])}.html" if "run" in query else "model.html"


def _metrics(query: Query) -> str:
    if "tab" in query:
        return f"metrics.html#{query['tab'][0].lower()}"
    return f"metrics/{slug(query['metric'][0])}.html" if "metric" in query else "metrics.html"


def _elsewhere(query: Query) -> str:
    """The page, a benchmark's place on it, or a file of its numbers."""
    if "benchmark" not in query:
        return "elsewhere.html"
    name = slug(query["benchmark"][0])
    return f"reported/{name}.{query['format'][0]}" if "format" in query else f"elsewhere.html#{name}"


def _chosen(page: str, query: Query) -> str:
    """Runs are of one suite, which need not be named beside them."""
    names = [name for name in CHOSEN if name in query and not (name == "suite" and "runs" in query)]
    words = [f"{name}={','.join(map(slug, query[name]))}" for name in names]
    return f"{page}.html{'#' if words else ''}{'&'.join(words)}"


FILES_OF: Mapping[str, Callable[[Query], str]] = {
    "model": _model, "metrics": _metrics, "elsewhere": _elsewhere,
}  # fmt: skip
"""Page -> what its links lead to, of the pages that are more than one file."""

CHOSEN = ("runs", "suite", "case", "seed")
"""What addresses of the page of comparisons name, in this order."""
