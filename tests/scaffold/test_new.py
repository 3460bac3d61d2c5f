"""Packages that `bench new` writes: they pass their own tests, and the benchmark finds them once they are installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import pytest

from bench import scaffold
from tests import command_line

MADE = {"model": "slow-fade", "metric": "sparkle", "suite": "my-pictures"}
ROOT = Path(__file__).parents[2]


new = partial(command_line.bench, "new")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one package of each kind."""
    folder = tmp_path_factory.mktemp("begun")
    for kind, name in MADE.items():
        answer = new(kind, name, "--to", folder)
        assert answer.exit_code == 0, answer.output
        assert answer.stdout.splitlines()[-1].startswith(f"cd {folder / name} && pip install")
    return folder


@pytest.fixture(scope="module")
def environment(begun: Path) -> dict[str, str]:
    """Variables of an environment in which the three are installed, as pip does by entry points."""
    for name in MADE.values():
        about = tomllib.loads((begun / name / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        metadata = begun / name / f"{name.replace('-', '_')}-0.1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
        groups = about["entry-points"].items()
        lines = [
            f"[{group}]\n{entry} = {module}" for group, all_of in groups for entry, module in all_of.items()
        ]
        (metadata / "entry_points.txt").write_text("\n".join(lines))
    paths = [str(begun / name) for name in MADE.values()]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(ROOT)]), "COLUMNS": "120"}


def test_each_passes_its_own_tests(begun: Path, environment: dict[str, str]) -> None:
    """In one process, since an import of pytest and of the benchmark takes a second."""
    files = [str(next((begun / name).glob("test_*.py"))) for name in MADE.values()]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", *files]
    answer = subprocess.run(command, cwd=begun, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert "8 passed" in answer.stdout


def test_each_is_listed_once_it_is_installed(begun: Path, environment: dict[str, str]) -> None:
    code = (
        "import sys; from bench import evaluators, models, suites\n"
        "print('slow-fade' in models.registry, 'sparkle' in evaluators.registry, 'my-pictures' in suites.names(),"
        " suites.load('my-pictures').cases[0].id, 'my_pictures' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=begun, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.stdout.split() == ["True", "True", "True", "hill", "False"], answer.stderr


def test_what_is_written_is_clean(begun: Path) -> None:
    """No name that is unused or unknown, no line that is too long."""
    command = ["-m", "ruff", "check", "--no-cache", "--select", "E,F,B,UP", "--line-length", "120"]
    answer = subprocess.run(
        [sys.executable, *command, str(begun)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("model", "Slow Fade"),
            "begins with a letter and has at most 40 characters, as slow-zoom; not 'Slow Fade'",
        ),
        (("model", "../x"), "not '../x'"),
        (("model", "a" * 41), "at most 40 characters"),
        (("model", "still"), "there is a model 'still' already: choose another name"),
        (("metric", "ssim-mean"), "there is a metric 'ssim_mean' already: choose another name"),
        (("suite", "demo"), "there is a suite 'demo' already: choose another name"),
        (("model", "json"), "Python has a module 'json' here already: choose another name"),
        (("metric", "class"), "Python has a module 'class' here already: choose another name"),
        (("modle", "x"), "unknown kind 'modle': did you mean model?"),
    ],
)
def test_what_cannot_be_begun_is_said_in_one_line(
    words: tuple[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = new(*words)
    assert (answer.exit_code, len(answer.stderr.splitlines())) == (2, 1), answer.output
    assert said in answer.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "slow-fade").mkdir()
    answer = new("model", "slow-fade", "--to", tmp_path)
    assert answer.exit_code == 2
    assert (
        f"{tmp_path / 'slow-fade'} exists: choose another name, or another folder with --to" in answer.stderr
    )
    assert not list((tmp_path / "slow-fade").iterdir())


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = new("model", "slow-fade", "--to", tmp_path / "file")
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    assert "cannot be written" in answer.stderr


def test_its_kinds_are_those_that_the_templates_have() -> None:
    folder = Path(scaffold.__file__).parent / "templates"
    assert {each.name for each in folder.iterdir()} == {*scaffold.KINDS, "any"}
