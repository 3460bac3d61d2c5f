"""Texts without paths of this machine, for whatever leaves it: published rows, exports, sites."""

from __future__ import annotations

import re

QUOTED = re.compile(r"(['\"])(?:file://|~\w*)?/[^'\"]*?([^/'\"]+)\1")
"""An absolute path in quotes, spaces and all, and its last part."""

FOLDER = r"/(?:[^\s/:'\"<>.]+(?: [^\s/:'\"<>.]+)+(?=/)|[^\s/:'\"<>]+)"
"""One part of a path; with spaces in it where no dot says that a file's name has ended."""

PATH = re.compile(rf"(?:file://|(?<![\w./~-])~\w*|(?<![\w./~-]))(?!(?<=<)/\w+>)(?:{FOLDER})*/([^\s/:'\"<>]+)")
"""An absolute path, also of a home folder, and its last part; not the path of a web address, nor the end of a tag."""

HOME = re.compile(r"/(?:home|Users)/[^\s/:'\"<>]+(?![^\s:'\"<>])")
"""The home folder itself: its last part is a person's name."""

WINDOWS = re.compile(r"(?<![\w\\])(?:[A-Za-z]:[\\/]+|\\\\+)(?:[^\\/:*?\"'<>|\n]+[\\/]+)*([^\s\\/:*?\"'<>|]+)")
"""A path of Windows, with a drive or of a share, and its last part."""


def scrubbed(text: str) -> str:
    """A text in which paths are cut down to names of files.

    >>> scrubbed("'/home/anna/my videos/a.mkv' is cut short")
    "'a.mkv' is cut short"
    """
    text = HOME.sub("~", WINDOWS.sub(r"\1", text))
    return PATH.sub(r"\1", QUOTED.sub(r"\1\2\1", text))
