"""Texts of strangers inside Streamlit's own widgets, where they must not become markup."""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
"""Has no width: no escape keeps Streamlit from making links of bare addresses, only another sign in them does."""

LINK = re.compile(r"(?i)[a-z]+:(?=//)|www(?=\.)|@")
MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")


def plain(text: str) -> str:
    """text as Markdown that shows exactly it: one line, every sign of Markdown and of directives escaped, no links."""
    one_line = " ".join(text.split())
    return MARKUP.sub(r"\\\1", LINK.sub(lambda found: found[0] + WORD_JOINER, one_line))
