"""DreamSim's ensemble: its authors' distances for a tiny random one, VBench's rule on it, and files of another kind."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.base import weights
from bench.errors import NotMeasurable, Unavailable
from bench.evaluators.dreamsim import DreamSim as Evaluator, Settings
from bench.evaluators.nets.dreamsim import ENSEMBLE, DreamSim
from bench.media import pictures
from bench.types import Case, ClipRecord
from tests import made, tiny_nets
from tests.made import answers


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dreamsim")
    tiny_nets.write_dreamsim(folder / "ensemble.zip")
    tiny_nets.write_dino(folder / "dino.pth")
    return folder / "ensemble.zip", folder / "dino.pth"


@pytest.fixture(scope="module")
def evaluator(files: tuple[Path, Path]) -> Evaluator:
    found = Evaluator(Settings(*files))
    found.ready()
    return found


def _net(archive: Path, backbone: Path) -> DreamSim:
    return DreamSim(weights.local(archive), weights.local(backbone))


def test_distances_are_the_authors(files: tuple[Path, Path]) -> None:
    """PerceptualModel of its authors' repository with peft 0.21.2, whose last block is the second of two."""
    random = np.random.default_rng(5)
    noise = [random.integers(0, 256, (224, 224, 3), dtype=np.uint8) for _ in range(2)]
    one, other, gray = _net(*files).vectors([*noise, np.full((224, 224, 3), 90, np.uint8)])
    assert 1 - one @ other == pytest.approx(0.0019344091, abs=2e-7)
    assert 1 - one @ gray == pytest.approx(0.1320633888, abs=2e-7)
    assert one[:4] == pytest.approx([-0.00108236, -0.00696958, -0.03889908, -0.02999707], abs=1e-6)


def test_a_frozen_image_has_all_and_a_change_costs(evaluator: Evaluator, tmp_path: Path) -> None:
    image = made.photograph(90, 160)
    pictures.write(tmp_path / "a.png", image)
    case, record = Case("a", tmp_path / "a.png"), ClipRecord("a", 0, None, "")
    frozen = answers(evaluator, np.stack([image] * 3), case=case, record=record)
    assert frozen["pic"].value == pytest.approx(1.0, abs=1e-6)
    assert frozen["vbench_i2v_background"].value == pytest.approx(
        100.0, abs=0.05
    )  # two resizes of one picture
    turned = answers(evaluator, np.stack([image, image, image[::-1, ::-1]]), case=case, record=record)
    assert turned["pic"].value < frozen["pic"].value
    assert turned["vbench_i2v_background"].value < frozen["vbench_i2v_background"].value
    assert turned["pic"].series == pytest.approx([1.0, 1.0, 3 * turned["pic"].value - 2], abs=1e-6)


def test_one_frame_has_no_neighbours(evaluator: Evaluator, tmp_path: Path) -> None:
    image = made.photograph()
    pictures.write(tmp_path / "a.png", image)
    found = answers(evaluator, image[None], case=Case("a", tmp_path / "a.png"))
    assert isinstance(found["vbench_i2v_background"], NotMeasurable)
    assert found["pic"].value == pytest.approx(1.0, abs=1e-6)


def _without_adapters(archive: Path, to: Path) -> None:
    _changed(archive, to, lambda name, content: None if name.endswith("adapter_model.bin") else content)


def _other_kind(archive: Path, to: Path) -> None:
    def changed(name: str, content: bytes) -> bytes:
        return (
            json.dumps({**json.loads(content), "use_dora": True}).encode()
            if name.endswith(".json")
            else content
        )

    _changed(archive, to, changed)


def _no_clip(archive: Path, to: Path) -> None:
    _changed(archive, to, lambda name, content: b"<html>" if name.startswith("clip") else content)


def _no_archive(archive: Path, to: Path) -> None:
    to.write_bytes(b"<!DOCTYPE html>")


def _changed(archive: Path, to: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(to, "w") as made_of_it:
        for name in given.namelist():
            if (content := change(name, given.read(name))) is not None:
                made_of_it.writestr(name, content)


@pytest.mark.parametrize("spoil", [_without_adapters, _other_kind, _no_clip, _no_archive])
def test_another_archive_is_refused_in_one_line(
    spoil: Callable[[Path, Path], None], files: tuple[Path, Path], tmp_path: Path
) -> None:
    spoil(files[0], tmp_path / "other.zip")
    with pytest.raises(Unavailable, match=r"other.zip is not the archive of DreamSim's ensemble") as refused:
        _net(tmp_path / "other.zip", files[1])
    assert "\n" not in str(refused.value)


def test_adapters_of_other_models_beside_it_are_passed_over(files: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(files[0]) as given, zipfile.ZipFile(tmp_path / "more.zip", "w") as more:
        for name in given.namelist():
            more.writestr(name, given.read(name))
        more.writestr(
            "dino_vitb16_single_lora/adapter_config.json", '{"r": 1, "lora_alpha": 9, "bias": "none"}'
        )
    image = [made.photograph(224, 224)]
    found = [_net(archive, files[1]).vectors(image) for archive in (files[0], tmp_path / "more.zip")]
    assert np.array_equal(*found)


def test_members_are_never_written_where_the_archive_says(files: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(files[0]) as given, zipfile.ZipFile(tmp_path / "sly.zip", "w") as sly:
        for name in given.namelist():
            sly.writestr(f"../../{name}", given.read(name))
    before = sorted(tmp_path.parent.rglob("*"))
    _net(tmp_path / "sly.zip", files[1])
    assert sorted(tmp_path.parent.rglob("*")) == before


@pytest.mark.weights
@pytest.mark.skipif(weights.path(ENSEMBLE) is None, reason="DreamSim's archive is not here")
def test_with_the_real_weights_a_picture_is_like_itself_and_less_like_another() -> None:
    evaluator = Evaluator()
    evaluator.ready()
    one, other = made.photograph(224, 224), made.photograph(224, 224, seed=1)
    same, likeness = evaluator.encoded([one])[0], evaluator.encoded([other])[0]
    assert same @ same == pytest.approx(1.0) and same @ likeness < 0.95
