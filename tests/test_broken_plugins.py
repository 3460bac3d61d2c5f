"""Packages of others that are broken are named, and cost nobody else anything; what they print is no result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench import evaluators
from bench.engine import resolve_metrics
from bench.engine.requests import MetricRequest
from bench.errors import Unavailable, UsageError
from bench.media import pictures
from bench.types import MetricCard, Value
from tests.made import photograph

SHARED = """
import ctypes, subprocess, sys
import numpy as np
from bench import evaluators, models
from bench.types import Clip, MetricCard, ModelCard

def model_card(name):
    return ModelCard(
        name=name, title=name, version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, licence="MIT", paper="",
    )

def cards(name):
    return (MetricCard(name, 1, "none", "", None, None, definition="d", source="s", blind_to="b", is_main=True),)

def shout():
    print("from python")
    ctypes.CDLL(None).puts(b"from c")
    ctypes.CDLL(None).fflush(None)
    subprocess.run(["echo", "from a child"])
"""

PLUGINS = {
    "leaves": "import sys\nsys.exit(3)",
    "no_init": '''
from theirs_shared import *
@evaluators.add
class NoInit(evaluators.ClipEvaluator):
    name, cards = "no_init", cards("no_init")
    def __init__(self, settings=None, device="cpu"):
        raise RuntimeError("no licence file")
    def conclude(self, looks, sample):
        return {}
''',
    "no_cards": '''
from theirs_shared import *
class Cards:
    def __get__(self, owner, cls):
        raise OSError("cards.json is gone")
@evaluators.add
class NoCards(evaluators.ClipEvaluator):
    name, cards = "no_cards", Cards()
    def conclude(self, looks, sample):
        return {}
''',
    "loud": '''
from theirs_shared import *
shout()
@evaluators.add
class Loud(evaluators.ClipEvaluator):
    name, cards = "loud", cards("loud")
    def look(self, view):
        return shout()
    def conclude(self, looks, sample):
        return {"loud": evaluators.mean_value([1.0])}
@evaluators.add
class Quits(evaluators.ClipEvaluator):
    name, cards = "quits", cards("quits")
    def look(self, view):
        sys.exit()
    def conclude(self, looks, sample):
        return {}
''',
}  # fmt: skip

MODELS = {
    "gives": '''
from theirs_shared import *
@models.add
class Gives(models.Model):
    card = model_card("gives-nothing")
    def generate(self, case, seed, step=models.ignore_steps):
        return None
@models.add
class Exits(models.Model):
    card = model_card("exits")
    def generate(self, case, seed, step=models.ignore_steps):
        sys.exit(0)
@models.add
class Shouts(models.Model):
    card = model_card("shouts")
    def generate(self, case, seed, step=models.ignore_steps):
        shout()
        return Clip(np.zeros((2, 32, 32, 3), np.uint8), 8.0)
''',
    "no_model": '''
from theirs_shared import *
@models.add
class NoModel(models.Model):
    card = model_card("no-model")
    def needs(self):
        raise KeyError("HOME_OF_MODEL")
    def generate(self, case, seed, step=models.ignore_steps):
        return None
''',
}  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "theirs_shared.py").write_text(SHARED)
    metadata = folder / "theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    lines = []
    for group, modules in (("evaluators", PLUGINS), ("models", {**MODELS, "leaves": PLUGINS["leaves"]})):
        lines += [f"[bench.{group}]", *(f"{name} = theirs_{name}" for name in modules)]
        for name, code in modules.items():
            (folder / f"theirs_{name}.py").write_text(code)
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


def bench(package: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """`bench words…` where that package is installed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "bench", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_what_is_broken_is_named_and_the_rest_is_listed(package: Path) -> None:
    answer = bench(package, "ls", "metrics", "--json")
    assert answer.returncode == 0, answer.stderr
    listed = {entry["id"] for entry in json.loads(answer.stdout)}
    assert {"ssim_mean", "loud", "quits"} <= listed
    assert not {"no_init", "no_cards"} & listed
    for name, why in {
        "leaves": "theirs_leaves called sys.exit(3)",
        "no_init": "theirs_no_init.NoInit is broken: RuntimeError: no licence file",
        "no_cards": "theirs_no_cards.NoCards is no evaluator: OSError: cards.json is gone",
    }.items():
        assert f"warning: '{name}' cannot be used: {why}" in answer.stderr
    assert "from c" in answer.stderr  # at import


def test_models_that_are_broken_are_named(package: Path) -> None:
    answer = bench(package, "ls", "models", "--json")
    assert answer.returncode == 0, answer.stderr
    assert {"still", "exits", "shouts"} <= {entry["name"] for entry in json.loads(answer.stdout)}
    assert "'no-model' cannot be used: theirs_no_model.NoModel is broken: KeyError" in answer.stderr
    assert "'leaves' cannot be used: theirs_leaves called sys.exit(3)" in answer.stderr


def test_a_run_records_each_and_prints_its_own_json_alone(package: Path, tmp_path: Path) -> None:
    pictures.write(tmp_path / "tiny" / "c.png", photograph(seed=0))
    (tmp_path / "tiny" / "suite.toml").write_text('title = "One picture"\n')
    case = {"id": "c", "image": "c.png", "prompt": "", "category": ""}
    (tmp_path / "tiny" / "cases.jsonl").write_text(json.dumps(case) + "\n")
    words = [word for name in ("gives-nothing", "exits", "shouts") for word in ("-m", name)]
    answer = bench(
        package, "run", *words, "--suite", tmp_path / "tiny", "--metrics", "loud,quits", "--view", "native",
        "--out", tmp_path / "runs", "--json",
    )  # fmt: skip
    assert answer.returncode == 1, answer.stderr
    told = json.loads(answer.stdout)
    means = {(score["label"], score["metric"]): score["mean"] for score in told["scores"]}
    assert means["shouts", "loud"] == 1.0
    assert means["shouts", "quits"] is None
    for line in ("from python", "from c", "from a child"):
        assert line in answer.stderr
    assert "c, seed 0: generate returns a Clip, not None" in answer.stderr
    assert "c, seed 0: model 'exits' called sys.exit(0): it should raise an error instead" in answer.stderr


# ---- in this process


def _card(name: str) -> MetricCard:
    return MetricCard(name, 1, "none", "", None, None, definition="", source="", blind_to="")


class NeedsMore(evaluators.ClipEvaluator):
    """An evaluator whose __init__ takes what nobody gives it."""

    name = "needs_more"
    cards = (_card("needs_more"),)

    def __init__(self, licence: str) -> None:
        self.licence = licence

    def conclude(self, looks: object, sample: evaluators.Sample) -> evaluators.Values:
        return {"needs_more": Value(0.0)}


@pytest.fixture
def needs_more() -> Iterator[str]:
    evaluators.add(NeedsMore)
    yield "needs_more"
    del evaluators.registry._classes["needs_more"]


def test_a_request_for_all_metrics_goes_without_it(needs_more: str) -> None:
    able, unable = resolve_metrics.resolve(MetricRequest(), "cpu")
    assert len(able) > 10
    assert "NeedsMore is broken: TypeError" in unable[needs_more]
    assert "repair that package" in unable[needs_more]


def test_asked_for_by_name_it_is_said(needs_more: str) -> None:
    able, unable = resolve_metrics.resolve(MetricRequest(("needs_more", "ssim")), "cpu")
    assert [each.name for each in able] == ["ssim"]
    assert list(unable) == [needs_more]
    with pytest.raises(Unavailable, match="NeedsMore is broken"):
        evaluators.weights_of(needs_more)


@pytest.mark.parametrize("cards", [(), None, ("ssim_mean",), 3])
def test_an_evaluator_without_cards_is_refused_at_once(cards: object) -> None:
    broken = type("Broken", (NeedsMore,), {"name": "broken", "cards": cards})
    with pytest.raises(UsageError, match=r"Broken is no evaluator: .*"):
        evaluators.add(broken)
    assert "broken" not in evaluators.registry


class _Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


class Unusable(NeedsMore):
    """An evaluator whose every method raises an error that cannot even be printed."""

    name = "unusable"
    cards = (_card("unusable"),)

    def __init__(self) -> None:
        raise _Unspeakable

    def look(self, view: evaluators.View) -> np.ndarray:
        raise _Unspeakable


def test_an_error_that_cannot_be_printed_is_told_by_its_type() -> None:
    with (
        pytest.raises(Unavailable, match="Unusable is broken: _Unspeakable: no message"),
        evaluators.registry.using(Unusable),
    ):
        Unusable()
