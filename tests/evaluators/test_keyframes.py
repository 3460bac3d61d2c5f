"""Keyframes: how well they are met, how far the clip strays between them, and whether that comes and goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats
from skimage.metrics import structural_similarity

from bench.errors import BadImage, NotMeasurable
from bench.evaluators.keyframes import Keyframes, Settings, beat, dip
from bench.media import pictures
from bench.types import Case, ClipRecord, Frames, Keyframe, Value
from tests.made import answers, moving_clip, photograph

RNG = np.random.default_rng


def keyed(folder: Path, images: Mapping[int, Frames]) -> Case:
    """A case with a picture for each of these frames."""
    for frame, image in images.items():
        pictures.write(folder / f"k{frame}.png", image)
    keyframes = tuple(Keyframe(folder / f"k{frame}.png", frame) for frame in sorted(images))
    return Case("a", folder / "none.png", keyframes=keyframes)


def values(
    frames: Frames, case: Case, stride: int = 4, fit: str = "cover"
) -> dict[str, Value | NotMeasurable]:
    record = ClipRecord("a", 0, None, "", fit=fit)  # type: ignore[arg-type]
    return dict(answers(Keyframes(Settings(stride)), frames, case=case, record=record))


def noisy(image: Frames, sigma: float, seed: int = 0) -> Frames:
    return np.clip(image + RNG(seed).normal(0, sigma, image.shape), 0, 255).astype(np.uint8)


class TestFidelity:
    def test_a_clip_that_passes_through_them_is_perfect(self, tmp_path: Path) -> None:
        frames = moving_clip(9).frames
        found = values(frames, keyed(tmp_path, {t: frames[t] for t in (0, 4, 8)}))
        assert found["keyframe_fidelity"].value == 1
        assert found["keyframe_worst"].value == 1
        assert found["keyframe_psnr"].value == 100
        series = found["keyframe_fidelity"].series
        assert [t for t, ssim in enumerate(series) if ssim == 1] == [0, 4, 8]

    def test_ssim_is_scikit_images(self, tmp_path: Path) -> None:
        """Of each frame with the nearest keyframe: 0, 1 and 2 with that of 0 (2 is as near to 4), 3 and 4 with 4's."""
        frames, images = moving_clip(5).frames, {0: photograph(seed=7), 4: photograph(seed=8)}
        found = values(frames, keyed(tmp_path, images))
        near = [images[k] for k in (0, 0, 0, 4, 4)]
        expected = [
            structural_similarity(pictures.gray(a), pictures.gray(b))
            for a, b in zip(frames, near, strict=True)
        ]
        assert found["keyframe_fidelity"].series == pytest.approx(expected, abs=1e-9)
        assert found["keyframe_fidelity"].value == pytest.approx((expected[0] + expected[4]) / 2, abs=1e-9)
        assert found["keyframe_worst"].value == pytest.approx(min(expected[0], expected[4]), abs=1e-9)

    def test_psnr_by_hand(self, tmp_path: Path) -> None:
        """Off by 5 and by 10 levels everywhere: 20 log10(255 / 5) = 34.15 dB and 28.13 dB."""
        gray = np.full((16, 16, 3), 100, np.uint8)
        found = values(np.stack([gray] * 3), keyed(tmp_path, {0: gray + 5, 2: gray + 10}))
        expected = (20 * np.log10(255 / 5) + 20 * np.log10(255 / 10)) / 2
        assert found["keyframe_psnr"].value == pytest.approx(expected)

    def test_more_damage_is_less_fidelity(self, tmp_path: Path) -> None:
        frames = moving_clip(9).frames
        case = keyed(tmp_path, {t: frames[t] for t in (0, 4, 8)})
        found = [values(noisy(frames, sigma), case) for sigma in (0, 4, 12, 40)]
        for name in ("keyframe_fidelity", "keyframe_worst", "keyframe_psnr"):
            assert (np.diff([each[name].value for each in found]) < 0).all()

    def test_a_frame_late_is_a_miss(self, tmp_path: Path) -> None:
        frames = moving_clip(9).frames
        case = keyed(tmp_path, {4: frames[4]})
        assert values(np.roll(frames, 1, axis=0), case)["keyframe_fidelity"].value < 0.99
        assert values(frames, case)["keyframe_fidelity"].value == 1

    @pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
    def test_they_are_fitted_as_the_input_image(self, tmp_path: Path, fit: str) -> None:
        wide = photograph(height=30, width=100)
        frames = pictures.fit(wide, 64, 48, fit)[None].repeat(3, axis=0)  # type: ignore[arg-type]
        assert values(frames, keyed(tmp_path, {1: wide}), fit=fit)["keyframe_fidelity"].value == 1

    def test_each_picture_is_read_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        frames, seen, read = moving_clip(20).frames, Counter[str](), pictures.read

        def counted(path: Path) -> Frames:
            seen[path.name] += 1
            return read(path)

        case = keyed(tmp_path, {t: frames[t] for t in (0, 5, 10, 15)})
        monkeypatch.setattr(pictures, "read", counted)
        values(frames, case)
        assert seen == {"k0.png": 1, "k5.png": 1, "k10.png": 1, "k15.png": 1}


class TestReasons:
    def test_a_case_without_keyframes(self) -> None:
        with pytest.raises(NotMeasurable, match="case 'a' has no keyframes"):
            values(moving_clip(5).frames, Case("a", Path("none.png")))

    def test_a_keyframe_beyond_the_end(self, tmp_path: Path) -> None:
        case = keyed(tmp_path, {0: photograph(), 5: photograph()})
        with pytest.raises(
            NotMeasurable, match=r"keyframe 5 \(k5\.png\) lies beyond the clip's end: its 5 frames"
        ):
            values(moving_clip(5).frames, case)
        assert values(moving_clip(6).frames, case)

    def test_a_picture_that_is_none(self, tmp_path: Path) -> None:
        case = keyed(tmp_path, {0: photograph()})
        (tmp_path / "k0.png").write_text("a text")
        with pytest.raises(BadImage, match=r"k0\.png is not a picture"):
            values(moving_clip(3).frames, case)

    @pytest.mark.parametrize(("height", "width"), [(1, 1), (6, 40), (8, 6)])
    def test_frames_too_small(self, tmp_path: Path, height: int, width: int) -> None:
        frames = np.zeros((3, height, width, 3), np.uint8)
        with pytest.raises(NotMeasurable, match="keyframes needs 7 x 7"):
            values(frames, keyed(tmp_path, {0: photograph()}))

    def test_one_keyframe_of_one_frame(self, tmp_path: Path) -> None:
        found = values(photograph()[None], keyed(tmp_path, {0: photograph()}))
        assert found["keyframe_fidelity"] == Value(1.0, series=(1.0,))
        for name in ("keyframe_dip", "keyframe_beat", "keyframe_beat_p"):
            assert isinstance(found[name], NotMeasurable)


class TestDip:
    def test_by_hand(self) -> None:
        """Between 0 and 3: (1 + 0.8) / 2 - 0.4 = 0.5; between 3 and 4 is nothing; between 4 and 6: 0.7 - 0.6 = 0.1."""
        series = np.array([1.0, 0.4, 0.5, 0.8, 0.7, 0.6, 0.7, 0.0])
        assert dip(series, np.array([0, 3, 4, 6])) == pytest.approx(0.3)

    @pytest.mark.parametrize("frames", [[2], [2, 3, 4]])
    def test_nothing_between(self, frames: Sequence[int]) -> None:
        with pytest.raises(NotMeasurable, match="no frame lies between two keyframes"):
            dip(np.ones(8), np.array(frames))

    def test_still_does_not_dip_and_drift_does(self, tmp_path: Path) -> None:
        still = photograph()[None].repeat(9, axis=0)
        drift = moving_clip(9).frames
        for frames, low, high in ((still, 0.0, 0.0), (drift, 0.05, 1.0)):
            found = values(frames, keyed(tmp_path, {t: frames[t] for t in (0, 8)}))
            assert found["keyframe_fidelity"].value == 1
            assert low <= found["keyframe_dip"].value <= high

    def test_the_longer_a_clip_is_away_the_deeper(self, tmp_path: Path) -> None:
        frames = moving_clip(33).frames
        depths = [
            values(frames, keyed(tmp_path, {t: frames[t] for t in range(0, 33, spacing)}))[
                "keyframe_dip"
            ].value
            for spacing in (2, 4, 8)
        ]
        assert (np.diff(depths) > 0).all()


EVERY_10, EVERY_5 = np.arange(10, 81, 10), np.arange(5, 81, 5)


class TestBeat:
    def test_the_f_test_is_scipys(self) -> None:
        """The two phases' frames have equal sums and the noise no slope: the line explains nothing.

        What is left is scipy's one-way analysis of variance with one degree of freedom less, which the line took.
        """
        frames = np.array([4, 10, 14, 16, 20, 22, 26, 32])
        is_late = frames % 4 == 2
        assert frames[is_late].sum() == frames[~is_late].sum()
        line = np.vander(frames, 2).astype(float)
        noise = RNG(1).normal(0, 0.02, 8)
        noise -= line @ np.linalg.lstsq(line, noise)[0]
        fidelity = 0.9 + noise - 0.02 * is_late
        expected = stats.f_oneway(fidelity[is_late], fidelity[~is_late]).statistic * 5 / 6
        power, p_value = beat(fidelity, frames, 4)
        assert p_value == pytest.approx(
            stats.f.sf(expected, 1, 5), rel=1e-3
        )  # the least noise, 1e-4, is added
        assert power == pytest.approx(
            1 - 6 / (5 + expected), rel=1e-3
        )  # adjusted R² = 1 - (df0 / df1) / (1 + F / df1)

    def test_every_other_keyframe_is_worse(self) -> None:
        assert beat(0.9 - 0.1 * (EVERY_10 % 4 == 2), EVERY_10, 4) == (
            pytest.approx(1, abs=1e-4),
            pytest.approx(0, abs=1e-6),
        )

    def test_fidelity_that_only_decays_has_none(self) -> None:
        power, p_value = beat(1 - EVERY_5 / 100, EVERY_5, 4)
        assert (power, p_value) == (0, 1)

    def test_a_faint_one_is_none(self) -> None:
        """Two phases 0.0039 apart have a root mean square of 0.00195, below 0.002; 0.0041 apart it is above."""
        assert beat(0.9 - 0.0039 * (EVERY_10 % 4 == 2), EVERY_10, 4) == (0, 1)
        assert beat(0.9 - 0.0043 * (EVERY_10 % 4 == 2), EVERY_10, 4)[1] < 0.01

    @given(seed=st.integers(0, 999), slope=st.floats(-0.01, 0.01), height=st.floats(0.3, 0.9))
    def test_level_and_trend_do_not_matter(self, seed: int, slope: float, height: float) -> None:
        noise = RNG(seed).normal(0, 0.05, len(EVERY_5))
        assert beat(height + noise + slope * EVERY_5, EVERY_5, 4) == pytest.approx(
            beat(noise, EVERY_5, 4), abs=1e-6
        )

    @given(seed=st.integers(0, 9999), count=st.integers(8, 30), stride=st.sampled_from([2, 3, 4]))
    def test_its_range(self, seed: int, count: int, stride: int) -> None:
        random = RNG(seed)
        frames = np.sort(random.choice(np.arange(1, 120), count, replace=False))
        try:
            power, p_value = beat(random.uniform(-1, 1, count), frames, stride)
        except NotMeasurable:
            return
        assert 0 <= power <= 1
        assert 0 <= p_value <= 1

    @pytest.mark.parametrize("frames", [EVERY_10, EVERY_5, np.arange(9, 161, 9)], ids=["10", "5", "9"])
    @pytest.mark.parametrize(
        ("memory", "low", "high"), [(0.0, 0.03, 0.07), (0.6, 0.0, 0.05), (0.9, 0.0, 0.05)]
    )
    def test_noise_is_a_beat_in_one_clip_of_twenty(
        self, frames: np.ndarray, memory: float, low: float, high: float
    ) -> None:
        """600 clips: a rate of 0.05 has a standard deviation of 0.009."""
        random = RNG(0)
        alarms = [
            beat(0.8 + 0.05 * ar1(random, len(frames), memory), frames, 4)[1] < 0.05 for _ in range(600)
        ]
        assert low <= np.mean(alarms) <= high

    def test_a_clear_beat_in_noise_is_found(self) -> None:
        """Four times the noise: in nine clips of ten, at p < 0.05, with 8 keyframes in two phases."""
        random = RNG(0)
        late = EVERY_10 % 4 == 2
        found = [
            beat(0.8 + 0.02 * random.normal(size=8) - 0.08 * late, EVERY_10, 4)[1] < 0.05 for _ in range(200)
        ]
        assert np.mean(found) > 0.9


def ar1(random: np.random.Generator, count: int, memory: float) -> np.ndarray:
    """Unit noise of which each value remembers the one before."""
    noise = random.normal(size=count)
    for t in range(1, count):
        noise[t] = memory * noise[t - 1] + np.sqrt(1 - memory**2) * noise[t]
    return noise


class TestBeatOfClips:
    @pytest.fixture
    def clip(self) -> Frames:
        return moving_clip(81).frames[:, :32, :32]

    def _case(self, folder: Path, clip: Frames, frames: Sequence[int]) -> Case:
        return keyed(folder, {t: clip[t] for t in frames})

    def _worn(self, clip: Frames, sigmas: np.ndarray) -> Frames:
        return np.stack(
            [noisy(frame, sigma, t) for t, (frame, sigma) in enumerate(zip(clip, sigmas, strict=True))]
        )

    def test_a_decoder_that_wears_down_within_its_groups(self, tmp_path: Path, clip: Frames) -> None:
        """The known complaint: 81 frames of 21 latent frames, the last of each group of four worse than the first."""
        worn = self._worn(clip, 3.0 + 6 * ((np.arange(81) - 1) % 4) + RNG(0).uniform(0, 2, 81))
        for spacing in (5, 10):
            found = values(worn, self._case(tmp_path, clip, range(0, 81, spacing)))
            assert found["keyframe_beat"].value > 0.5
            assert found["keyframe_beat_p"].value < 0.05
        assert (
            values(worn, self._case(tmp_path, clip, range(0, 81, 5)), stride=3)["keyframe_beat_p"].value
            > 0.05
        )

    def test_one_that_wears_down_at_random(self, tmp_path: Path, clip: Frames) -> None:
        worn = self._worn(clip, RNG(1).uniform(3, 12, 81))
        found = values(worn, self._case(tmp_path, clip, range(0, 81, 5)))
        assert found["keyframe_beat"].value < 0.3
        assert found["keyframe_beat_p"].value > 0.05

    def test_still_and_drift_have_none(self, tmp_path: Path, clip: Frames) -> None:
        for frames in (clip, clip[:1].repeat(81, axis=0)):
            found = values(frames, self._case(tmp_path, frames, range(0, 81, 5)))
            assert (found["keyframe_beat"].value, found["keyframe_beat_p"].value) == (0, 1)

    def test_frame_0_and_phases_that_come_once_are_left_out(self, tmp_path: Path, clip: Frames) -> None:
        """Frame 0 is perfect, the only one of phase 1 is bad, all others alike: a beat only if one looked at those."""
        sigmas = np.full(81, 8.0)
        sigmas[0], sigmas[41] = 0, 60
        frames = [0, 4, 10, 16, 20, 26, 30, 36, 41, 46, 50]
        found = values(self._worn(clip, sigmas), self._case(tmp_path, clip, frames))
        assert found["keyframe_worst"].value < found["keyframe_fidelity"].value - 0.2
        assert found["keyframe_beat_p"].value > 0.05

    @pytest.mark.parametrize(
        ("frames", "message"),
        [
            (range(0, 81, 8), "no two phases of stride 4 come twice"),
            ([0, 40, 80], "no two phases of stride 4 come twice"),
            (range(0, 61, 10), "6 keyframes after frame 0 in 2 phases, a beat needs 7"),
            (range(0, 41, 5), "8 keyframes after frame 0 in 4 phases, a beat needs 9"),
        ],
    )
    def test_too_few_to_tell(self, tmp_path: Path, clip: Frames, frames: Sequence[int], message: str) -> None:
        found = values(clip, self._case(tmp_path, clip, frames))
        for name in ("keyframe_beat", "keyframe_beat_p"):
            assert isinstance(found[name], NotMeasurable)
            assert message in str(found[name])
        assert found["keyframe_fidelity"].value == 1
