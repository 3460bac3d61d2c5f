"""UCF-101 and MSR-VTT: which clips, which frame, which words; small files of our own in their owners' layout."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bench.errors import UsageError
from bench.media import pictures, video
from bench.suites.importing import excerpts, msrvtt
from bench.types import Case
from tests.suites import others
from tests.suites.others import imported


def levels(case: Case) -> tuple[int, list[int], float]:
    """Half the gray levels of image and reference: which frames they are; and the reference's rate."""
    assert case.reference is not None
    clip = video.read_clip(case.reference)
    image = int(pictures.read(case.image)[0, 0, 0])
    return image // 2, [int(frame[0, 0, 0]) // 2 for frame in clip.frames], clip.fps


@pytest.mark.parametrize(("name", "step"), [("ucf101", 3), ("msrvtt", 4)])
def test_the_image_is_the_first_of_sixteen_frames_at_whole_steps(name: str, step: int, here: Path) -> None:
    folder = getattr(others, name)(here / "theirs")
    firsts = []
    for case in imported(name, folder).cases:
        image, frames, fps = levels(case)
        assert frames == list(range(image, image + 16 * step, step))
        assert fps == pytest.approx({"ucf101": 25, "msrvtt": 30}[name] / step)
        firsts.append(image)
    assert len(set(firsts)) > 1  # 25 / 3 and 30 / 4 frames per second, from frames that chance chose


def test_classes_have_their_shares_and_short_clips_are_passed_over(here: Path) -> None:
    suite = imported("ucf101", others.ucf101(here / "theirs"))
    # Four of six: 2.67 and 1.33, of which the larger remainder is rounded up. Of YoYo's four the one of 30 frames is
    # too short: 15 steps of 3 need 46.
    assert Counter(case.category for case in suite.cases) == {"YoYo": 3, "ApplyEyeMakeup": 1}
    assert {case.id for case in suite.cases if case.category == "YoYo"} == {
        "v_YoYo_g08_c01", "v_YoYo_g09_c01", "v_YoYo_g11_c01",
    }  # fmt: skip
    assert {case.prompt for case in suite.cases} == {"yo yo", "apply eye makeup"}


def test_prompts_of_ones_own(here: Path) -> None:
    folder = others.ucf101(here / "theirs")
    suite = imported("ucf101", folder, prompts="prompts.json")
    assert {case.prompt for case in suite.cases} == {"a person plays with a yo-yo", "make-up"}
    assert suite.made_by.startswith("bench suite import ucf101 --prompts prompts.json, from")
    (folder / "few.json").write_text(json.dumps({"YoYo": "x"}))
    with pytest.raises(UsageError, match=r"few\.json has no prompt for 1 classes, such as ApplyEyeMakeup"):
        imported("ucf101", folder, prompts="few.json")


def test_the_same_clips_frames_and_captions_every_time(here: Path) -> None:
    """Chance is in the names: another number here would be another protocol."""
    found = imported("msrvtt", others.msrvtt(here / "theirs")).cases
    assert [(case.id, case.category, case.prompt, levels(case)[0]) for case in found] == [
        ("video7010", "vehicles", "sentence 1 of video7010", 6),
        ("video7011", "people", "sentence 2 of video7011", 2),
    ]


def test_frames_are_drawn_evenly() -> None:
    drawn = np.bincount([excerpts.number(f"clip {number}", 10) for number in range(2000)], minlength=10)
    assert drawn.min() > 150  # 200 expected, standard deviation 13
    assert excerpts.shuffled(["b", "a"], "x") == excerpts.shuffled(["a", "b"], "x")


@pytest.mark.parametrize(
    "change", [{"videos": ["x"]}, {"sentences": ["x"]}, {"sentences": [{"video_id": "x"}]}]
)
def test_annotations_of_another_form(change: dict[str, object], here: Path) -> None:
    path = others.msrvtt(here / "theirs") / "test_videodatainfo.json"
    others.write_json(path, json.loads(path.read_text()) | change)
    with pytest.raises(UsageError, match="a video has video_id and split, a sentence video_id"):
        imported("msrvtt", here / "theirs")


def test_what_is_missing_is_said_in_one_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = others.ucf101(here / "ucf")
    next(folder.rglob("v_YoYo_g09_c01.avi")).unlink()
    with pytest.raises(UsageError, match=r"1 of 6 clips of trainlist01\.txt are missing, such as .*YoYo"):
        imported("ucf101", folder)
    (folder / "ucfTrainTestlist" / "trainlist01.txt").write_text("YoYo/v_YoYo_g08_c01.avi 1\n")
    with pytest.raises(UsageError, match=r"names 1 clips, and 4 are drawn"):
        imported("ucf101", folder)
    (here / "none").mkdir()
    with pytest.raises(UsageError, match=r"has no trainlist01\.txt: give the folder that holds UCF-101/"):
        imported("ucf101", here / "none")
    with pytest.raises(UsageError, match="has no annotation"):
        imported("msrvtt", here / "none")
    short = others.msrvtt(here / "short")
    others.numbered_clip(short / "TestVideo" / "video7010.avi", 20, 30.0)
    with pytest.raises(UsageError, match="no 16 frames at 8 fps"):
        imported("msrvtt", short)
    monkeypatch.setattr(msrvtt, "CLIPS", 2990)
    with pytest.raises(UsageError, match="names 2 clips of MSR-VTT's test part, which has 2990"):
        imported("msrvtt", short)
