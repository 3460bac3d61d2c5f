"""`bench export` and `bench serve` by their commands, also those that the documents print."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bench.cli.commands import app
from bench.errors import UsageError
from bench.runs import parquet
from bench.web import ports, serve

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "publish-site.yml"


def test_the_example_of_ci_is_a_workflow_that_publishes_what_is_exported() -> None:
    workflow = yaml.safe_load(EXAMPLE.read_text())
    steps = workflow["jobs"]["publish"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands == ["pip install ./i2v-bench", "bench export site/ --published results --clips none"]
    assert (ROOT / "pyproject.toml").is_file()  # what is checked out can be installed
    own, benchmark = [step.get("with", {}) for step in steps if "actions/checkout" in step.get("uses", "")]
    assert own == {}
    assert benchmark == {"repository": "${{ env.BENCH_REPOSITORY }}", "path": "i2v-bench"}
    (python,) = [step["with"] for step in steps if "setup-python" in step.get("uses", "")]
    assert "cache" not in python  # it fails in a repository without requirements.txt
    (upload,) = [step for step in steps if "upload-pages-artifact" in step.get("uses", "")]
    assert upload["with"]["path"] == "site"
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    assert workflow["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert workflow[True]["push"]["paths"] == ["results/**"]  # YAML reads 'on' as true


@pytest.mark.parametrize("document", [EXAMPLE, ROOT / "docs" / "site.md"])
def test_commands_of_the_documents_exist_with_their_options(document: Path) -> None:
    commands = re.findall(r"^(?: {4}|.*run: )bench (\w+)([^#\n]*)", document.read_text(), flags=re.MULTILINE)
    assert commands
    for name, options in commands:
        told = (ROOT / "tests" / "golden" / f"help-{name}.txt").read_text()
        for option in re.findall(r"--[a-z-]+", options):
            assert f"│ {option} " in told, (name, option)


def test_the_example_s_command_runs(tmp_path: Path, out: Path) -> None:
    rows = parquet.read(out / "mover-tiny" / "results.parquet")
    parquet.write(tmp_path / "results" / "tiny@0" / "mover.parquet", rows)
    words = ["export", str(tmp_path / "site"), "--published", str(tmp_path / "results"), "--clips", "none"]
    answer = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "no-runs")])
    assert answer.exit_code == 0, answer.stderr
    pages = [*(tmp_path / "site").rglob("*.html")]
    assert f"1 runs, {len(pages)} pages, 0 clips" in answer.stdout
    assert tmp_path / "site" / "index.html" in pages


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dataset", "a/b"], "--dataset is for --format eval-results"),
        (["--format", "csv", "--clips", "none"], "--clips, --max-clips and --address are for a site"),
        (["--format", "csv", "--dataset", "a/b"], "--dataset is for --format eval-results"),
        (["--format", "eval-results"], "needs --dataset ORG/NAME"),
        (["--run", "nobody"], "unknown run 'nobody'"),
        (["--suite", "nowhere"], "unknown suite 'nowhere'"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(
    words: list[str], message: str, out: Path, tmp_path: Path
) -> None:
    answer = CliRunner().invoke(app, ["export", str(tmp_path / "x"), "--out", str(out), *words])
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    assert message in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_only_a_site_is_served(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["serve", str(tmp_path)])
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    assert "is not a site: bench export" in answer.stderr


def test_a_port_that_is_taken_is_said(made_site: Path) -> None:
    with contextlib.closing(ports.listening("127.0.0.1", None, 8700)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken"):
            serve.serve(made_site, "127.0.0.1", port, print)
    with pytest.raises(UsageError, match="from 1 to 65535, not 70000"):
        serve.serve(made_site, "127.0.0.1", 70000, print)
