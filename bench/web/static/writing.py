"""Files of a site that is being made: pages, data, plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.base import provenance
from bench.web import player
from bench.web.static import rendering

PAGES = (
    ("index.html", "Leaderboard"),
    ("compare.html", "Compare"),
    ("case.html", "Cases"),
    ("metrics.html", "Metrics"),
    ("reported.html", "Reported"),
    ("about.html", "About"),
)


class Writer:
    """Writes below a folder, plainly: the whole of it appears at once or not at all.

    Attributes:
        path: of the folder.
        as_of: the day that stands on every page.
        pages: how many were written.
    """

    def __init__(self, path: Path, as_of: str) -> None:
        self.path, self.as_of, self.pages = path, as_of, 0

    def page(self, path: str, template: str, scripts: Sequence[str] = (), **content: Any) -> None:
        """A page below the site's frame.

        Args:
            path: relative to the site.
            template: file name.
            scripts: assets, in this order; with 'lockstep.js', the player's own too.
            content: what the template asks for.
        """
        texts = [rendering.asset("first.js"), rendering.asset("page.js")]
        has_player = "lockstep.js" in scripts
        texts += [_player_script()] if has_player else []
        texts += [rendering.asset(name) for name in scripts]
        site = {
            "root": "../" * path.count("/"),
            "here": path,
            "pages": PAGES,
            "as_of": self.as_of,
            "version": provenance.bench_version(),
        }
        styles = [player.style()] if has_player else []
        self.text(path, rendering.page(template, texts, styles, site=site, **content))
        self.pages += 1

    def data(self, key: str, content: Any) -> None:
        """A script that hands content over to the page that asks for this key: data/<key>.js."""
        self.text(f"data/{key}.js", rendering.handed_over(key, content))

    def text(self, path: str, text: str) -> None:
        """Any file."""
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")


def _player_script() -> str:
    """The player's script; its class as BenchLockstep, for pages that make players when somebody chooses."""
    parts = [(player.HERE / name).read_text(encoding="utf-8") for name in player.SCRIPTS]
    return "\n".join(["const BenchLockstep = (() => {", '"use strict";', *parts, "return Player;", "})();\n"])
