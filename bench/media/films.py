"""Films decoded in this process, which should be one that may die of it: see `bench.media.decoders`.

Our own clips are stored as lossless RGB (FFV1 in Matroska): no colour conversion at all. Other clips are decoded by one
named path: PyAV, one thread, swscale's default conversion to rgb24, which honours the file's matrix and range tags and
is bit-identical to OpenCV's, torchcodec's and decord's. It lies about 1.2 gray levels below accurate conversion; every
clip goes through it alike. Every row carries what was decoded and with what.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BadClip
from bench.media import containers
from bench.media.integrity import Seen, ffv1_checksums, refuse_cut_short, refuse_late
from bench.media.showing import Showing, decoder_of, film
from bench.media.streams import MAX_PIXELS, Stream, broken_is_bad_clip, refuse_too_much, same_size
from bench.types import Image

if TYPE_CHECKING:
    import av


@contextmanager
def stream(path: Path, demuxer: str) -> Iterator[Stream]:
    """A film that is being decoded; see bench.media.video.stream.

    Args:
        path: of the file.
        demuxer: the only container that is tried.
    """
    with _container(path, demuxer) as container:
        video = film(path, container)
        _prepare(path, video)
        opened = Stream(iter(()), 0.0, {})
        frames = _video_frames(path, container, video, opened)
        first = next(frames)  # some formats state their rate only once a frame is decoded
        opened.frames = chain([first], frames)
        opened.fps = opened.fps or _frame_rate(path, video)
        yield opened


def _container(path: Path, demuxer: str) -> av.container.InputContainer:
    import av

    try:
        return av.open(
            str(path), format=demuxer, options={"protocol_whitelist": "file"}, metadata_errors="replace"
        )
    except av.error.InvalidDataError:
        what = (
            f"nothing in it reads as a {path.suffix} film: its beginning is damaged, or it is something else"
        )
        if demuxer == "mp4" and not containers.has_index(path):
            what = "its index is missing (the box 'moov'): it is cut short, or was never finished"
        raise BadClip(f"clip {path} cannot be decoded: {what}") from None


def decoder() -> str:
    """The library that decodes and its version, for the rows."""
    import av

    return f"PyAV {av.__version__} (libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))})"


def _video_frames(
    path: Path, container: av.container.InputContainer, video: av.VideoStream, opened: Stream
) -> Iterator[Image]:
    """The frames; once they are exhausted, opened has the true rate and the facts."""
    with broken_is_bad_clip(path):
        seen = Seen.of(path, container.format.name, video.index)
        refuse_too_much(path, seen.in_file or video.frames, video.width, video.height)
        showing = Showing()
        for frame in _watch(path, container, video, seen):
            if len(seen.begins) == 1:
                showing = Showing.of(path, container, video, frame)
                opened.shown = showing.facts()
                refuse_late(path, container, video, seen.begins[0], _frame_rate(path, video))
            picture = showing.picture(frame)
            seen.size = same_size(path, picture, seen.size, len(seen.begins) - 1)
            yield picture
        if not seen.begins:
            raise BadClip(f"clip {path} has no frames")
        rate = _frame_rate(path, video)
        is_known = refuse_cut_short(path, container, video, seen, rate)
        is_uneven = seen.is_uneven(rate)
        opened.fps = seen.rate() if is_uneven else rate
        opened.decoded |= (
            _facts(container, video)
            | dict(opened.shown)
            | {
                "complete": "yes" if is_known else "unknown",
                "timing": "uneven" if is_uneven else "even",
            }
        )


def _prepare(path: Path, stream: av.VideoStream) -> None:
    context = stream.codec_context
    refuse_too_much(path, 1, context.width, context.height)
    context.options = {
        "max_pixels": str(MAX_PIXELS),
        "err_detect": "crccheck",
    }  # not for FFV1: see ffv1_checksums
    context.thread_count = 1


def _watch(
    path: Path, container: av.container.InputContainer, stream: av.VideoStream, seen: Seen
) -> Iterator[av.VideoFrame]:
    """The frames as they are decoded; each is noted in seen before it is yielded."""
    context = decoder_of(stream)
    whole = seen.in_file if container.format.name == "gif" else None  # libav goes on after the end of a gif
    for number, packet in enumerate(islice(container.demux(stream), whole)):
        if not packet.size and packet.dts is not None:
            continue  # the picture before stays; libav would take it for the end
        seen.packets += bool(packet.size)
        seen.hidden += packet.is_discard  # an edit list passes over it
        if stream.codec_context.name == "ffv1" and packet.size:
            _check_sums(path, packet, seen)
        if number == 0 and packet.size and not packet.is_keyframe:
            raise BadClip(f"clip {path} is cut short at its beginning: its first frame is not a key frame")
        for frame in context.decode(packet):
            if frame.is_corrupt:
                raise BadClip(f"clip {path} is damaged at frame {len(seen.begins)}")
            begin = frame.time or 0.0
            seen.begins.append(begin)
            seen.ends.append(begin + float((frame.duration or 0) * (frame.time_base or 0)))
            yield frame


def _check_sums(path: Path, packet: av.Packet[av.VideoStream], seen: Seen) -> None:
    are_right = ffv1_checksums(bytes(packet))
    seen.has_checksums.add(bool(are_right))
    if not all(are_right) or len(seen.has_checksums) > 1:
        raise BadClip(f"clip {path} is damaged at frame {len(seen.begins)}: a checksum is wrong")


def _frame_rate(path: Path, stream: av.VideoStream) -> float:
    rate = stream.average_rate or stream.guessed_rate
    if not rate:
        raise BadClip(f"clip {path} states no frame rate")
    return float(rate)


def _facts(container: av.container.InputContainer, stream: av.VideoStream) -> dict[str, str]:
    context: Any = stream.codec_context  # numbers of ITU-T H.273; 2 is unspecified
    return {
        "container": container.format.name,
        "codec": context.name,
        "pixel_format": str(context.pix_fmt),
        "matrix": str(getattr(context.colorspace, "name", context.colorspace)),
        "primaries": str(int(context.color_primaries)),
        "transfer": str(int(context.color_trc)),
        "range": str(getattr(context.color_range, "name", context.color_range)),
        "decoder": decoder(),
    }
