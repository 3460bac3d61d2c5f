"""Bits that flip in clips, features and scenes are noticed when these are used, and the same words make them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.base import files, verified
from bench.cli.commands import app
from bench.runs import RunFolder, parquet
from bench.runs.features import FeatureStore
from bench.types import Measurement, Suite
from tests.engine.test_evaluation import Distance, _evaluate, _rows, folder, tiny  # noqa: F401  fixtures
from tests.made import written_suite


def flip(path: Path, place: float = 0.5) -> None:
    """Another bit at a share of the way through the file."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 16
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


BREAKS = (flip, empty)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def _forget_rows(run: RunFolder) -> None:
    for file in run.path.rglob("*.parquet"):
        file.unlink()


def _vectors(place: Path) -> list[Path]:
    return sorted(place.rglob("*.npy"))


@pytest.mark.parametrize("harm", BREAKS)
@pytest.mark.parametrize("whose", ["references", "clips"])
@pytest.mark.parametrize("is_signed", [True, False])
def test_a_broken_feature_is_made_anew(
    folder: RunFolder,  # noqa: F811
    tiny: Suite,  # noqa: F811
    harm: Callable[[Path], None],
    whose: str,
    is_signed: bool,
) -> None:
    """Before, one flip in a shared cache moved fvd_hc from 210 to 242, and an empty file failed for ever."""
    _evaluate(folder, tiny, Distance())
    (expected,) = (row.value for row in _rows(folder))
    vector = _vectors(files.cache() if whose == "references" else folder.path)[0]
    sound = vector.read_bytes()
    harm(vector) if is_signed else empty(vector)
    if not is_signed:
        vector.with_name(vector.name + verified.SUFFIX).unlink()  # as an earlier version left it
    _forget_rows(folder)
    _evaluate(folder, tiny, Distance())
    assert [row.value for row in _rows(folder)] == [expected]
    assert vector.read_bytes() == sound


def test_a_broken_feature_of_a_reference_is_made_anew_where_the_row_is_there(
    folder: RunFolder,  # noqa: F811
    tiny: Suite,  # noqa: F811
) -> None:
    _evaluate(folder, tiny, Distance())
    vector = _vectors(files.cache())[0]
    sound = vector.read_bytes()
    flip(vector)
    again = Distance()
    assert _evaluate(folder, tiny, again).measured == 0
    assert again.looked == 1 and vector.read_bytes() == sound


def test_features_of_an_earlier_version_are_used_as_they_are(folder: RunFolder, tiny: Suite) -> None:  # noqa: F811
    _evaluate(folder, tiny, Distance())
    for digest in (*files.cache().rglob(f"*{verified.SUFFIX}"), *folder.path.rglob(f"*{verified.SUFFIX}")):
        digest.unlink()
    _forget_rows(folder)
    again = Distance()
    assert _evaluate(folder, tiny, again).measured == 1
    assert again.looked == 0


def _read_after_flips(tmp_path: Path, flips: int) -> int:
    """How many flips, in a vector or in the digest beside it, leave other features."""
    store, expected = FeatureStore(tmp_path), np.linspace(-1, 1, 64)
    store.write("a", expected)
    draw, other = np.random.default_rng(0), 0
    for number in range(flips):
        path = tmp_path / ("a.npy" if number % 2 else "a.npy.sha256")
        content = path.read_bytes()
        flipped = bytearray(content)
        flipped[draw.integers(len(content))] ^= 1 << int(draw.integers(8))
        path.write_bytes(flipped)
        if store.has_features("a"):
            other += not np.array_equal(store.read("a"), expected)
        path.write_bytes(content)
    return other


def test_no_flip_leaves_other_features(tmp_path: Path) -> None:
    assert _read_after_flips(tmp_path, 30) == 0


@pytest.mark.long
def test_of_400_flips_none_leaves_other_features(tmp_path: Path) -> None:
    assert _read_after_flips(tmp_path, 400) == 0


def test_why_a_clip_has_no_features_is_not_read_from_a_broken_file(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    store.fail("a", ValueError("why"))
    assert "a" in store
    (tmp_path / "a.json").write_text("[")
    assert "a" not in store


def _bench(*words: str) -> str:
    found = CliRunner().invoke(app, list(words))
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return f"exit {int(found.exit_code)}\n{found.stdout}{found.stderr}"


def _found(out: Path) -> dict[tuple[str | None, str], float | None]:
    (path,) = out.glob("*/results.parquet")
    rows: list[Measurement] = parquet.read(path)
    return {(row.case, row.metric): row.value for row in rows}


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    place = written_suite(tmp_path / "small", 2)
    return ["run", "-m", "noise", "--suite", str(place), "--out", str(tmp_path / "out")]


@pytest.mark.parametrize("place", [0.02, 0.5, 0.98])
def test_a_flipped_clip_is_made_anew_by_the_same_words(
    words: list[str], tmp_path: Path, place: float
) -> None:
    assert _bench(*words, "--metrics", "psnr").startswith("exit 0")
    clip = next((tmp_path / "out").glob("*/clips/c0-0.mkv"))
    sound, rows = clip.read_bytes(), _found(tmp_path / "out")
    flip(clip, place)
    said = _bench(*words, "--metrics", "psnr")
    assert said.startswith("exit 0")
    assert "c0, seed 0: the clip is not the one that was made, and is made anew" in said
    assert clip.read_bytes() == sound
    assert _found(tmp_path / "out") == rows


def test_a_flipped_clip_is_named_where_it_cannot_be_made_and_no_failure_stays(
    words: list[str], tmp_path: Path
) -> None:
    _bench(*words, "--metrics", "psnr")
    (run,) = (tmp_path / "out").glob("*")
    flip(run / "clips" / "c0-0.mkv")
    evaluate = ["evaluate", run.name, "--metrics", "flicker", "--out", str(tmp_path / "out")]
    assert _bench(*evaluate).startswith("exit 1")
    rows = parquet.read(run / "results.parquet")
    (error,) = {row.error for row in rows if row.case == "c0" and row.metric.startswith("flicker")}
    assert error.endswith("has changed since it was made; the command that made it makes it anew")
    assert _bench(*words, "--metrics", "flicker").startswith("exit 0")
    assert not [row.error for row in parquet.read(run / "results.parquet") if row.status == "failed"]


def test_a_clip_whose_record_is_broken_is_not_left_out_silently(words: list[str], tmp_path: Path) -> None:
    _bench(*words, "--metrics", "psnr")
    (run,) = (tmp_path / "out").glob("*")
    record = run / "clips" / "c0-0.json"
    record.write_text(record.read_text().replace('"clips/c0-0.mkv"', '"clips/../../x"'))
    said = _bench("evaluate", run.name, "--metrics", "psnr", "--out", str(tmp_path / "out"))
    assert "c0-0 of" in said
    assert "left out: the record is broken, or the clip gone or cut short" in " ".join(said.split())
    assert "left out" not in _bench(*words, "--metrics", "psnr")


def test_a_flip_that_leaves_no_trace_is_noticed_when_the_clip_is_used(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a disk flips a bit: no time of change says so. The failure says what to do, and that does it."""
    _bench(*words, "--metrics", "psnr")
    clip = next((tmp_path / "out").glob("*/clips/c0-0.mkv"))
    sound = clip.read_bytes()
    flip(clip)
    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "is_changed", lambda self, record: False)
        assert _bench(*words, "--metrics", "flicker").startswith("exit 1")
    assert _bench(*words, "--metrics", "flicker").startswith("exit 0")
    assert clip.read_bytes() == sound
