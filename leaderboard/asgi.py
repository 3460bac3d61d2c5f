"""The server's entry: the pages, and the clips' previews as plain files with range requests beside them.

`bench board` starts it; `uvicorn leaderboard.asgi:app` serves it too.
"""

from pathlib import Path

import streamlit as st

from leaderboard.previews import route

app = st.App(Path(__file__).with_name("app.py"), routes=[route()])
