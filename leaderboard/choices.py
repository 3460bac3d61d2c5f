"""Choices that stand in the page's address, so that a copied address shows what its sender chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

T = TypeVar("T", str, int)


def choose(place: DeltaGenerator, label: str, options: Sequence[T], key: str, about: str | None = None) -> T:
    """One of options, drawn in place; the first until somebody chooses, also where the address says nonsense.

    Streamlit leaves a default out of the address, where it would mean another thing as soon as there is a new first
    option: so nothing is the default here, and the first option is set as if it had been chosen.

    Args:
        place: where the widget stands.
        label: of the widget.
        options: at least one.
        key: name in the address.
        about: a tooltip.
    """
    known = {str(option) for option in options}
    if str(st.session_state.get(key)) not in known and st.query_params.get(key) not in known:
        st.session_state[key] = options[0]
    chosen = place.selectbox(label, options, index=None, key=key, bind="query-params", help=about)
    return options[0] if chosen is None else chosen
