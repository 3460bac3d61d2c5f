"""`bench verify` names every file that is not as it was written; after --repair a run brings the same rows again."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bench.base import files, verified
from bench.base.progress import Progress
from bench.runs import RunFolder, parquet, verification
from bench.runs.row_store import RowStore
from bench.types import Measurement
from tests import made
from tests.command_line import bench

KINDS = ("clips/*.mkv", "clips/*.json", "features/*/*.npy", "measurements/*.parquet")

Words = Sequence[object]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Words:
    """What made a run, whose rows were not folded: it was killed before."""
    place = tmp_path_factory.mktemp("verify")
    suite = made.written_suite(place / "suite", cases=5)
    said = ["run", "drift", "--suite", suite, "--metrics", "psnr,fvd_lite0", "--out", place / "runs"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        patch.setattr(RowStore, "fold", lambda self, gone=(): None)
        assert bench(*said).exit_code == 0
    return said


@pytest.fixture
def run(words: Words, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of it."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    shutil.copytree(str(words[-1]), tmp_path / "runs")
    (folder,) = (tmp_path / "runs").iterdir()
    return RunFolder(folder)


def _verified(run: RunFolder, *options: object) -> tuple[int, list[dict[str, Any]]]:
    answer = bench("verify", "--json", "--out", run.path.parent, *options)
    return answer.exit_code, json.loads(answer.stdout)["faults"]


def _values(run: RunFolder) -> set[tuple[str | None, str, float | None, str]]:
    rows: list[Measurement] = parquet.read(run.path / "results.parquet")
    return {(row.case, row.metric, row.value, row.clip_sha256) for row in rows}


def _change_a_byte(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    place = draw.randrange(len(content))
    content[place] = draw.choice([byte for byte in range(256) if byte != content[place]])
    path.write_bytes(content)


def test_a_sound_run(run: RunFolder) -> None:
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    assert _verified(run) == (0, [])
    assert bench("verify", run.path).stdout == "all files are sound\n"
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before


def test_twenty_changed_bytes_are_twenty_names_and_a_repaired_run_has_equal_rows(
    run: RunFolder, words: Words
) -> None:
    again = [*words[:-1], run.path.parent]
    sound = _copied_and_folded(run, again)
    changed = [path for kind in KINDS for path in sorted(run.path.glob(kind))[:5]]
    assert len(changed) == 20
    draw = random.Random(15)
    for path in changed:
        _change_a_byte(path, draw)
    code, faults = _verified(run, "--repair")
    named = {each["path"] for each in faults} | {path for each in faults for path in each["aside"]}
    assert (code, {str(path) for path in changed} - named) == (1, set())
    assert {each["kind"] for each in faults} == {"changed"}
    assert not [path for path in changed if path.exists()]
    assert bench(*again).exit_code == 0
    assert _values(run) == sound
    assert _verified(run) == (0, [])


def _copied_and_folded(run: RunFolder, again: Words) -> set[Any]:
    """What the run has in the end when nothing is changed."""
    copy = shutil.copytree(run.path.parent, run.path.parent.parent / "copy")
    assert bench(*again[:-1], copy).exit_code == 0
    return _values(RunFolder(copy / run.path.name))


def test_any_byte_of_a_file_is_noticed(run: RunFolder) -> None:
    """One of each kind, at many places."""
    draw = random.Random(0)
    missed = []
    for kind in (*KINDS, "run.json", "suite.json", "features/*/*.sha256"):
        path = next(run.path.glob(kind))
        content = path.read_bytes()
        for _ in range(40):
            _change_a_byte(path, draw)
            missed += [] if verification.faults(run, Progress()) else [(kind, path.read_bytes(), content)]
            path.write_bytes(content)
    assert not missed


def _delete(name: str) -> Callable[[RunFolder], None]:
    return lambda run: next(run.path.glob(name)).unlink()


def _rename_case(run: RunFolder) -> None:
    """A record and a clip of a case that the suite does not have."""
    for path in run.path.glob("clips/c0-0.*"):
        path.rename(path.with_name(path.name.replace("c0", "x")))


CASES: dict[str, tuple[Callable[[RunFolder], object], str, str]] = {
    "a clip is gone": (_delete("clips/c0-0.mkv"), "missing", "the clip of c0-0.json is gone"),
    "a record is gone": (_delete("clips/c0-0.json"), "orphaned", "it is the clip of no record"),
    "a vector is gone": (_delete("features/*/*.npy"), "missing", "its digest is there, and it is not"),
    "run.json is gone": (_delete("run.json"), "missing", "the folder of a run has a run.json"),
    "suite.json is gone": (_delete("suite.json"), "missing", "the folder of a run has a suite.json"),
    "a stray clip": (
        lambda run: (run.path / "clips" / "c0-0 (1).mkv").write_bytes(b"x"), "orphaned", "the clip of no record",
    ),
    "a stray vector": (
        lambda run: next(run.path.glob("features/*/*.npy")).rename(
            next(run.path.glob("features/*")) / f"{'0' * 64}.npy"
        ),
        "orphaned", "no clip of the run has this digest",
    ),
    "a case of another suite": (_rename_case, "changed", "it is about c0, seed 0"),
    "a renamed folder": (lambda run: run.path.rename(run.path.with_name("other")), "orphaned", "rename it to drift"),
    "a copied folder": (
        lambda run: shutil.copytree(run.path, run.path.with_name("other")), "duplicated", "it is a copy of",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_or_in_the_wrong_place_is_named(run: RunFolder, case: str) -> None:
    harm, kind, what = CASES[case]
    harm(run)
    code, faults = _verified(run)
    told = [f"{each['what']}; {each['remedy']}" for each in faults if each["kind"] == kind]
    assert (code, [each for each in told if what in each][:1] != []) == (1, True), faults


def test_rows_of_another_version_are_named_and_stay(run: RunFolder) -> None:
    part = next(run.path.glob("measurements/*.parquet"))
    _with_schema_version(part, "99")
    code, faults = _verified(run, "--repair")
    (found,) = [each for each in faults if each["kind"] == "other version"]
    assert (code, found["path"], part.exists()) == (1, str(part), True)
    assert "has schema version 99, this bench reads" in found["what"]
    assert "use the version that wrote it" in found["remedy"]


def _with_schema_version(part: Path, version: str) -> None:
    table = pq.read_table(part)
    pq.write_table(
        table.replace_schema_metadata({**table.schema.metadata, b"schema_version": version.encode()}), part
    )


def test_rows_that_disagree_are_named(run: RunFolder) -> None:
    rows = [row for part in run.path.glob("measurements/*.parquet") for row in parquet.read(part) if row.case]
    other = replace(rows[0], value=(rows[0].value or 0) + 1)
    parquet.write(run.path / "measurements" / "part-0.parquet", [other])
    code, faults = _verified(run)
    assert (code, [each["kind"] for each in faults]) == (1, ["duplicated"])
    assert f"such as {other.metric} of {other.case}, seed 0" in faults[0]["what"]


def test_an_older_run_without_digests_is_sound(run: RunFolder) -> None:
    for path in (*run.path.rglob("*.json"),):
        content = json.loads(path.read_text())
        content.pop("file_sha256", None)
        files.write_json(path, content)
    for path in run.path.rglob(f"*{verified.SUFFIX}"):
        path.unlink()
    assert _verified(run) == (0, [])


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    answer = bench("verify", tmp_path)
    assert (answer.exit_code, "there are no runs in" in answer.stderr) == (2, True)
