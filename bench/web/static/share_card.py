"""The picture that chats and feeds show beside a link to a site: what was found, over input images of its suites."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import files
from bench.errors import UsageError
from bench.web import html
from bench.web.content import Block, Text

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

NAME = "card.jpg"

ABOUT = "Image-to-video models measured on fixed suites, with uncertainty."
"""The description of a page that has no text of its own."""

LONGEST = 200
"""Letters of a description: chats and feeds cut longer ones."""

SIZE = (1200, 630)
MARGIN = 60
PICTURES = 3
GROUND, INK, ACCENT = "#14171c", "#e8eaee", "#74b0f4"


def public(address: str) -> str:
    """The address of a site with '/' at its end, so that names of files can follow; '' for ''.

    Raises:
        UsageError: it is no address of the web.
    """
    if address and not html.web_address(address):
        raise UsageError(
            f"--address {address} is no address of the web: say https://ORG.github.io/NAME/, for example"
        )
    return f"{address.strip().rstrip('/')}/" if address else ""


def said(blocks: Sequence[Block]) -> str:
    """A page's description: its first text that is no note."""
    texts = (each.text for each in blocks if isinstance(each, Text) and each.tone not in {"note", "warning"})
    return textwrap.shorten(next(texts, ABOUT), LONGEST, placeholder=" …")


def write(site: Path, sentence: str) -> None:
    """Draws the card of a site into its folder.

    Args:
        site: the folder; the first of its input images are shown, or none where it has none.
        sentence: what was found.
    """
    from PIL import Image, ImageDraw, ImageFont

    card = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(card)
    pictures = sorted((site / "images").rglob("*.jpg"))[:PICTURES]
    top = 110 if pictures else 220
    name = ImageFont.load_default(54)
    pen.text((MARGIN, top - 80), "I2V", INK, name)
    pen.text((MARGIN + name.getlength("I2V "), top - 80), "Bench", ACCENT, name)
    _write_lines(pen, sentence, top, 3 if pictures else 6)
    for place, picture in enumerate(pictures):
        _paste(card, picture, place)
    files.write(site / NAME, lambda temporary: card.save(temporary, format="jpeg", quality=86))


def _write_lines(pen: ImageDraw.ImageDraw, sentence: str, top: int, most: int) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(36)
    lines = list(_lines(sentence, font))
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    for number, line in enumerate(lines):
        pen.text((MARGIN, top + 48 * number), line, INK, font)


def _lines(sentence: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> Iterator[str]:
    """The sentence in lines that are no wider than the card, but for single words."""
    line = ""
    for word in sentence.split():
        longer = f"{line} {word}".lstrip()
        if line and font.getlength(longer) > SIZE[0] - 2 * MARGIN:
            yield line
            longer = word
        line = longer
    yield line


def _paste(card: Image.Image, picture: Path, place: int) -> None:
    """One of the pictures along the lower edge."""
    from PIL import Image, ImageOps

    width = (SIZE[0] - 2 * MARGIN - 20 * (PICTURES - 1)) // PICTURES
    fitted = ImageOps.fit(Image.open(picture), (width, 300))
    card.paste(fitted, (MARGIN + place * (width + 20), SIZE[1] - 300 - 50))
