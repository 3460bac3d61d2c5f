"""The inside of a process that decodes clips, and may die of one. The other side is `bench.media.decoders`.

Requests and answers are lines of JSON; a frame's line is followed by its bytes. Nothing that comes out of this process
is run or unpickled: a decoder that a file has taken over can send nothing but pictures.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, TypeAlias

import numpy as np

from bench.errors import BadClip
from bench.media.opening import opened
from bench.media.streams import Stream
from bench.types import Image

MEMORY = 3 << 30
"""Bytes that a decoder may take (on Linux) beyond its libraries. The largest frames, of 4:4:4 and 16 bits, take
2 GiB."""

FRAME_SECONDS = 20.0
"""CPU seconds per frame; the largest frames take one."""

CLIP_SECONDS = 900.0
"""CPU seconds per clip."""

OPEN, NEXT, CLOSE = "open", "next", "close"
"""The requests: open a clip, send its next frame, close it."""

Answer: TypeAlias = tuple[dict[str, Any], Image | None]


def main() -> None:
    """Answers requests until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the parent may act on Ctrl-C
    with os.fdopen(os.dup(1), "wb", buffering=0) as output:
        os.dup2(2, 1)  # what a library prints is not an answer
        told: SimpleQueue[dict[str, Any]] = SimpleQueue()
        threading.Thread(target=_listen, args=(sys.stdin.buffer, told), daemon=True).start()
        _limit_memory()
        try:
            _say(output, {"ready": True})
            while True:
                _decode(told, output)
        except BrokenPipeError:  # the parent has died
            os._exit(1)


def _listen(source: BinaryIO, told: SimpleQueue[dict[str, Any]]) -> None:
    """Queues the parent's requests; ends this process when there will be no more, or when the parent dies."""
    for line in source:
        told.put(json.loads(line))
    os._exit(0)


def _limit_memory() -> None:
    import av  # the libraries take memory of their own, before the limit is set

    del av
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _decode(told: SimpleQueue[dict[str, Any]], output: BinaryIO) -> None:
    """Answers the requests about one clip, from its opening to its closing; one frame is decoded ahead."""
    request = told.get()
    with suppress(OSError):
        os.chdir(request["folder"])
    with closing(_answers(Path(request["path"]), request["fps"])) as answers:
        for number, (answer, frame) in enumerate(_within_time(answers)):
            if number and told.get()["do"] == CLOSE:
                break
            _say(output, answer)
            if frame is not None:
                _write(output, frame)
        else:
            told.get()
    _say(output, {"closed": True})


def _answers(path: Path, fps: float | None) -> Generator[Answer]:
    """The facts about a clip, its frames, the facts again when all are decoded; or the error that ended this."""
    try:
        with opened(path, fps) as stream:
            yield _about(stream), None
            for frame in stream.frames:
                yield {"frame": frame.shape[:2]}, frame
            yield _about(stream), None
    except BadClip as error:
        yield {"error": str(error), "errno": _number(error)}, None


def _about(stream: Stream) -> dict[str, Any]:
    return {"fps": stream.fps, "decoded": stream.decoded, "shown": dict(stream.shown)}


def _number(error: BaseException) -> int | None:
    """The number of the system's error behind an error, if there is one; not libav's, which is EIO at any odd end."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error.errno if isinstance(error, OSError) and type(error).__module__ == "builtins" else None


def _within_time(answers: Iterator[Answer]) -> Iterator[Answer]:
    """The answers; where one takes too long, this process ends by SIGPROF."""
    begun = time.process_time()
    while True:
        left = CLIP_SECONDS - (time.process_time() - begun)
        _alarm(max(min(FRAME_SECONDS, left), 1e-3))
        answer = next(answers, None)
        _alarm(0)
        if answer is None:
            return
        yield answer


def _alarm(seconds: float) -> None:
    """Ends this process after so many CPU seconds, unless it is called again before; 0 cancels. Not on Windows."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _say(output: BinaryIO, answer: dict[str, Any]) -> None:
    _send(output, json.dumps(answer).encode() + b"\n")


def _write(output: BinaryIO, frame: Image) -> None:
    _send(output, np.ascontiguousarray(frame).data.cast("B"))


def _send(output: BinaryIO, content: bytes | memoryview) -> None:
    """Writes all of it: one write to a raw pipe takes only what there is room for."""
    rest = memoryview(content)
    while rest:
        rest = rest[output.write(rest) :]
