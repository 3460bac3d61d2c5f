"""VBench-I2V from end to end in miniature: an imported suite, clips by name, dimensions on their prompts, the total.

The nine networks are stood in for by an evaluator whose means are a row of VBench's board, so that the total must be
the board's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench import runs, suites
from bench.base.progress import Progress
from bench.engine.evaluation import Evaluation
from bench.evaluators import ClipEvaluator, Sample, Values
from bench.media import encoding, video
from bench.runs import RunFolder, row_tables
from bench.scoring import entries, recipes, summary
from bench.suites import importing
from bench.types import MetricCard, Value
from tests.command_line import bench
from tests.suites import others

BOARD = {
    "camera_motion": 67.68, "i2v_subject": 97.19, "i2v_background": 96.74, "subject_consistency": 94.34,
    "background_consistency": 96.42, "motion_smoothness": 98.40, "dynamic_degree": 33.17,
    "aesthetic_quality": 61.87, "imaging_quality": 70.01,
}  # fmt: skip
"""CogVideoX-5b-I2V, as VBench's board prints it: I2V 94.79, quality 78.61, total 86.70."""

VIDEOS = {
    "camera_motion": 7, "i2v_subject": 1, "i2v_background": 1, "subject_consistency": 1,
    "background_consistency": 1, "motion_smoothness": 1, "dynamic_degree": 1, "aesthetic_quality": 2,
    "imaging_quality": 2,
}  # fmt: skip
"""Prompts of the miniature that name a dimension, as 763, 246, 109, 246, 109, 246, 246, 355 and 355 do in VBench."""

SEEDS = (0, 1)


def _card(name: str) -> MetricCard:
    return MetricCard(f"vbench_{name}", 1, "higher", "%", 0, 100, "d", "s", "b", is_native_only=True)


class Nine(ClipEvaluator):
    """The board's value, two above it for seed 0 and two below for seed 1; and one metric that no case names."""

    name, cards = "nine", (*map(_card, BOARD), _card("of_every_case"))

    def look(self, view: Any) -> None:
        return None

    def conclude(self, looks: Sequence[None], sample: Sample) -> Values:
        apart = 2.0 if sample.record.seed == 0 else -2.0
        found = {
            f"vbench_{name}": Value(value + (apart if value < 98 else 0.0)) for name, value in BOARD.items()
        }
        return {**found, "vbench_of_every_case": Value(50.0)}


class Eight(Nine):
    name, cards = "eight", Nine.cards[1:]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the suite, and the run of `still` on it."""
    home = tmp_path_factory.mktemp("vbench")
    importing.import_suite("vbench-i2v", others.vbench_i2v(home / "theirs"), home / "suites")
    words = (
        "still",
        "--suite",
        home / "suites" / "vbench-i2v",
        "--out",
        home / "runs",
        "--set",
        "num_frames=2",
    )
    done = bench("run", *words, "--seeds", "0,1", "--metrics", "cost")
    assert "18 clips generated" in done.stdout, done.stdout + done.stderr
    return home


def measured(home: Path, name: str, evaluator: ClipEvaluator) -> RunFolder:
    folder = runs.named(home / "runs", name)
    suite = suites.load(home / "suites" / "vbench-i2v")
    with folder.working(folder.run, suite):
        Evaluation(folder.run, suite, folder, [evaluator], Progress()).evaluate()
    return folder


def total(home: Path, name: str) -> dict[str, Any]:
    answer = bench("show", name, "--out", home / "runs", "--json")
    assert answer.exit_code == 0, answer.stderr
    found = [each for each in json.loads(answer.stdout)["totals"] if each["recipe"] == "vbench_i2v"]
    return found[0] if found else {}


def check_is_the_boards(found: dict[str, Any]) -> None:
    assert found["mean"] == pytest.approx(86.70, abs=0.01)
    assert found["parts"] == {
        "I2V": pytest.approx(0.9479, abs=1e-4),
        "quality": pytest.approx(0.7861, abs=1e-4),
    }
    assert (found["cases"], found["missing"]) == (9, [])


def test_each_dimension_is_measured_on_its_prompts_and_the_total_is_the_boards(home: Path) -> None:
    folder = measured(home, "still", Nine())
    rows = row_tables.frame([folder.rows.table()[0]])
    cases = {
        metric.removeprefix("vbench_"): own["case"].nunique()
        for metric, own in rows.groupby("metric", observed=True)
        if metric.startswith("vbench_")
    }
    assert cases == {**VIDEOS, "of_every_case": 9}
    means = summary.scores(rows).set_index("metric")["mean"]
    assert {name: means[f"vbench_{name}"] for name in BOARD} == pytest.approx(BOARD)
    check_is_the_boards(total(home, "still"))
    assert recipes.VBENCH_I2V.label in bench("show", "still", "--out", home / "runs").stdout
    assert entries._cases(rows, summary.scores(rows)) == {folder.path.name: 9}


def test_nothing_is_measured_again(home: Path) -> None:
    folder = measured(home, "still", Nine())
    suite = suites.load(home / "suites" / "vbench-i2v")
    with folder.working(folder.run, suite):
        again = Evaluation(folder.run, suite, folder, [Nine()], Progress()).evaluate()
    assert again.measured == 0


def test_clips_by_vbenchs_names_find_their_prompts(home: Path) -> None:
    at = home / "suites" / "vbench-i2v"
    folder, still = home / "sampled", runs.named(home / "runs", "still")
    folder.mkdir()
    prompts = {case.id: case.prompt for case in suites.load(at).cases}
    for record in still.records():
        clip = video.read_clip(still.locate(record))
        encoding.write_preview(folder / f"{prompts[record.case]}-{record.seed}.mp4", clip)
    words = (
        "--clips",
        folder,
        "--name",
        "theirs",
        "--suite",
        home / "suites" / "vbench-i2v",
        "--metrics",
        "cadence",
    )
    answer = bench("evaluate", *words, "--out", home / "runs")
    assert "18 clips" in answer.stdout, answer.stdout + answer.stderr
    assert "set aside" not in answer.stderr
    measured(home, "theirs", Nine())
    check_is_the_boards(total(home, "theirs"))


def test_without_a_dimension_there_is_no_total_and_it_is_named(home: Path, tmp_path: Path) -> None:
    shutil.copytree(
        home, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("results.parquet", "measure*")
    )
    measured(tmp_path, "still", Eight())
    found = total(tmp_path, "still")
    assert (found["mean"], found["missing"]) == (None, ["vbench_camera_motion"])
    shown = bench("show", "still", "--out", tmp_path / "runs", columns=200).stdout
    assert "no total: vbench_camera_motion missing" in shown


def test_clips_of_no_suite_have_their_camera_from_their_name(tmp_path: Path) -> None:
    """VBench's custom input: prompt-0.mp4 beside prompt.jpg, the move in the name."""
    from bench.suites import own_clips

    name = f"{others.LAKE}, camera tilts up"
    others.picture(tmp_path / f"{name}.jpg")
    others.clip(tmp_path / f"{name}-0.mp4")
    (case,) = own_clips.collect(tmp_path).suite.cases
    assert (case.prompt, case.camera) == (name, "tilt_up")
