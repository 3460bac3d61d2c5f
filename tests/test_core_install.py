"""What works without extras, and the line that names the right one where something does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import installed
from tests.installed import Answer

METRICS = 'package torch is not installed; pip install "i2v-bench[metrics]"'
"""What is said of metrics that look through a network."""

WORKING = (
    "run -m still -m drift --limit 1 --view native --metrics motion,ssim,cost",
    "--help", "ls metrics", "ls models", "ls runs", "show still", "compare still drift", "publish still",
    "export scores.csv --format csv", "run -m svd --dry-run --limit 1",
)  # fmt: skip

LACKING = {
    "run -m still --limit 1 --metrics lite0": METRICS,
    "run -m still --limit 1 --metrics fvd": METRICS,
    "run -m still --limit 1 --device cuda": METRICS,
    "run -m svd --limit 1": 'package accelerate is not installed; pip install "i2v-bench[models]"',
    "run -m runway --limit 1": 'package runwayml is not installed; pip install "i2v-bench[hosted]"',
    "run -m kling --limit 1": 'package pyjwt is not installed; pip install "i2v-bench[hosted]"',
    "board": 'package streamlit is not installed; pip install "i2v-bench[board]"',
    "serve site": 'package starlette is not installed; pip install "i2v-bench[board]"',
}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages: what is always installed, and nothing else."""
    return installed.installation(tmp_path_factory.mktemp("core"))


@pytest.fixture(scope="module")
def answers(core: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Answer]:
    """Every command's answer, in a folder of their own."""
    return installed.answers(core, [*WORKING, *LACKING, "doctor svd"], tmp_path_factory.mktemp("home"))


def test_the_core_is_without_torch_and_all_that_brings_it(core: Path) -> None:
    extras = {
        "torch",
        "torchvision",
        "timm",
        "open_clip",
        "diffusers",
        "transformers",
        "streamlit",
        "uvicorn",
    }
    assert not extras & {each.name for each in core.iterdir()}


@pytest.mark.parametrize("words", WORKING)
def test_a_command_works_without_extras(words: str, answers: Mapping[str, Answer]) -> None:
    assert answers[words].code == 0, answers[words]


@pytest.mark.parametrize(("words", "said"), LACKING.items())
def test_what_an_extra_brings_is_said_in_one_line(
    words: str, said: str, answers: Mapping[str, Answer]
) -> None:
    answer = answers[words]
    assert (answer.code, len(answer.stderr.splitlines())) == (2, 1), answer
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.strip().endswith(said)


def test_the_list_of_metrics_says_which_extra_a_metric_needs(answers: Mapping[str, Answer]) -> None:
    lines = {line.split("  ")[0]: line for line in answers["ls metrics"].stdout.splitlines()}
    assert 'needs pip install "i2v-bench[metrics]"' in lines["Content of the image kept"]
    assert lines["Stability"].rstrip().endswith("yes")


def test_the_doctor_names_the_extra_of_a_model(answers: Mapping[str, Answer]) -> None:
    assert 'pip install "i2v-bench[models]"' in answers["doctor svd"].stdout


def test_the_page_about_installing_lists_every_extra() -> None:
    page = (installed.ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    assert listed == set(installed.project()["optional-dependencies"])


def test_a_container_is_built_from_what_its_context_has() -> None:
    lines = (installed.ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    context = (installed.ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied - {"--from=uv", "/uv"} == {line[1:] for line in context if line.startswith("!")}
    assert all((installed.ROOT / name).exists() for name in copied - {"--from=uv", "/uv"})
