"""What a page of the board placed, for tests without a browser: Streamlit has widgets, the rest is HTML of ours."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

import leaderboard

APP = Path(leaderboard.__file__).with_name("app.py")


def page(file: str, **choices: str | list[str]) -> AppTest:
    """A page of the board, run once.

    Args:
        file: name in leaderboard/.
        choices: what the address says.
    """
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(choices)
    app.switch_page(file).run()
    assert not app.exception
    return app


def placed(app: AppTest) -> str:
    """All HTML that the page placed."""
    return "\n".join(json.loads(element.proto.json)["html"] for element in app.get("bidi_component"))


ROW = re.compile(r'<tr[^>]* data-row="([^"]*)"[^>]*>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<t[hd](?! class=\"pick\")[^>]*>")
VALUE = re.compile(r'data-value="([^"]*)"')


def values(app: AppTest) -> dict[str, dict[str, str | None]]:
    """Run -> key of a column -> what its cell sorts by; of the page's one table of runs."""
    said = placed(app)
    keys = re.findall(r'data-key="([^"]*)"', said)
    return {
        html.unescape(run): {
            html.unescape(key): found and html.unescape(found[1])
            for key, found in zip(keys, map(VALUE.search, CELL.findall(cells)), strict=True)
        }
        for run, cells in ROW.findall(said)
    }
