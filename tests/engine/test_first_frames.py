"""What a first frame says of the input image: the fit is told from it, and what nobody said is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL.PngImagePlugin import PngInfo

from bench.base.progress import Progress
from bench.engine import first_frames, jobs
from bench.engine.generation import Generation, generate
from bench.engine.requests import ClipSource, MetricRequest, RunConfig
from bench.errors import UsageError
from bench.media import pictures, video
from bench.runs import RunFolder
from bench.suites import own_clips
from bench.types import Case, Clip, Fit, FitChoice, Image
from tests.engine.test_generation import Scripted
from tests.made import moving_clip

IMAGE = Path(__file__).parents[2] / "suites" / "demo" / "images" / "cat.png"


class Heard(Progress):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


def coded(image: Image, fit: Fit) -> Clip:
    """Two frames of the image at 160 x 96, with noise as of a codec."""
    frame = pictures.fit(image, 160, 96, fit).astype(np.float64)
    noisy = frame + np.random.default_rng(0).normal(0, 4, (2, *frame.shape))
    return Clip(np.clip(noisy, 0, 255).astype(np.uint8), 8.0)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """A wide image and clips in which it is stretched, cropped, letterboxed, and not to be seen."""
    image = pictures.fit(pictures.read(IMAGE), 200, 200, "cover")
    folder = tmp_path / "mine"
    pictures.write(folder / "cat.png", image)
    lines = ["case,image,clip"]
    for fit in ("cover", "contain", "stretch"):
        video.write_clip(folder / f"{fit}.mkv", coded(image, fit))
        lines.append(f"{fit},cat.png,{fit}.mkv")
    video.write_clip(folder / "other.mkv", moving_clip())
    (folder / "cases.csv").write_text("\n".join([*lines, "other,cat.png,other.mkv"]))
    return folder / "cases.csv"


def evaluated(
    csv: Path, out: Path, fit: FitChoice = "auto", workers: int = 1
) -> tuple[dict[str, Any], list[str], int]:
    """What is decoded and the SSIM of the first frame, by case; what was said; how many numbers are new."""
    heard = Heard()
    source = ClipSource(csv, "mine", fit=fit)
    config = RunConfig(out, workers=workers)
    report = jobs.evaluate_clips(source, MetricRequest(("first_frame",)), config, heard)
    rows = report.rows[(report.rows["metric"] == "first_frame_ssim") & (report.rows["view"] == "native")]
    found = {
        row["case"]: {**json.loads(row["decoded"]), "ssim": row["value"]} for row in rows.to_dict("records")
    }
    return found, heard.lines, report.measured


@pytest.mark.parametrize("workers", [1, 2])
def test_the_fit_of_own_clips_is_told_from_their_first_frames(
    csv: Path, tmp_path: Path, workers: int
) -> None:
    found, lines, _ = evaluated(csv, tmp_path / "runs", workers=workers)
    for fit in ("cover", "contain", "stretch"):
        assert (found[fit]["image_fit"], found[fit]["image_fit_from"]) == (fit, "frame 0")
        assert found[fit]["ssim"] > 0.8
    assert (found["other"]["image_fit"], found["other"]["image_fit_from"]) == ("cover", "default")
    assert [line.split(":")[0] for line in lines] == ["1 clip (contain)", "1 clip (stretch)"]


def test_explicit_words_win_and_what_the_frame_shows_is_said(csv: Path, tmp_path: Path) -> None:
    found, lines, _ = evaluated(csv, tmp_path / "runs", "cover")
    assert {each["image_fit"] for each in found.values()} == {"cover"}
    assert {case: each.get("image_fit_shown") for case, each in found.items()} == {
        "cover": None, "contain": "contain", "stretch": "stretch", "other": None,
    }  # fmt: skip
    assert found["stretch"]["ssim"] < 0.5
    assert "fit 'stretch', not 'cover' as declared" in lines[1]


def test_rows_measured_under_cover_stay_unless_the_fit_changes(csv: Path, tmp_path: Path) -> None:
    _, _, first = evaluated(csv, tmp_path / "runs", "cover")
    _, _, again = evaluated(csv, tmp_path / "runs")
    assert again == first / 4 * 2  # contain and stretch of four


def test_a_clip_is_looked_at_once(csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, lines, _ = evaluated(csv, tmp_path / "runs")
    monkeypatch.setattr(first_frames.Look, "seen", lambda _: pytest.fail("it was opened again"))
    assert evaluated(csv, tmp_path / "runs") == (found, lines, 0)


def test_runs_on_disk_keep_what_was_asked(csv: Path, tmp_path: Path) -> None:
    for fit in ("auto", "stretch"):
        before, _, _ = evaluated(csv, tmp_path / fit, fit)
        report = jobs.evaluate_runs(
            ["mine"], MetricRequest(("first_frame",)), RunConfig(tmp_path / fit), Heard()
        )
        assert report.measured == 0
        fits = {json.loads(text)["image_fit"] for text in report.rows["decoded"]}
        assert fits == {each["image_fit"] for each in before.values()}


def test_an_unknown_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="fit is auto, cover, contain, stretch, not 'crop'"):
        ClipSource(Path("a.csv"), "mine", fit="crop")  # type: ignore[arg-type]


def test_an_image_saved_from_the_clip_is_no_input_image(tmp_path: Path) -> None:
    """VideoHelperSuite writes the first frame beside each film: first-frame metrics are 1 by construction."""
    video.write_clip(tmp_path / "duck.mkv", moving_clip())
    pictures.write(tmp_path / "duck.png", moving_clip().frames[0])
    found, lines, _ = evaluated(tmp_path, tmp_path / "runs")
    assert found["duck"]["ssim"] == 1
    assert found["duck"]["image_is_frame_0"] == "yes"
    (line,) = lines
    assert "1 clip (duck): the input image is the clip's first frame, bit for bit or" in line


def test_an_image_that_says_so_is_no_input_image_either(tmp_path: Path) -> None:
    """A lossy film differs from the PNG beside it, but VideoHelperSuite writes workflow and CreationTime into that."""
    video.write_clip(tmp_path / "duck.mkv", moving_clip())
    texts = PngInfo()
    texts.add_text("workflow", "{}")
    texts.add_text("CreationTime", "2026-01-01 00:00:00")
    PillowImage.fromarray(moving_clip(seed=1).frames[0]).save(tmp_path / "duck.png", pnginfo=texts)
    found, lines, _ = evaluated(tmp_path, tmp_path / "runs")
    assert found["duck"]["image_is_frame_0"] == "by its metadata"
    assert len(lines) == 1


class Stretching(Scripted):
    """A model whose card says 'cover'."""

    def generate(self, case: Case, seed: int, step: Any = None) -> Clip:
        return coded(pictures.read(case.image), "stretch")


def test_the_fit_of_a_models_clips_is_verified(csv: Path, tmp_path: Path) -> None:
    heard, folder = Heard(), RunFolder(tmp_path / "run")
    generate(Generation(Stretching(), [(Case("cat", csv.parent / "cat.png"), 0)], folder, heard))
    (record,) = folder.records()
    assert (record.fit, record.seen) == ("cover", {"image_fit_shown": "stretch"})
    assert heard.lines[0].startswith(
        "1 clip (cat): the first frame shows the input image by fit 'stretch', not 'cover'"
    )


def test_the_rate_of_folders_of_frames_is_stated(tmp_path: Path) -> None:
    """By the CSV for one, by fps for the others; a film states its own. Rows of another rate are stale."""
    for number, frame in enumerate(moving_clip().frames):
        for name in ("a", "b"):
            pictures.write(tmp_path / name / f"{number}.png", frame)
    video.write_clip(tmp_path / "c.mkv", moving_clip())
    pictures.write(tmp_path / "a.png", moving_clip().frames[0])
    lines = ["case,image,clip,fps", "a,a.png,a,12.5", "b,a.png,b,", "c,a.png,c.mkv,"]
    (tmp_path / "cases.csv").write_text("\n".join(lines))

    def rates(fps: float | None) -> tuple[dict[str, float], int]:
        source = ClipSource(tmp_path / "cases.csv", "mine", fps=fps)
        report = jobs.evaluate_clips(
            source, MetricRequest(("first_frame",)), RunConfig(tmp_path / "runs"), Heard()
        )
        rows = report.rows.to_dict("records")
        return {row["case"]: json.loads(row["decoded"])["fps"] for row in rows}, report.measured

    found, first = rates(None)
    assert found == {"a": 12.5, "b": 8.0, "c": 8.0}
    found, again = rates(24.0)
    assert found == {"a": 12.5, "b": 24.0, "c": 8.0}
    assert again == first / 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("c,a.png,c.mkv,24", "fps is for folders of frames; c.mkv states its own"),
        ("c,a.png,c,fast", "fps 'fast' is no number"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "c.mkv").touch()
    (tmp_path / "cases.csv").write_text(f"case,image,clip,fps\n{line}\n")
    with pytest.raises(UsageError, match=message):
        own_clips.collect(tmp_path / "cases.csv")
    with pytest.raises(UsageError, match="fps is above 0"):
        ClipSource(tmp_path, "mine", fps=0)
