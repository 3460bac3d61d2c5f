"""Choices that stand in the page's address, so that a copied address shows what its sender chose.

What an address says that no widget could say (a model that is gone, a size of 'nan', a script) is dropped without a
trace: Streamlit does that for widgets bound to the address, and choose where an option must always be chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

T = TypeVar("T", str, int)

LONGEST = 80
"""Signs of a text that is searched for."""


def choose(
    place: DeltaGenerator,
    label: str,
    options: Sequence[T],
    key: str,
    about: str | None = None,
    first: T | None = None,
) -> T:
    """One of options, drawn in place; the first until the visitor chooses, also where the address says nonsense.

    Streamlit leaves a default out of the address, where it would mean another thing as soon as there is a new first
    option: so nothing is the default here, and the first option is set as if it had been chosen.

    Args:
        place: where the widget stands.
        label: of the widget.
        options: at least one.
        key: name in the address.
        about: a tooltip.
        first: of options, chosen at first; None for the one that stands first.
    """
    known = {str(option): option for option in options}
    # the address first: it may have been sent by others; then what was chosen on another page, which Streamlit forgets
    # unless it is set anew
    stated = st.query_params.get(key, "")
    if stated not in known:
        st.session_state[key] = known.get(
            str(st.session_state.get(key, "")), options[0] if first is None else first
        )
    chosen = place.selectbox(label, options, index=None, key=key, bind="query-params", help=about)
    if chosen is None:
        st.rerun()  # emptied by its cross, or by going back to an address without it
    return chosen


def choose_several(
    place: DeltaGenerator, label: str, options: Sequence[str], key: str, about: str | None = None
) -> list[str]:
    """Those of options that the visitor chose, in the order of their choice; none until then.

    Args:
        place: where the widget stands.
        label: of the widget.
        options: what can be chosen, in the order of the list.
        key: name in the address.
        about: a tooltip; None for none.
    """
    return list(place.multiselect(label, options, key=key, bind="query-params", help=about))


def weight(place: DeltaGenerator, label: str, value: float, key: str) -> float:
    """A weight from 0 to 100; value until the visitor enters another.

    Args:
        place: where the widget stands.
        label: of the widget.
        value: at first, from 0 to 100.
        key: name in the address.
    """
    return float(place.number_input(label, 0.0, 100.0, value, key=key, bind="query-params", format="%.4g"))


def text(place: DeltaGenerator, label: str, key: str, placeholder: str = "") -> str:
    """One line of at most LONGEST characters, runs of spaces made one; '' until the visitor types.

    Args:
        place: where the widget stands.
        label: of the widget.
        key: name in the address.
        placeholder: shown while the line is empty; '' for none.
    """
    typed = place.text_input(
        label, key=key, bind="query-params", max_chars=LONGEST, placeholder=placeholder, type="search"
    )
    return " ".join((typed or "").split())
