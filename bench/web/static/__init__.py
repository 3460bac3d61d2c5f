"""The leaderboard as plain files: no server, no account, nothing asked of anybody else.

    <site>/index.html             the table of the first suite; board-<suite>.html the others'
           models/<run>.html      a page a run
           compare.html, case.html, metrics.html, reported.html, about.html
           data/                  what these two pages load: scripts that hand over JSON
           clips/, images/        H.264 previews and input images, unless they stay where they are
           board.csv, board.json, results.parquet
           site.json              says that the folder is a site, and may be replaced

What strangers wrote is text everywhere: templates escape it, scripts set it by textContent, and each page's policy lets
scripts run only that are its own, by digest, or files of the same server or disk, which hand over its data.
"""

from bench.web.static.exporting import Wanted, export

__all__ = ["Wanted", "export"]
