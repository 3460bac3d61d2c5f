"""What every page shares: the frame around it and the way to the others."""

import os
from functools import partial
from pathlib import Path

import streamlit as st

from bench.web import content, html, launch
from bench.web.addresses import ABOUT, MOVED, PAGES
from bench.web.content import Link, Text
from leaderboard.place import place

HERE = Path(__file__).parent


def lead(link: Link, page: st.Page) -> None:
    """Leads from a former address to the page that has its content now, with all that was chosen."""
    chosen = {name: st.query_params.get_all(name) for name in st.query_params}
    st.switch_page(page, query_params={**chosen, **dict(link.query)})


if __name__ == "__main__":
    # the icon as text: Streamlit fetches those of the kind ':material/…:' from another server
    st.set_page_config(page_title="I2V Bench", page_icon=html.asset("favicon.svg"), layout="wide")
    first, *others = PAGES
    pages = {first: st.Page(HERE / "overview.py", title=PAGES[first], default=True)}
    for name in others:
        pages[name] = st.Page(HERE / f"{name}.py", title=PAGES[name], url_path=name)
    if launch.votes_file(os.environ):
        pages["vote"] = st.Page(HERE / "vote.py", title="Vote", url_path="vote")
    hidden = [st.Page(HERE / "about.py", title="About", url_path="about", visibility="hidden")]
    for name, link in MOVED.items():
        led = partial(lead, link, pages[link.page])
        hidden.append(st.Page(led, title=name, url_path=name, visibility="hidden"))
    st.navigation([*pages.values(), *hidden], position="top").run()
    place([Text(ABOUT, "small", content.to("about"))], "foot")
