"""Clips decoded in processes of their own: what a file does to its decoder, it does to nothing else.

A process is started with the first clip and kept for the next ones; a second one is started when two clips are open at
once, and kept as well. It has limits of time and memory; a clip that kills it is a BadClip. It decodes one frame ahead.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.base import workers
from bench.errors import BadClip, Unavailable
from bench.media.decoder_process import CLIP_SECONDS, CLOSE, FRAME_SECONDS, MEMORY, NEXT, OPEN
from bench.media.streams import Stream
from bench.types import Image

CODE = "import sys; sys.path[:] = {path}; from {module} import main; main()"
MODULE = "bench.media.decoder_process"

MOST_IDLE = 2
"""Processes that are kept: pairs of clips are decoded side by side, and to start a process takes as long as a clip."""

PIPE_BYTES = 1 << 20
"""Capacity of the pipe that frames come through; with the usual 64 kB, both sides wake up a hundred times per frame."""


@contextmanager
def stream(path: Path, fps: float | None) -> Iterator[Stream]:
    """A clip that is being decoded in another process; see bench.media.video.stream.

    Args:
        path: of the file or folder.
        fps: of a folder of frames.

    Raises:
        BadClip: it cannot be decoded, or kills its decoder.
        Unavailable: no process can be started.
    """
    decoder = _take()
    try:
        yield decoder.opened(path, fps)
    finally:
        _give_back(decoder)


def start() -> None:
    """Starts a process now, so that the first clip need not wait for it."""
    _give_back(_take())


_idle: list[_Decoder] = []
_of_the_parent: list[_Decoder] = []
"""Processes of the process that forked this one, which this one neither uses nor ends."""

_lock = threading.Lock()


def _take() -> _Decoder:
    with _lock:
        while _idle:
            if (decoder := _idle.pop()).is_alive():
                return decoder
            decoder.end()
    return _Decoder()


def _give_back(decoder: _Decoder) -> None:
    can_go_on = decoder.close()  # outside the lock: it may wait for a frame
    with _lock:
        if can_go_on and len(_idle) < MOST_IDLE:
            _idle.append(decoder)
            return
    decoder.end()


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().end()


def _forget() -> None:
    _of_the_parent.extend(_idle)
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class _Decoder:
    """One process, which may still be starting."""

    def __init__(self) -> None:
        code = CODE.format(path=repr(sys.path), module=MODULE)
        own_group: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}  # Ctrl-C is for us
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **workers.environment(threads=1)},
                **own_group,
            )
        except OSError as error:
            raise Unavailable(f"no process can be started to decode clips: {error.strerror}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input = self._process.stdin
        self._output = cast(BufferedReader, self._process.stdout)
        _widen(self._output.fileno())
        self._is_ready = self._is_open = False
        self._is_at_rest = True

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def opened(self, path: Path, fps: float | None) -> Stream:
        """The clip, opened; each frame is fetched when the iterator reaches it."""
        if not self._is_ready:
            self._await_start()
        self._is_open, self._path = True, path
        found = Stream(iter(()), 0.0, {})
        _learn(found, self._ask({"do": OPEN, "path": str(path), "fps": fps, "folder": _folder()}))
        found.frames = self._frames(found)
        return found

    def close(self) -> bool:
        """Closes the clip, if one is open; whether another one can follow."""
        if not self._is_at_rest or not self.is_alive():
            return False
        if self._is_open:
            self._is_open = False
            with suppress(BadClip):
                return "closed" in self._ask({"do": CLOSE})
            return False
        return True

    def end(self) -> None:
        """Ends the process, whatever it is doing, and waits until it has ended."""
        self._process.kill()
        self._process.wait()
        self._output.close()
        with suppress(OSError):  # what was not yet sent
            self._input.close()

    def _await_start(self) -> None:
        self._is_at_rest = False
        if not self._output.readline():
            raise Unavailable(
                f"the process that decodes clips ended before it began, by {_end_of(self._process.wait())}",
                "is there too little memory?",
            )
        self._is_ready = self._is_at_rest = True

    def _frames(self, found: Stream) -> Iterator[Image]:
        while "frame" in (answer := self._ask({"do": NEXT})):
            yield self._frame(*answer["frame"])
        _learn(found, answer)

    def _ask(self, words: dict[str, Any]) -> dict[str, Any]:
        self._is_at_rest = False
        try:
            self._input.write(json.dumps(words).encode() + b"\n")
            self._input.flush()
            line = self._output.readline()
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            raise self._death()
        answer: dict[str, Any] = json.loads(line)
        self._is_at_rest = "frame" not in answer
        if (text := answer.get("error")) is not None:
            number = answer["errno"]
            raise BadClip(text) from (OSError(number, os.strerror(number)) if number else None)
        return answer

    def _frame(self, height: int, width: int) -> Image:
        frame = np.empty((height, width, 3), np.uint8)
        rest = frame.data.cast("B")
        while rest:
            if not (count := self._output.readinto(rest)):
                raise self._death()
            rest = rest[count:]
        self._is_at_rest = True
        return frame

    def _death(self) -> BadClip:
        """The error of a clip whose decoder has died."""
        code = self._process.wait()
        if os.name == "posix" and code == -signal.SIGPROF:
            return BadClip(
                f"clip {self._path} takes its decoder over {FRAME_SECONDS:g} CPU seconds for one frame, or over"
                f" {CLIP_SECONDS:g} in all: make it shorter or smaller"
            )
        return BadClip(
            f"clip {self._path} ended its decoder by {_end_of(code)}: it is damaged, or takes more than"
            f" {MEMORY >> 30} GiB"
        )


def _folder() -> str:
    """The folder that relative paths start from; it may have changed since the process was started."""
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return ""


def _learn(found: Stream, answer: dict[str, Any]) -> None:
    found.fps, found.shown = answer["fps"], answer["shown"]
    found.decoded |= answer["decoded"]


def _end_of(code: int) -> str:
    """'SIGSEGV', or 'exit status 1'."""
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit status {code}"


def _widen(pipe: int) -> None:
    with suppress(ImportError, AttributeError, OSError):  # only Linux can, within the user's share
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
