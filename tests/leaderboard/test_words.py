"""Texts of strangers inside Streamlit's own widgets."""

from __future__ import annotations

import string

from hypothesis import given, strategies as st

from leaderboard import words


@given(st.text(string.printable))
def test_plain_text_has_no_live_markup(text: str) -> None:
    """Taking every backslash with the sign behind it away leaves nothing that Markdown knows."""
    escaped = words.plain(text)
    rest, position = [], 0
    while position < len(escaped):
        if escaped[position] == "\\":
            position += 2
        else:
            rest.append(escaped[position])
            position += 1
    assert not set(rest) & set("\\`*_{}[]()#+-.!|<>~$:&=\n")


@given(st.text(string.printable))
def test_plain_text_says_the_same(text: str) -> None:
    shown = words.plain(text).replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    assert shown.replace(words.WORD_JOINER, "") == " ".join(text.split())
