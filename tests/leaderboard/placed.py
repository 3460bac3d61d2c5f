"""What a page of the board placed, for tests without a browser: Streamlit has widgets, the rest is HTML of ours."""

from __future__ import annotations

import json
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
