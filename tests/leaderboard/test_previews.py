"""Previews: playable, of the clip that is there now, and the only files that the route hands out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import pytest
from hypothesis import given, strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bench.base import files
from bench.errors import BadClip, Unavailable
from bench.media import video
from bench.runs import RunFolder, previews as made_previews
from bench.types import ClipRecord
from bench.web import launch
from leaderboard import previews
from tests import made
from tests.leaderboard import boards


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv(launch.OUT, str(tmp_path / "runs"))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    boards.two_runs(tmp_path / "runs")
    return RunFolder(tmp_path / "runs" / "mover-tiny")


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[previews.route()]))


def _record(folder: RunFolder) -> ClipRecord:
    record = folder.record("c0", 0)
    assert record
    return record


def test_a_preview_is_what_browsers_play(folder: RunFolder, client: TestClient) -> None:
    address = previews.address(folder, _record(folder))
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    path = folder.path / "previews" / address.rsplit("/", 1)[1]
    assert answer.content == path.read_bytes()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = (
            stream.codec_context.name,
            stream.codec_context.pix_fmt,
            stream.width,
            stream.height,
            stream.frames,
        )
    assert found == ("h264", "yuv420p", 64, 48, 5)


def test_a_part_of_it_can_be_asked_for(folder: RunFolder, client: TestClient) -> None:
    address = previews.address(folder, _record(folder))
    whole = client.get(address).content
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"


def test_it_is_made_once(folder: RunFolder) -> None:
    address = previews.address(folder, _record(folder))
    path = folder.path / "previews" / address.rsplit("/", 1)[1]
    before = path.stat().st_mtime_ns
    assert previews.address(folder, _record(folder)) == address
    assert path.stat().st_mtime_ns == before


def test_another_clip_has_another_preview(folder: RunFolder) -> None:
    old = previews.address(folder, _record(folder))
    boards.write_clip(folder, "c0", 0, made.moving_clip(frames=3, seed=9))
    assert previews.address(folder, _record(folder)) != old


def test_a_read_only_run_is_previewed_in_the_cache(folder: RunFolder, client: TestClient) -> None:
    (folder.path / "previews").write_text("a file where the folder should be refuses any user, root too")
    address = previews.address(folder, _record(folder))
    assert (files.cache() / "previews" / "mover-tiny" / address.rsplit("/", 1)[1]).is_file()
    assert client.get(address).status_code == 200


def test_nowhere_to_write_says_so(folder: RunFolder) -> None:
    (folder.path / "previews").write_text("")
    files.cache().write_text("")
    with pytest.raises(Unavailable, match=r"no preview can be written .* set BENCH_CACHE"):
        previews.address(folder, _record(folder))


def test_a_clip_that_is_none_is_refused(folder: RunFolder) -> None:
    record = replace(_record(folder), path="run.json")
    with pytest.raises(BadClip, match=r"run\.json has changed since it was made"):
        previews.address(folder, record)


@pytest.mark.parametrize(
    "path",
    [
        "mover-tiny/run.json",
        "mover-tiny/nothing.mp4",
        "mover-tiny/..%2frun.json",
        "mover-tiny/%2e%2e%2fclips%2fc0-0.mkv",
        "..%2fruns%2fmover-tiny/{name}",
        "../previews/../../run.json",
        "nobody/{name}",
        "./{name}",
        "mover-tiny%00/{name}",
        "mover-tiny/{name}%00",
        "mover-tiny/link.mp4",
    ],
)
def test_nothing_else_is_handed_out(folder: RunFolder, client: TestClient, path: str) -> None:
    name = previews.address(folder, _record(folder)).rsplit("/", 1)[1]
    (folder.path / "previews" / "link.mp4").symlink_to(folder.path / "run.json")
    assert client.get(f"{previews.PREFIX}/mover-tiny/{name}").status_code == 200
    assert client.get(f"{previews.PREFIX}/{path.format(name=name)}").status_code == 404


@given(case=st.text(max_size=300), seed=st.integers(), sha256=st.text(max_size=64))
def test_a_preview_has_one_harmless_name(case: str, seed: int, sha256: str) -> None:
    """A record is a file that somebody may have written by hand."""
    name = made_previews.name(ClipRecord(case, seed, "x", sha256))
    assert made_previews.NAME.fullmatch(name)
    assert Path(name).name == name
    assert len(name) <= 255


def test_odd_sizes_play_too(folder: RunFolder) -> None:
    clip = made.moving_clip()
    odd = replace(clip, frames=clip.frames[:, :47, :63])
    record = boards.write_clip(folder, "c0", 0, odd)
    name = previews.address(folder, record).rsplit("/", 1)[1]
    preview = video.read_clip(folder.path / "previews" / name)
    assert preview.frames.shape == (5, 46, 62, 3)
    # H.264 at quality 18 of smooth blobs: a few gray levels off on average, the same picture
    assert abs(preview.frames.astype(int) - odd.frames[:, :46, :62]).mean() < 8
