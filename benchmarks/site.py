"""How long a large site takes to make, and to show its table: python -m benchmarks.site [RUNS [CASES]].

Made-up results of 200 models on 1,000 cases, exported and opened in Chromium from the disk and from `bench serve`, five
times each in a fresh profile; the table is there when it is in the page and drawn. Needs Chromium.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from bench.base.progress import Progress
from bench.web import ports, serve, static
from tests.leaderboard import big_board
from tests.leaderboard.serving import browser

TIMES = 5
SHOWN = "document.querySelectorAll('tbody tr[data-row]').length"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
SORT = """() => {
    const begun = performance.now();
    document.querySelector('thead button[data-sign="1"]').click();
    document.body.offsetHeight;
    return performance.now() - begun;
}"""


def main(runs: int = 200, cases: int = 1000) -> None:
    """Prints what it took."""
    with TemporaryDirectory() as folder:
        published, destination = Path(folder, "published"), Path(folder, "site")
        big_board.write(published, runs, cases)
        begun, used = time.perf_counter(), time.process_time()
        static.export(destination, static.Wanted((published,)), Progress())
        print(f"{runs} runs x {cases} cases exported in {time.perf_counter() - begun:.1f} s "
              f"({time.process_time() - used:.1f} s of CPU)")  # fmt: skip
        size = sum(path.stat().st_size for path in destination.rglob("*") if path.is_file())
        print(f"{sum(1 for _ in destination.rglob('*'))} files, {size / 1e6:.0f} MB; "
              f"index.html {(destination / 'index.html').stat().st_size / 1e3:.0f} kB")  # fmt: skip
        with browser() as launched, served(destination) as address:
            for name, place in (("disk", f"file://{destination}"), ("bench serve", address)):
                print(f"{name}: " + ", ".join(opened(launched, place)))


def opened(launched: Browser, address: str) -> list[str]:
    """What opening the table took, in words."""
    found: dict[str, list[float]] = {"drawn": [], "ready": [], "sorted": []}
    for _ in range(TIMES):
        page = launched.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(f"{address}/index.html")
        assert page.evaluate(SHOWN) > 1
        page.wait_for_timeout(300)
        found["drawn"].append(page.evaluate(PAINTED))
        found["ready"].append(page.evaluate(READY))
        found["sorted"].append(page.evaluate(SORT))
        page.context.close()
    return [
        f"{name} {statistics.median(each):.0f} ms (at most {max(each):.0f})" for name, each in found.items()
    ]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a site's server in a thread."""
    import uvicorn

    listener = ports.listening("127.0.0.1", None, 8700)
    server = uvicorn.Server(uvicorn.Config(serve.app(folder), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
