"""The player's page: what it carries, what it lets run, and that a stranger's text stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from html.parser import HTMLParser

import pytest

from bench.web import player
from bench.web.player import Shown, ShownClip, ShownSeries
from tests.leaderboard import hostile


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of scripts and styles, as a browser finds them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.is_open = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.texts.append("")
        self.is_open = True

    def handle_endtag(self, tag: str) -> None:
        self.is_open = False

    def handle_data(self, data: str) -> None:
        if self.is_open:
            self.texts[-1] += data

    def text(self, tag: str, **attributes: str) -> str:
        places = [
            place
            for place, (name, found) in enumerate(self.found)
            if name == tag and attributes.items() <= found.items()
        ]
        (place,) = places
        return self.texts[place]


def shown(word: str = "svd") -> Shown:
    clips = (ShownClip(word, "/a.mp4", 8.0, 5, 64, 48, note=word), ShownClip("still", "", note=word))
    lines = ((0.5, 0.25), None)
    return Shown(word, clips, (ShownSeries(word, lines, word, word, 1),), "/i.png", word)


def _content(page: str) -> object:
    return json.loads(Elements(page).text("script", type="application/json"))


def test_the_page_carries_what_is_shown() -> None:
    content = _content(player.page(shown()))
    assert isinstance(content, dict)
    assert [clip["name"] for clip in content["clips"]] == ["svd", "still"]
    assert content["series"][0]["lines"] == [[0.5, 0.25], None]
    assert content["series"][0]["first"] == 1


def test_only_its_own_script_and_style_run() -> None:
    page = player.page(shown())
    elements = Elements(page)
    policy = player.policy()
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": policy}) in elements.found[:5]
    scripts = [
        text
        for (tag, found), text in zip(elements.found, elements.texts, strict=True)
        if tag == "script" and not found
    ]
    for kind, text in (("script", scripts[0]), ("style", elements.text("style"))):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)  # the name of SVG is no address that is asked


@pytest.mark.parametrize("word", [*hostile.TEXTS, "\u2028 \u2029 </SCRIPT>", "<!--<script>"])
def test_a_strangers_text_is_text(word: str) -> None:
    plain, page = Elements(player.page(shown())), player.page(shown(word))
    elements = Elements(page)
    assert [tag for tag, _ in elements.found] == [tag for tag, _ in plain.found]
    assert [sorted(found) for _, found in elements.found] == [sorted(found) for _, found in plain.found]
    content = _content(page)
    assert isinstance(content, dict)
    assert content["prompt"] == content["clips"][0]["name"] == content["series"][0]["unit"] == word
    inlined = page[page.index("application/json") : page.index("</script>")]
    assert not re.search("[<&\u2028\u2029]", inlined)


def test_a_text_never_becomes_markup_in_the_script() -> None:
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("):
        assert way not in player.script()


def test_what_is_no_number_is_no_number() -> None:
    """A parquet file from elsewhere may hold what ours never do, and NaN is no JSON."""
    found = Shown("t", (ShownClip("a", "", math.nan),), (ShownSeries("m", ((1.0, math.nan, math.inf),)),))
    content = player.content(found)
    assert content["series"][0]["lines"] == [[1.0, None, None]]
    assert content["clips"][0]["fps"] == 0


def test_one_colour_a_clip_and_one_line_a_clip() -> None:
    with pytest.raises(ValueError, match="6 clips at most, not 7"):
        Shown("t", tuple(ShownClip(str(n), "") for n in range(7)))
    with pytest.raises(ValueError, match="ssim has 2 lines for 1 clips"):
        Shown("t", (ShownClip("a", ""),), (ShownSeries("ssim", ((1.0,), None)),))


def test_the_theme_is_one_of_three() -> None:
    assert 'data-theme="dark"' in player.page(shown(), "dark")
    assert "data-theme=" not in player.page(shown()).split("<style>")[0]
