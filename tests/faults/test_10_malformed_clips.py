"""Films with bytes flipped, cut off, put in or set to extremes, and what is no film: refused, or read in full."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.errors import BadClip
from bench.media import video
from tests.faults.all_faults import Figures
from tests.media.made_films import animated, made

SUFFIXES = (".mp4", ".mkv", ".webm", ".avi", ".gif", ".webp", ".apng")
FILMS = (".mp4", ".mkv", ".webm", ".avi")
EXTREMES = (0, 1, 0x7F, 0x80, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
LONGEST = 10.0

STRANGERS = {
    "empty": b"",
    "text": b"once upon a time",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "concat script": b"ffconcat version 1.0\nfile whole.mp4\n",
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nwhole.mp4\n#EXT-X-ENDLIST\n",
    "session description": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 9 RTP/AVP 96\n",
}
"""What other programs open as the film that it names."""


def whole(folder: Path, suffix: str) -> bytes:
    path = folder / f"whole{suffix}"
    return (made(path) if suffix in FILMS else animated(path)).read_bytes()


def flipped(content: bytes, draw: np.random.Generator) -> bytes:
    """Up to 19 other bytes, anywhere or in the header."""
    changed = bytearray(content)
    end = len(changed) if draw.integers(2) else min(len(changed), 600)
    for at in draw.integers(0, end, int(draw.integers(1, 20))):
        changed[at] ^= int(draw.integers(1, 256))
    return bytes(changed)


def extreme(content: bytes, draw: np.random.Generator) -> bytes:
    """A number of the header, as the size of a box, is another."""
    at = int(draw.integers(0, min(len(content), 600) - 4))
    return content[:at] + int(draw.choice(EXTREMES)).to_bytes(4, "big") + content[at + 4 :]


def cut(content: bytes, draw: np.random.Generator) -> bytes:
    return content[: int(draw.integers(1, len(content)))]


def longer(content: bytes, draw: np.random.Generator) -> bytes:
    at = int(draw.integers(0, len(content)))
    return content[:at] + draw.bytes(int(draw.integers(1, 64))) + content[at:]


def shorter(content: bytes, draw: np.random.Generator) -> bytes:
    at = int(draw.integers(0, len(content) - 64))
    return content[:at] + content[at + int(draw.integers(1, 64)) :]


MUTATIONS = (flipped, extreme, cut, longer, shorter)


def malformed(folder: Path, suffix: str, count: int, seed: int) -> Iterator[bytes]:
    content, draw = whole(folder, suffix), np.random.default_rng(seed)
    for number in range(count):
        yield MUTATIONS[number % len(MUTATIONS)](content, draw)
    yield from STRANGERS.values()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_malformed_film_is_refused_or_read_in_full(
    tmp_path: Path, suffix: str, times: Callable[[int, int], int], figures: Figures
) -> None:
    """A decoder that dies is a refused film as well; that of this process would have taken it along."""
    whole(tmp_path, suffix)
    frames, path = len(video.read_clip(tmp_path / f"whole{suffix}")), tmp_path / f"a{suffix}"
    figures.slowest, figures.refused, figures.unreadable = 0.0, 0, 0
    for content in malformed(tmp_path, suffix, times(10, 200), seed=2):
        path.write_bytes(content)
        begun = time.monotonic()
        try:
            clip = video.read_clip(path)
        except BadClip as error:
            assert str(path) in str(error)
            assert "\n" not in str(error)
            figures.refused += 1
        else:
            figures.unreadable += len(clip) != frames
            assert np.isfinite(clip.fps) and clip.fps > 0
        figures.tried += 1
        figures.slowest = max(figures.slowest, time.monotonic() - begun)
    assert figures.unreadable == 0
    assert figures.refused >= len(STRANGERS) + times(1, 40)
    assert figures.slowest < LONGEST
