"""The server's entry: the pages, and beside them the player, clips and input images as plain files.

`bench board` starts it; `uvicorn leaderboard.asgi:app` serves it too.
"""

from pathlib import Path

import streamlit as st

from leaderboard import blind, inputs, players, previews

app = st.App(
    Path(__file__).with_name("app.py"),
    routes=[previews.route(), inputs.route(), players.route(), *blind.routes()],
)
