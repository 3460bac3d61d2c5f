"""Whatever decides a number is part of what decides whether it is still true: change it, and it is measured again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import bench
from bench import runs, suites
from bench.errors import UsageError
from bench.media import pictures, video
from tests.made import moving_clip, photograph

METRICS = ["first_frame", "ssim"]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """Two cases, three clips, the image wider than the clips."""
    folder = tmp_path / "mine"
    for number in range(2):
        pictures.write(folder / f"{number}.png", photograph(48, 96, seed=number))
        video.write_clip(folder / f"{number}.mkv", moving_clip(seed=number))
    video.write_clip(folder / "0-1.mkv", moving_clip(seed=7))
    path = folder / "cases.csv"
    path.write_text(
        "case,image,clip,prompt,seed\na,0.png,0.mkv,it moves,0\na,0.png,0-1.mkv,it moves,1\nb,1.png,1.mkv,it moves,0\n"
    )
    return path


def _evaluate(csv: Path, out: Path, fit: str = "cover") -> pd.DataFrame:
    return bench.evaluate(csv, "mine", fit=fit, metrics=METRICS, out=out, show_progress=False)  # type: ignore[arg-type]


def _numbers(rows: pd.DataFrame) -> dict[tuple[str, int, str], float | str]:
    """What the rows say, without when and where."""
    return {
        (row["case"], row["seed"], row["metric"]): row["value" if row["status"] == "measured" else "error"]
        for row in rows[rows["view"] == "native"].to_dict("records")
    }


def _other_clip(csv: Path) -> None:
    video.write_clip(csv.parent / "0.mkv", moving_clip(seed=20))


def _same_size_clip(csv: Path) -> None:
    path = csv.parent / "0.mkv"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def _other_image(csv: Path) -> None:
    pictures.write(csv.parent / "0.png", photograph(48, 96, seed=30))


def _one_line_less(csv: Path) -> None:
    csv.write_text("\n".join(line for line in csv.read_text().split("\n") if "0-1.mkv" not in line))


def _other_prompt(csv: Path) -> None:
    csv.write_text(csv.read_text().replace("it moves", "it stays"))


def _clip_gone(csv: Path) -> None:
    (csv.parent / "0.mkv").unlink()


CHANGES = [_other_clip, _same_size_clip, _other_image, _one_line_less, _other_prompt, _clip_gone]


@pytest.mark.parametrize("change", CHANGES)
def test_clips_of_ones_own(csv: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    before = _numbers(_evaluate(csv, tmp_path / "runs"))
    change(csv)
    again = _numbers(_evaluate(csv, tmp_path / "runs"))
    assert again == _numbers(_evaluate(csv, tmp_path / "fresh"))
    assert again != before or change is _other_prompt


def test_how_the_images_were_fitted(csv: Path, tmp_path: Path) -> None:
    cover = _evaluate(csv, tmp_path / "runs")
    stretch = _evaluate(csv, tmp_path / "runs", fit="stretch")
    assert _numbers(stretch) == _numbers(_evaluate(csv, tmp_path / "fresh", fit="stretch"))
    assert _numbers(stretch) != _numbers(cover)
    assert '"image_fit": "stretch"' in stretch["decoded"].iloc[0]


def test_a_run_on_disk_whose_clips_changed(csv: Path, tmp_path: Path) -> None:
    """`bench evaluate RUN` measures external clips as they are now, wherever they lie."""
    from bench.base.progress import Progress
    from bench.engine import jobs
    from bench.engine.requests import MetricRequest, RunConfig

    _evaluate(csv, tmp_path / "runs")
    _other_clip(csv)
    config = RunConfig(tmp_path / "runs")
    report = jobs.evaluate_runs(["mine"], MetricRequest(tuple(METRICS)), config, Progress())
    assert _numbers(report.rows) == _numbers(_evaluate(csv, tmp_path / "fresh"))


def test_a_run_on_disk_whose_images_changed_is_refused(csv: Path, tmp_path: Path) -> None:
    from bench.base.progress import Progress
    from bench.engine import jobs
    from bench.engine.requests import MetricRequest, RunConfig

    _evaluate(csv, tmp_path / "runs")
    _other_image(csv)
    with pytest.raises(UsageError, match="files of a have changed"):
        jobs.evaluate_runs(["mine"], MetricRequest(), RunConfig(tmp_path / "runs"), Progress())


@pytest.fixture
def suite_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "suites" / "small"
    pictures.write(folder / "0.png", photograph())
    (folder / "suite.toml").write_text('title = "One picture"\n')
    (folder / "cases.jsonl").write_text('{"id": "a", "image": "0.png", "prompt": "x"}\n')
    return folder


def _run(suite_folder: Path | str, out: Path) -> pd.DataFrame:
    return bench.run("still", suite=suite_folder, metrics=METRICS, out=out, show_progress=False)


def test_another_image_in_a_suite_is_another_run(suite_folder: Path, tmp_path: Path) -> None:
    first = _run(suite_folder, tmp_path / "runs")
    pictures.write(suite_folder / "0.png", photograph(seed=5))
    second = _run(suite_folder, tmp_path / "runs")
    assert first["run"].iloc[0] != second["run"].iloc[0]
    assert len(runs.find(tmp_path / "runs")) == 2


def test_a_run_is_evaluated_against_its_own_version_of_the_suite(
    suite_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed, the suite is refused; moved to where suites are found by name, it is found."""
    from bench.base.progress import Progress
    from bench.engine import jobs
    from bench.engine.requests import MetricRequest, RunConfig

    expected = _numbers(_run(suite_folder, tmp_path / "runs"))
    config = RunConfig(tmp_path / "runs")
    image = (suite_folder / "0.png").read_bytes()
    pictures.write(suite_folder / "0.png", photograph(seed=5))
    with pytest.raises(UsageError, match="animates suite small@"):
        jobs.evaluate_runs(["still"], MetricRequest(tuple(METRICS)), config, Progress())
    (suite_folder / "0.png").write_bytes(image)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    suite_folder.parent.rename(tmp_path / "elsewhere" / "suites")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert suites.load("small").cases
    report = jobs.evaluate_runs(["still"], MetricRequest(tuple(METRICS)), config, Progress())
    assert _numbers(report.rows) == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"seeds": 0.5}, "seeds are whole numbers"),
        ({"seeds": [-1]}, "seeds are whole numbers from 0"),
        ({"seeds": []}, "seeds are whole numbers from 0"),
        ({"limit": 0}, "limit is at least 1"),
        ({"memory": "foo"}, "memory is full, model, sequential"),
        ({"metrics": "flikker"}, "unknown metric 'flikker'"),
        ({"metrics": "ssim", "metric_settings": {"flicker.window": 5}}, "flicker is set, but not among"),
    ],
)
def test_python_checks_what_the_command_line_checks(
    suite_folder: Path, tmp_path: Path, words: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        bench.run("still", suite=suite_folder, out=tmp_path / "runs", show_progress=False, **words)  # type: ignore[arg-type]
    assert not (tmp_path / "runs").exists()


def test_numpy_seeds_and_single_words_will_do(suite_folder: Path, tmp_path: Path) -> None:
    import numpy as np

    rows = bench.run(
        "noise", suite=suite_folder, seeds=np.arange(2), metrics="ssim", out=tmp_path, show_progress=False
    )
    assert set(rows["seed"]) == {0, 1}


def test_other_clips_under_the_same_name_are_refused(csv: Path, tmp_path: Path) -> None:
    """Their numbers took the place of the first ones, without a word."""
    before = _numbers(_evaluate(csv, tmp_path / "runs"))
    other, moved = tmp_path / "step-2000" / "mine", tmp_path / "moved" / "mine"
    for place in (other, moved):
        shutil.copytree(csv.parent, place)
    for number, clip in enumerate(sorted(other.glob("*.mkv"))):
        video.write_clip(clip, moving_clip(seed=40 + number))
    with pytest.raises(
        UsageError, match=r"the name 'mine' is that of other clips.*choose another --name, or delete"
    ):
        _evaluate(other / "cases.csv", tmp_path / "runs")
    assert _numbers(_evaluate(csv, tmp_path / "runs")) == before
    assert _numbers(_evaluate(moved / "cases.csv", tmp_path / "runs")) == before


def test_clips_that_were_changed_are_said(
    csv: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _evaluate(csv, tmp_path / "runs")
    _other_clip(csv)
    _one_line_less(csv)
    bench.evaluate(csv, "mine", metrics=METRICS, out=tmp_path / "runs")
    assert (
        "clips of 'mine' are not what they were, and nor are its numbers: 1 changed, 1 gone, 0 new"
        in " ".join(capfd.readouterr().err.split())
    )
