"""The leaderboard in a browser: Streamlit widgets that choose what is shown; `bench.web.pages` says what that is.

Nothing imports this package: `bench.web.launch` starts a server with `asgi.py`. One file per page; `place` draws
blocks, `choices` are widgets kept in the page's address, `source` reads results. No arithmetic.
"""
