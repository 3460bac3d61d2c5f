"""Cheap clips: what each does, by arithmetic done here, and what all of them promise."""

from pathlib import Path

import numpy as np
import pytest

from bench import models, suites
from bench.media import pictures
from bench.models.null import animation
from bench.types import Case, Clip, Frames

NAMES = [name for name in models.registry if issubclass(models.registry[name], animation.Animation)]
MOVING = [name for name in NAMES if name not in ("pulse", "fade")]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A photograph of 96 x 64."""
    picture = pictures.fit(pictures.read(suites.load("demo").cases[0].image), 96, 64, "cover")
    path = tmp_path_factory.mktemp("case") / "image.png"
    pictures.write(path, picture)
    return Case("photograph", path)


def clip(name: str, case: Case, seed: int = 0, **settings: float) -> Clip:
    cls = models.registry[name]
    return cls(cls.Settings(**settings)).generate(case, seed)


def change(frames: Frames, step: int = 1) -> float:
    """Mean absolute difference between frames so far apart, gray levels."""
    return float(np.abs(frames[step:].astype(float) - frames[:-step]).mean())


def test_there_are_ten() -> None:
    expected = "fade kenburns layers melt parallax pasted-patch pulse sway wobble zoom-blur"
    assert sorted(NAMES) == expected.split()
    assert {models.registry[name].card.role for name in NAMES} == {"null baseline"}


@pytest.mark.parametrize("name", NAMES)
class TestAll:
    def test_it_begins_with_the_input_image(self, name: str, case: Case) -> None:
        assert np.array_equal(clip(name, case).frames[0], pictures.read(case.image))

    def test_it_changes_visibly_and_goes_on_changing(self, name: str, case: Case) -> None:
        frames = clip(name, case).frames
        assert change(frames[:2]) > 1
        assert change(frames[-2:]) > 0.5
        assert change(frames, step=10) > 5

    def test_twice_the_strength_changes_more(self, name: str, case: Case) -> None:
        weak, strong = (clip(name, case, num_frames=3, strength=s).frames for s in (0.1, 0.2))
        assert change(strong) > 1.2 * change(weak)

    def test_the_rate_samples_the_same_course(self, name: str, case: Case) -> None:
        slow, fast = clip(name, case, num_frames=4, fps=4), clip(name, case, num_frames=7, fps=8)
        assert np.array_equal(slow.frames, fast.frames[::2])

    @pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (2, 3), (33, 17)])
    def test_any_picture_will_do(self, name: str, shape: tuple[int, int], tmp_path: Path) -> None:
        levels = np.random.default_rng(0).integers(256, size=(*shape, 3), dtype=np.uint8)
        pictures.write(tmp_path / "image.png", levels)
        assert clip(name, Case("a", tmp_path / "image.png")).frames.shape == (16, *shape, 3)


@pytest.mark.parametrize("name", MOVING)
def test_seed_and_case_decide_where_it_goes(name: str, case: Case) -> None:
    made = [clip(name, case, seed).frames for seed in range(4)]
    assert len({frames.tobytes() for frames in made}) > 1


@pytest.mark.parametrize("name", ["kenburns", "parallax", "wobble", "sway", "melt"])
def test_a_flat_picture_stays_flat_where_pixels_only_move(name: str, tmp_path: Path) -> None:
    pictures.write(tmp_path / "image.png", np.full((48, 64, 3), (10, 128, 250), np.uint8))
    frames = clip(name, Case("flat", tmp_path / "image.png")).frames
    assert (frames == frames[:1]).all()


def test_ken_burns_grows_by_what_it_says(tmp_path: Path) -> None:
    """Columns are their own numbers: 1.08² times as large after two seconds, a step of 1 becomes one of 0.857."""
    x = np.tile(np.arange(0, 240, 2, dtype=np.uint8), (80, 1))
    pictures.write(tmp_path / "image.png", np.stack([x] * 3, axis=2))
    last = clip("kenburns", Case("ramp", tmp_path / "image.png"), num_frames=17).frames[-1].astype(float)
    # levels are whole: over 100 columns the slope is known to 1 / 100
    assert (last[40, 110, 0] - last[40, 10, 0]) / 100 == pytest.approx(2 / 1.08**2, abs=0.01)


def test_pulse_swings_by_a_fifth(tmp_path: Path) -> None:
    """At 5 frames per second a period of 0.8 s has its crest at 0.2 s: 100 becomes 120, at 0.6 s it is 80."""
    pictures.write(tmp_path / "image.png", np.full((8, 8, 3), 100, np.uint8))
    frames = clip("pulse", Case("flat", tmp_path / "image.png"), num_frames=5, fps=5).frames
    assert frames[:, 0, 0, 0].tolist() == [100, 120, 100, 80, 100]


def test_fade_leaves_a_third_after_two_seconds(tmp_path: Path) -> None:
    levels = np.zeros((8, 8, 3), np.uint8)
    levels[:, 4:] = 180  # its mean is 90, from which both halves stand 90 away, and 30 in the end
    pictures.write(tmp_path / "image.png", levels)
    last = clip("fade", Case("halves", tmp_path / "image.png"), num_frames=17).frames[-1]
    assert (last[0, 0, 0], last[0, 7, 0]) == (60, 120)


def test_sway_leaves_the_lower_edge_to_the_slide(case: Case) -> None:
    """4 % of 96 px per second: after 50 s the whole lower edge has moved by 192 px, and 50 s are whole periods."""
    frames = clip("sway", case, num_frames=51, fps=1).frames
    picture = pictures.read(case.image)
    mirrored = np.concatenate([picture, picture[:, -2:0:-1]], axis=1)  # a period of 190 px
    either = [np.roll(mirrored, way * 192, axis=1)[-1, :96] for way in (-1, 1)]
    assert min(np.abs(frames[50, -1].astype(int) - edge).max() for edge in either) <= 2


def test_a_pushed_patch_leaves_the_rest_as_it_was(case: Case) -> None:
    frames = clip("pasted-patch", case).frames
    changed = (frames != frames[0]).any(axis=3)
    # an ellipse of 0.2 of each side has pi · 0.04 = 12.6 % of the area, 16 % with the soft pixel around it
    assert changed[1:].mean(axis=(1, 2)).max() < 0.16
    assert changed[-1].any()


def test_layers_have_several_speeds_and_a_slide_has_one(tmp_path: Path) -> None:
    """A picture whose colour is its column: what is seen at a place says how far it came; four speeds are seen."""
    x = np.tile(np.arange(240), (200, 1))
    pictures.write(tmp_path / "image.png", np.stack([x, x, x], axis=2).astype(np.uint8))
    after = clip("layers", Case("ramp", tmp_path / "image.png"), num_frames=17).frames[-1].astype(int)
    moved = np.abs(x - after[..., 0])[:, 60:180]
    # 6 % of 240 px per second for two seconds, 28.8 px, times 0.1, 0.4, 0.7 and 1
    for pixels in (2.88, 11.52, 20.16, 28.8):
        assert (np.abs(moved - pixels) <= 1).mean() > 0.05, pixels
