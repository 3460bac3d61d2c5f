"""What hosted clips cost: prices, limits, and runs that stop before a limit is exceeded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import models
from bench.base.progress import Progress
from bench.engine import generation
from bench.engine.generation import Generated, Generation
from bench.errors import Cancelled, UsageError
from bench.models import Model
from bench.models.hosted import prices
from bench.runs import RunFolder
from bench.types import Case
from tests.models.hosted.fake_servers import Reply
from tests.models.hosted.stages import VENDORS, Stage, each


def generate(
    model: Model,
    samples: Sequence[tuple[Case, int]],
    folder: RunFolder,
    progress: Progress,
    retry_failed: bool = False,
    max_cost: float | None = None,
) -> Generated:
    return generation.generate(Generation(model, samples, folder, progress, retry_failed, max_cost))


class Heard(Progress):
    """Keeps every message."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


def test_a_run_stops_before_it_costs_more_than_allowed(stage: Stage) -> None:
    folder, heard = RunFolder(stage.folder), Heard()
    samples = [(stage.case, seed) for seed in range(5)]
    done = generate(stage.model(), samples, folder, heard, max_cost=0.70)
    # 0.25 is estimated for each, and 0.20 charged: after three, 0.60 + 0.25 would be above 0.70
    assert (done.made, done.failed, done.unpaid) == (3, 0, 2)
    assert done.spent == pytest.approx(0.60)
    assert heard.said == [
        "stopped before case duck, seed 3: it is estimated at $0.25, and $0.60 of $0.70 are spent; 2 clips are not made"
    ]
    record = folder.record("duck", 0)
    assert record is not None
    assert (record.cost, record.cost_basis, record.device) == (pytest.approx(0.20), "vendor", "Runway")
    assert record.peak_memory is None, "that of this process says nothing about Runway"
    again = generate(stage.model(), samples, folder, heard, max_cost=0.70)
    assert (again.made, again.kept, again.unpaid) == (0, 3, 2)
    assert generate(stage.model(), samples, folder, heard, max_cost=1.10).made == 2
    assert stage.made() == 5


def test_a_task_under_way_counts_as_spent_and_is_finished_whatever_the_limit(stage: Stage) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("stopped")

    folder = RunFolder(stage.folder)
    with pytest.raises(Cancelled):
        stage.model().generate(stage.case, 1, stop)
    assert folder.spent() == pytest.approx(0.25)
    done = generate(stage.model(), [(stage.case, 0), (stage.case, 1)], folder, Heard(), max_cost=0.30)
    assert (done.made, done.unpaid) == (0, 2)
    done = generate(stage.model(), [(stage.case, 1)], folder, Heard(), max_cost=0.10)
    assert (done.made, done.unpaid) == (1, 0)
    assert stage.made() == 1


def test_a_failure_is_a_record_with_its_cost_and_the_run_goes_on(stage: Stage) -> None:
    folder = RunFolder(stage.folder)
    stage.fake.statuses = ["SUCCEEDED"]
    stage.fake.faults["poll"] = [
        Reply(content={"id": "task-1", "status": "FAILED", "failure": "no", "cost": {"credits": 7}})
    ]
    done = generate(stage.model(), [(stage.case, 0), (stage.case, 1)], folder, Heard())
    assert (done.made, done.failed) == (2, 1)
    lost, whole = folder.records()
    assert "ended task task-1 as FAILED: no" in lost.error
    assert (lost.cost, whole.cost) == (pytest.approx(0.07), pytest.approx(0.20))
    retried = generate(stage.model(), [(stage.case, 0)], folder, Heard(), retry_failed=True)
    assert retried.made == 1
    assert retried.spent == pytest.approx(0.07 + 0.20 + 0.20), "what failed was paid for, too"


@each((VENDORS[1],))
def test_a_limit_without_a_price_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = RunFolder(stage.folder)
    with pytest.raises(UsageError, match="name a file with its price in BENCH_PRICES"):
        generate(stage.model(), [(stage.case, 0)], folder, Heard(), max_cost=5.0)
    assert stage.made() == 0
    own = tmp_path / "prices.toml"
    own.write_text(
        '[[price]]\nmodel = "luma"\nversion = "ray-3.2"\nusd = 0.9\nper = "clip"\nsource = "my contract"\n'
        'as_of = "2026-11-22"\n'
    )
    monkeypatch.setenv("BENCH_PRICES", str(own))
    assert generate(stage.model(), [(stage.case, 0)], folder, Heard(), max_cost=5.0) == Generated(
        made=1, spent=0.9
    )
    record = folder.record("duck", 0)
    assert record is not None
    assert record.cost_basis == "estimated"


def test_every_price_says_where_and_when() -> None:
    listed = prices.read(prices.LIST)
    assert len({(each.model, each.version, each.variant) for each in listed}) == len(listed) > 8
    for price in listed:
        assert price.model in models.registry
        assert price.usd > 0
        assert price.source
        assert price.as_of.startswith("2026-")


def test_a_broken_list_of_prices_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "prices.toml"
    own.write_text('[[price]]\nmodel = "luma"\n')
    monkeypatch.setenv("BENCH_PRICES", str(own))
    with pytest.raises(UsageError, match=r"prices .*prices\.toml cannot be read"):
        prices.find("luma", "ray-3.2")
