"""FVD's protocol on a tiny TorchScript with I3D's calling convention, and golden numbers where the real file is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.base import weights
from bench.errors import NotMeasurable, Unavailable
from bench.evaluators import FeatureSet, Values
from bench.evaluators.catalogue import full_name
from bench.evaluators.fvd import Fvd, Settings
from bench.evaluators.nets import i3d
from bench.media.pictures import centre_square
from bench.types import Frames, Value
from tests import tiny_nets
from tests.made import features, moving_clip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("i3d") / "tiny.pt"
    tiny_nets.write_i3d(path)
    return path


@pytest.fixture
def fvd(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Fvd:
    monkeypatch.setattr(i3d, "WEIGHTS", weights.local(tiny))
    made = Fvd(Settings(weights=tiny))
    made.load()
    return made


def level(value: int, frames: int = 16) -> Frames:
    return np.full((frames, 32, 48, 3), value, dtype=np.uint8)


def feature_set(fvd: Fvd, clips: list[Frames]) -> FeatureSet:
    return FeatureSet(
        np.stack([features(fvd, clip) for clip in clips]), tuple(f"c{i}" for i in range(len(clips)))
    )


def number(values: Values, metric: str) -> Value:
    value = values[metric]
    assert isinstance(value, Value), value
    return value


def test_black_against_white(fvd: Fvd) -> None:
    # The tiny net gives three mean levels in [-1, 1] and three mean steps. Black and white are −1 and 1 in each channel
    # and do not move: 3 · 2² between the means. Equal clips have no covariance.
    values = fvd.distance(feature_set(fvd, [level(0)] * 8), feature_set(fvd, [level(255)] * 8))
    assert number(values, "fvd").value == pytest.approx(12, abs=1e-6)
    assert number(values, "fvd").n == 8
    assert number(values, "fvd_debiased").value == pytest.approx(12, abs=1e-6)
    assert number(values, "fvd_debiased").low == pytest.approx(12, abs=1e-5)
    # The kernel of six features: black with black and white with white (3 / 6 + 1)³, black with white (−3 / 6 + 1)³.
    assert number(values, "kvd").value == pytest.approx(2 * 1.5**3 - 2 * 0.5**3, abs=1e-6)
    assert number(values, "kvd").low == pytest.approx(6.5, abs=1e-5)


def test_the_plain_value_divides_by_n(fvd: Fvd) -> None:
    # Levels ±a in one set and ±b in the other, half each, in units of 127.5: variances a² and b² (ddof 0) in three
    # channels that move together. Of rank one and parallel, so the distance is 3 (a − b)².
    spread = [level(127 - 51), level(128 + 51)] * 4  # ±51.5
    narrow = [level(127 - 25), level(128 + 25)] * 4  # ±25.5
    values = fvd.distance(feature_set(fvd, spread), feature_set(fvd, narrow))
    assert number(values, "fvd").value == pytest.approx(3 * ((51.5 - 25.5) / 127.5) ** 2, rel=1e-5)


def test_sets_that_are_equal_have_no_distance(fvd: Fvd) -> None:
    clips = feature_set(fvd, [moving_clip(16, seed).frames for seed in range(9)])
    values = fvd.distance(clips, clips)
    assert number(values, "fvd").value == pytest.approx(0, abs=1e-9)
    assert number(values, "fvd_debiased").value == pytest.approx(0, abs=1e-9)
    assert number(values, "kvd").value == pytest.approx(0, abs=1e-9)


def test_the_first_frames_and_the_centre_are_looked_at(fvd: Fvd) -> None:
    clip = moving_clip(20).frames
    frames = clip.copy()
    frames[16:] = 0
    frames[:, :, :8], frames[:, :, -8:] = 0, 255  # 64 x 48 pixels: the centre 48 columns remain
    assert np.array_equal(features(fvd, frames), features(fvd, clip))
    frames[15, 20:28, 28:36] ^= 255  # in the centre of the last frame of sixteen
    assert not np.array_equal(features(fvd, frames), features(fvd, clip))


@pytest.mark.parametrize(("height", "width", "top", "left"), [(5, 9, 0, 2), (9, 4, 2, 0), (6, 6, 0, 0)])
def test_centre_square(height: int, width: int, top: int, left: int) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    side = min(height, width)
    assert np.array_equal(centre_square(frame), frame[top : top + side, left : left + side])
    assert not np.shares_memory(centre_square(frame), frame)


def test_short_clips_are_refused_not_padded(fvd: Fvd, tiny: Path) -> None:
    with pytest.raises(
        NotMeasurable, match=r"clip has 14 frames, fvd looks at 16: --metric-set fvd\.frames=14 "
    ):
        features(fvd, moving_clip(14).frames)
    with pytest.raises(
        NotMeasurable, match="clip has 5 frames, fvd looks at 16, and its features need 9 at least"
    ):
        features(fvd, moving_clip(5).frames)
    shorter = Fvd(Settings(frames=14, weights=tiny))
    shorter.load()
    assert features(shorter, moving_clip(14).frames).shape == (6,)
    assert shorter.protocol() != fvd.protocol()


def with_settings(tiny: Path, **settings: Any) -> Fvd:
    made = Fvd(Settings(weights=tiny, **settings))
    made.load()
    return made


def test_a_stated_rate_takes_whole_steps(fvd: Fvd, tiny: Path) -> None:
    at_8 = with_settings(tiny, fps=8)
    clip = moving_clip(48).frames
    every_third = features(fvd, np.ascontiguousarray(clip[::3]))
    assert np.array_equal(features(at_8, clip, fps=24.0), every_third)
    assert np.array_equal(features(at_8, clip, fps=25.0), every_third)  # 8.33: 4 % off
    assert np.array_equal(features(at_8, clip, fps=7.0), features(fvd, clip))
    with pytest.raises(
        NotMeasurable, match="a clip of 12 fps has no whole step to 8 fps, the nearest gives 6"
    ):
        features(at_8, clip, fps=12.0)
    with pytest.raises(NotMeasurable, match="clip has 10 frames at 8 fps, fvd looks at 16"):
        features(at_8, clip[:30], fps=24.0)


def test_window_rate_and_resize_are_in_the_name_and_the_protocol(fvd: Fvd, tiny: Path) -> None:
    plain = Fvd.cards[0]
    assert full_name(plain, Fvd()) == "fvd"
    assert full_name(plain, Fvd(Settings(frames=10, fps=8, resize="videogpt"))) == (
        "fvd[frames=10,fps=8,resize=videogpt]"
    )
    made = [with_settings(tiny), *(with_settings(tiny, **each) for each in OTHERS)]
    assert len({str(each.protocol()) for each in made}) == 4
    assert (made[0].protocol()["stride"], made[0].protocol()["resize"]) == (1, "by the net")


OTHERS: list[dict[str, Any]] = [{"fps": 8}, {"resize": "squash"}, {"resize": "videogpt"}]


def test_squash_sees_the_whole_frame(fvd: Fvd, tiny: Path) -> None:
    clip = moving_clip(16).frames.copy()
    before = features(with_settings(tiny, resize="squash"), clip)
    clip[:, :, :8] ^= 255  # outside the centre square
    assert not np.allclose(features(with_settings(tiny, resize="squash"), clip), before)


def test_the_resize_of_videogpt(fvd: Fvd, tiny: Path) -> None:
    # 448 x 600 to 224 x 300: without antialias and with centres at halves, each pixel is the mean of four. The centre
    # 224 of 300 columns remain. The tiny net's first three features are the mean levels of the channels in [-1, 1].
    clip = np.random.default_rng(0).integers(0, 256, (16, 448, 600, 3), dtype=np.uint8)
    found = features(with_settings(tiny, resize="videogpt"), clip)
    means = clip.reshape(16, 224, 2, 300, 2, 3).mean(axis=(2, 4))[:, :, 38:262].mean(axis=(0, 1, 2))
    np.testing.assert_allclose(found[:3], means / 127.5 - 1, atol=1e-6)


def test_few_clips_have_a_plain_value_only(fvd: Fvd) -> None:
    clips = feature_set(fvd, [moving_clip(16, seed).frames for seed in range(3)])
    values = fvd.distance(clips, clips)
    assert number(values, "fvd").n == 3
    assert "3 cases have clips, the debiased distance needs 4" in str(values["fvd_debiased"])
    one = FeatureSet(clips.features_ND[:1], clips.cases[:1])
    with pytest.raises(NotMeasurable, match="needs 2 clips on each side, not 1 and 3 references"):
        fvd.distance(one, clips)


def test_the_protocol_names_the_file_by_content(fvd: Fvd, tiny: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.pt"
    copy.write_bytes(Path(tiny).read_bytes())
    assert Fvd(Settings(weights=copy)).protocol() == fvd.protocol()
    assert Fvd().protocol()["weights"] == i3d.WEIGHTS.sha256
    assert Fvd().weights() == (i3d.WEIGHTS,)
    assert str(tiny) not in str(fvd.protocol())


def test_missing_weights_are_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    with pytest.raises(Unavailable, match=r"i3d_torchscript\.pt is not in .*put https://.* by hand"):
        Fvd().load()


@pytest.mark.weights
def test_the_real_file_gives_the_published_number() -> None:
    if weights.path(i3d.WEIGHTS) is None:
        pytest.skip(f"no {i3d.WEIGHTS.name} in {weights.folder()}")
    # README of common_metrics_on_video_quality: 8 videos of zeros, 8 of ones, 30 frames, this file: 151.25648.
    real = Fvd(Settings(frames=30))
    real.load()
    values = real.distance(feature_set(real, [level(0, 30)] * 2), feature_set(real, [level(255, 30)] * 2))
    assert number(values, "fvd").value == pytest.approx(151.25648, rel=1e-5)
