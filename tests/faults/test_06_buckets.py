"""Racing writers on a bucket of which a fifth of the requests fail: one winner per key, and every row arrives."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.faults.all_faults import Figures
from tests.stores.conftest import proxy, s3_server  # noqa: F401  fixtures
from tests.stores.faulty_proxy import FaultyProxy, SomeFail
from tests.stores.test_store import store

KEYS, RACERS = 20, 8


@contextmanager
def failing(proxy: FaultyProxy, figures: Figures) -> Iterator[SomeFail]:  # noqa: F811
    """A fifth of the requests fail: some answers get lost after the object was written, so that its writer is told that
    there is one."""
    proxy.fault = faults = SomeFail(0.2, seed=7)
    figures.lost = figures.duplicated = figures.unreadable = 0
    begun = time.perf_counter()
    yield faults
    figures.slowest = time.perf_counter() - begun
    proxy.fault = lambda request: ""


def test_twenty_keys_and_eight_racers_make_twenty_winners(proxy: FaultyProxy, figures: Figures) -> None:  # noqa: F811
    def race(racer: int) -> list[int]:
        found, content = store(), f"{racer} was here".encode()
        return [key for key in range(KEYS) if found.create(f"clips/case-{key}.json", content) == content]

    with failing(proxy, figures) as faults, ThreadPoolExecutor(RACERS) as pool:
        won = Counter(key for keys in pool.map(race, range(RACERS)) for key in keys)
    figures.tried = KEYS * RACERS
    figures.lost = KEYS - len(won)
    figures.duplicated = sum(won.values()) - len(won)
    assert won == {key: 1 for key in range(KEYS)}
    assert sum(faults.failed.values()) > 20, "the proxy failed too rarely for a test"


def test_every_row_arrives(proxy: FaultyProxy, times: Callable[[int, int], int], figures: Figures) -> None:  # noqa: F811
    names = [f"rows/run=a/{number}.parquet" for number in range(times(24, 400))]

    def write(racer: int) -> None:
        found = store()
        for name in names[racer::RACERS]:
            found.create(name, name.encode() * 100)

    with failing(proxy, figures) as faults, ThreadPoolExecutor(RACERS) as pool:
        list(pool.map(write, range(RACERS)))
    figures.tried = len(names)
    found = store()
    there = found.sizes("rows")
    figures.lost = len(set(names) - set(there))
    figures.unreadable = sum(found.read(name) != name.encode() * 100 for name in there)
    assert (figures.lost, len(there), figures.unreadable) == (0, len(names), 0)
    assert sum(faults.failed.values()) > 0
