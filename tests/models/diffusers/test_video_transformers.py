"""What is particular to CogVideoX, Wan, VACE and LTX; what all adapters share is in test_diffusers_contract."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as pillow

from bench import models
from bench.errors import UsageError
from bench.models.diffusers import ClipRequest
from bench.models.diffusers.ltx import DISTILLED
from bench.models.diffusers.wan_vace import holes
from bench.types import Case, Keyframe
from tests.tiny_checkpoints import Of


def test_cogvideox_makes_one_size(of: Of, case: Case) -> None:
    cls = models.registry["cogvideox-5b-i2v"]
    with pytest.raises(UsageError, match="size is 640 x 480, and this model makes 720 x 480 only"):
        cls(cls.Settings(width=640)).plan(case)
    tiny = of("cogvideox-5b-i2v", width=64, height=64)
    with pytest.raises(UsageError, match="size is 64 x 64, and this model makes 32 x 32 only"):
        tiny.generate(case, 0)
    native = of("cogvideox-5b-i2v", num_frames=1, steps=1)
    assert native.generate(case, 0).frames.shape == (1, 32, 32, 3)


def test_cogvideox_15_says_what_is_too_large(of: Of) -> None:
    tiny = of("cogvideox1.5-5b-i2v", width=96, height=64)
    with pytest.raises(UsageError, match="size is 96 x 64, and this checkpoint makes 64 x 64 at most"):
        tiny.load()


def test_cogvideox_samples_as_its_makers_or_as_the_checkpoint_says(of: Of) -> None:
    names = {}
    for sampler in ("dpm", "checkpoint"):
        model = of("cogvideox-5b-i2v", sampler=sampler)
        model.load()
        names[sampler] = type(model._pipeline.scheduler).__name__
    assert names == {"dpm": "CogVideoXDPMScheduler", "checkpoint": "CogVideoXDDIMScheduler"}


def test_wan_between_two_frames_needs_the_last(case: Case) -> None:
    cls = models.registry["wan2.1-flf2v-720p"]
    for keyframes in ((), (Keyframe(case.image, 0),)):
        with pytest.raises(
            UsageError, match="needs a last frame, and case 'photo' has no keyframe after frame 0"
        ):
            cls().plan(replace(case, keyframes=keyframes))


def test_a_layout_of_wan_is_not_taken_for_the_other(of: Of) -> None:
    with pytest.raises(
        UsageError, match=r"is of Wan 2\.2's 5B layout, and model 'wan2\.1-i2v-480p' is the other"
    ):
        of("wan2.1-i2v-480p", on="wan2.2-ti2v-5b").load()
    with pytest.raises(UsageError, match=r"is not of Wan 2\.2's 5B layout"):
        of("wan2.2-ti2v-5b", on="wan2.1-i2v-480p").load()


@pytest.mark.parametrize(("asked", "used"), [(None, 3.0), (7.0, 7.0)])
def test_the_flow_shift_is_the_checkpoints_or_what_was_asked_for(
    asked: float | None, used: float, of: Of
) -> None:
    model = of("wan2.1-i2v-480p", flow_shift=asked)
    model.load()
    assert model._pipeline.scheduler.config.flow_shift == used


def test_the_second_experts_guidance_reaches_the_clip(of: Of, case: Case) -> None:
    small = {"num_frames": 5, "width": 32, "height": 32, "steps": 2}
    clips = [
        of("wan2.2-i2v-a14b", guidance_2=scale, **small).generate(case, 0).frames
        for scale in (None, 3.5, 9.0)
    ]
    assert np.array_equal(clips[0], clips[1])  # None is the first expert's, 3.5
    assert not np.array_equal(clips[0], clips[2])


def request(kept: Any = None) -> ClipRequest:
    red, blue = (pillow.new("RGB", (4, 2), colour) for colour in ("red", "blue"))
    return ClipRequest(Case("photo", Path("photo.png")), None, red, 4, 4, 2, {2: blue}, kept)


def test_vace_is_given_frames_whole_and_gray_where_it_is_to_make_them() -> None:
    video, mask = (np.stack([np.asarray(each) for each in pictures]) for pictures in holes(request()))
    assert video.shape == (4, 2, 4, 3)
    assert mask.shape == (4, 2, 4)
    assert [tuple(frame[0, 0]) for frame in video] == [(255, 0, 0), (128,) * 3, (0, 0, 255), (128,) * 3]
    assert [set(frame.ravel()) for frame in mask] == [{0}, {255}, {0}, {255}]


def test_vace_is_given_what_the_mask_keeps_in_every_frame() -> None:
    kept = np.array([[255, 0, 0, 0], [255, 0, 0, 0]], np.uint8)
    video, mask = (np.stack([np.asarray(each) for each in pictures]) for pictures in holes(request(kept)))
    for t in (1, 3):
        assert (video[t, :, 0] == (255, 0, 0)).all()
        assert (video[t, :, 1:] == 128).all()
        assert np.array_equal(mask[t], 255 - kept)
    assert not mask[[0, 2]].any()


@pytest.mark.parametrize("name", ["wan2.1-vace-1.3b", "ltx-video-0.9.5"])
def test_a_keyframe_beyond_the_end_is_refused(name: str, case: Case) -> None:
    cls = models.registry[name]
    late = replace(case, keyframes=(Keyframe(case.image, 9),))
    with pytest.raises(UsageError, match="case 'photo' has a keyframe at frame 9, and the clip has 9 frames"):
        cls(cls.Settings(num_frames=9)).plan(late)


def test_the_distilled_ltx_takes_the_steps_that_it_was_distilled_to(of: Of, case: Case) -> None:
    small = {"num_frames": 9, "width": 32, "height": 32}
    seen = {}
    for steps in (None, 4):
        name = "ltx-video-0.9.8-distilled"
        model = of(name, steps=steps, **small)
        model.generate(case, 0)
        seen[steps] = model._pipeline.scheduler.timesteps.tolist()
    assert seen[None] == pytest.approx(DISTILLED, rel=1e-3)
    assert len(seen[4]) == 4
    assert seen[4] != pytest.approx(DISTILLED[:4], rel=1e-3)
