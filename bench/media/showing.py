"""How players show a film: which of its streams, turned how, of square pixels, over white. That is what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bench.errors import BadClip
from bench.media import pictures
from bench.media.streams import MAX_PIXELS
from bench.types import Image

if TYPE_CHECKING:
    import av

Turn: TypeAlias = tuple[int, int, int, int]
"""(a, b, c, d): a stored pixel (x, y) is shown at (a x + c y, b x + d y), x to the right and y down, up to a shift
(ISO 14496-12, 8.3.2)."""

UPRIGHT: Turn = (1, 0, 0, 1)
TURNS: dict[Turn, str] = {
    UPRIGHT: "", (0, 1, -1, 0): "90 clockwise", (-1, 0, 0, -1): "180", (0, -1, 1, 0): "90 counter-clockwise",
    (-1, 0, 0, 1): "mirrored", (1, 0, 0, -1): "mirrored, 180", (0, 1, 1, 0): "mirrored, 90 counter-clockwise",
    (0, -1, -1, 0): "mirrored, 90 clockwise",
}  # fmt: skip

HDR = {16: "PQ", 18: "HLG"}
"""Transfer characteristics (ITU-T H.273) of more light than sRGB holds."""


ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def film(path: Path, container: av.container.InputContainer) -> av.VideoStream:
    """The stream that players show: no cover picture; the default one, a film before a still, the largest, the first.

    Raises:
        BadClip: there is none.
    """
    from av.stream import Disposition

    no_film = Disposition.attached_pic | Disposition.timed_thumbnails
    films = [stream for stream in container.streams.video if not stream.disposition & no_film]
    if not films:
        what = "only a cover picture" if container.streams.video else "no video stream"
        raise BadClip(f"clip {path} has {what}")

    def rank(stream: av.VideoStream) -> tuple[bool, bool, int]:
        context = stream.codec_context
        is_default = bool(stream.disposition & Disposition.default)
        return is_default, stream.frames != 1, context.width * context.height

    return max(films, key=rank)


def decoder_of(stream: av.VideoStream) -> av.VideoCodecContext:
    """The stream's own; libvpx where a webm has transparency, which FFmpeg's decoders of VP8 and VP9 pass over."""
    import av

    own = stream.codec_context
    if stream.metadata.get("alpha_mode") != "1" or own.name not in ALPHA_DECODERS:
        return own
    context = av.VideoCodecContext.create(ALPHA_DECODERS[own.name], "r")
    context.thread_count, context.options = 1, own.options
    assert isinstance(context, av.VideoCodecContext)
    return context


@dataclass(frozen=True)
class Showing:
    """What is done to each decoded frame.

    Attributes:
        stream: number of the stream among those of pictures, and how many there are: '2 of 2'; '' for the first.
        turn: of the display matrix.
        aspect: width of a stored pixel by its height.
        has_alpha: whether pixels may be transparent.
        is_transparent: whether some of the first frame are.
    """

    stream: str = ""
    turn: Turn = UPRIGHT
    aspect: Fraction = Fraction(1)
    has_alpha: bool = False
    is_transparent: bool = False

    @classmethod
    def of(
        cls, path: Path, container: av.container.InputContainer, stream: av.VideoStream, frame: av.VideoFrame
    ) -> Showing:
        """What a stream and its first frame say.

        Args:
            path: of the file, for messages.
            container, stream: opened.
            frame: the first of the stream.

        Raises:
            BadClip: it is turned by a part of a right angle, is HDR, or too large with its pixels made square.
        """
        if (transfer := HDR.get(frame.color_trc)) is not None:
            raise BadClip(
                f"clip {path} is HDR ({transfer}), and metrics are of sRGB: tone-map it first, by an operator that you"
                " can name"
            )
        aspect = Fraction(stream.sample_aspect_ratio or 1)
        if frame.width * aspect * frame.height > MAX_PIXELS:
            raise BadClip(f"clip {path} has pixels of {aspect} to 1: its frames are over {MAX_PIXELS} pixels")
        videos = container.streams.video
        number = "" if stream is videos[0] else f"{videos.index(stream) + 1} of {len(videos)}"
        has_alpha = any(component.is_alpha for component in frame.format.components)
        is_transparent = has_alpha and frame.to_ndarray(format="rgba")[..., 3].min() < 255
        return cls(
            number,
            _turn(path, frame),
            aspect,
            has_alpha,
            bool(is_transparent),
        )

    def picture(self, frame: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 sRGB: the frame as it is shown; wide pixels are resized to squares, rows stay."""
        layout = "rgba" if self.has_alpha else "rgb24"
        image = frame.to_ndarray(format=layout).astype(np.uint8, copy=False)
        if self.has_alpha:
            image = pictures.over_white(image)
        if self.aspect != 1:
            image = pictures.fit(
                image, max(1, round(image.shape[1] * self.aspect)), image.shape[0], "stretch"
            )
        return image if self.turn == UPRIGHT else _turned(image, self.turn)

    def facts(self) -> dict[str, str]:
        """What is not as in most films, for the rows."""
        found = {
            "stream": self.stream,
            "turned": TURNS[self.turn],
            "alpha": "over white" if self.is_transparent else "",
            "pixel_aspect": "" if self.aspect == 1 else f"{self.aspect.numerator}:{self.aspect.denominator}",
        }
        return {name: text for name, text in found.items() if text}


def _turn(path: Path, frame: av.VideoFrame) -> Turn:
    side: Any = frame.side_data.get("DISPLAYMATRIX")
    if side is None:
        return UPRIGHT
    a, b, _, c, d, *_ = np.frombuffer(bytes(side), np.int32) / 0x10000
    turn = (round(a), round(b), round(c), round(d))
    if turn not in TURNS or np.abs(np.subtract(turn, (a, b, c, d))).max() > 0.01:
        raise BadClip(f"clip {path} is shown turned by ({a:g}, {b:g}, {c:g}, {d:g}), which is no right angle")
    return turn


def _turned(image: Image, turn: Turn) -> Image:
    a, b, c, d = turn
    if a:
        return np.ascontiguousarray(image[::d, ::a])
    return np.ascontiguousarray(image.transpose(1, 0, 2)[::b, ::c])
