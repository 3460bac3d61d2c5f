"""`bench launch slurm`: what is launched is checked here, before a cluster sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import bench
from tests.slurm import fake_slurm

STILL = ["run", "still", "--limit", "3", "--metrics", "ssim"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def launch(*words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    answer = bench("launch", "slurm", *words)
    return answer.exit_code, answer.stdout, answer.stderr


def test_the_script_is_written_and_shown(elsewhere: Path) -> None:
    code, shown, said = launch("--array", "512%64", "--gres", "gpu:1", "--cpus", 4, "--", *STILL)
    assert code == 0, said
    assert shown.strip() == (elsewhere / "bench.sbatch").read_text().strip()
    assert "bench.sbatch: written" in said
    lines = shown.splitlines()
    assert {"#SBATCH --array=0-511%64", "#SBATCH --gres=gpu:1", "#SBATCH --cpus-per-task=4"} <= set(lines)
    assert any(line.endswith("-m bench run still --limit 3 --metrics ssim)") for line in lines)
    assert any("command+=(--limit 1 --seeds 0)" in line for line in lines)


def test_the_script_may_lie_elsewhere(elsewhere: Path) -> None:
    path = elsewhere / "my scripts" / "still.sbatch"
    assert launch("--array", 2, "--script", path, "--", *STILL)[0] == 0
    assert path.exists()


def test_words_that_are_not_text_are_kept(elsewhere: Path) -> None:
    code, _, said = launch("--array", 2, "--", *STILL, "--out", "r\udcffns")
    assert code == 0, said
    assert b"--out 'r\xffns'" in (elsewhere / "bench.sbatch").read_bytes()


@pytest.mark.parametrize(
    ("out", "is_offline"), [("runs", True), ("s3://lab/i2v", True), ("hf://datasets/lab/i2v", False)]
)
def test_shards_are_offline_unless_runs_lie_on_the_hub(out: str, is_offline: bool) -> None:
    code, shown, said = launch("--array", 2, "--", *STILL, "--out", out)
    assert code == 0, said
    assert ("export HF_HUB_OFFLINE=1" in shown) == is_offline


def test_what_sbatch_says_is_said(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_SLURM_REFUSES", "first")
    slurm = fake_slurm.install(elsewhere / "slurm", monkeypatch)
    code, _, said = launch("--array", 2, "--submit", "--", *STILL)
    assert (code, said.count("\n")) == (2, 1)
    assert "sbatch did not send bench.sbatch (first): sbatch: error: Batch job submission failed" in said
    assert slurm.journal() == []


def test_without_sbatch_the_script_is_written_and_a_line_says_the_rest(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(elsewhere))
    code, shown, said = launch("--array", 2, "--submit", "--", *STILL)
    assert (code, shown, said.count("\n")) == (2, "", 1)
    assert "there is no sbatch on this machine" in said
    assert (elsewhere / "bench.sbatch").exists()


REFUSED = {
    "--metrcs ssim": "bench run: No such option: --metrcs",
    "--limit many": "bench run: Invalid value for '--limit'",
    "--limit 0": "limit is at least 1, not 0",
    "--cases kat": "unknown case 'kat': did you mean cat",
    "--metrics ssin": "unknown metric 'ssin': did you mean ssim",
    "--set frames=3": "unknown setting 'frames'",
    "--seeds x": "seeds are whole numbers",
    "--suite dmeo": "unknown suite 'dmeo': did you mean demo",
    "--config none.toml": "config file none.toml cannot be read",
    "--dry-run": "leave --dry-run out of what is launched: nothing would be made",
    "--track tensorboard": "leave --track out of what is launched",
    "--protocol ucf101@1": "leave --protocol out of what is launched",
    "-- drift": "leave the second -- out",
}
"""Words of what is launched -> what is said about them."""


@pytest.mark.parametrize("words", REFUSED)
def test_what_every_task_would_complain_of_is_refused_here(words: str, elsewhere: Path) -> None:
    code, shown, said = launch("--array", 2, "--", "run", "still", *words.split())
    assert (code, shown, said.count("\n")) == (2, "", 1)
    assert REFUSED[words] in said
    assert not (elsewhere / "bench.sbatch").exists()


def test_generate_is_launched_too_and_other_commands_are_not() -> None:
    assert launch("--array", 2, "--", "generate", "still")[0] == 0
    code, _, said = launch("--array", 2, "--", "evaluate", "still")
    assert (code, said) == (
        2, "error: unknown command 'evaluate': did you mean generate? (what is launched is a run)\n",
    )  # fmt: skip
