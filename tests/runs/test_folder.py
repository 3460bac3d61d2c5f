"""A run's folder: what is whole is found again, what is not is made again, and processes that share it tear nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import runs
from bench.base import files, temporaries
from bench.errors import BadResults, InUse, StorageFailed, Unavailable, UnknownName, UsageError
from bench.media import video
from bench.runs import RunFolder, parquet
from bench.runs.leases import Leases
from bench.types import ClipRecord, Run
from tests.made import measurement, moving_clip, suite

RUN = Run("still-tiny-0", "still", "still", "", "", 1, {"fps": 8.0}, "", "tiny", "0", False)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "runs" / RUN.id)


def _store(folder: RunFolder, case: str = "c0") -> ClipRecord:
    path = folder.clip_path(case, 0)
    video.write_clip(path, moving_clip())
    record = ClipRecord(
        case, 0, f"clips/{path.name}", files.sha256(path), size=path.stat().st_size, seconds=1.0
    )
    folder.write_record(record)
    return record


def test_what_is_written_is_found(folder: RunFolder, tmp_path: Path) -> None:
    tiny = suite(tmp_path, with_references=True)
    with folder.working(RUN, tiny):
        record = _store(folder)
        folder.rows.add([measurement()])
    assert (folder.run, folder.suite, folder.records()) == (RUN, tiny, [record])
    assert parquet.read(folder.rows.folded) == [measurement()]
    assert not list((folder.path / "measurements").iterdir())


def test_a_clip_that_is_not_whole_is_not_there(folder: RunFolder) -> None:
    _store(folder)
    path = folder.clip_path("c0", 0)
    path.write_bytes(path.read_bytes()[:-1])
    assert folder.record("c0", 0) is None
    path.unlink()
    assert folder.record("c0", 0) is None


def test_a_clip_without_its_record_is_not_there(folder: RunFolder) -> None:
    """The record is written last: killed in between, the clip is made again."""
    _store(folder)
    folder.clip_path("c0", 0).with_suffix(".json").unlink()
    assert folder.record("c0", 0) is None


def test_a_broken_record_is_not_there(folder: RunFolder) -> None:
    _store(folder)
    folder.clip_path("c0", 0).with_suffix(".json").write_text('{"case": "c0"')
    assert (folder.record("c0", 0), folder.records()) == (None, [])
    assert folder.lost() == ["c0-0"]


def test_case_ids_may_hold_dashes_and_numbers(folder: RunFolder) -> None:
    _store(folder, "duck-3")
    assert [(record.case, record.seed) for record in folder.records()] == [("duck-3", 0)]


def _broken_part(folder: RunFolder) -> Path:
    folder.rows.add([measurement()])
    broken = folder.path / "measurements" / "part-1-1.parquet"
    broken.write_bytes(b"PAR1 and then nothing")
    return broken


def test_reading_names_a_corrupt_part_and_changes_nothing(folder: RunFolder) -> None:
    broken = _broken_part(folder)
    rows, (problem,) = folder.rows.read()
    assert rows == [measurement()]
    assert "part-1-1.parquet is not a whole parquet file" in str(problem)
    assert broken.exists()


def test_who_works_in_the_run_sets_a_corrupt_part_aside(folder: RunFolder, tmp_path: Path) -> None:
    broken = _broken_part(folder)
    with folder.working(RUN, suite(tmp_path)):
        assert not broken.exists()
    assert len(list(broken.parent.glob("part-1-1.parquet.corrupt-*"))) == 1
    assert folder.rows.read() == ([measurement()], [])


def test_a_broken_run_json_says_nothing_about_the_rows(folder: RunFolder, tmp_path: Path) -> None:
    folder.rows.add([measurement()])
    (folder.path / "run.json").write_text("no JSON")
    with folder.working(RUN, suite(tmp_path)):
        assert folder.rows.read() == ([measurement()], [])
    assert not list(folder.path.rglob("*.corrupt-*"))


def test_rows_of_another_version_are_not_touched(folder: RunFolder, tmp_path: Path) -> None:
    folder.rows.add([measurement()])
    folder.rows.fold()
    table = pq.read_table(folder.rows.folded).replace_schema_metadata({"schema_version": "999"})
    pq.write_table(table, folder.rows.folded)
    content = folder.rows.folded.read_bytes()
    with pytest.raises(Unavailable, match="schema version 999"), folder.working(RUN, suite(tmp_path)):
        pass
    assert folder.rows.folded.read_bytes() == content


def test_a_part_that_is_folded_while_it_is_read_is_not_missed(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.rows.add([measurement()])
    read, calls = parquet.read_table, []

    def fold_then_read(path: Path, columns: Sequence[str]) -> pa.Table:
        if not calls:
            calls.append(path)
            folder.rows.fold()
        return read(path, columns)

    monkeypatch.setattr(parquet, "read_table", fold_then_read)
    assert folder.rows.read() == ([measurement()], [])


def test_a_clip_that_is_taken_out_takes_its_rows_with_it(folder: RunFolder) -> None:
    record = _store(folder)
    folder.rows.add([measurement(case="c0"), measurement(case="c1")])
    folder.forget([record])
    assert (folder.records(), folder.rows.read()[0]) == ([], [measurement(case="c1")])


def test_many_clips_are_taken_out_by_one_write(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rewrote all rows: 0.85 s per clip of a CSV of 2,000 lines."""
    records = [ClipRecord(f"c{number}", 0, None, "", error="no") for number in range(50)]
    for record in records:
        folder.write_record(record)
    folder.rows.add(
        [measurement(case=record.case) for record in records] + [measurement(case=None, seed=None)]
    )
    written: list[Path] = []
    write = files.write
    monkeypatch.setattr(files, "write", lambda path, writer: (written.append(path), write(path, writer)))
    folder.forget(records[:40])
    assert written == [folder.rows.folded]
    assert folder.records() == sorted(records[40:], key=lambda record: record.case)
    assert [row.case for row in folder.rows.read()[0]] == [*(f"c{number}" for number in range(40, 50)), None]


def test_clips_whose_rows_cannot_be_taken_out_stay_in_the_run(folder: RunFolder) -> None:
    """Else nobody would know any more that their rows have to go."""
    record = _store(folder)
    broken = _broken_part(folder)
    with pytest.raises(BadResults):
        folder.forget([record])
    assert folder.records() == [record]
    broken.unlink()
    folder.forget([record])
    assert folder.records() == []


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = RunFolder(tmp_path / "file" / "run")
    expected = r"file is a file, and should be a folder; rename it, or choose another folder, as by --out"
    with pytest.raises(StorageFailed, match=expected), folder.working(RUN, suite(tmp_path)):
        pass


def test_files_of_somebody_else_among_the_records_are_passed_over(folder: RunFolder) -> None:
    record = _store(folder)
    for name in ("notes.json", "a-b.json", ".tmp-1-c9-0.json"):
        (folder.path / "clips" / name).write_text("{}")
    assert folder.records() == [record]


def test_a_run_that_cannot_be_read_does_not_hide_the_others(folder: RunFolder, tmp_path: Path) -> None:
    with folder.working(RUN, suite(tmp_path)):
        pass
    broken = folder.path.parent / "broken"
    broken.mkdir()
    (broken / "run.json").write_text("{")
    assert runs.find(folder.path.parent) == [folder]
    assert runs.named(folder.path.parent, "still") == folder
    (problem,) = runs.problems(folder.path.parent)
    assert "broken" in str(problem)
    with pytest.raises(UnknownName, match="1 passed over, bench ls runs says why"):
        runs.named(folder.path.parent, "label-of-the-broken-one")


def test_a_pipe_in_the_place_of_the_lock_is_one_line(folder: RunFolder, tmp_path: Path) -> None:
    folder.path.mkdir(parents=True)
    os.mkfifo(folder.path / "lock")
    with pytest.raises(StorageFailed, match="lock cannot be written"), folder.working(RUN, suite(tmp_path)):
        pass


def test_killed_between_folding_and_deleting_no_row_counts_twice(folder: RunFolder) -> None:
    folder.rows.add([measurement()])
    (part,) = (folder.path / "measurements").iterdir()
    content = part.read_bytes()
    folder.rows.fold()
    part.write_bytes(content)
    assert folder.rows.read()[0] == [measurement()]
    folder.rows.fold()
    assert parquet.read(folder.rows.folded) == [measurement()]


def test_several_processes_work_in_one_run(folder: RunFolder, tmp_path: Path) -> None:
    tiny = suite(tmp_path)
    with folder.working(RUN, tiny), folder.working(RUN, tiny):
        folder.rows.add([measurement()])


def test_who_changes_what_others_work_on_must_be_alone(folder: RunFolder, tmp_path: Path) -> None:
    tiny = suite(tmp_path)
    with (
        folder.working(RUN, tiny),
        Leases(folder.path) as leases,
        pytest.raises(InUse, match=rf"{os.getpid()} is working on .*; wait for it, or choose another --out"),
    ):
        leases.take("make-c0-0")
        with folder.working(RUN, tiny, is_alone=True):
            pass
    with folder.working(RUN, tiny, is_alone=True):
        pass


def test_rows_that_another_process_stores_while_one_folds_are_kept(folder: RunFolder, tmp_path: Path) -> None:
    tiny = suite(tmp_path)
    with folder.working(RUN, tiny):
        folder.rows.add([measurement(case="c0")])
        with folder.working(RUN, tiny):
            folder.rows.add([measurement(case="c1")])
        folder.rows.add([measurement(case="c2")])
    assert sorted(row.case or "" for row in folder.rows.read()[0]) == ["c0", "c1", "c2"]


def test_temporary_files_of_a_killed_process_are_swept(folder: RunFolder, tmp_path: Path) -> None:
    left = folder.path / "clips" / f"{temporaries.PREFIX}1-c0-0.mkv"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a clip")
    with folder.working(RUN, suite(tmp_path)):
        assert not left.exists()


def test_a_run_is_found_by_id_by_its_beginning_and_by_label(folder: RunFolder, tmp_path: Path) -> None:
    with folder.working(RUN, suite(tmp_path)):
        pass
    out = folder.path.parent
    for words in (RUN.id, "still-ti", "still"):
        assert runs.named(out, words) == folder
    with pytest.raises(UnknownName, match="did you mean still-tiny-0"):
        runs.named(out, "stil-tiny-0")


def test_words_that_are_several_runs_are_refused(tmp_path: Path) -> None:
    for name in ("a-1", "a-2"):
        files.write_json(tmp_path / name / "run.json", {**RUN.__dict__, "id": name})
    with pytest.raises(UsageError, match="several runs: a-1 on tiny@0, a-2 on tiny@0"):
        runs.named(tmp_path, "a-")


def test_a_record_is_json_that_a_person_can_read(folder: RunFolder) -> None:
    _store(folder)
    content = json.loads(folder.clip_path("c0", 0).with_suffix(".json").read_text())
    assert (content["case"], content["seconds"]) == ("c0", 1.0)


def test_a_label_is_meant_before_the_beginning_of_an_id() -> None:
    """The id of 'svd@step-2000' begins with 'svd', as does that of svd-xt."""
    labels = {"svd-demo-1": "svd", "svd-step-2000-demo-2": "svd@step-2000", "svd-xt-demo-3": "svd-xt"}
    assert runs.called("svd", labels) == ["svd-demo-1"]
    assert runs.called("svd@step-2000", labels) == ["svd-step-2000-demo-2"]
    assert runs.called("svd-x", labels) == ["svd-xt-demo-3"]
    assert runs.called("svd-demo-1", labels | {"other": "svd-demo-1"}) == ["svd-demo-1"]
    assert runs.called("sv", labels) == list(labels)
    assert runs.called("cog", labels) == []
