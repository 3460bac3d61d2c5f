"""VBench's dimensions by DINO and CLIP: its own numbers for tiny random networks, and what its rules amount to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.errors import NotMeasurable, Unavailable
from bench.evaluators import ClipEvaluator, aesthetic, background_consistency, dino, nets, subject_consistency
from bench.evaluators.nets import clip
from bench.evaluators.nets.dino import Settings as DinoSettings
from bench.evaluators.nets.laion_aesthetic import Head
from bench.evaluators.signals import vbench_rules
from bench.media import pictures
from bench.types import Case, ClipRecord, Frames, Value
from tests import tiny_nets
from tests.made import answers

NUMBERS = {
    (288, 512): (97.35251, 95.54476, 98.57985, 41.26815),
    (256, 256): (96.54765, 93.40086, 99.00711, 43.11336),
    (400, 300): (93.39281, 95.60373, 99.13481, 42.78856),
}
"""(height, width) -> subject_consistency, i2v_subject, background_consistency, aesthetic_quality, in per cent.

VBench at 45e79ec: its functions of these names, on blocks(4, height, width) as the tensor that load_video gives and on
an image of blocks(1, 2 * height, 2 * width, seed=1); networks are facebookresearch/dino's (7c446df) and openai/CLIP's
(d05afc4) with the tensors of tiny_nets, clip_transform(32) for 224; torch 2.15, torchvision 0.29.
"""

WITHOUT_ANTIALIAS = {(288, 512): 95.52126, (400, 300): 95.62577}
"""i2v_subject with antialias=False in Resize, which torchvision below 0.17 takes by itself."""


def blocks(frames: int, height: int, width: int, seed: int = 0) -> Frames:
    """Squares of 8 x 8 pixels, each of one random colour."""
    random, rows, columns = np.random.default_rng(seed), -(-height // 8), -(-width // 8)
    coarse = random.integers(0, 256, (frames, rows, columns, 3), dtype=np.uint8)
    return np.asarray(coarse.repeat(8, axis=1).repeat(8, axis=2)[:, :height, :width])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nets")
    tiny_nets.write_dino(folder / "dino.pth")
    tiny_nets.write_clip(folder / "clip.pt")
    tiny_nets.write_head(folder / "head.pth", 16)
    return folder


@pytest.fixture(scope="module")
def evaluators(folder: Path) -> dict[str, ClipEvaluator]:
    return {
        "subject_consistency": subject_consistency.SubjectConsistency(DinoSettings(folder / "dino.pth")),
        "i2v_subject": dino.Dino(dino.Settings(folder / "dino.pth")),
        "background_consistency": background_consistency.BackgroundConsistency(
            background_consistency.Settings(folder / "clip.pt")
        ),
        "aesthetic_quality": aesthetic.Aesthetic(aesthetic.Settings(folder / "clip.pt", folder / "head.pth")),
    }


def case_of(folder: Path, image: Frames) -> Case:
    pictures.write(folder / "input.png", image)
    return Case("a", folder / "input.png", "")


@pytest.mark.parametrize("size", NUMBERS)
def test_numbers_are_vbenchs(
    evaluators: dict[str, ClipEvaluator], tmp_path: Path, size: tuple[int, int]
) -> None:
    height, width = size
    case = case_of(tmp_path, blocks(1, 2 * height, 2 * width, seed=1)[0])
    for (name, evaluator), expected in zip(evaluators.items(), NUMBERS[size], strict=True):
        found = answers(evaluator, blocks(4, height, width), case=case)[f"vbench_{name}"]
        assert found.value == pytest.approx(expected, abs=5e-5), name  # 5e-7 of 1, in float32
        assert found.series is None or np.mean(found.series) == pytest.approx(found.value)


@pytest.mark.parametrize("size", WITHOUT_ANTIALIAS)
def test_old_installations_are_another_metric(folder: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    case = case_of(tmp_path, blocks(1, 2 * size[0], 2 * size[1], seed=1)[0])
    old = dino.Dino(dino.Settings(folder / "dino.pth", antialias=False))
    found = answers(old, blocks(4, *size), case=case)["vbench_i2v_subject"].value
    assert found == pytest.approx(WITHOUT_ANTIALIAS[size], abs=5e-5)
    assert abs(found - NUMBERS[size][1]) > 0.01


def test_a_frozen_copy_of_the_image_has_the_best(
    evaluators: dict[str, ClipEvaluator], tmp_path: Path
) -> None:
    image = blocks(1, 256, 400)[0]
    still, case = image[None].repeat(3, axis=0), case_of(tmp_path, image)
    for name in ("subject_consistency", "background_consistency"):
        assert answers(evaluators[name], still, case=case)[f"vbench_{name}"].value == pytest.approx(
            100, abs=1e-5
        )
    seen = answers(evaluators["i2v_subject"], still, case=case)
    # Pillow rounds to bytes where VBench's tensors do not
    assert 99.9 < seen["vbench_i2v_subject"].value <= 100
    assert seen["first_frame_dino"].value == pytest.approx(1, abs=1e-9)
    assert seen["first_frame_dino"].series == pytest.approx([1, 1, 1], abs=1e-9)
    assert isinstance(seen["first_frame_dino_half_life"], NotMeasurable)


def test_first_frame_dino_looks_at_the_image_alone(
    evaluators: dict[str, ClipEvaluator], tmp_path: Path
) -> None:
    """Once the image is replaced from above, every frame counts; VBench's number keeps its best frame."""
    image, other = blocks(1, 224, 224)[0], blocks(1, 224, 224, seed=2)[0]
    frames = np.stack([image] * 6)
    for t in range(6):
        frames[t, : 36 * t] = other[: 36 * t]
    seen = answers(evaluators["i2v_subject"], frames, case=case_of(tmp_path, image))
    series = seen["first_frame_dino"].series
    assert series is not None
    assert series[0] == pytest.approx(1, abs=1e-9)
    assert max(series[1:]) < 0.9999
    assert series[-1] < series[1]
    assert seen["first_frame_dino"].value == pytest.approx(np.mean(series))
    # the best frame is the first: 40 of 100 come from it, whatever follows
    assert seen["vbench_i2v_subject"].value > 40


def test_half_life_is_that_of_the_decay(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, image = dino.Dino(dino.Settings(folder / "dino.pth")), blocks(1, 64, 64)[0]
    cosines = 0.5 + 0.5 * 2.0 ** (-np.arange(16) / 4)  # half-life of 4 frames
    vectors = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)
    made.ready()
    monkeypatch.setattr(made._net, "vectors", lambda pair: np.array([[1.0, 0.0]] * len(pair)))
    monkeypatch.setattr(made, "encoded", lambda prepared: vectors)
    seen = answers(made, image[None].repeat(16, axis=0), fps=8, case=case_of(tmp_path, image))
    assert seen["first_frame_dino_half_life"].value == pytest.approx(0.5, abs=1e-3)
    assert seen["first_frame_dino"].value == pytest.approx(cosines.mean())


def test_an_image_of_other_proportions_is_cut_to_what_the_model_was_given(
    evaluators: dict[str, ClipEvaluator], tmp_path: Path
) -> None:
    tall, wide = blocks(1, 512, 256)[0], (144, 256)
    clip_frames = tall[None, 184:328].repeat(
        2, axis=0
    )  # the centre, as a model that covers 256 x 144 is given it
    seen = answers(evaluators["i2v_subject"], clip_frames, case=case_of(tmp_path, tall))
    assert clip_frames.shape[1:3] == wide
    assert seen["vbench_i2v_subject"].value > 99.9
    padded = ClipRecord("a", 0, None, "", fit="contain")
    other = answers(evaluators["i2v_subject"], clip_frames, case=case_of(tmp_path, tall), record=padded)
    assert other["vbench_i2v_subject"].value < seen["vbench_i2v_subject"].value


def test_rules_by_hand() -> None:
    at = {
        degrees: np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        for degrees in (0, 60, 120)
    }
    turning = np.stack([at[0], at[60], at[120]])
    # steps of 60 degrees have 0.5; to frame 0 they are 0.5 and, negative, 0
    assert vbench_rules.consistency(turning).tolist() == pytest.approx([0.5, 0.25])
    assert vbench_rules.likeness_to_image(turning, at[0]) == pytest.approx(0.4 + 0.3 * 0.5 + 0.3 * 0.5)
    assert vbench_rules.likeness_to_image(turning, -at[120]) == pytest.approx(0.4 * 0.5 + 0.6 * 0.5)


def test_one_frame_has_no_neighbour(evaluators: dict[str, ClipEvaluator], tmp_path: Path) -> None:
    one = blocks(1, 64, 64)
    case = case_of(tmp_path, one[0])
    seen = answers(evaluators["i2v_subject"], one, case=case)
    assert str(seen["vbench_i2v_subject"]) == "clip has 1 frame, which has no neighbour"
    assert isinstance(seen["first_frame_dino"], Value)
    for name in ("subject_consistency", "background_consistency"):
        with pytest.raises(NotMeasurable, match=f"clip has 1 frame, vbench_{name} needs 2"):
            answers(evaluators[name], one, case=case)
    assert isinstance(
        answers(evaluators["aesthetic_quality"], one, case=case)["vbench_aesthetic_quality"], Value
    )


def test_clip_is_loaded_once_for_all(folder: Path) -> None:
    from bench.evaluators.clipsim import Clipsim

    background = background_consistency.BackgroundConsistency(
        background_consistency.Settings(folder / "clip.pt")
    )
    clipsim = Clipsim(clip.Settings(checkpoint=folder / "clip.pt"))
    background.ready()
    clipsim.ready()
    assert background._encoder is clipsim._encoder


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_precision_is_in_the_name(folder: Path, dtype: nets.DType) -> None:
    from bench.evaluators.catalogue import full_name
    from bench.evaluators.clipsim import Clipsim

    made = Clipsim(clip.Settings(checkpoint=folder / "clip.pt", dtype=dtype))
    assert ("dtype=bfloat16" in full_name(made.cards[0], made)) == (dtype == "bfloat16")


def test_bfloat16_of_clip_is_near_and_not_the_same(folder: Path) -> None:
    exact = clip.Encoder(clip.Settings(checkpoint=folder / "clip.pt"))
    rough = clip.Encoder(clip.Settings(checkpoint=folder / "clip.pt", dtype="bfloat16"))
    frames = blocks(2, 64, 64)
    assert 1e-5 < np.abs(exact.images(frames) - rough.images(frames)).max() < 0.1
    assert 1e-5 < np.abs(exact.text("a cat") - rough.text("a cat")).max() < 0.1


def test_a_head_of_another_kind_is_refused(folder: Path) -> None:
    from bench.base import weights

    with pytest.raises(Unavailable, match=r"dino\.pth is not a linear head with a 'weight' of \(1, E\)"):
        Head(weights.local(folder / "dino.pth"))
