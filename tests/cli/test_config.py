"""--config: options from a file, and `bench run --dry-run`, which prints the file of a run."""

from __future__ import annotations

from pathlib import Path

from tests.command_line import bench
from tests.leaderboard import boards

HEADING = "bench run --config FILE with this in FILE is this run:\n"


def planned(*words: object) -> str:
    """What bench run would do, and with which options."""
    answer = bench("run", *words, "--dry-run")
    assert answer.exit_code == 0, answer.stderr
    return answer.stdout


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_dry_run_prints_makes_the_same_run(tmp_path: Path) -> None:
    words = ["still,noise", "-m", "drift", "--set", "num_frames=5", "--cases", "cat,coffee", "--seeds", "0,1"]
    more = [
        "--metrics",
        "ssim,clipsim",
        "--metric-set",
        "clipsim.model=ViT-L-14",
        "--limit",
        "1",
        "--max-cost",
        "2.5",
    ]
    first = planned(*words, *more, "--retry-failed", "--out", tmp_path / 'a "quoted" folder')
    again = planned("--config", written(tmp_path / "run.toml", first.partition(HEADING)[2]))
    assert again == first
    assert 'model = ["still,noise", "drift"]' in first
    assert "limit = 1\n" in first and "retry-failed = true\n" in first and "max-cost = 2.5\n" in first


def test_lists_tables_and_numbers_are_written_as_toml_has_them(tmp_path: Path) -> None:
    file = written(
        tmp_path / "run.toml",
        'model = "still"\nseeds = [0, 1]\ncases = ["cat", "coffee"]\nretry_failed = true\n'
        '[set]\nnum_frames = 5\n[metric-set.clipsim]\nmodel = "ViT-L-14"\n',
    )
    found = planned("--config", file)
    for line in (
        'seeds = "0,1"', 'cases = "cat,coffee"', "retry-failed = true", 'set = ["num_frames=5"]',
        'metric-set = ["clipsim.model=ViT-L-14"]',
    ):  # fmt: skip
        assert line in found.splitlines()


def test_the_command_line_wins(tmp_path: Path) -> None:
    file = written(tmp_path / "run.toml", 'model = ["still", "drift"]\nlimit = 3\nretry-failed = true\n')
    assert 'model = ["noise"]' in planned("noise", "--config", file)
    assert 'model = ["noise"]' in planned("-m", "noise", "--config", file)
    assert "limit = 1\n" in planned("--config", file, "--limit", 1)
    assert 'model = ["still", "drift"]' in planned("--config", file)


def test_arguments_have_the_names_that_the_help_gives_them(tmp_path: Path) -> None:
    boards.two_runs(tmp_path / "runs")
    file = written(
        tmp_path / "c.toml", f'run = ["still", "mover"]\nmetrics = "ssim_mean"\nout = "{tmp_path / "runs"}"\n'
    )
    answer = bench("compare", "--config", file)
    assert answer.exit_code == 0, answer.stderr
    assert "mover against still on tiny" in answer.stdout


def test_a_file_that_is_not_there_is_one_line() -> None:
    answer = bench("run", "--config", "nowhere.toml")
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    assert "config file nowhere.toml cannot be read" in answer.stderr
