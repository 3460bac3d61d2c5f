"""Files of a site that is being made: documents, data; and the addresses that lead from one to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.base import provenance
from bench.web import html, player
from bench.web.content import Block, Link
from bench.web.static.folders import slug

PAGES = (
    ("index.html", "Leaderboard"),
    ("compare.html", "Compare"),
    ("case.html", "Case"),
    ("tradeoffs.html", "Trade-offs"),
    ("metrics.html", "Metrics"),
    ("calibration.html", "Calibration"),
    ("reported.html", "Reported"),
    ("about.html", "About"),
)


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
        if link.page == "model":
            return f"{self.root}models/{slug(query['run'][0])}.html"
        if link.page == "leaderboard":
            return self.root + self.boards.get(query.get("suite", [""])[0], "index.html")
        if link.page == "metrics" and "metric" in query:
            return f"{self.root}metrics/{slug(query['metric'][0])}.html"
        if link.page == "reported" and "format" in query:
            return f"{self.root}reported/{slug(query['benchmark'][0])}.{query['format'][0]}"
        if link.page == "reported":
            return f"{self.root}reported.html#{slug(query['benchmark'][0])}"
        names = ("runs", "suite", "case") if link.page == "case" else ("runs", "case")
        words = [f"{name}={','.join(map(slug, query[name]))}" for name in names if name in query]
        return f"{self.root}{link.page}.html{'#' if words else ''}{'&'.join(words)}"

    def key(self, run: str) -> str:
        """A run's name in addresses."""
        return slug(run)


class Writer:
    """Writes below a folder, plainly: the whole of it appears at once or not at all.

    Attributes:
        path: of the folder.
        as_of: the day on every page.
        boards: suite -> the file of its leaderboard.
        pages: how many were written.
    """

    def __init__(self, path: Path, as_of: str, boards: Mapping[str, str]) -> None:
        self.path, self.as_of, self.boards, self.pages = path, as_of, boards, 0

    def host(self, path: str) -> SiteHost:
        """Addresses as seen from a file."""
        return SiteHost("../" * path.count("/"), self.boards)

    def fragment(self, blocks: Sequence[Block], path: str = "") -> str:
        """Blocks as a part of a page."""
        return html.fragment(blocks, self.host(path))

    def page(self, path: str, title: str, blocks: Sequence[Block]) -> None:
        """Writes a page of blocks below the site's frame.

        Args:
            path: relative to the site.
            title: its heading.
            blocks: from top to bottom.
        """
        self.document(path, title, "base.html", body=self.fragment(blocks, path))

    def document(
        self, path: str, title: str, template: str, scripts: Sequence[str] = (), **content: Any
    ) -> None:
        """A page of a template of its own below the site's frame.

        Args:
            path: relative to the site.
            title: its heading.
            template: file name.
            scripts: assets, in this order; with 'lockstep.js', the player's own too.
            content: what the template asks for.
        """
        texts = [html.asset(name) for name in ("first.js", "tables.js", "page.js")]
        has_player = "lockstep.js" in scripts
        texts += [player.script()] if has_player else []
        texts += [html.asset(name) for name in scripts]
        site = {
            "root": "../" * path.count("/"),
            "here": path,
            "pages": PAGES,
            "as_of": self.as_of,
            "version": provenance.bench_version(),
        }
        styles = [
            html.asset("content.css"),
            html.asset("site.css"),
            *([player.style()] if has_player else []),
        ]
        policy = html.policy(texts, styles, FILES, f"{FILES} data:", FILES)
        made = html.page(
            template, texts, styles, policy, title=title, host=self.host(path), site=site, **content
        )
        self.text(path, made)
        self.pages += 1

    def data(self, key: str, content: Any) -> None:
        """A script that hands content over to the page that asks for this key: data/<key>.js."""
        self.text(f"data/{key}.js", html.handed_over(key, content))

    def text(self, path: str, text: str) -> None:
        """Any file."""
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")
