"""The models that need no weights, whose clips are known exactly."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from bench import models, suites
from bench.engine import requests
from bench.errors import BadClip, BadImage, Unavailable
from bench.media import pictures, video
from bench.models.null.drift import mirrored
from bench.suites import scenes
from bench.types import Case, Clip

NULL = ("still", "drift", "noise", "shuffled", "reversed", "cut", "reference")
OF_REFERENCE = ("shuffled", "reversed", "cut", "reference")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A picture of 60 x 40 whose pixels are all different in the first two channels."""
    y, x = np.mgrid[:40, :60].astype(np.uint8)
    pictures.write(tmp_path / "image.png", np.stack([x, y, x ^ y], axis=2))
    return Case("ramp", tmp_path / "image.png")


def image(case: Case) -> np.ndarray:
    return pictures.read(case.image)


def referenced(folder: Path, frames: int = 7, case: str = "a") -> tuple[Case, np.ndarray]:
    """A case whose reference clip is noise at 12 frames per second, and that clip's frames, no two of them alike."""
    levels = np.random.default_rng(0).integers(256, size=(frames, 16, 24, 3), dtype=np.uint8)
    video.write_clip(folder / f"{frames}.mkv", Clip(levels, 12.0))
    return Case(case, folder / "none.png", reference=folder / f"{frames}.mkv"), levels


def clip(name: str, case: Case, seed: int = 0, **settings: float) -> Clip:
    cls = models.registry[name]
    return cls(cls.Settings(**settings)).generate(case, seed)


@pytest.mark.parametrize("name", NULL)
def test_cards_say_that_nothing_is_needed(name: str) -> None:
    card = models.registry[name].card
    assert (card.name, card.weights, card.reads_text, card.licence) == (name, None, False, "Apache-2.0")
    assert card.note


@pytest.mark.parametrize("name", ["still", "drift", "noise"])
class TestShape:
    def test_settings_decide_length_and_rate(self, case: Case, name: str) -> None:
        made = clip(name, case, num_frames=3, fps=12.5)
        assert (len(made), made.fps) == (3, 12.5)
        assert made.frames.shape == (3, 40, 60, 3)

    def test_max_side_limits_the_size(self, case: Case, name: str) -> None:
        made = clip(name, case, max_side=30)
        assert made.frames.shape == (16, 20, 30, 3)
        assert len(made) == 16

    def test_the_same_seed_gives_the_same_clip(self, case: Case, name: str) -> None:
        assert (clip(name, case, seed=3).frames == clip(name, case, seed=3).frames).all()

    def test_frames_may_be_written_to(self, case: Case, name: str) -> None:
        assert clip(name, case).frames.flags.writeable  # torch.from_numpy warns of others

    def test_a_missing_image_is_named(self, name: str) -> None:
        with pytest.raises(BadImage, match=r"absent\.png"):
            clip(name, Case("a", Path("absent.png")))


class TestStill:
    def test_every_frame_is_the_image(self, case: Case) -> None:
        assert (clip("still", case).frames == image(case)).all()

    def test_a_limited_frame_is_the_image_fitted(self, case: Case) -> None:
        """It is what first-frame metrics compare with: the image fitted to the clip's size as the card says."""
        fitted = pictures.fit(image(case), 30, 20, models.registry["still"].card.fit)
        assert (clip("still", case, max_side=30).frames == fitted).all()


class TestDrift:
    def test_it_begins_with_the_image(self, case: Case) -> None:
        assert (clip("drift", case, dx=5, dy=-3).frames[0] == image(case)).all()

    def test_content_moves_by_dx_and_dy_a_frame(self, case: Case) -> None:
        frames = clip("drift", case, num_frames=6, dx=3, dy=2).frames
        for before, after in pairwise(frames):
            assert (after[2:, 3:] == before[:-2, :-3]).all()
        frames = clip("drift", case, num_frames=6, dx=-3, dy=-2).frames
        for before, after in pairwise(frames):
            assert (after[:-2, :-3] == before[2:, 3:]).all()

    def test_the_default_goes_two_pixels_to_the_right(self, case: Case) -> None:
        frames = clip("drift", case).frames
        assert (frames[10][:, 20:] == image(case)[:, :-20]).all()
        assert (frames[1] != frames[0]).any()

    def test_no_speed_is_still(self, case: Case) -> None:
        assert (clip("drift", case, dx=0).frames == image(case)).all()

    def test_it_drifts_past_the_picture_without_end(self, case: Case) -> None:
        """Mirrored without end, a row of 60 repeats after 2 · 59 pixels: frame 2 of dx = 59 is the image again."""
        frames = clip("drift", case, num_frames=3, dx=59).frames
        assert (frames[2] == image(case)).all()
        assert (frames[1] == image(case)[:, ::-1]).all()

    def test_a_row_by_hand(self) -> None:
        assert "".join("abcd"[i] for i in mirrored(4, 1)) == "babc"
        assert "".join("abcd"[i] for i in mirrored(4, -1)) == "bcdc"
        assert "".join("abcd"[i] for i in mirrored(4, 4)) == "cdcb"

    @given(length=st.integers(1, 40), shift=st.integers(-500, 500))
    def test_neighbours_stay_neighbours(self, length: int, shift: int) -> None:
        places = mirrored(length, shift)
        assert places.shape == (length,)
        assert places.min() >= 0
        assert places.max() < length
        assert (np.abs(np.diff(places)) == 1).all()
        assert (mirrored(length, shift + 1)[1:] == places[:-1]).all()


class TestNoise:
    def test_levels_are_uniform(self, case: Case) -> None:
        """115 200 draws of 0 to 255: mean 127.5 ± 0.22, variance (256² - 1) / 12 = 5461 ± 15 (one sigma each)."""
        levels = clip("noise", case).frames.astype(float)
        assert levels.size == 115_200
        assert levels.mean() == pytest.approx(127.5, abs=5 * 0.22)
        assert levels.var() == pytest.approx(5461.25, abs=5 * 15)

    def test_frames_have_nothing_in_common(self, case: Case) -> None:
        """Correlation of 7 200 independent pairs: 0 with a sigma of 1 / √7200 = 0.012."""
        frames = clip("noise", case).frames.reshape(16, -1).astype(float)
        correlation = np.corrcoef(frames)
        assert np.abs(correlation[~np.eye(16, dtype=bool)]).max() < 5 * 0.012

    def test_seed_and_case_decide(self, case: Case) -> None:
        clips = [clip("noise", case), clip("noise", case, seed=1), clip("noise", Case("other", case.image))]
        assert len({each.frames.tobytes() for each in clips}) == 3

    def test_it_takes_any_seed(self, case: Case) -> None:
        assert (clip("noise", case, seed=-1).frames != clip("noise", case, seed=1).frames).any()


@pytest.mark.parametrize("name", OF_REFERENCE)
class TestOfTheReference:
    def test_rate_size_and_length_are_the_reference_clips(self, name: str, tmp_path: Path) -> None:
        made = clip(name, referenced(tmp_path)[0])
        assert (made.frames.shape, made.fps) == ((7, 16, 24, 3), 12.0)

    def test_one_frame_stays_as_it_is(self, name: str, tmp_path: Path) -> None:
        case, frames = referenced(tmp_path, frames=1)
        assert (clip(name, case).frames == frames).all()

    def test_frames_may_be_written_to(self, name: str, tmp_path: Path) -> None:
        assert clip(name, referenced(tmp_path)[0]).frames.flags.writeable

    def test_a_case_without_one_is_named(self, name: str, case: Case) -> None:
        message = f"case 'ramp' has no reference clip; leave the model '{name}' out"
        with pytest.raises(Unavailable, match=message):
            clip(name, case)

    def test_a_lost_one_is_named(self, name: str, case: Case) -> None:
        with pytest.raises(BadClip, match=r"lost\.mkv does not exist"):
            clip(name, Case("a", case.image, reference=Path("lost.mkv")))


class TestShuffled:
    def test_every_frame_is_there_once(self, tmp_path: Path) -> None:
        case, frames = referenced(tmp_path)
        made = clip("shuffled", case).frames
        assert sorted(each.tobytes() for each in made) == sorted(each.tobytes() for each in frames)
        assert (made != frames).any()

    def test_seed_and_case_decide(self, tmp_path: Path) -> None:
        """Two of 4 draws of 7! orders are alike once in 840 tries: here they are not."""
        (case, _), (other, _) = referenced(tmp_path), referenced(tmp_path, case="b")
        clips = [clip("shuffled", case, seed) for seed in (0, 1, -1)] + [clip("shuffled", other)]
        assert len({each.frames.tobytes() for each in clips}) == 4
        assert (clip("shuffled", case).frames == clips[0].frames).all()

    def test_any_frame_may_come_first(self, tmp_path: Path) -> None:
        """In 40 draws among 4 frames, one is missing once in 25 000 tries."""
        case, frames = referenced(tmp_path, frames=4)
        firsts = {clip("shuffled", case, seed).frames[0].tobytes() for seed in range(40)}
        assert firsts == {frame.tobytes() for frame in frames}


class TestReversed:
    def test_it_ends_where_the_reference_begins(self, tmp_path: Path) -> None:
        case, frames = referenced(tmp_path)
        assert (clip("reversed", case).frames == frames[::-1]).all()


class TestCut:
    @pytest.mark.parametrize(("frames", "before"), [(2, 1), (7, 4), (8, 4)])
    def test_the_second_half_is_turned_by_half_a_turn(self, tmp_path: Path, frames: int, before: int) -> None:
        case, levels = referenced(tmp_path, frames)
        made = clip("cut", case).frames
        assert (made[:before] == levels[:before]).all()
        assert (made[before:] == np.rot90(levels[before:], 2, axes=(1, 2))).all()

    def test_only_one_step_is_a_cut(self, tmp_path: Path) -> None:
        """A pan over a photograph, from frame 8 on upside down: that step changes most, and the light not at all."""
        texture = scenes.scene_of(suites.load("motion").cases[0]).texture
        scene = scenes.Scene(texture, "pan_left", 1.0, width=96, height=64)
        scenes.write(scene, tmp_path / "pan.png", tmp_path / "pan.mkv")
        case = Case("pan", tmp_path / "pan.png", reference=tmp_path / "pan.mkv")
        frames = clip("cut", case).frames.astype(np.int16)
        steps = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))
        assert np.argmax(steps) == 7
        assert steps[7] > 3 * np.delete(steps, 7).max()
        levels = frames.mean(axis=(1, 2, 3))
        assert abs(levels[8] - levels[7]) < 1


class TestReference:
    def test_it_plays_the_reference_clip(self, tmp_path: Path) -> None:
        case, frames = referenced(tmp_path)
        assert (clip("reference", case).frames == frames).all()

    def test_it_plays_a_rendered_scene(self) -> None:
        suite = suites.load("motion")
        chosen = next(each for each in suite.cases if each.id == "static-pagoda")
        scene = scenes.scene_of(chosen)
        assert chosen.reference is not None
        scenes.write(scene, chosen.image, chosen.reference)
        assert (clip("reference", chosen).frames == scenes.frames(scene)).all()


@pytest.mark.parametrize("name", ["still", "drift", "noise"])
def test_on_demo_clips_have_the_size_of_the_references(name: str) -> None:
    for case in suites.load("demo").cases:
        made = clip(name, case, num_frames=1)
        scene = scenes.scene_of(case)
        assert (made.width, made.height) == (scene.width, scene.height)


def test_they_all_run_when_nobody_names_a_model() -> None:
    assert requests.NULL_MODELS == NULL
