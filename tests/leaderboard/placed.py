"""What a page of the board placed, for tests without a browser: Streamlit has widgets, the rest is HTML of ours."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest

import leaderboard
from leaderboard import players

APP = Path(leaderboard.__file__).with_name("app.py")

ROW = re.compile(r'<tr[^>]* data-row="([^"]*)"[^>]*>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<t[hd](?! class=\"pick\")[^>]*>")
VALUE = re.compile(r'data-value="([^"]*)"')


def page(file: str, **choices: str | list[str]) -> AppTest:
    """A page of the board, run once.

    Args:
        file: name in leaderboard/.
        choices: what the address says.
    """
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params.update(choices)
    app.switch_page(file).run()
    assert not app.exception
    return app


def placed(app: AppTest) -> str:
    """All HTML that the page placed."""
    return "\n".join(json.loads(element.proto.json)["html"] for element in app.get("bidi_component"))


def values(app: AppTest) -> dict[str, dict[str, str | None]]:
    """Run -> key of a column -> what its cell sorts by; of the page's one table of runs."""
    said = placed(app)
    keys = re.findall(r'data-key="([^"]*)"', said)
    return {
        unescape(run): {
            unescape(key): found and unescape(found[1])
            for key, found in zip(keys, map(VALUE.search, CELL.findall(cells)), strict=True)
        }
        for run, cells in ROW.findall(said)
    }


def lines(app: AppTest, about: str) -> list[dict[str, str]]:
    """Key of a column -> text of its cell, for every row of the table that is called so."""
    (table,) = re.findall(rf'<table aria-label="{re.escape(about)}".*?</table>', placed(app), re.DOTALL)
    keys = re.findall('data-key="(.*?)"', table)
    rows = [
        re.findall("<t[hd] .*?<bdi>(.*?)</bdi>", row) for row in re.findall("<tr.*?</tr>", table, re.DOTALL)
    ]
    return [dict(zip(keys, map(unescape, row), strict=True)) for row in rows if row]


def behind(app: AppTest, words: str) -> dict[str, list[str]]:
    """What the address behind a link says, of the first link of these words."""
    (address, *_) = re.findall(rf'href="([^"]*)"[^>]*><bdi>{re.escape(words)}<', placed(app))
    return parse_qs(urlsplit(unescape(address)).query)


def framed(app: AppTest) -> dict[str, list[str]]:
    """What the address of the player asks for."""
    (frame,) = app.get("iframe")
    address = urlsplit(frame.proto.src)
    assert address.path == players.PREFIX
    return parse_qs(address.query)
