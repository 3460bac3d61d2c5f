"""I3D's calling convention on a tiny TorchScript, and the real file's golden numbers where it is."""

from pathlib import Path

import numpy as np
import pytest

from bench.base import weights
from bench.errors import Unavailable
from bench.evaluators.nets import i3d
from bench.evaluators.nets.i3d import I3D
from tests import tiny_nets


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("i3d") / "tiny.pt"
    tiny_nets.write_i3d(path)
    return path


def test_the_file_gets_bytes_and_scales_and_resizes_itself(tiny: Path) -> None:
    # Constant channels survive any resize. Levels 0, 51 and 255 are −1, −0.6 and 1; red rises by 10 a frame: its mean
    # over 10 frames is 45 / 127.5 − 1, its mean step 10 / 127.5.
    frames = np.zeros((10, 20, 30, 3), dtype=np.uint8)
    frames[..., 0] = (10 * np.arange(10))[:, None, None]
    frames[..., 1], frames[..., 2] = 51, 255
    logits = I3D(weights.local(tiny)).logits(frames)
    assert logits.dtype == np.float64
    assert logits == pytest.approx([45 / 127.5 - 1, -0.6, 1, 10 / 127.5, 0, 0], abs=1e-6)


def test_calls_do_not_depend_on_calls_before(tiny: Path) -> None:
    net, rng = I3D(weights.local(tiny)), np.random.default_rng(0)
    clips = rng.integers(0, 256, (4, 9, 24, 24, 3), dtype=np.uint8)
    first = [net.logits(clip) for clip in clips]
    again = [net.logits(clip) for clip in clips[::-1]][::-1]
    assert np.array_equal(first, again)


def test_a_file_of_another_kind_is_unavailable(tmp_path: Path) -> None:
    page = tmp_path / "page.pt"
    page.write_text("<html>not found</html>")
    with pytest.raises(Unavailable, match=r"page\.pt is not a TorchScript file"):
        I3D(weights.local(page))


def test_nothing_is_loaded_before_it_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    place = weights.folder() / i3d.WEIGHTS.name
    place.parent.mkdir()
    tiny_nets.write_i3d(place)  # sound TorchScript, but not the declared one
    with pytest.raises(Unavailable, match=r"instead of 51235320, and HF_HUB_OFFLINE.*put https://.* by hand"):
        I3D()


@pytest.fixture
def real() -> I3D:
    if weights.path(i3d.WEIGHTS) is None:
        pytest.skip(f"no {i3d.WEIGHTS.name} in {weights.folder()}")
    return I3D()


@pytest.mark.weights
@pytest.mark.parametrize(
    # common_metrics_on_video_quality, its README: 8 videos of zeros against 8 of ones, 30 frames of 64 x 64, with this
    # very file. Covariances are 0, so the distance is the squared distance of two vectors: any size and number will do.
    ("frames", "golden"),
    [(30, 151.25648)],
)
def test_black_against_white(real: I3D, frames: int, golden: float) -> None:
    black = np.zeros((frames, 64, 64, 3), dtype=np.uint8)
    apart = real.logits(black) - real.logits(black + 255)
    assert apart.shape == (400,)
    assert apart @ apart == pytest.approx(golden, rel=1e-5)
