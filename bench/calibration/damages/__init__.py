"""Known damage at a known severity: what is done to a sound clip to see which metrics notice.

    worse = damages.TABLE["noise"].of(frames, 8, np.random.default_rng(0))

Every damage is a pure function: the same frames, severity and state of the generator give the same frames. Severity 0
is the damage's own baseline, bit for bit; a generator in the same state draws the same pattern for every severity, so
that only its strength grows. What unfolds in time leaves frame 0 as it is, since a model starts from its image.
Lengths in pixels are of a picture whose longer side has 320 pixels, and grow with it. Levels are of uint8 sRGB,
rounded to the nearest (halves to even) and clipped once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.types import Frames, Image

if TYPE_CHECKING:
    from cv2.typing import MatLike

REFERENCE_SIDE = 320
"""Pixels of the longer side at which severities in pixels hold."""

MIN_FLOW_SIDE = 24
"""Pixels: of smaller pictures the flow has no coarse level to start from; they are blended without it."""

Function: TypeAlias = Callable[[Frames, float, np.random.Generator], Frames]
Levels: TypeAlias = NDArray[np.float32]
Field: TypeAlias = NDArray[np.float32]
"""(H, W, 2): how far each pixel's content moves; pixels, x first."""


def untouched(frames: Frames) -> Frames:
    """The baseline of most damages: the clip itself."""
    return frames


@dataclass(frozen=True)
class Damage:
    """One way in which clips go wrong, or an innocent change that should not be taken for one.

    Attributes:
        name: what cards and the command line call it.
        title: what people call it.
        unit: of severity.
        severities: growing, none of them 0.
        function: frames, severity > 0 and generator -> damaged frames.
        about: one sentence that a reader can repeat it by.
        baseline: what severity 0 is: the frames themselves, unless the damage needs room in space or time.
        is_innocent: nothing is wrong with such a clip; it only must not be taken for damage.
        keeps_case: whether what a case says of its clip (camera, trajectory, keyframes) is still what was asked for.
    """

    name: str
    title: str
    unit: str
    severities: tuple[float, ...]
    function: Function
    about: str
    baseline: Callable[[Frames], Frames] = untouched
    is_innocent: bool = False
    keeps_case: bool = True

    def of(self, frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
        """The damaged clip, as long and as large as the baseline.

        Args:
            frames: (T, H, W, 3) uint8, any T, H and W from 1; left as they are.
            severity: in the unit, at least 0; 0 is the baseline.
            rng: draws the pattern.

        Raises:
            ValueError: a negative severity.
        """
        if severity < 0:
            raise ValueError(f"a severity is at least 0, not {severity}")
        return self.function(frames, severity, rng) if severity else self.baseline(frames)


# Every pixel


def _noise(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    return np.stack([_uint8(frame + severity * _normal(rng, frame.shape)) for frame in frames])


def _blur(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    import cv2

    sigma = severity * _scale(frames)
    return _each(
        frames, lambda frame: cv2.GaussianBlur(frame, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    )


def _compression(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    """Through memory, by the codec itself: its coarse first frame and its pulse at predicted ones belong to it."""
    height, width = frames.shape[1:3]
    # 4:2:0 halves both sides, and x264 refuses less than a macroblock
    below, right = max(16 - height, height % 2), max(16 - width, width % 2)
    padded = np.pad(frames, ((0, 0), (0, below), (0, right), (0, 0)), mode="edge")
    return _h264(padded, severity)[:, :height, :width]


def _h264(frames: Frames, crf: float) -> Frames:
    from io import BytesIO

    import av

    file = BytesIO()
    with av.open(file, "w", format="matroska") as output:
        stream = output.add_stream("libx264", rate=8, options={"crf": f"{crf:g}", "preset": "medium"})
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1  # another number of threads gives other bits
        for frame in frames:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        output.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r", format="matroska") as source:
        return np.stack([picture.to_ndarray(format="rgb24") for picture in source.decode(video=0)])


# Light and colour


def _brightness_flicker(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    gains = severity * _normal(rng, (len(frames),))
    gains[0] = 0
    return np.stack([_uint8(frame + gain) for frame, gain in zip(frames, gains, strict=True)])


def _local_flicker(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    gains = severity * _normal(rng, (len(frames),))
    gains[0] = 0
    mask = _two_patches(frames.shape[1], frames.shape[2], rng)[..., None]
    return np.stack([_uint8(frame + gain * mask) for frame, gain in zip(frames, gains, strict=True)])


def _two_patches(height: int, width: int, rng: np.random.Generator) -> Levels:
    """(H, W): 1 on one patch, -1 on another of the same size in the other half, 0 elsewhere."""
    tall, wide = max(1, height // 4), max(1, width // 4)
    mask = np.zeros((height, width), np.float32)
    half = width // 2
    for sign, left in ((1, 0), (-1, half)):
        y = int(rng.integers(0, height - tall + 1))
        x = left + int(rng.integers(0, max(1, half - wide + 1)))
        mask[y : y + tall, x : x + wide] = sign
    return mask


def _colour_drift(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    # BT.601 luma is 0.299 R + 0.587 G + 0.114 B: this leaves it where it is
    warmer = np.array([1.0, (0.114 - 0.299) / 0.587, -1.0], np.float32) * severity
    return np.stack([_uint8(frame + warmer * share) for frame, share in _along(frames)])


def _exposure_drift(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    srgb = np.arange(256) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.stack([_srgb(linear * 2.0 ** (-severity * share))[frame] for frame, share in _along(frames)])


def _srgb(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    """IEC 61966-2-1's transfer function, to uint8."""
    return _uint8(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


# Order and pace


def _swap(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    order = np.arange(len(frames))
    firsts = rng.permutation(np.arange(1, len(frames) - 1, 2))[: round(severity)]
    order[firsts], order[firsts + 1] = firsts + 1, firsts
    return _in_order(frames, order)


def _freeze(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    last = max(0, len(frames) - 1 - round(severity * len(frames)))
    return _in_order(frames, np.minimum(np.arange(len(frames)), last))


MOST_DROPPED = 4


def _room_to_drop(frames: Frames) -> Frames:
    return frames[: max(min(2, len(frames)), len(frames) - MOST_DROPPED)]


def _drop(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    length = len(_room_to_drop(frames))
    gone = rng.permutation(np.arange(1, length))[: min(round(severity), len(frames) - length)]
    return np.delete(frames, gone, axis=0)[:length]


def _duplicate(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    shown = np.arange(len(frames))
    shown[rng.permutation(np.arange(1, len(frames)))[: round(severity)]] = 0
    return _in_order(frames, np.maximum.accumulate(shown))


def _slow_motion(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    times = np.arange(len(frames)) / max(1.0, severity)
    return np.stack([_between(frames, time) for time in times])


def _between(frames: Frames, time: float) -> Image:
    """The picture at a time between two frames: each is brought there along the flow to the other, then blended."""
    before, share = int(time), time - int(time)
    first: Image = frames[before]
    if share == 0:
        return first
    second: Image = frames[before + 1]
    there = _moved(first, _flow(first, second), share).astype(np.float32)
    back = _moved(second, _flow(second, first), 1 - share)
    return _uint8((1 - share) * there + share * back)


def _loop(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    times = np.arange(len(frames))
    turn = (len(frames) - 1) * (2 - min(severity, 1.0)) / 2
    return _in_order(frames, np.rint(turn - np.abs(times - turn)).astype(int))


# Content


def _cut(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    share = np.where(np.arange(len(frames)) * 2 >= len(frames), min(severity, 1.0), 0.0)
    return _mixed(frames, frames[:, ::-1, ::-1], share)


def _morph(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    return _mixed(frames, frames[:, :, ::-1], [min(severity, 1.0) * share for _, share in _along(frames)])


def _mixed(frames: Frames, others: Frames, shares: Iterable[float]) -> Frames:
    return np.stack(
        [
            _uint8((1 - share) * frame.astype(np.float32) + share * other)
            for frame, other, share in zip(frames, others, shares, strict=True)
        ]
    )


# Place: past the edge the edge goes on, since OpenCV 5's mirror hangs on a picture one pixel wide


def _jitter(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    offsets = severity * _scale(frames) * _normal(rng, (len(frames), 2))
    offsets[0] = 0
    return np.stack([_shifted(frame, *offset) for frame, offset in zip(frames, offsets, strict=True)])


def _shifted(frame: Image, right: float, down: float) -> Image:
    import cv2

    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    size = (frame.shape[1], frame.shape[0])
    return _image(cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))


def _fixed_warp(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    field = severity * _scale(frames) * _smooth_field(frames, rng)
    return _each(frames, lambda frame: _moved(frame, field, 1.0))


def _redrawn_warp(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    size = severity * _scale(frames)
    return np.stack(
        [frames[0], *(_moved(frame, size * _smooth_field(frames, rng), 1.0) for frame in frames[1:])]
    )


def _smooth_field(frames: Frames, rng: np.random.Generator) -> Field:
    """(H, W, 2), of root mean square 1 an axis: independent normal draws on a grid of 5 x 5, cubic in between."""
    import cv2

    height, width = frames.shape[1:3]
    field = cv2.resize(_normal(rng, (5, 5, 2)), (width, height), interpolation=cv2.INTER_CUBIC)
    rms = np.sqrt(np.mean(np.square(field), axis=(0, 1)))
    return np.asarray(field / np.maximum(rms, 1e-6), np.float32)


PAN_SPEEDS = (1.0, 2.0, 3.0, 4.0, 6.0)


def _pan(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    width, room = frames.shape[2], _room_to_pan(frames)
    step = max(1, round(severity * _scale(frames)))
    # where the room is too short for the clip, there and back
    travelled = np.arange(len(frames)) * step % max(1, 2 * room)
    lefts = np.minimum(travelled, 2 * room - travelled)
    return np.stack([frames[0, :, left : left + width - room] for left in lefts])


def _standing(frames: Frames) -> Frames:
    shown = frames[0, :, : frames.shape[2] - _room_to_pan(frames)]
    return np.repeat(shown[None], len(frames), axis=0)


def _room_to_pan(frames: Frames) -> int:
    """Pixels that the fastest pan travels, at most half the width."""
    fastest = max(1, round(PAN_SPEEDS[-1] * _scale(frames)))
    return int(min(frames.shape[2] // 2, fastest * (len(frames) - 1)))


# Arithmetic


def _scale(frames: Frames) -> float:
    return float(max(frames.shape[1:3]) / REFERENCE_SIDE)


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Levels:
    return rng.standard_normal(shape, dtype=np.float32)


def _uint8(levels: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)


def _image(picture: MatLike) -> Image:
    return np.asarray(picture, np.uint8)


def _in_order(frames: Frames, shown: NDArray[Any]) -> Frames:
    return np.asarray(frames[shown], np.uint8)


def _each(frames: Frames, change: Callable[[Image], MatLike]) -> Frames:
    return np.stack([_image(change(frame)) for frame in frames])


def _along(frames: Frames) -> Iterable[tuple[Image, float]]:
    """Each frame and how far into the clip it is: 0 the first, 1 the last."""
    return zip(frames, np.linspace(0.0, 1.0, len(frames)), strict=True)


def _flow(before: Image, after: Image) -> Field:
    """(H, W, 2): DIS flow of gray planes; 0 of pictures too small for it."""
    import cv2

    if min(before.shape[:2]) < MIN_FLOW_SIDE:
        return np.zeros((*before.shape[:2], 2), np.float32)
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    first, second = (np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)) for picture in (before, after))
    flow: Any = None  # to be allocated
    return np.asarray(dis.calc(first, second, flow), np.float32)


def _moved(frame: Image, field: Field, share: float) -> Image:
    """The frame with its content moved by a share of the field, which is read where the content arrives."""
    import cv2

    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]].astype(np.float32)
    there_x, there_y = x - np.float32(share) * field[..., 0], y - np.float32(share) * field[..., 1]
    return _image(cv2.remap(frame, there_x, there_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))


_ALL = (
    Damage(
        "noise", "Noise", "gray levels", (1, 2, 4, 8, 16), _noise,
        "Independent normal noise of this standard deviation on every sample of every frame.",
    ),
    Damage(
        "blur", "Blur", "px", (0.4, 0.6, 1, 2, 4), _blur,
        "Every frame under a Gaussian of this sigma.",
    ),
    Damage(
        "compression", "Compression", "crf", (18, 23, 28, 33, 38, 43), _compression,
        "H.264 (libx264, medium, 4:2:0, one thread) at this constant rate factor, and back.",
    ),
    Damage(
        "brightness_flicker", "Brightness flicker", "gray levels", (0.5, 1, 2, 4, 8, 16), _brightness_flicker,
        "Every frame but the first brighter or darker by a normal draw of this standard deviation.",
    ),
    Damage(
        "local_flicker", "Local flicker", "gray levels", (1, 2, 4, 8, 16, 32), _local_flicker,
        "As brightness flicker, on a patch of a quarter of width and height, while another patch does the opposite: "
        "the mean of the frame hardly moves.",
    ),
    Damage(
        "jitter", "Jitter", "px", (0.25, 0.5, 1, 2, 4), _jitter,
        "Every frame but the first displaced by normal draws of this standard deviation, across and down.",
    ),
    Damage(
        "swap", "Swapped frames", "pairs", (1, 2, 3, 4, 6), _swap,
        "So many pairs of neighbouring frames change places, the first frame never.",
    ),
    Damage(
        "freeze", "Freeze", "share of the clip", (0.125, 0.25, 0.5, 0.75), _freeze,
        "The last frames, this share of the clip, repeat the one before them.",
    ),
    Damage(
        "drop", "Dropped frames", "frames", (1, 2, 3, 4), _drop,
        "So many frames inside the clip are left out; those that follow move up, so that it is as long as its "
        f"baseline, which is the clip without its last {MOST_DROPPED} frames.",
        baseline=_room_to_drop,
    ),
    Damage(
        "duplicate", "Duplicated frames", "frames", (1, 2, 3, 4, 6), _duplicate,
        "So many frames show the one before them instead; the next is where it would have been.",
    ),
    Damage(
        "slow_motion", "Slow motion", "times slower", (1.25, 1.5, 2, 3, 4), _slow_motion,
        "The same motion, so many times slower, cut off at the same length: frames in between along DIS flow.",
    ),
    Damage(
        "colour_drift", "Colour drift", "gray levels", (2, 4, 8, 16, 32), _colour_drift,
        "Red grows and blue falls in proportion to time, by this much at the last frame; green makes up for the luma.",
    ),
    Damage(
        "exposure_drift", "Exposure drift", "stops", (0.05, 0.1, 0.2, 0.4, 0.8), _exposure_drift,
        "Linear light falls by so many stops from the first frame to the last, evenly in time.",
    ),
    Damage(
        "cut", "Cut", "share", (0.1, 0.25, 0.5, 0.75, 1), _cut,
        "From the middle on, this share of each frame is the frame turned by 180 degrees.",
    ),
    Damage(
        "fixed_warp", "Fixed warp", "px", (0.5, 1, 2, 4, 8), _fixed_warp,
        "Every frame, the first too, bent by one smooth random field of this root mean square an axis.",
    ),
    Damage(
        "redrawn_warp", "Redrawn warp", "px", (0.25, 0.5, 1, 2, 4), _redrawn_warp,
        "Every frame but the first bent by a smooth random field of its own, of this root mean square an axis.",
    ),
    Damage(
        "morph", "Morph", "share", (0.1, 0.25, 0.5, 0.75, 1), _morph,
        "The picture dissolves into its mirror image in proportion to time, by this share at the last frame.",
    ),
    Damage(
        "loop", "Loop", "share of the way back", (0.25, 0.5, 0.75, 1), _loop,
        "The clip turns round and plays backwards at its own pace; at 1 it ends on its first frame.",
    ),
    Damage(
        "pan", "Pan (innocent)", "px a frame", PAN_SPEEDS, _pan,
        "Frame 0 under a camera that travels to the right, whole pixels a frame; the baseline is its left part "
        "standing still.",
        baseline=_standing, is_innocent=True, keeps_case=False,
    ),
)  # fmt: skip

TABLE: Mapping[str, Damage] = MappingProxyType({damage.name: damage for damage in _ALL})
"""Name -> damage, in the order in which tables show them."""
