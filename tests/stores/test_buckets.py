"""Runs in a bucket are those of a folder, whatever the network does, and whoever works on them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.base import files
from bench.base.progress import Progress
from bench.base.retries import Timing
from bench.cli.commands import app
from bench.errors import BadClip, StorageFailed, UsageError
from bench.runs import RunFolder, buckets, find
from bench.runs.buckets import following, roots
from bench.runs.features import FeatureStore
from bench.types import ClipRecord, MetricCard, Run
from tests.made import measurement, suite
from tests.stores.faulty_proxy import Fault, FaultyProxy, SomeFail

URL = "s3://lab/i2v"
SHORT = ["--limit", "3", "--set", "num_frames=4", "--metrics", "flicker", "--view", "native"]
RUN = Run("still-tiny-0", "still", "still", "", "", 1, {"fps": 8.0}, "", "tiny", "0", False)

Machine = Callable[[str], Path]


class Features:
    """What a store of features asks of an evaluator."""

    name = "fvd"
    cards = (MetricCard("fvd", 1, "lower", "", 0.0, None, "a distance", "a test", "nothing"),)

    def protocol(self) -> Mapping[str, Any]:
        return {}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: FaultyProxy) -> Machine:
    """Makes this process another machine, with a cache of its own; gives its cache."""
    monkeypatch.setattr(roots, "TIMING", Timing(sleep=lambda seconds: None, timeout=20.0, attempts=12))
    monkeypatch.setattr(following, "PUSH_SECONDS", 0.2)

    def become(name: str) -> Path:
        monkeypatch.setenv("BENCH_CACHE", str(tmp_path / name))
        roots._store.cache_clear()
        following._mirror.cache_clear()
        return tmp_path / name

    return become


def bench(*words: str, code: int = 0) -> str:
    found = CliRunner().invoke(app, [*words])
    assert found.exit_code == code, found.output
    return found.stdout if code == 0 else found.output


def rows_of(out: Path) -> list[tuple[object, ...]]:
    """What the rows of all runs say, without what depends on the machine's load."""
    rows = [row for folder in find(out) for row in folder.rows.read()[0]]
    return sorted(
        (row.run, row.case or "", row.seed or 0, row.metric, row.view, row.value or 0.0, row.error or "")
        for row in rows
        if row.metric not in ("seconds", "peak_memory")
    )


def opened(progress: Progress | None = None) -> RunFolder:
    """The folder of RUN on this machine, with what is in the bucket."""
    out = buckets.opened(URL, progress or Progress(), with_rows=False)
    buckets.pull(out, RUN, progress or Progress())
    return RunFolder(out / RUN.id)


def make(folder: RunFolder, case: str, content: bytes, error: str | None = None) -> ClipRecord:
    """A clip of a case, of any content, and its record."""
    if error:
        record = ClipRecord(case, 0, None, "", error=error)
    else:
        path = folder.clip_path(case, 0)
        files.write_bytes(path, content)
        record = ClipRecord(case, 0, f"clips/{path.name}", files.sha256(path), size=len(content), seconds=1.0)
    folder.write_record(record)
    return record


class Said(Progress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


def test_a_run_in_a_bucket_is_that_of_a_folder(machine: Machine, proxy: FaultyProxy, tmp_path: Path) -> None:
    """A fifth of all requests fails."""
    bench("run", "still", *SHORT, "--out", str(tmp_path / "runs"))
    machine("first")
    faults: tuple[Fault, ...] = ("500", "503", "409", "lost answer", "cut short")
    proxy.fault = SomeFail(0.2, faults, seed=3)
    bench("run", "still", *SHORT, "--out", URL)
    machine("second")
    mirrored = buckets.opened(URL, Progress(), with_rows=True)
    assert rows_of(mirrored) == rows_of(tmp_path / "runs")
    assert not list(mirrored.glob("*/clips/*.mkv")), "clips are brought before anybody looks at them"
    for folder in find(mirrored):
        for record in folder.records():
            assert folder.digest(record) == record.sha256


def test_commands_that_read_take_the_url(machine: Machine, tmp_path: Path) -> None:
    bench("run", "still,drift", *SHORT, "--out", str(tmp_path / "runs"))
    machine("first")
    bench("run", "still,drift", *SHORT, "--out", URL)
    machine("second")
    for words in (["ls", "runs"], ["show", "drift", "--json"], ["compare", "still", "drift"]):
        here, there = bench(*words, "--out", str(tmp_path / "runs")), bench(*words, "--out", URL)
        assert "flicker" in there or "still" in there
        assert len(here.splitlines()) == len(there.splitlines()), there
    bench("export", str(tmp_path / "site"), "--out", URL, "--published", str(tmp_path / "none"))
    assert "drift" in (tmp_path / "site" / "index.html").read_text()
    assert list((tmp_path / "site").rglob("*.mp4")), "the site has no clips"


def test_a_killed_run_is_resumed_elsewhere(proxy: FaultyProxy, machine: Machine, tmp_path: Path) -> None:
    """SIGKILL once something is in the bucket; the machine and its disk are lost."""
    bench("run", "drift", *SHORT, "--out", str(tmp_path / "runs"))
    lost = machine("lost")
    words = [sys.executable, "-m", "bench", "run", "drift", *SHORT, "--out", URL]
    killed = subprocess.Popen(words, env={**os.environ, "BENCH_CACHE": str(lost)}, stderr=subprocess.DEVNULL)
    while killed.poll() is None and not any("PUT /lab/i2v/clips/" in each for each in proxy.seen):
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    assert killed.returncode == -signal.SIGKILL
    machine("other")
    bench("run", "drift", *SHORT, "--out", URL)
    assert rows_of(buckets.opened(URL, Progress(), with_rows=True)) == rows_of(tmp_path / "runs")


def test_of_two_machines_that_race_one_result_stands(machine: Machine, tmp_path: Path) -> None:
    """Both make the clip, with other bytes; the loser takes over the winner's record and clip."""
    tiny = suite(tmp_path)
    machine("loser")
    ours = opened()
    make(ours, "c0", b"loser's")
    machine("winner")
    with opened().working(RUN, tiny):
        won = make(opened(), "c0", b"winner's")
    machine("loser")
    with ours.working(RUN, tiny):
        pass
    assert ours.records() == [won]
    assert not ours.locate(won).exists(), "the loser's clip is still under the winner's name"
    assert ours.fetch(won).read_bytes() == b"winner's"


@pytest.mark.parametrize("is_first_sound", [True, False])
def test_a_clip_takes_the_place_of_a_failure(is_first_sound: bool, machine: Machine, tmp_path: Path) -> None:
    tiny = suite(tmp_path)
    for name, is_sound in (("first", is_first_sound), ("second", not is_first_sound)):
        machine(name)
        out = buckets.opened(URL, Progress(), with_rows=False)
        make(RunFolder(out / RUN.id), "c0", b"sound", None if is_sound else "out of luck")
        with RunFolder(out / RUN.id).working(RUN, tiny):
            pass
    machine("third")
    assert [record.error for record in opened().records()] == [""]


def test_work_goes_on_while_the_store_is_down_and_is_put_there_later(
    machine: Machine, proxy: FaultyProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("first")
    monkeypatch.setattr(roots, "TIMING", Timing(sleep=lambda seconds: None, timeout=20.0, attempts=2))
    tiny, said, folder = suite(tmp_path), Said(), opened()
    with (
        pytest.raises(
            StorageFailed, match=r"what was finished is in .*, and not all of it in s3://lab/i2v yet: "
        ),
        folder.working(RUN, tiny, said),
    ):
        proxy.fault = lambda request: "503"
        make(folder, "c0", b"made in the dark")
        folder.rows.add([measurement()])
        time.sleep(1)
    assert [line.partition(";")[2] for line in said.lines] == [
        " the work goes on, and what is finished is put there later"
    ]
    assert [record.case for record in folder.records()] == ["c0"]
    proxy.fault = lambda request: ""
    machine("first")
    with opened().working(RUN, tiny):
        pass
    machine("second")
    buckets.opened(URL, Progress(), with_rows=True)
    assert [record.case for record in opened().records()] == ["c0"]
    assert opened().rows.read()[0] == [measurement()]


def test_a_finished_run_is_resumed_with_few_requests(
    machine: Machine, proxy: FaultyProxy, tmp_path: Path
) -> None:
    """600 clips, their records, and rows in an object each: lists of a thousand, and one file that has all."""
    tiny = suite(tmp_path)
    machine("first")
    folder, names = opened(), [f"c{number}" for number in range(600)]
    with folder.working(RUN, tiny):
        for name in names:
            make(folder, name, name.encode())
            folder.rows.add([measurement(case=name)])
        features = folder.path / "features" / "fvd-0123456789ab" / f"{'0' * 64}.npy"
        files.write_bytes(features, b"a vector")
    machine("second")
    proxy.requests.clear()
    with opened().working(RUN, tiny):
        assert len(opened().records()) == 600
        assert len(opened().rows.read()[0]) == 600
    assert sum(proxy.requests.values()) <= 30, proxy.requests
    assert (opened().path / "features" / "fvd-0123456789ab" / f"{'0' * 64}.npy").read_bytes() == b"a vector"
    machine("first")
    proxy.requests.clear()
    with opened().working(RUN, tiny):
        assert len(opened().records()) == 600
    assert sum(proxy.requests.values()) <= 20, proxy.requests


def test_features_are_shared_by_machines_without_a_pack(machine: Machine, tmp_path: Path) -> None:
    tiny, fvd = suite(tmp_path), Features()
    machine("first")
    folder = opened()
    with folder.working(RUN, tiny):
        FeatureStore.of_run(folder.path, fvd).write("a" * 64, np.arange(3.0))
    machine("second")
    store = FeatureStore.of_run(opened().path, fvd)
    assert store.read("a" * 64).tolist() == [0.0, 1.0, 2.0]
    assert "b" * 64 not in store


def test_broken_objects_are_passed_over_and_said(machine: Machine, tmp_path: Path) -> None:
    tiny = suite(tmp_path)
    machine("first")
    folder = opened()
    with folder.working(RUN, tiny):
        for name in ("c0", "c1"):
            make(folder, name, name.encode())
            (folder.path / "clips" / f".tmp-0-{name}-0.json").write_text(
                "{"
            )  # a record that is being written
            folder.rows.add([measurement(case=name)])
    store = roots.Store(URL)
    record = next(name for name in store.sizes("clips") if name.endswith("c0-0.json"))
    rows, clip = (
        sorted(store.sizes("rows"))[0],
        next(name for name in store.sizes("clips") if "c1-0-" in name),
    )
    for name in (record, rows, clip):
        store.replace(name, b"something else")
    machine("second")
    said = Said()
    found = opened(said)
    assert [each.case for each in found.records()] == ["c1"]
    assert [row.case for row in found.rows.read()[0]] == ["c1"]
    assert sorted(line.rpartition("; ")[2][:40] for line in said.lines) == sorted(
        [f"s3://lab/i2v/{record}"[:40], "its rows are measured again"]
    )
    with pytest.raises(BadClip, match=r"s3://lab/i2v/clips/.*/c1-0-.*\.mkv is not as it was written"):
        found.digest(found.records()[0])
    shown = bench("verify", URL, code=1)
    assert "c1-0.mkv" in shown
    assert "is in a bucket, where nothing is moved: delete the objects named" in bench(
        "verify", URL, "--repair", code=2
    )
    store.delete(clip)
    with pytest.raises(BadClip, match=r"clip s3://lab/i2v/clips/.*/c1-0-.*\.mkv is gone"):
        found.digest(found.records()[0])


def test_a_root_that_ignores_the_condition_is_told_once_and_loses_nothing(
    machine: Machine, proxy: FaultyProxy, tmp_path: Path
) -> None:
    proxy.strips_condition = True
    tiny, said = suite(tmp_path), Said()
    for name in ("first", "second", "third"):
        machine(name)
        folder = opened(said)
        with folder.working(RUN, tiny):
            make(folder, "c0", name.encode())
    assert [line.partition(":")[0] + line.partition(":")[2].partition(":")[0] for line in said.lines] == [
        "s3//lab/i2v does not honour put-if-absent"
    ] * 3
    machine("first")
    opened(said)
    assert len(said.lines) == 3, "a root is asked again by the same machine"
    machine("reader")
    found = opened()
    assert [found.digest(record) == record.sha256 for record in found.records()] == [True]


def test_clips_are_not_taken_out_of_a_run_in_a_bucket(machine: Machine, tmp_path: Path) -> None:
    machine("first")
    folder = opened()
    record = make(folder, "c0", b"x")
    with pytest.raises(
        UsageError, match=r"1 clips of run 'still-tiny-0' would be taken out of it, which cannot"
    ):
        folder.forget([record])


def test_a_path_is_a_path(tmp_path: Path) -> None:
    for out in (str(tmp_path), tmp_path, f"file://{tmp_path}", Path(f"file://{tmp_path}")):
        assert buckets.opened(out, Progress(), with_rows=True) == tmp_path
    with pytest.raises(UsageError, match="ftp://host/i2v is no store that can be written to"):
        buckets.opened(Path("ftp://host/i2v"), Progress(), with_rows=True)


def test_a_bad_url_is_one_line() -> None:
    for command in (["run", "still"], ["show", "still"]):
        text = bench(*command, "--out", "s3://me:hush-hush@lab/i2v", code=2)
        assert "keys and options are no part of the address" in text
        assert "hush" not in text
