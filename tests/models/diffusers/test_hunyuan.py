"""What is particular to HunyuanVideo and FramePack: layouts, guidance, sizes that follow the image, sections."""

from pathlib import Path

import numpy as np
import pytest

from bench import models
from bench.errors import UsageError
from bench.media import pictures
from bench.models.diffusers.hunyuan15 import HunyuanVideo15, nearest_size
from bench.models.plans import SectionRule
from bench.types import Case
from tests.tiny_checkpoints import Of

FAST = {"num_frames": 5, "width": 32, "height": 32, "steps": 1}


def picture(path: Path, width: int, height: int) -> Case:
    pictures.write(path, np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))
    return Case(id="photo", image=path, prompt="it moves")


def test_sizes_are_those_that_the_pipeline_itself_would_choose(one_thread: None) -> None:
    """The peer is diffusers' own image processor, for every shape of image up to four to one and beyond."""
    from diffusers.pipelines.hunyuan_video1_5.image_processor import HunyuanVideo15ImageProcessor

    processor = HunyuanVideo15ImageProcessor(vae_scale_factor=16)
    random = np.random.default_rng(0)
    shapes = [(640, 640), (1280, 720), (720, 1280), (848, 480), (2000, 500), (500, 2000)]
    shapes += [(int(w), int(h)) for w, h in random.integers(300, 1000, (60, 2))]
    for width, height in shapes:
        for area in (64, 640, 960):
            found = processor.calculate_default_height_width(height, width, area)
            assert nearest_size(width, height, area) == (found[1], found[0]), (width, height, area)


def test_sizes_by_hand() -> None:
    # 640 x 640 has 40 x 40 patches; 53 x 30 are 1590, and 54 x 30 would be 1620
    assert nearest_size(1000, 1000, 640) == (640, 640)
    assert nearest_size(1280, 720, 640) == (848, 480)


def test_a_clip_of_hunyuan15_has_the_shape_of_its_image(of: Of, tmp_path: Path) -> None:
    # the tiny checkpoint has the area of 64 x 64: four by four patches
    wide = picture(tmp_path / "wide.png", 200, 50)
    model = of("hunyuanvideo-1.5-i2v", num_frames=1, steps=1)
    model.load()
    plan = model.plan(wide)
    assert (plan.width, plan.height) == (128, 32)
    assert model.generate(wide, 0).frames.shape == (1, 32, 128, 3)
    asked = of("hunyuanvideo-1.5-i2v", num_frames=1, steps=1, width=48, height=64)
    assert asked.generate(wide, 0).frames.shape == (1, 64, 48, 3)


def test_before_loading_the_published_area_is_planned_with(tmp_path: Path) -> None:
    plan = HunyuanVideo15().plan(picture(tmp_path / "photo.png", 128, 72))
    assert (plan.width, plan.height) == (848, 480)


def test_the_guiders_scale_is_the_checkpoints_unless_another_is_asked_for(of: Of, tmp_path: Path) -> None:
    case = picture(tmp_path / "photo.png", 32, 32)
    clips = {}
    for guidance in (None, 2.0, 7.0):
        model = of("hunyuanvideo-1.5-i2v", **FAST, guidance=guidance)
        clips[guidance] = model.generate(case, 0).frames
        assert model.effective_settings()["guidance"] == (guidance or 2.0)
    assert np.array_equal(clips[None], clips[2.0])
    assert not np.array_equal(clips[None], clips[7.0])


def test_a_checkpoint_of_the_other_layout_is_refused(of: Of) -> None:
    for name, other in (
        ("hunyuanvideo-i2v", "hunyuanvideo-i2v-33ch"),
        ("hunyuanvideo-i2v-33ch", "hunyuanvideo-i2v"),
    ):
        with pytest.raises(UsageError, match=rf"layout is .*, and model '{name}' is for .*; choose"):
            of(name, on=other).load()


@pytest.mark.parametrize("name", ["hunyuanvideo-i2v", "hunyuanvideo-i2v-33ch", "framepack", "framepack-f1"])
def test_a_negative_prompt_that_nothing_would_read_is_refused(name: str) -> None:
    settings = models.registry[name].Settings
    with pytest.raises(UsageError, match="negative_prompt is read with true_cfg above 1 only"):
        settings(negative_prompt="blurred")
    settings(negative_prompt="blurred", true_cfg=2.0)


def test_the_flow_shift_reaches_the_clip(of: Of, tmp_path: Path) -> None:
    case = picture(tmp_path / "photo.png", 32, 32)
    asked = FAST | {"steps": 2}
    clips = [
        of("hunyuanvideo-i2v", **asked, flow_shift=shift).generate(case, 0).frames
        for shift in (None, 7.0, 17.0)
    ]
    assert np.array_equal(clips[0], clips[1])  # the checkpoint's default is 7
    assert not np.array_equal(clips[0], clips[2])


def test_framepack_and_f1_make_their_sections_in_another_order(of: Of, tmp_path: Path) -> None:
    case = picture(tmp_path / "photo.png", 32, 32)
    asked = FAST | {"num_frames": 34}  # two sections
    one, other = (
        of(name, on="framepack", **asked).generate(case, 0).frames for name in ("framepack", "framepack-f1")
    )
    assert not np.array_equal(one, other)


def test_sections_by_hand() -> None:
    # a section of 9 latent frames shows 4 x 8 + 1 = 33 and adds 36; the image is one more
    rule = SectionRule(every=4, window=9)
    assert [rule.made(asked) for asked in (1, 33, 34, 66, 67, 91)] == [37, 37, 73, 73, 109, 109]
    assert [rule.sections(asked) for asked in (1, 33, 34, 91)] == [1, 1, 2, 3]
    assert str(rule) == "36k + 1"
    for asked in range(1, 400):
        made_frames = rule.made(asked)
        assert made_frames >= asked
        assert rule.made(rule.asked(made_frames)) == made_frames
