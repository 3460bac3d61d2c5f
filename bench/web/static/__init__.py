"""The leaderboard as plain files: no server, no account, no request to another host.

Imported from here: `export` and what it takes; `folders` by `bench serve`. Knows `bench.web.pages`, exports and runs.

    <site>/index.html             the table of the first suite; board-<suite>.html the others'
           models/<run>.html      one page per run; model.html leads to the first
           compare.html, metrics.html, elsewhere.html, about.html
           case.html, …           former addresses, which lead on
           metrics/<metric>.html  one page per metric
           reported/              reported numbers as CSV and JSON
           data/                  what compare and the first pages load: scripts that hand over JSON
           clips/, images/        H.264 previews and input images, unless they stay where they are
           board.csv, board.json, results.parquet, citations.bib
           site.json              says that the folder is a site, and may be replaced

Text of any origin stays text: templates escape it, scripts set it by textContent, and each page's policy runs only its
own scripts, by digest, and files of the same server or disk, which hand over its data.
"""

from bench.web.static.exporting import Wanted, export

__all__ = ["Wanted", "export"]
