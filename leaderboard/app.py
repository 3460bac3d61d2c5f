"""What every page shares: the frame around it and the way to the others."""

import os
from pathlib import Path

import streamlit as st

from bench.web import launch

HERE = Path(__file__).parent

if __name__ == "__main__":
    # no icon: Streamlit fetches page icons of the kind ':material/…:' from another server
    st.set_page_config(page_title="I2V Bench", layout="wide")
    pages = [
        st.Page(HERE / "overview.py", title="Leaderboard", default=True),
        st.Page(HERE / "compare.py", title="Compare", url_path="compare"),
        st.Page(HERE / "model.py", title="Model", url_path="model"),
        st.Page(HERE / "case.py", title="Case", url_path="case"),
        st.Page(HERE / "tradeoffs.py", title="Trade-offs", url_path="tradeoffs"),
        st.Page(HERE / "metrics.py", title="Metrics", url_path="metrics"),
        st.Page(HERE / "calibration.py", title="Calibration", url_path="calibration"),
        st.Page(HERE / "reported.py", title="Reported", url_path="reported"),
        st.Page(HERE / "about.py", title="About", url_path="about"),
    ]
    if launch.votes_file(os.environ):
        place = next((n for n, page in enumerate(pages) if page.title == "About"), len(pages))
        pages.insert(place, st.Page(HERE / "vote.py", title="Vote", url_path="vote"))
    st.navigation(pages, position="top").run()
