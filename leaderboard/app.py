"""What every page shares: the frame around it and the way to the others."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

if __name__ == "__main__":
    # no icon: Streamlit fetches page icons of the kind ':material/…:' from somebody else's server
    st.set_page_config(page_title="I2V Bench", layout="wide")
    pages = [
        st.Page(HERE / "overview.py", title="Overview", url_path="overview", default=True),
        st.Page(HERE / "run.py", title="Run", url_path="run"),
        st.Page(HERE / "calibration.py", title="Calibration", url_path="calibration"),
    ]
    st.navigation(pages, position="top").run()
