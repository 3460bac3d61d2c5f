"""Whether a video file is whole: checksums of its frames, its beginning, and the end that its container promises."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BadClip
from bench.media import containers

if TYPE_CHECKING:
    import av

_CRC_STARTS = (0, 0x5E31029E)  # FFV1 versions 3 and 4
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass
class Seen:
    """What is known of a file, and what came out of its stream so far.

    Attributes:
        in_file: how many pictures lie in the file, if its structure says so (see bench.media.containers).
        adds_up: whether the sizes of the file's parts lead to its end, as far as they are stated.
        size: width and height of all frames; None before the first.
        packets: how many came of the file.
        begins, ends: of each frame, in seconds.
        hidden: how many packets show nothing.
        has_checksums: whether the packets have some: all of them, or none.
    """

    in_file: int | None = None
    adds_up: bool = True
    size: tuple[int, int] | None = None
    packets: int = 0
    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    hidden: int = 0
    has_checksums: set[bool] = field(default_factory=set)

    @classmethod
    def of(cls, path: Path, container: str, number: int = 0) -> Seen:
        """What is known before anything is decoded; see containers.pictures_in.

        Args:
            path: of the film.
            container: what libav calls its format.
            number: of the stream.
        """
        try:
            return cls(containers.pictures_in(path, container, number))
        except containers.Broken:
            return cls(adds_up=False)

    def is_uneven(self, rate: float) -> bool:
        """Whether some frame stays for half a frame longer or shorter than rate says."""
        steps = np.diff(self.begins) * rate
        return bool((steps > 0).all() and (np.abs(steps - 1) > 0.5).any())  # no order, no times: some avi

    def rate(self) -> float:
        """Frames per second from the first to the last."""
        return (len(self.begins) - 1) / (self.begins[-1] - self.begins[0])


def ffv1_checksums(packet: bytes) -> list[bool]:
    """Whether the checksum of each slice of an FFV1 frame is right (RFC 9043, 4.9); empty where it has none.

    libavcodec only logs a wrong one, shows the previous frame in its place and calls nothing corrupt. The CRC has
    zlib's polynomial with the bits in other order; over a slice and its own CRC it comes out as it began.
    """
    are_right, end = [], len(packet)
    while end >= 8:  # each slice ends with its size (3 bytes), a status (1) and the CRC (4)
        begin = end - 8 - int.from_bytes(packet[end - 8 : end - 5], "big")
        if begin < 0:
            break
        slice_ = packet[begin:end].translate(_BITS_REVERSED)
        are_right.append(
            any(zlib.crc32(slice_, ~start & 0xFFFFFFFF) == ~start & 0xFFFFFFFF for start in _CRC_STARTS)
        )
        end = begin
    return [] if end else are_right  # what does not add up are no sizes


def refuse_cut_short(
    path: Path, container: av.container.InputContainer, stream: av.VideoStream, seen: Seen, rate: float
) -> bool:
    """Refuses a clip that ends before its container says.

    What the container says is not its rate times its duration: a webm of a screen states 30 frames per second and has
    6, and its duration may be that of a longer sound track, or of a last frame that stays. So what lies in the file
    counts before what its header promises.

    Args:
        path: of the file.
        container, stream: exhausted.
        seen: what came out of them.
        rate: frames per second, as stated.

    Returns:
        Whether the container says where it ends.

    Raises:
        BadClip: it is cut short.
    """
    if seen.in_file is not None:
        if seen.packets < seen.in_file:
            raise BadClip(f"clip {path} is damaged: {seen.packets} frames can be found of {seen.in_file}")
        return True
    if container.format.name == "gif":
        raise BadClip(
            f"clip {path} is cut short or damaged after {len(seen.begins)} frames: its blocks lead to no closing byte"
        )
    if stream.frames:
        expected = stream.frames - seen.hidden
        if len(seen.begins) < expected:
            raise BadClip(f"clip {path} is cut short: {len(seen.begins)} frames of {expected}")
        return True
    if not container.format.name.startswith("matroska"):
        return False
    return _refuse_early_end(path, _promised_end(container, stream), seen, rate)


def _refuse_early_end(path: Path, promised: float | None, seen: Seen, rate: float) -> bool:
    """Of an mkv or webm of which it is not known how many pictures lie in it; as refuse_cut_short."""
    end = max(seen.ends)
    # times are whole milliseconds, and a duration is rounded down: at most 1 ms is lost
    if promised is not None and end < promised - max(0.5 / rate, 1.5e-3):
        raise BadClip(f"clip {path} is cut short: {end:.3f} s of {promised:.3f} s")
    if not seen.adds_up:
        raise BadClip(f"clip {path} is damaged: the sizes of its parts do not lead to its end")
    return promised is not None


def refuse_late(
    path: Path, container: av.container.InputContainer, stream: av.VideoStream, begin: float, rate: float
) -> None:
    """Refuses a clip whose first frame is shown well after time 0: what came before it is missing.

    Frames that are decoded before they are shown may delay the first by their number, and an encoder's delay of sound
    (up to 65 ms of AAC) the pictures.

    Args:
        path: of the file.
        container, stream: opened.
        begin: of the first frame, seconds.
        rate: frames per second.

    Raises:
        BadClip: it begins late.
    """
    allowed = (0.5 + stream.codec_context.reorder_depth) / rate + 0.1 * (len(container.streams) > 1)
    if begin > allowed:
        raise BadClip(
            f"clip {path} is cut short at its beginning: its first frame is shown after {begin:.3f} s. If nothing is"
            " missing, write its times anew: ffmpeg -i IN -c copy OUT"
        )


def _promised_end(container: av.container.InputContainer, stream: av.VideoStream) -> float | None:
    """When the last frame of an mkv or webm should end, in seconds; None if nothing says.

    The file's own duration is that of its longest stream, so it counts only where there is no other.
    """
    tag = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    return container.duration / 1e6 if container.duration and len(container.streams) == 1 else None
