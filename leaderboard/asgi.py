"""The server's entry: the pages, and beside them the player, clips and input images as plain files.

`bench board` starts it; `uvicorn leaderboard.asgi:app` serves it too. It answers to the names of this machine, and to
those that `bench board` told it by environment variables: an address, further names.
"""

import os
from pathlib import Path

import streamlit as st

from bench.web import hosts, launch
from leaderboard import blind, inputs, players, previews

visitors = launch.visitors(os.environ)
app = st.App(
    Path(__file__).with_name("app.py"),
    routes=[previews.route(), previews.lazy_route(), inputs.route(), players.route(), *blind.routes()],
    middleware=[hosts.middleware(visitors.address, visitors.hosts)],
)
