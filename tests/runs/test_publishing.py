"""Published rows are the run's own, where boards look for them, and say nothing of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.base.scrubbing import scrubbed
from bench.errors import BadResults, UsageError
from bench.runs import RunFolder, parquet, publishing, result_files
from tests.leaderboard import boards


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    boards.two_runs(tmp_path / "runs")
    return RunFolder(tmp_path / "runs" / "mover-tiny")


def test_rows_go_where_boards_look(folder: RunFolder, tmp_path: Path) -> None:
    path = publishing.publish(folder, tmp_path / "results")
    assert path.parent.name == f"{folder.run.suite}@{folder.run.suite_version}"
    assert result_files.find([tmp_path / "results"]) == [path]
    assert parquet.read(path) == folder.rows.read()[0]


def test_publishing_again_replaces(folder: RunFolder, tmp_path: Path) -> None:
    first = publishing.publish(folder, tmp_path / "results").read_bytes()
    assert publishing.publish(folder, tmp_path / "results").read_bytes() == first


def test_rows_too_large_for_git_are_refused(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = publishing.publish(folder, tmp_path / "results").read_bytes()
    monkeypatch.setattr(publishing, "MAX_BYTES", 100)
    with pytest.raises(UsageError, match="too large to go into git"):
        publishing.publish(folder, tmp_path / "results")
    (kept,) = result_files.find([tmp_path / "results"])
    assert kept.read_bytes() == good


def test_a_run_without_numbers_is_refused(folder: RunFolder, tmp_path: Path) -> None:
    folder.rows.folded.unlink()
    with pytest.raises(UsageError, match="no measurements yet: bench evaluate mover-tiny"):
        publishing.publish(folder, tmp_path / "results")


def test_half_of_the_rows_is_no_run(folder: RunFolder, tmp_path: Path) -> None:
    folder.rows.folded.write_bytes(folder.rows.folded.read_bytes()[:-9])
    with pytest.raises(BadResults):
        publishing.publish(folder, tmp_path / "results")


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("/home/anna/runs/svd/clips/a-0.mkv cannot be decoded", "a-0.mkv cannot be decoded"),
        ("no such file: '/home/anna/a.png'", "no such file: 'a.png'"),
        ("~/secret/place/a.mkv is cut short", "a.mkv is cut short"),
        ("file:///home/anna/secret/clip.mp4", "clip.mp4"),
        ("ffmpeg:/home/anna/clip.mp4: bad", "ffmpeg:clip.mp4: bad"),
        ("~anna/x/clip.mp4", "clip.mp4"),
        ("cannot open /home/anna: denied", "cannot open ~: denied"),
        ("'/home/anna/my videos/clip.mp4' is none", "'clip.mp4' is none"),
        ("clip has 1 frame, flicker needs 2", "clip has 1 frame, flicker needs 2"),
        ("see https://example.org/a/b for levels/s and 1/2", "see https://example.org/a/b for levels/s and 1/2"),
    ],
)  # fmt: skip
def test_reasons_lose_their_paths(said: str, published: str) -> None:
    assert scrubbed(said) == published
