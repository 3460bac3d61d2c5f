"""Files to copy: each command in them, and in the documents, is one of ours; manifests do what their comments say."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import yaml

from tests.command_line import parsed

ROOT = Path(__file__).parents[1]
CLUSTER = ROOT / "docs" / "examples" / "cluster"
COMMAND = re.compile(r'(?:^ +|^ +\./x |; do |--no-python )bench ([a-z].*)|COMMAND = "bench (.*)"', re.M)
"""A command in an indented block, in a file of YAML or Python, or after another word of a shell."""

END = {"&", "&&", "||", "|", ";", ">"}
"""What ends a command in a shell."""


def commands(path: Path) -> list[list[str]]:
    """The words of each command in a file; not those that are shortened by …"""
    text = re.sub(r"\\\n *", "", path.read_text())
    return [words(line) for line in map("".join, COMMAND.findall(text)) if "…" not in line]


def words(line: str) -> list[str]:
    line = re.split(" {3,}", line)[0]  # what a document says beside it
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;>")
    lexer.whitespace_split = True
    found = list(lexer)
    return found[: next((at for at, word in enumerate(found) if word in END), len(found))]


FILES = [
    path
    for path in sorted((ROOT / "docs").rglob("*"))
    if path.suffix in (".md", ".yaml", ".yml", ".py") and commands(path)
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_is_one_of_ours(path: Path) -> None:
    for found in commands(path):
        assert parsed(found), found
        if "--" in found:  # what bench launch launches
            assert parsed(found[found.index("--") + 1 :])


def test_every_file_for_a_scheduler_has_a_command() -> None:
    assert {path.name for path in FILES} >= {path.name for path in CLUSTER.iterdir() if path.is_file()}


@pytest.fixture
def job() -> dict[str, Any]:
    found = yaml.safe_load((CLUSTER / "kubernetes.yaml").read_text())["spec"]
    assert isinstance(found, dict)
    return found


def test_as_many_pods_are_started_as_there_are_shards(job: dict[str, Any]) -> None:
    (command,) = commands(CLUSTER / "kubernetes.yaml")
    assert parsed(command)["shard"] == f"$JOB_COMPLETION_INDEX/{job['completions']}"
    assert job["completionMode"] == "Indexed"
    assert job["template"]["spec"]["restartPolicy"] == "Never", "or there is no podFailurePolicy"


BENCH = """#!/bin/sh
trap 'sleep 0.2; echo written; exit 0' TERM
echo started "$@"
[ "$SECONDS_TO_RUN" = 0 ] && exit "$CODE"
sleep 30 > /dev/null & wait
"""
"""A bench that ends with 0 when it is told to stop, once it has written."""


def pod(job: dict[str, Any], folder: Path, **environment: str) -> subprocess.Popen[str]:
    """The container of the manifest, as Kubernetes starts it, with a program in place of bench."""
    program = folder / "bench"
    program.write_text(BENCH)
    program.chmod(0o755)
    (container,) = job["template"]["spec"]["containers"]
    own = {"PATH": f"{folder}:{os.environ['PATH']}", "JOB_COMPLETION_INDEX": "5"}
    return subprocess.Popen(
        [*container["command"], *container["args"]], env=own | environment, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_pod_ends_as_bench_does(job: dict[str, Any], tmp_path: Path, code: int) -> None:
    process = pod(job, tmp_path, SECONDS_TO_RUN="0", CODE=str(code))
    said, _ = process.communicate(timeout=20)
    assert process.returncode == code
    assert said == "started run -m svd --suite demo --out s3://lab/i2v --shard 5/64\n"


def test_a_pod_that_is_told_to_stop_writes_and_is_not_completed(job: dict[str, Any], tmp_path: Path) -> None:
    process = pod(job, tmp_path, SECONDS_TO_RUN="30")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("started")
    time.sleep(0.2)  # the shell has come to its wait
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=20)
    assert (process.returncode, said) == (143, "written\n")


def test_jobs_on_hugging_face_are_asked_for_as_its_client_takes_them() -> None:
    tree = ast.parse((CLUSTER / "hf_jobs.py").read_text())
    (call,) = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "run_job"
    ]
    given = {each.arg: each.value for each in call.keywords if each.arg}
    assert set(given) <= set(inspect.signature(huggingface_hub.run_job).parameters)
    assert ast.literal_eval(given["flavor"]) in [each.value for each in huggingface_hub.JobHardware]
