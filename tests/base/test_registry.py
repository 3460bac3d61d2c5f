"""One file adds an entry, also from another package; two of one name, or a broken one, are reported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.base.registry import Registry
from bench.errors import UnknownName, UsageError


class Duck:
    @classmethod
    def entry_name(cls) -> str:
        return "duck"


class Goose(Duck):
    pass


def _plugin(folder: Path, group: str, line: str, code: str) -> None:
    """Another installed package: a module and the metadata that names its entry point."""
    (folder / "theirs.py").write_text(code)
    metadata = folder / "theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{line}\n")


def _listed(folder: Path, kind: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "bench", "ls", kind]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


MODEL = """
from bench import models
from bench.types import ModelCard

@models.add
class Theirs(models.Model):
    card = ModelCard("theirs", "Theirs", 1, True, None, None, None, None, None, "MIT", "")
    def generate(self, case, seed, step=models.ignore_steps):
        raise NotImplementedError
"""


def test_a_model_of_another_package_is_listed(tmp_path: Path) -> None:
    _plugin(tmp_path, "bench.models", "theirs = theirs:Theirs", MODEL)
    assert "theirs" in _listed(tmp_path, "models").stdout


def test_a_package_that_does_not_import_is_named_and_the_rest_is_listed(tmp_path: Path) -> None:
    _plugin(tmp_path, "bench.models", "theirs = theirs:Theirs", "import nothing_of_that_name")
    answer = _listed(tmp_path, "models")
    assert "still" in answer.stdout
    assert "theirs" in answer.stderr
    assert "nothing_of_that_name" in answer.stderr


def test_two_of_one_name_are_an_error() -> None:
    registry: Registry[Duck] = Registry("bird", package="bench.evaluators.nets")
    registry.add(Duck)
    registry.add(Duck)  # the same class twice is one class
    with pytest.raises(UsageError, match="two birds are called 'duck'"):
        registry.add(Goose)


METRIC = """
from bench import evaluators
from bench.types import MetricCard, Value

@evaluators.add
class Theirs(evaluators.ClipEvaluator):
    name = "theirs"
    cards = (MetricCard("ssim_mean", 9, "higher", "", 0.0, 1.0, "always 1", "nobody", "everything"),)
    def look(self, view):
        return None
    def conclude(self, looks, sample):
        return {"ssim_mean": Value(1.0)}
"""


def test_a_metric_of_another_package_takes_no_name_of_ours(tmp_path: Path) -> None:
    """Rows of ssim_mean would have been either's: one per case, seed and metric."""
    _plugin(tmp_path, "bench.evaluators", "ssim = theirs:Theirs", METRIC)
    code = (
        "import {}bench\nfrom bench import evaluators\nfrom bench.evaluators import catalogue\n"
        "assert catalogue.registered().owners['ssim_mean'] == 'ssim'\n"
        "assert catalogue.registered().card('ssim_mean').version != 9\n"
        "print(evaluators.registry['ssim'].__module__, evaluators.registry.broken)"
    )
    for first in ("", "theirs, "):  # found by its entry point; imported by the user before any of ours
        done = subprocess.run(
            [sys.executable, "-c", code.format(first)], capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("bench.evaluators.ssim ")
        assert (
            "two evaluators are called 'ssim_mean': bench.evaluators.ssim and theirs; rename" in done.stdout
        )


def test_unknown_names_say_what_may_have_been_meant() -> None:
    registry: Registry[Duck] = Registry("bird", package="bench.evaluators.nets")
    registry.add(Duck)
    with pytest.raises(UnknownName, match=r"unknown bird 'dukc': did you mean duck\?"):
        registry["dukc"]
    with pytest.raises(UnknownName, match="there are duck"):
        registry["zzzzzz"]
