"""bench same on a tiny checkpoint: itself, another precision, another seed, weights that changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import bench as library
from bench import runs
from bench.engine import repeating
from bench.errors import Unavailable
from tests import tiny_checkpoints
from tests.made import written_suite

CASES = 6
SHORT = {"num_frames": 3, "steps": 2, "height": 32, "width": 32}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """One torch thread: sums over another number of them differ in the last bits."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of a tiny SVD on six pictures, in float32 and in bfloat16; its weights; the suite."""
    folder = tmp_path_factory.mktemp("models")
    tiny_checkpoints.write("svd", folder / "tiny")
    written_suite(folder / "pictures", CASES)
    for dtype in ("float32", "bfloat16"):
        animate(folder, dtype=dtype)
    return folder


def animate(folder: Path, **words: object) -> None:
    library.run(
        "svd", checkpoint=folder / "tiny", settings=SHORT, suite=folder / "pictures", metrics="cost",
        view="native", out=folder / "runs", show_progress=False, device="cpu", **words,
    )  # fmt: skip


def run_of(folder: Path, dtype: str) -> str:
    (found,) = [each.run.id for each in runs.find(folder / "runs") if each.run.dtype == dtype]
    return found


def same(folder: Path, base: str, other: str) -> pd.DataFrame:
    return library.same(base, other, out=folder / "runs", device="cpu", show_progress=False)


def test_made_again_a_run_is_identical(made: Path) -> None:
    base = run_of(made, "float32")
    found = same(made, base, base)
    assert found.attrs["verdict"] == "identical"
    assert "floor: 6 clips made again, 6 of them with the same bits" in found.attrs["notes"]
    assert (found.set_index("measure").loc["ssim", ["other", "floor"]] == 1).all()


def test_another_precision_is_a_small_share_of_another_seed(made: Path) -> None:
    found = same(made, run_of(made, "float32"), run_of(made, "bfloat16")).set_index("measure")
    assert (found["floor_distance"] == 0).all()
    assert (found["ceiling_distance"] > 0).all()
    for measure in ("psnr", "ssim"):
        assert 0 < found.loc[measure, "share"] < 0.2
    assert any("farthest frame of both, and their difference" in each for each in found.attrs["notes"])


def test_the_floor_and_ceiling_are_made_once(made: Path) -> None:
    places = [made / "runs" / "fidelity" / name for name in ("again", "seeds")]
    same(made, run_of(made, "float32"), run_of(made, "bfloat16"))
    stamps = {path: path.stat().st_mtime_ns for place in places for path in place.rglob("*.mkv")}
    assert len(stamps) == 2 * CASES
    same(made, run_of(made, "float32"), run_of(made, "bfloat16"))
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_other_weights_in_the_same_place_are_no_repeat(made: Path) -> None:
    folder = runs.named(made / "runs", run_of(made, "float32"))
    weights = next((made / "tiny" / "unet").glob("*.safetensors"))
    content = weights.read_bytes()
    try:
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(Unavailable, match="was made of has changed: it would be another run now"):
            repeating.again(folder, "cpu")
    finally:
        weights.write_bytes(content)
    assert repeating.again(folder, "cpu")[0].label == folder.run.label


def test_paths_are_noted_from_the_root_and_other_words_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "step-2000").mkdir()
    words = ["step-2000", "transformer=./step-2000", "step-2000:0.8", "hub/id@main", "transformer=hub/id"]
    assert repeating.with_whole_paths(words) == [
        f"{tmp_path}/step-2000", f"transformer={tmp_path}/step-2000", f"{tmp_path}/step-2000:0.8", "hub/id@main",
        "transformer=hub/id",
    ]  # fmt: skip


def test_a_finished_run_is_not_touched_again(made: Path) -> None:
    path = runs.named(made / "runs", run_of(made, "bfloat16")).path / repeating.FILE
    before = path.stat().st_mtime_ns
    animate(made, dtype="bfloat16")
    assert path.stat().st_mtime_ns == before
