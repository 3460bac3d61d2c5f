"""Servers that throttle, fail, break off, hang or lie: a clip comes, or its failure says why, and is paid for once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.errors import RemoteFailed
from tests.faults.all_faults import Figures
from tests.models.hosted.conftest import case, mp4, stage  # noqa: F401  fixtures
from tests.models.hosted.fake_servers import Reply
from tests.models.hosted.stages import VENDORS, Stage, each

SHARE = 0.3
FAULTS = {
    "throttled": Reply(429, {"error": "slow down"}, {"Retry-After": "7"}),
    "fails": Reply(500, {"error": "sorry"}),
    "busy": Reply(503),
    "breaks off": Reply(content=b"{" + b" " * 99, cut=10),
    "web page": Reply(content=b"<html>come back later</html>", kind="text/html"),
    "hangs": Reply(hang=True),
}
ATTEMPTS = 4


def _spoil(found: Stage, draw: random.Random, with_hanging: bool) -> None:
    """Of the requests to come, some are answered by a fault, drawn anew for each."""
    for kind in ("create", "poll", "file"):
        found.fake.faults[kind] = []
        while draw.random() < SHARE:
            name = draw.choice([name for name in FAULTS if with_hanging or name != "hangs"])
            found.fake.faults[kind].append(FAULTS[name])


@each(VENDORS)
def test_a_third_of_the_answers_are_faults(
    stage: Stage, times: Callable[[int, int], int], figures: Figures  # noqa: F811
) -> None:  # fmt: skip
    """A clip whose task was accepted is fetched by asking again, without another task."""
    draw, failed = random.Random(8), []
    figures.lost = figures.duplicated = figures.refused = 0
    figures.slowest = 0.0
    for seed in range(times(4, 30)):
        _spoil(stage, draw, with_hanging=times(0, 1) == 1)
        before, paid, begun = stage.made(), len(stage.fake.polls), time.perf_counter()
        model = stage.model()
        model.timing = replace(model.timing, timeout=0.5)
        try:
            figures.lost += len(model.generate(stage.case, seed)) != 6
        except RemoteFailed as error:
            assert "\n" not in str(error)
            figures.refused += 1
            failed.append(seed)
        figures.tried += 1
        figures.duplicated += len(stage.fake.polls) - paid > 1
        figures.slowest = max(figures.slowest, time.perf_counter() - begun)
        assert stage.made() - before <= ATTEMPTS
    stage.fake.faults.clear()
    for seed in failed:
        figures.lost += len(stage.model().generate(stage.case, seed)) != 6
    assert len(stage.fake.polls) <= figures.tried + len(failed)
    assert (figures.lost, figures.duplicated) == (0, 0)


def test_every_fault_was_among_them() -> None:
    """Of those that are drawn in the long run."""
    draw = random.Random(8)
    drawn = {draw.choice(list(FAULTS)) for _ in range(60)}
    assert drawn == set(FAULTS)


@each(VENDORS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_only_does_that_is_given_up(
    stage: Stage, fault: str, figures: Figures  # noqa: F811
) -> None:  # fmt: skip
    stage.fake.faults["create"] = [FAULTS[fault]] * 99
    model = stage.model()
    model.timing = replace(model.timing, timeout=0.5)
    with pytest.raises(RemoteFailed) as caught:
        model.generate(stage.case, 0)
    figures.tried = figures.refused = 1
    assert "\n" not in str(caught.value)
    assert stage.made() <= ATTEMPTS
