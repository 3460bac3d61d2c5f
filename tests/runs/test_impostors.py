"""A run's folder, file and rows carry its id; anything else that claims the id is named and left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench import runs
from bench.errors import BadResults, UsageError
from bench.exports import gathering
from bench.runs import RunFolder, parquet, result_files
from bench.types import MetricCard, Run, Suite
from tests import made
from tests.leaderboard import boards


def _write(out: Path, suite: Suite, name: str, value: float) -> RunFolder:
    of: Run = boards.run(suite, name)
    return boards.write(out, of, suite, [boards.row(of, "c0", "ssim_mean", value)], clips=False)


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return made.suite(tmp_path)


@pytest.fixture
def folder(tmp_path: Path, suite: Suite) -> RunFolder:
    return _write(tmp_path / "runs", suite, "still", 0.5)


def _values(out: Path) -> tuple[dict[str, float], list[str]]:
    rows, problems = result_files.read_all(result_files.find([out]))
    return dict(zip(rows["run"], rows["value"], strict=True)), list(map(str, problems))


def test_a_copied_folder_is_named_and_takes_no_place(folder: RunFolder) -> None:
    """Its rows replaced the run's, since its name sorts later."""
    out, own = folder.path.parent, folder.path.name
    copy = RunFolder(shutil.copytree(folder.path, out / f"{own}-copy"))
    (row,) = parquet.read(copy.rows.folded)
    parquet.write(copy.rows.folded, [made.measurement(**{**vars(row), "value": 0.9})])
    assert runs.find(out) == [folder]
    (problem,) = runs.problems(out)
    assert str(problem) == (
        f"{copy.path} is the folder of run '{own}', and is passed over: it is a copy of {folder.path}, which counts:"
        " delete it, or move it out"
    )
    values, (stranger,) = _values(out)
    assert values == {own: 0.5}
    assert stranger.startswith(f"{copy.rows.folded} holds rows of run '{own}', and is not called by that id")
    gathered = gathering.gather([out])
    assert gathered.paths == {own: folder.rows.folded}
    assert [str(each) for each in gathered.problems] == [stranger]


def test_a_renamed_folder_says_what_it_is_called(folder: RunFolder) -> None:
    out, own = folder.path.parent, folder.path.name
    renamed = RunFolder(folder.path.rename(out / "my-best"))
    assert runs.find(out) == []
    (problem,) = runs.problems(out)
    assert str(problem).endswith(
        f"my-best is the folder of run '{own}', and is passed over: rename it to {own}"
    )
    assert _values(out)[0] == {}
    renamed.path.rename(folder.path)
    assert runs.find(out) == [folder]
    assert _values(out) == ({own: 0.5}, [])


def test_the_folder_of_another_run_is_not_written_into(folder: RunFolder, suite: Suite) -> None:
    before = sorted(
        path.read_bytes() for path in folder.path.rglob("*") if path.suffix in {".json", ".parquet"}
    )
    with (
        pytest.raises(
            UsageError, match=rf"is the folder of run '{folder.path.name}', not of 'other-.*rename it to"
        ),
        folder.working(boards.run(suite, "other"), suite),
    ):
        pass
    after = sorted(
        path.read_bytes() for path in folder.path.rglob("*") if path.suffix in {".json", ".parquet"}
    )
    assert after == before


def test_a_stranger_s_file_does_not_take_a_run_s_place(folder: RunFolder, tmp_path: Path) -> None:
    """It may be the later one of those that are found, and others beside its rows are read."""
    own = folder.path.name
    (row,) = parquet.read(folder.rows.folded)
    place = tmp_path / "published" / "tiny@0"
    strange = [made.measurement(**{**vars(row), "value": 1.0}), made.measurement(run="theirs", value=0.7)]
    parquet.write(place / "theirs.parquet", strange)
    files = result_files.find([folder.path.parent, place.parent])
    for order in (files, files[::-1]):
        rows, (problem,) = result_files.read_all(order)
        assert dict(zip(rows["run"], rows["value"], strict=True)) == {own: 0.5, "theirs": 0.7}
        assert "theirs.parquet holds rows of run" in str(problem)


def test_rows_of_another_run_in_a_run_s_folder_are_named_and_kept_aside(
    folder: RunFolder, suite: Suite
) -> None:
    other = _write(folder.path.parent, suite, "drift", 0.9)
    shutil.copy(other.rows.folded, folder.rows.folded)
    rows, (problem,) = folder.rows.read()
    assert rows == []
    assert f"holds rows of run '{other.path.name}'" in str(problem)
    with folder.working(folder.run, suite):
        pass
    (aside,) = folder.path.glob("results.parquet.corrupt-*")
    assert len(parquet.read(aside)) == 1


def test_a_folder_says_nothing_of_another(folder: RunFolder) -> None:
    made.edit(folder.path / "run.json", id="elsewhere")
    with pytest.raises(BadResults, match="holds rows of run"):
        raise folder.rows.read()[1][0]


def test_a_stranger_s_card_does_not_turn_a_metric_around() -> None:
    from bench.evaluators import catalogue

    own = catalogue.registered().card("ssim_mean")
    forged = MetricCard("ssim_mean", own.version, "lower", "", None, None, "", "", "")
    known = catalogue.registered([forged])
    assert known.card("ssim_mean", str(own.version)) == own
    assert known.card("ssim_mean") == own
