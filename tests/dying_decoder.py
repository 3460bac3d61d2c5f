"""A decoder that files kill by their first word; takes the place of bench.media.decoder_process in tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench.media import decoder_process, opening
from bench.media.streams import Stream, broken_is_bad_clip

SECONDS = 0.3


@contextmanager
def opened(path: Path, fps: float | None = None) -> Iterator[Stream]:
    word = path.read_bytes()[:6] if path.is_file() else b""
    if word.startswith(b"crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    while word.startswith(b"hang"):
        pass
    with broken_is_bad_clip(path):
        if word.startswith(b"greedy"):
            # twice the limit: what libraries gave back since it was set counts as free
            np.empty(2 * decoder_process.MEMORY, np.uint8)
        with opening.opened(path, fps) as stream:
            yield stream


def main() -> None:
    decoder_process.opened = opened
    decoder_process.FRAME_SECONDS = SECONDS
    decoder_process.main()
