"""No network, no access, no GPU, too little memory: one line with the cause and the remedy, before any work."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.command_line import bench
from tests.engine.test_fetching import no_socket  # noqa: F401  a fixture
from tests.faults import small_runs
from tests.faults.all_faults import Figures

REFUSED = {
    "model offline": (("run", "svd", "--offline"), "is not cached here, and the hub cannot be asked (--offline)"),
    "service offline": (("run", "kling", "--offline"), "is a service, and --offline forbids asking it"),
    "LoRA offline": (("generate", "svd", "--lora", "org/lora", "--offline"), "cannot be asked (--offline)"),
    "metric offline": (
        ("run", "still", "--metrics", "clipsim", "--offline"), "--offline forbids fetching it"
    ),
    "no key": (("run", "kling", "--suite", "{suite}"), "KLING_ACCESS_KEY"),
    "no GPU": (("run", "still", "--device", "cuda:0"), "cuda"),
    "no checkpoint": (("run", "svd", "--checkpoint", "nowhere/at/all"), "nowhere/at/all"),
    "no suite": (("run", "still", "--suite", "nowhere"), "nowhere"),
    "no run": (("evaluate", "nowhere"), "nowhere"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_missing_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, figures: Figures, no_socket: None  # noqa: F811
) -> None:  # fmt: skip
    for variable in ("KLING_ACCESS_KEY", "KLING_SECRET_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    suite = small_runs.written_suite(tmp_path / "suite", 1)
    words, said = REFUSED[name]
    begun = time.perf_counter()
    answer = bench(*(word.format(suite=suite) for word in words), "--out", tmp_path / "runs")
    figures.tried, figures.slowest = 1, time.perf_counter() - begun
    assert (answer.exit_code, answer.stderr.count("\n"), answer.stdout) == (2, 1, ""), answer.output
    assert said in answer.stderr
    figures.refused = 1
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".mkv", ".parquet")]
