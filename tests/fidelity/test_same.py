"""bench same as a user meets it, on null models and a tiny suite."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

import bench as library
from bench import runs
from bench.fidelity.pairs import PairWorker
from bench.media import video
from bench.runs import RunFolder
from bench.types import Clip
from tests.command_line import bench
from tests.made import written_suite

CASES, SHORT = 7, ["--set", "num_frames=4"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite of seven pictures with runs of noise and still."""
    folder = tmp_path_factory.mktemp("same")
    suite = written_suite(folder / "tiny", CASES)
    answer = bench("generate", "noise", "still", "--suite", suite, *SHORT, "--out", folder / "runs")
    assert answer.exit_code == 0, answer.stderr
    return folder


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A copy of the runs."""
    shutil.copytree(made / "runs", tmp_path / "runs")
    return tmp_path / "runs"


def same(out: Path, *words: object) -> Result:
    return bench("same", *words, "--out", out)


def found(out: Path, *words: object, exit_code: int = 0) -> dict[str, Any]:
    answer = same(out, *words, "--json")
    assert answer.exit_code == exit_code, answer.stderr
    content: dict[str, Any] = json.loads(answer.stdout)
    return content


def brightened(made: Path, out: Path, run: str, name: str) -> RunFolder:
    """A run of clips from elsewhere: those of another run, two levels brighter."""
    source, place = runs.named(out, run), out.parent / name
    lines = ["case,image,clip,seed"]
    for record in source.records():
        clip = video.read_clip(source.locate(record))
        path = place / f"{record.case}.mkv"
        video.write_clip(path, Clip(np.minimum(clip.frames, 253) + np.uint8(2), clip.fps))
        lines.append(f"{record.case},,{path},{record.seed}")
    (place / "clips.csv").write_text("\n".join(lines) + "\n")
    words = ["--clips", place / "clips.csv", "--name", name, "--suite", made / "tiny", "--metrics", "flicker"]
    answer = bench("evaluate", *words, "--out", out)
    assert answer.exit_code == 0, answer.stderr
    return runs.named(out, name)


def test_a_run_is_identical_to_itself_and_its_scores_know_nothing_of_it(out: Path) -> None:
    before = [folder.path for folder in runs.find(out)]
    content = found(out, "noise", "noise")
    assert (content["verdict"], content["identical"]) == ("identical", CASES)
    assert content["sentence"].endswith("the same bits in 7 of 7 clips")
    assert (content["floor"]["clips"], content["floor"]["identical"], content["ceiling"]["clips"]) == (
        7,
        7,
        7,
    )
    assert [folder.path for folder in runs.find(out)] == before
    assert not runs.problems(out)


def test_another_seed_is_the_measure_of_a_small_change(made: Path, out: Path) -> None:
    brightened(made, out, "noise", "brighter")
    content = found(out, "noise", "brighter")
    by_name = {each["measure"]: each for each in content["measures"]}
    assert by_name["psnr"]["verdict"] == by_name["ssim"]["verdict"] == "same"
    assert by_name["psnr"]["other_distance"] == pytest.approx(2, abs=0.05)
    assert by_name["psnr"]["share"] == pytest.approx(2 / by_name["psnr"]["ceiling_distance"], abs=1e-3)
    assert by_name["colour"]["verdict"] == "different"  # another seed of noise has the same mean colour
    assert content["verdict"] == "different"


def test_another_model_is_different_and_the_table_says_where(out: Path) -> None:
    answer = same(out, "noise", "still")
    assert answer.exit_code == 0, answer.stderr
    assert "still against noise: " in answer.stdout.splitlines()[0]
    assert "of a change of seed by" in answer.stdout.splitlines()[0]
    assert "different: shown to be more than 0.1 of a change of seed, by" in answer.stdout
    assert "floor: 7 clips made again, 7 of them with the same bits" in answer.stdout
    assert "LPIPS is left out: bench fetch lpips" in answer.stdout


def test_what_is_stored_is_not_measured_again_unless_a_clip_changed(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, compared = found(out, "noise", "still"), []
    compare = PairWorker.compare

    def counted(worker: PairWorker, pair: Any) -> Any:
        compared.append(pair.case.id)
        return compare(worker, pair)

    monkeypatch.setattr(PairWorker, "compare", counted)
    assert found(out, "noise", "still") == first
    assert not compared
    other = runs.named(out, "still")
    video.write_clip(other.clip_path("c3", 0), Clip(np.zeros((4, 48, 64, 3), np.uint8), 8.0))
    content = found(out, "noise", "still", exit_code=1)
    assert [each["case"] for each in content["failures"]] == ["c3"]
    assert content["failures"][0]["error"] == "still: the record is broken, or the clip gone or cut short"


def test_a_broken_clip_is_named_and_the_others_go_on(out: Path) -> None:
    other = runs.named(out, "still")
    record = other.record("c2", 0)
    assert record is not None
    content = other.locate(record).read_bytes()
    other.locate(record).write_bytes(content[:200] + bytes(len(content) - 200))
    answer = same(out, "noise", "still", "--floor", "none", "--ceiling", "none")
    assert answer.exit_code == 1
    assert "not compared: c2-0: the clip has changed since it was made" in answer.stdout
    assert "floor: none; not asked for" in answer.stdout


def test_any_number_of_workers_says_the_same(out: Path) -> None:
    one = found(out, "noise", "still", "--limit", 2, "--floor", "none", "--ceiling", "none")
    shutil.rmtree(out / "fidelity")
    assert (
        found(out, "noise", "still", "--limit", 2, "--floor", "none", "--ceiling", "none", "--workers", 2)
        == one
    )
    assert len(one["series"]) == 2


def test_reuse_makes_nothing(out: Path) -> None:
    content = found(out, "noise", "still", "--floor", "reuse", "--ceiling", "REUSE")
    assert content["floor"] == {
        "clips": 0, "identical": 0, "why": "no clip is there; it is made by run instead of reuse",
    }  # fmt: skip
    assert content["verdict"] == "undecided"
    assert not (out / "fidelity" / "again").exists()


def test_seeds_that_the_base_has_are_the_ceiling(made: Path, tmp_path: Path) -> None:
    words = ["--suite", made / "tiny", *SHORT, "--out", tmp_path]
    assert bench("generate", "noise", "--seeds", "0,1", *words).exit_code == 0
    assert bench("generate", "still", *words).exit_code == 0
    content = found(tmp_path, "noise", "still", "--floor", "none")
    assert content["ceiling"]["clips"] == CASES
    assert not (tmp_path / "fidelity" / "seeds").exists()


def test_clips_from_elsewhere_have_no_floor(made: Path, out: Path) -> None:
    brightened(made, out, "still", "brighter")
    answer = same(out, "brighter", "still")
    assert answer.exit_code == 0
    assert "floor: none; cannot be made here: its clips were made elsewhere" in answer.stdout
    assert "undecided: " in answer.stdout


def test_a_run_of_an_earlier_version_says_how_to_note_its_request(made: Path, out: Path) -> None:
    base = runs.named(out, "noise")
    (base.path / "model.json").unlink()
    assert "the same bench run once more notes it" in same(out, "noise", "still").stdout
    bench("generate", "noise", "--suite", made / "tiny", *SHORT, "--out", out)
    assert "floor: 7 clips made again" in same(out, "noise", "still").stdout


def test_runs_without_a_common_clip_and_bad_words_are_refused_in_one_line(made: Path, out: Path) -> None:
    words = ["--suite", made / "tiny", *SHORT, "--out", out]
    bench("generate", "drift", "--seeds", "5", *words)
    bench("generate", "cut", "--suite", written_suite(out.parent / "other", 2), "--out", out)
    for asked, said in (
        (
            ["noise", "drift"],
            "noise and drift have no clip of one case and seed in common: they have 'c0, seed 0'",
        ),
        (["noise", "cut"], "clips of one suite can be compared"),
        (
            ["noise", "still", "--margin", "0"],
            "margin is a share of a change of seed, above 0 and below 1, not 0.0",
        ),
        (["noise", "still", "--floor", "once"], "--floor is run, reuse or none, not 'once'"),
        (["noise", "still", "--limit", "0"], "limit is at least 1, not 0"),
    ):
        answer = same(out, *asked)
        assert said in answer.stderr
        assert (answer.exit_code, answer.stderr.count("\n"), answer.stdout) == (2, 1, "")


def test_python_gets_a_frame(out: Path) -> None:
    table = library.same("noise", "still", out=out, show_progress=False)
    assert list(table["measure"]) == ["psnr", "ssim", "flow", "decay", "colour"]
    assert table.attrs["verdict"] == "different"
    assert len(table.attrs["clips"]) == 5 * CASES


def test_without_a_sound_clip_nothing_is_made_and_it_says_so(out: Path) -> None:
    other = runs.named(out, "still")
    for record in other.records():
        other.write_record(replace(record, path=None, error="out of ideas"))
    answer = same(out, "noise", "still")
    assert answer.exit_code == 1
    assert "not compared: c0-0, c1-0, c2-0 and 4 more: no clip: out of ideas" in answer.stdout
    assert "nor beyond: no clip could be compared" in answer.stdout
    assert not (out / "fidelity").exists()


def test_other_libraries_are_named_where_both_sides_name_them(out: Path) -> None:
    other = runs.named(out, "still")
    for record in other.records():
        other.write_record(replace(record, made_with={**record.made_with, "numpy": "1.0", "jax": "2.0"}))
    (line,) = [each for each in found(out, "noise", "still")["notes"] if each.startswith("made with other")]
    assert line == f"made with other numpy {np.__version__} and 1.0"
