"""BRISQUE along a clip: its mean and drift by the machine's own scores, the null clips."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from bench.base import weights
from bench.errors import NotMeasurable
from bench.evaluators.brisque import Brisque
from bench.evaluators.nets import brisque
from bench.media import pictures
from bench.types import Case, Frames
from tests.made import answers


@pytest.fixture(scope="module")
def evaluator() -> Brisque:
    if weights.path(brisque.VECTORS) is None:
        pytest.skip("needs the files of brisque 0.2.0")
    found = Brisque()
    found.ready()
    return found


@pytest.fixture(scope="module")
def cat() -> Frames:
    picture = pictures.read(Path(skimage.data.__file__).parent / "chelsea.png")
    return pictures.fit(picture, 160, 120, "cover")


@pytest.fixture
def case(cat: Frames, tmp_path: Path) -> Case:
    pictures.write(tmp_path / "cat.png", cat)
    return Case("cat", tmp_path / "cat.png")


def test_mean_and_drift(evaluator: Brisque, cat: Frames, case: Case) -> None:
    """Seven sharp frames and one blurred: a quarter of eight is the last two."""
    blurred = cv2.GaussianBlur(cat, (0, 0), 2)
    sharp, soft = (brisque.loaded().score(each) for each in (cat, blurred))
    found = answers(evaluator, np.stack([*[cat] * 7, blurred]), case=case)
    assert found["brisque"].series == pytest.approx([*[sharp] * 7, soft])
    assert found["brisque"].value == pytest.approx((7 * sharp + soft) / 8)
    assert found["brisque_drift"].value == pytest.approx((soft - sharp) / 2)
    assert soft > sharp + 10


def test_a_still_clip_does_not_drift(evaluator: Brisque, cat: Frames, case: Case) -> None:
    assert answers(evaluator, cat[None].repeat(3, axis=0), case=case)["brisque_drift"].value == 0


def test_a_black_frame_has_no_score(evaluator: Brisque, cat: Frames, case: Case) -> None:
    with pytest.raises(NotMeasurable, match="a frame is flat"):
        answers(evaluator, np.stack([cat, np.zeros_like(cat)]), case=case)
