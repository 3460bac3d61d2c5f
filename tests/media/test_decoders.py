"""Clips that are decoded in another process: the same frames, and no clip that ends more than that process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pytest

from bench.errors import BadClip, Unavailable
from bench.media import decoders, opening, video
from tests.made import moving_clip

posix = pytest.mark.skipif(os.name != "posix", reason="limits of time are signals")
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory, and /proc, are Linux's")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    video.write_clip(tmp_path / "a.mkv", moving_clip(9))
    return tmp_path / "a.mkv"


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Decoders that die of what tests.dying_decoder says."""
    decoders._end_all()
    monkeypatch.setattr(decoders, "MODULE", "tests.dying_decoder")
    yield
    decoders._end_all()


def test_frames_and_facts_are_those_of_this_process(clip: Path) -> None:
    with opening.opened(clip) as here:
        frames = np.stack(list(here.frames))
    read = video.read_clip(clip)
    assert (read.frames == frames).all()
    assert (read.fps, read.decoded) == (here.fps, here.decoded)


def test_relative_paths_begin_where_this_process_is(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(video.read_clip(clip)) == 9
    monkeypatch.chdir(clip.parent)
    assert len(video.read_clip(Path("a.mkv"))) == 9
    with pytest.raises(BadClip, match=r"clip b\.mkv does not exist"):
        video.read_clip(Path("b.mkv"))


@linux
def test_the_same_processes_decode_clip_after_clip(clip: Path) -> None:
    """Also after one that was left at its first frame, and after one that cannot be read."""
    used: set[int] = set()
    for _ in range(4):
        with decoders.stream(clip, None) as stream:
            used.update(decoders_of(os.getpid()))
            next(stream.frames)
        with pytest.raises(BadClip, match="does not exist"):
            video.read_clip(clip.with_name("b.mkv"))
        assert len(video.read_clip(clip)) == 9
    assert len(used) <= decoders.MOST_IDLE
    assert set(decoders_of(os.getpid())) == used


def decoders_of(parent: int) -> list[int]:
    """Numbers of the processes that decode for another."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            its_parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if int(its_parent) == parent and b"decoder" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


def test_two_clips_at_once(clip: Path) -> None:
    with ExitStack() as stack:
        one, other = (stack.enter_context(video.stream(clip)) for _ in range(2))
        for mine, its in zip(one.frames, other.frames, strict=True):
            assert (mine == its).all()


@posix
@pytest.mark.usefixtures("dying")
@pytest.mark.parametrize(
    ("word", "message"),
    [
        (b"crash", r"ended its decoder by SIGSEGV: it is damaged, or takes more than 3 GiB"),
        (b"hang", r"takes its decoder over 20 CPU seconds for one frame"),
        pytest.param(b"greedy", "does not fit into memory", marks=linux),
    ],
)
def test_a_clip_that_ends_its_decoder_is_a_bad_clip(clip: Path, word: bytes, message: str) -> None:
    deadly = clip.with_name("deadly.mp4")
    deadly.write_bytes(word)
    with pytest.raises(BadClip, match=rf"clip \S+deadly\.mp4 {message}"):
        video.read_clip(deadly)
    assert len(video.read_clip(clip)) == 9


@linux
def test_a_decoder_that_dies_between_frames(clip: Path) -> None:
    with (
        pytest.raises(BadClip, match="ended its decoder by SIGKILL"),
        decoders.stream(clip, None) as stream,
    ):
        next(stream.frames)
        for process in decoders_of(os.getpid()):
            os.kill(process, signal.SIGKILL)
        list(stream.frames)
    assert len(video.read_clip(clip)) == 9


def test_a_decoder_that_cannot_start_is_not_the_clips_fault(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoders._end_all()
    monkeypatch.setattr(decoders, "MODULE", "bench.no_such_module")
    with pytest.raises(Unavailable, match="ended before it began, by exit status 1"):
        video.read_clip(clip)


@posix
def test_frames_come_to_any_thread(clip: Path) -> None:
    frames: list[object] = []
    with video.stream(clip) as stream:
        thread = threading.Thread(target=lambda: frames.extend(stream.frames))
        thread.start()
        thread.join()
    assert len(frames) == 9


SCRIPT = """
import os, sys, time
from pathlib import Path
from bench.media import video
with video.stream(Path(sys.argv[1])) as stream:
    next(stream.frames)
    print("open", flush=True)
    time.sleep(60)
"""


@linux
def test_no_decoder_outlives_a_killed_parent(clip: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", SCRIPT, str(clip)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    (child,) = decoders_of(parent.pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 20
    while _is_alive(child):
        assert time.monotonic() < end
        time.sleep(0.02)


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
