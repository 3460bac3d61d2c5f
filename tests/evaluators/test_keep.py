"""The keep mask: what should stay stays, and the rest does something."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from skimage.metrics import peak_signal_noise_ratio

from bench.errors import BadImage, NotMeasurable
from bench.evaluators.keep import Keep
from bench.evaluators.signals.similarity import decibels
from bench.media import pictures
from bench.media.input_image import InputImage
from bench.types import Case, ClipRecord, Fit, Frames, Image, Value
from tests.made import answers, moving_clip, photograph

NAMES = ("keep_fidelity", "keep_change", "keep_change_outside", "keep_selectivity")


def half(height: int = 48, width: int = 64) -> Image:
    """White on the left, black on the right."""
    mask = np.zeros((height, width, 3), np.uint8)
    mask[:, : width // 2] = 255
    return mask


def masked(folder: Path, image: Image, mask: Image) -> Case:
    pictures.write(folder / "image.png", image)
    pictures.write(folder / "mask.png", mask)
    return Case("a", folder / "image.png", keep=folder / "mask.png")


def values(frames: Frames, case: Case, fit: Fit = "cover") -> dict[str, Value | NotMeasurable]:
    return dict(answers(Keep(), frames, case=case, record=ClipRecord("a", 0, None, "", fit=fit)))


def regions(case: Case, width: int, height: int, fit: Fit = "cover") -> tuple[np.ndarray, np.ndarray]:
    found = InputImage(case, ClipRecord("a", 0, None, "", fit=fit), width, height).regions
    return found.kept, found.free


class TestValues:
    def test_by_hand(self, tmp_path: Path) -> None:
        """Off by 2 and then by 4 on the left, by 30 and by 10 on the right, from a gray image.

        The mean squared difference is (4 + 16) / 2 = 10, the mean change 3 and 20: 20 / 23 of it is outside.
        """
        image = np.full((48, 64, 3), 100, np.uint8)
        frames = np.stack([image, image])
        frames[0, :, :32] += 2
        frames[1, :, :32] -= 4
        frames[0, :, 32:] += 30
        frames[1, :, 32:] -= 10
        found = values(frames, masked(tmp_path, image, half()))
        assert found["keep_fidelity"].value == pytest.approx(10 * np.log10(255**2 / 10))
        assert found["keep_fidelity"].series == pytest.approx(
            [20 * np.log10(255 / 2), 20 * np.log10(255 / 4)]
        )
        assert found["keep_change"].value == 3
        assert found["keep_change_outside"] == Value(20.0, series=(30.0, 10.0))
        assert found["keep_selectivity"].value == pytest.approx(20 / 23)

    def test_psnr_is_scikit_images(self, tmp_path: Path) -> None:
        """Of the pixels inside, cut out: exact to the last bits, for any mask."""
        random = np.random.default_rng(0)
        image, frame = (random.integers(256, size=(33, 47, 3), dtype=np.uint8) for _ in range(2))
        mask = np.repeat(random.integers(2, size=(33, 47, 1), dtype=np.uint8) * 255, 3, axis=2)
        found = values(frame[None], masked(tmp_path, image, mask))
        inside = mask[..., 0] == 255
        expected = peak_signal_noise_ratio(image[inside], frame[inside], data_range=255)
        assert found["keep_fidelity"].value == pytest.approx(expected, abs=1e-12)
        change = np.abs(pictures.gray(image).astype(float) - pictures.gray(frame))
        assert found["keep_change"].value == pytest.approx(change[inside].mean(), abs=1e-12)
        assert found["keep_change_outside"].value == pytest.approx(change[~inside].mean(), abs=1e-12)

    def test_still_is_perfect_and_does_nothing(self, tmp_path: Path) -> None:
        image = photograph()
        found = values(image[None].repeat(5, axis=0), masked(tmp_path, image, half()))
        assert found["keep_fidelity"].value == 100
        assert (found["keep_change"].value, found["keep_change_outside"].value) == (0, 0)
        assert "nothing differs from the input image" in str(found["keep_selectivity"])

    def test_drift_changes_both_and_selects_nothing(self, tmp_path: Path) -> None:
        found = values(moving_clip(9).frames, masked(tmp_path, moving_clip(1).frames[0], half()))
        assert found["keep_fidelity"].value < 30
        assert found["keep_change"].value > 1
        assert 0.3 < found["keep_selectivity"].value < 0.7

    def test_a_clip_that_moves_only_where_it_may(self, tmp_path: Path) -> None:
        image, frames = moving_clip(1).frames[0], moving_clip(9).frames.copy()
        frames[:, :, :32] = image[:, :32]
        found = values(frames, masked(tmp_path, image, half()))
        assert (found["keep_fidelity"].value, found["keep_change"].value) == (100, 0)
        assert found["keep_selectivity"].value == 1
        turned = values(frames, masked(tmp_path, image, 255 - half()))
        assert turned["keep_selectivity"].value == 0

    def test_damage_shows_where_it_is(self, tmp_path: Path) -> None:
        """Growing noise inside: fidelity falls, the change outside stays what it was."""
        image, frames = moving_clip(1).frames[0], moving_clip(6).frames
        frames = np.concatenate([image[None, :, :32].repeat(6, axis=0), frames[:, :, 32:]], axis=2)
        noise = np.random.default_rng(0).normal(size=(6, 48, 32, 3))
        case, found = masked(tmp_path, image, half()), []
        for sigma in (0, 2, 6, 20):
            worn = frames.copy()
            worn[:, :, :32] = np.clip(worn[:, :, :32] + sigma * noise, 0, 255)
            found.append({name: answer.value for name, answer in values(worn, case).items()})
        for name, sign in (("keep_fidelity", -1), ("keep_change", 1), ("keep_selectivity", -1)):
            assert (np.diff([each[name] for each in found]) * sign > 0).all()
        assert len({each["keep_change_outside"] for each in found}) == 1

    def test_decibels_are_capped(self) -> None:
        assert decibels(0.0) == decibels(1e-12) == 100
        assert decibels(255.0**2) == 0

    @settings(max_examples=25)
    @given(seed=st.integers(0, 10**6), height=st.integers(1, 20), width=st.integers(1, 20))
    def test_ranges(
        self, tmp_path_factory: pytest.TempPathFactory, seed: int, height: int, width: int
    ) -> None:
        random = np.random.default_rng(seed)
        image, mask, *frames = (
            random.integers(256, size=(height, width, 3), dtype=np.uint8) for _ in range(4)
        )
        found = values(np.stack(frames), masked(tmp_path_factory.mktemp("case"), image, mask))
        cards = {card.name: card for card in Keep.cards}
        for name, answer in found.items():
            if isinstance(answer, Value):
                assert cards[name].low <= answer.value <= cards[name].high


class TestMasks:
    def test_a_case_without_one(self, tmp_path: Path) -> None:
        with pytest.raises(NotMeasurable, match="case 'a' has no keep mask"):
            values(moving_clip(3).frames, Case("a", tmp_path / "image.png"))

    def test_all_black(self, tmp_path: Path) -> None:
        found = values(moving_clip(3).frames, masked(tmp_path, photograph(), np.zeros((48, 64, 3), np.uint8)))
        for name in ("keep_fidelity", "keep_change", "keep_selectivity"):
            assert "the keep mask has no white on the frame" in str(found[name])
        assert found["keep_change_outside"].value > 0

    def test_all_white(self, tmp_path: Path) -> None:
        found = values(
            moving_clip(3).frames, masked(tmp_path, photograph(), np.full((48, 64, 3), 255, np.uint8))
        )
        for name in ("keep_change_outside", "keep_selectivity"):
            assert "the keep mask has no black on the frame" in str(found[name])
        assert found["keep_fidelity"].value < 100

    def test_of_another_size_than_the_image(self, tmp_path: Path) -> None:
        case = masked(tmp_path, photograph(), half(24, 32))
        message = r"mask\.png has 32 x 24 pixels, the image 64 x 48: draw it over the image"
        with pytest.raises(BadImage, match=message):
            values(moving_clip(3).frames, case)

    @pytest.mark.parametrize("content", [b"", b"a text", None])
    def test_one_that_is_no_picture(self, tmp_path: Path, content: bytes | None) -> None:
        case = masked(tmp_path, photograph(), half())
        (tmp_path / "mask.png").unlink()
        if content is not None:
            (tmp_path / "mask.png").write_bytes(content)
        with pytest.raises(BadImage, match=r"mask\.png"):
            values(moving_clip(3).frames, case)

    def test_gray_counts_as_the_nearer(self, tmp_path: Path) -> None:
        mask = np.zeros((4, 4, 3), np.uint8)
        mask[0], mask[1], mask[2] = 127, 128, 255
        kept, free = regions(masked(tmp_path, np.zeros((4, 4, 3), np.uint8), mask), 4, 4)
        assert kept.tolist() == [[0] * 4, [255] * 4, [255] * 4, [0] * 4]
        assert (free == 255 - kept).all()

    @pytest.mark.parametrize("fit", ["cover", "stretch", "contain"])
    def test_it_covers_what_the_fitted_image_shows(self, tmp_path: Path, fit: Fit) -> None:
        """An image that is its own mask, brought to another shape: white and black part fall on its white and black.

        Only a pixel on either side of the edges, which is mixed, may fall to either.
        """
        image = np.zeros((60, 100, 3), np.uint8)
        image[10:40, 20:70] = 255
        case = masked(tmp_path, image, image)
        kept, free = regions(case, 64, 64, fit)
        fitted = pictures.gray(pictures.fit(image, 64, 64, fit))
        assert (kept[fitted > 200] == 255).all()
        assert (kept[fitted < 50] == 0).all()
        assert not (kept & free).any()
        is_padding = np.zeros((64, 64), bool)
        if fit == "contain":  # 100 x 60 becomes 64 x 38, in the middle: 13 rows above and below
            is_padding[:13] = is_padding[51:] = True
        assert ((kept | free) == np.where(is_padding, 0, 255)).all()

    def test_white_that_is_cut_off_is_gone(self, tmp_path: Path) -> None:
        """Of 200 x 50 'cover' keeps the middle square: the white stripe on the left is not on the frame."""
        mask = np.zeros((50, 200, 3), np.uint8)
        mask[:, :40] = 255
        case = masked(tmp_path, photograph(50, 200), mask)
        assert isinstance(values(moving_clip(3).frames[:, :, :48], case)["keep_fidelity"], NotMeasurable)
        assert isinstance(values(moving_clip(3).frames[:, :, :48], case, "stretch")["keep_fidelity"], Value)

    @pytest.mark.parametrize("shape", [(1, 1), (8, 8), (33, 47), (1, 40)])
    def test_any_size(self, tmp_path: Path, shape: tuple[int, int]) -> None:
        frames = np.random.default_rng(0).integers(256, size=(2, *shape, 3), dtype=np.uint8)
        found = values(frames, masked(tmp_path, photograph(), half()))
        assert set(found) == set(NAMES)
