"""What the documents show runs as it stands there, and is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import evaluators
from bench.media import encoding, pictures
from tests import tiny_checkpoints
from tests.made import moving_clip

ROOT = Path(__file__).parents[1]


def blocks(document: str, language: str = "python") -> list[str]:
    """The fenced blocks of a document."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / document).read_text(), flags=re.DOTALL)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_of_python_md_run(elsewhere: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks("docs/python.md"):
        exec(compile(block, "docs/python.md", "exec"), names)
    assert list((elsewhere / "runs").iterdir())


SMALL = {
    "-m svd --checkpoint": "--set num_frames=3 --set width=64 --set height=64 --set steps=1 --limit 1 --metrics ssim",
    "evaluate": "--metrics ssim,first_frame",
    "run": "--limit 1 --metrics ssim --view native",
}
"""Part of a command of the README -> what makes it small enough for a test."""

EXITS = {"doctor svd": 1, "run -m kling --limit": 2, "--fail-if-worse": 2}
"""Part of a command -> its exit code here, where there are neither weights of svd, nor a key, nor cases to gate on."""


def commands(document: str) -> list[list[str]]:
    """The words of each line that calls bench, but for the one that opens the board, which has tests of its own."""
    lines = re.findall(r"^    \./x bench (.+)$", (ROOT / document).read_text(), flags=re.MULTILINE)
    return [shlex.split(line) for line in lines if line != "board"]


def test_every_command_of_the_readme_runs(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a newcomer's folder, one after the other, with what makes them small."""
    from bench.cli.commands import app

    monkeypatch.delenv("KLING_ACCESS_KEY", raising=False)
    for step in (1000, 2000):
        tiny_checkpoints.write("svd", elsewhere / "out" / f"step-{step}")
    made = elsewhere / "my" / "clips"
    pictures.write(made / "duck.png", moving_clip(1).frames[0])
    encoding.write_preview(made / "duck.mp4", moving_clip(12))
    (made / "duck.txt").write_text("a duck swims")
    listed = commands("README.md")
    assert len(listed) >= 10
    for words in listed:
        line = " ".join(words)
        small = next((more for part, more in SMALL.items() if part in line and "--dry-run" not in line), "")
        answer = CliRunner(env={"COLUMNS": "120"}).invoke(app, [*words, *small.split()], prog_name="bench")
        expected = next((code for part, code in EXITS.items() if part in line), 0)
        assert answer.exit_code == expected, (line, answer.stderr, answer.exception)


DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("http"):
            assert ((ROOT / document).parent / target).exists(), target


def test_every_page_is_on_the_site() -> None:
    """The build itself, which CI runs, finds links that lead nowhere."""
    listed = set(re.findall(r'"([\w/.-]+\.md)"', (ROOT / "zensical.toml").read_text()))
    found = [path.relative_to(ROOT) for path in (ROOT / "docs").glob("**/*.md")]
    here = {path.as_posix() for path in found if "examples" not in path.parts}  # those are files to copy
    made = {f"docs/reference/{name}.md" for name in ("command-line", "names", "metrics", "columns")}
    assert listed == here | made | {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}


def test_the_readme_is_short() -> None:
    text = re.sub(r"```.*?```", "", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert len(text.split()) <= 900


def test_every_evaluator_is_explained() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text()
    assert all(f"| `{name}` |" in text for name in evaluators.registry)
