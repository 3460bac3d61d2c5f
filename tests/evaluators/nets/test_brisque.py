"""BRISQUE: known distributions, the package's own scores of photographs, files of another kind."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from bench.base import weights
from bench.errors import NotMeasurable, Unavailable
from bench.evaluators.nets import brisque, wheels
from bench.evaluators.nets.brisque import Brisque
from bench.media import pictures

PHOTOGRAPHS = Path(skimage.data.__file__).parent

# brisque 0.2.0 with libsvm-official 3.37.0, numpy 2.4.6 and scipy 1.17.1, its arrays of one element unpacked, since it
# is older than numpy's refusal to do so
THEIRS = {"chelsea.png": 2.870766629430335, "coffee.png": 3.0479264284917633}
THEIRS_WITH_FLAT_AREAS = {"astronaut.png": 10.794862939073454, "camera.png": -7.879404294309921}


@pytest.fixture(scope="module")
def machine() -> Brisque:
    if weights.path(brisque.VECTORS) is None:
        pytest.skip("needs the files of brisque 0.2.0")
    return brisque.loaded()


@pytest.mark.parametrize("name", THEIRS)
def test_photographs_have_the_packages_scores(name: str, machine: Brisque) -> None:
    # a sum of 770 terms of 1024 each, and shapes that the package looks for to 1.5e-8
    assert machine.score(pictures.read(PHOTOGRAPHS / name)) == pytest.approx(THEIRS[name], abs=1e-7)


@pytest.mark.parametrize("name", THEIRS_WITH_FLAT_AREAS)
def test_in_flat_areas_the_package_counts_rounding(name: str, machine: Brisque) -> None:
    assert machine.score(pictures.read(PHOTOGRAPHS / name)) == pytest.approx(
        THEIRS_WITH_FLAT_AREAS[name], abs=0.01
    )


def test_blur_is_worse_the_more_of_it(machine: Brisque) -> None:
    import cv2

    photograph = pictures.read(PHOTOGRAPHS / "coffee.png")
    scores = [
        machine.score(photograph),
        *(machine.score(cv2.GaussianBlur(photograph, (0, 0), s)) for s in (1, 2, 4)),
    ]
    assert scores == sorted(scores)


@pytest.mark.parametrize(("draw", "shape"), [("normal", 2.0), ("laplace", 1.0)])
def test_shapes_of_known_distributions(draw: str, shape: float) -> None:
    values = getattr(np.random.default_rng(0), draw)(size=1_000_000)
    ((found, mean, below, above),) = brisque.asymmetric_fits(np.array([brisque._moments(values)]))
    assert found == pytest.approx(shape, rel=0.01)  # of a million draws
    assert mean == pytest.approx(0, abs=0.01)
    assert below == pytest.approx(values.var(), rel=0.01)
    assert above == pytest.approx(values.var(), rel=0.01)


def test_an_uneven_distribution_leans_to_its_wide_side() -> None:
    values = np.random.default_rng(0).normal(size=100_000)
    values[values > 0] *= 3
    ((_, mean, below, above),) = brisque.asymmetric_fits(np.array([brisque._moments(values)]))
    assert above / below == pytest.approx(9, rel=0.05)
    assert mean > 0.5


def test_contrasts_of_one_bright_pixel() -> None:
    """In the middle: v less its share, w = 1/49th or so of a Gaussian; the deviation is v sqrt(w - w²)."""
    plane = np.zeros((15, 15))
    plane[7, 7] = 1.0
    g = np.exp(-np.square(np.arange(-3, 4)) / (2 * (7 / 6) ** 2))
    w = (g[3] / g.sum()) ** 2
    assert brisque.contrasts(plane)[7, 7] == pytest.approx((1 - w) / (np.sqrt(w - w * w) + 1 / 255))
    assert brisque.contrasts(plane)[0, 0] == 0


def test_flat_frames_have_no_score(machine: Brisque) -> None:
    with pytest.raises(NotMeasurable, match="a frame is flat: BRISQUE needs texture"):
        machine.score(np.zeros((32, 32, 3), np.uint8))


class Call:
    """A pickle that would call print."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("called",)


@pytest.mark.parametrize(
    ("vectors", "ranges", "message"),
    [
        (None, pickle.dumps(Call()), r"reading them would call builtins\.print"),
        (None, b"", "these are no files of BRISQUE"),
        (b"svm_type c_svc\nkernel_type rbf\nSV\n1 1:2\n", None, "c_svc with kernel rbf"),
        (b"<html>", None, "these are no files of BRISQUE"),
        (
            b"svm_type epsilon_svr\nkernel_type rbf\ngamma 1\nrho 0\nSV\n1 37:2\n",
            None,
            "these are no files of BRISQUE",
        ),
    ],
)
def test_files_of_another_kind(
    vectors: bytes | None,
    ranges: bytes | None,
    message: str,
    machine: Brisque,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sound = [wheels.content(each) for each in (brisque.VECTORS, brisque.RANGES)]
    with pytest.raises(Unavailable, match=message):
        brisque.parsed(sound[0] if vectors is None else vectors, sound[1] if ranges is None else ranges)
    assert capsys.readouterr().out == ""
