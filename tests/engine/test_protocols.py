"""`--protocol ucf101@1`: what it fixes, what it refuses, and a run by it on small files of our own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.base import weights
from bench.engine import protocols
from bench.engine.requests import MetricRequest, Selection
from bench.errors import UnknownName, UsageError
from bench.evaluators.nets import i3d
from bench.suites import importing
from bench.suites.importing import ucf101
from tests import tiny_nets
from tests.command_line import bench
from tests.suites import others

PLAIN = MetricRequest()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ucf101, "CLIPS", 4)
    small = replace(protocols.PROTOCOLS["ucf101@1"], cases=4)
    monkeypatch.setattr(protocols, "PROTOCOLS", {"ucf101@1": small})
    return tmp_path


def chosen(name: str, selection: Selection | None = None, metrics: MetricRequest = PLAIN) -> MetricRequest:
    return protocols.chosen(name, selection or Selection(), metrics, PLAIN)[1]


def import_ucf101(here: Path) -> None:
    importing.import_suite("ucf101", others.ucf101(here / "theirs"), Path("suites"))


def test_a_protocol_fixes_suite_metrics_settings_and_view(here: Path) -> None:
    import_ucf101(here)
    selection, metrics = protocols.chosen("ucf101@1", Selection(), PLAIN, PLAIN)
    assert selection == Selection("ucf101")
    assert metrics == MetricRequest(("fvd",), ("fvd.fps=8", "fvd.resize=videogpt"), (None,))
    assert protocols.chosen("", Selection("x"), PLAIN, PLAIN) == (Selection("x"), PLAIN)


def test_what_is_missing_or_asked_for_beside_it(here: Path) -> None:
    with pytest.raises(UsageError, match="needs suite ucf101: bench suite import ucf101 DIR makes it"):
        chosen("ucf101@1")
    with pytest.raises(UnknownName, match="unknown protocol 'ucf101@2'"):
        chosen("ucf101@2")
    with pytest.raises(UsageError, match="ucf101@1 fixes cases, seeds, metrics"):
        chosen("ucf101@1", Selection(limit=4))
    with pytest.raises(UsageError, match="ucf101@1 fixes cases, seeds, metrics"):
        chosen("ucf101@1", metrics=MetricRequest(("ssim",)))
    with pytest.raises(UsageError, match=r"about the 4 cases that .* DIR` makes; demo@.* was made by hand"):
        chosen("ucf101@1", Selection(str(DEMO)))


DEMO = Path(__file__).parents[2] / "suites" / "demo"


def test_a_suite_of_another_size_is_another_protocol(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_ucf101(here)
    monkeypatch.setattr(
        protocols, "PROTOCOLS", {"ucf101@1": replace(protocols.PROTOCOLS["ucf101@1"], cases=2048)}
    )
    with pytest.raises(
        UsageError, match=r"about the 2048 cases .*; ucf101@\w+ has 4 and was made by bench suite"
    ):
        chosen("ucf101@1")


def test_a_run_by_a_protocol(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_ucf101(here)
    place = here / "cache" / "weights" / i3d.WEIGHTS.name
    place.parent.mkdir(parents=True)
    tiny_nets.write_i3d(place)
    monkeypatch.setenv("BENCH_CACHE", str(here / "cache"))
    found = weights.local(place)
    monkeypatch.setattr(i3d, "WEIGHTS", replace(i3d.WEIGHTS, sha256=found.sha256, size=found.size))
    done = bench("run", "reference", "still", "--protocol", "ucf101@1", "--offline", "--json")
    assert done.exit_code == 0, done.output
    scores = {(each["label"], each["metric"]): each for each in json.loads(done.stdout)["scores"]}
    fvd = "fvd[fps=8,resize=videogpt]"
    assert scores["reference", fvd]["mean"] == pytest.approx(0, abs=1e-9)
    # Frame t of the clips has level 2 t. A still keeps the first of frames 0, 3, … 45 on: 45 levels less in the mean,
    # and 6 less per step, in three channels in units of 127.5; both sets vary alike.
    assert scores["still", fvd]["mean"] == pytest.approx(3 * (45**2 + 6**2) / 127.5**2, rel=1e-5)
    assert (scores["still", fvd]["clips"], len({metric for _, metric in scores})) == (4, 3)
