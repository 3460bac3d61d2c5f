"""Names as people give them: which id they become, and which file they mean.

An accented letter is one code point on Linux and Windows, two in what a Mac writes (NFC, NFD); Windows separates
folders by backslashes and takes IMG_1.JPG for img_1.jpg.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bench.base import files
from bench.suites import suite_files
from bench.suites.scenes import Camera

READABLE = 80
"""How many characters of an id that is made of another name say what it was."""

VBENCH_CAMERA: Mapping[str, Camera] = MappingProxyType(
    {
        "camera pans left": "pan_left",
        "camera pans right": "pan_right",
        "camera tilts up": "tilt_up",
        "camera tilts down": "tilt_down",
        "camera zooms in": "zoom_in",
        "camera zooms out": "zoom_out",
        "camera static": "static",
    }
)
"""Words of VBench-I2V's prompts, which are names of clips, too -> the move that they ask for."""


def case_id(name: str) -> str:
    """The id of a case: its name, spaces as underscores; of a name that still is no id, its plain letters and a digest.

    It depends on the name alone: not on the other names, nor on how its accents are stored.

    >>> case_id("a duck"), case_id("duck-1"), case_id("Bär, groß")
    ('a_duck', 'duck-1', 'Bar_gro-33bed5b5')
    """
    name = composed(name).strip()
    plain = name.replace(" ", "_")
    if suite_files.is_case_id(plain):
        return plain
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9.]+", "_", letters)[:READABLE].strip("._")
    return f"{readable or 'clip'}-{files.digest(name)[:8]}"


def is_name(text: str) -> bool:
    """Whether a CSV may call a case so: legible, no path, LONGEST_ID characters at most."""
    return 0 < len(text) <= suite_files.LONGEST_ID and is_legible(text) and not set(text) & set("/\\")


def is_legible(text: str) -> bool:
    """Whether a text has neither control characters nor what Python makes of bytes that are not UTF-8."""
    return not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)


def composed(name: str) -> str:
    """The name with accented letters of one code point each."""
    return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    """What names have in common that differ only in case and in how accents are stored."""
    return composed(composed(name).casefold())


def camera_named_by(prompt: str) -> Camera | None:
    """The camera move that a prompt asks for in VBench-I2V's words; None if it has none of them.

    >>> camera_named_by("a lake in the fog, camera zooms in")
    'zoom_in'
    """
    return next((move for words, move in VBENCH_CAMERA.items() if words in prompt), None)


class Spelling:
    """How the file system spells what people write; lists a folder once."""

    def __init__(self) -> None:
        self._members: dict[Path, dict[str, list[str]]] = {}

    def of(self, folder: Path, text: str) -> str:
        """A path from a folder as its files are called; the text itself where there is no such file, or several."""
        if not text or files.mode(folder / text):
            return text
        place = folder
        for piece in Path(text.replace("\\", "/")).parts:
            place /= piece if files.mode(place / piece) else self._member(place, piece)
        if not files.mode(place):
            return text
        return str(place.relative_to(folder) if place.is_relative_to(folder) else place)

    def _member(self, folder: Path, name: str) -> str:
        if folder not in self._members:
            self._members[folder] = {}
            for path in _inside(folder):
                self._members[folder].setdefault(folded(path.name), []).append(path.name)
        found = self._members[folder].get(folded(name), [])
        return found[0] if len(found) == 1 else name


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # said where a file in it is read
        return []
