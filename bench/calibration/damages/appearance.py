"""Damage to how frames look: noise, blur, compression, flicker, drifts, cuts and dissolves."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bench.calibration.damages.arithmetic import Levels, along, each_frame, normal, scale, to_uint8
from bench.calibration.damages.damage import Damage
from bench.types import Frames

SECTIONS = 4


def _noise(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    return np.stack([to_uint8(frame + severity * normal(rng, frame.shape)) for frame in frames])


def _blur(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    import cv2

    sigma = severity * scale(frames)
    return each_frame(
        frames, lambda frame: cv2.GaussianBlur(frame, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    )


def _alternate_blur(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    return np.concatenate(
        [_blur(frames[t : t + 1], severity, _) if t % 2 else frames[t : t + 1] for t in range(len(frames))]
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


def _brightness_flicker(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    gains = severity * normal(rng, (len(frames),))
    gains[0] = 0
    return np.stack([to_uint8(frame + gain) for frame, gain in zip(frames, gains, strict=True)])


def _local_flicker(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    gains = severity * normal(rng, (len(frames),))
    gains[0] = 0
    mask = _two_patches(frames.shape[1], frames.shape[2], rng)[..., None]
    return np.stack([to_uint8(frame + gain * mask) for frame, gain in zip(frames, gains, strict=True)])


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
    return np.stack([to_uint8(frame + warmer * share) for frame, share in along(frames)])


def _exposure_drift(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    srgb = np.arange(256) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.stack([_srgb(linear * 2.0 ** (-severity * share))[frame] for frame, share in along(frames)])


def _srgb(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    """IEC 61966-2-1's transfer function, to uint8."""
    return to_uint8(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def _first_step(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    return np.concatenate([frames[:1], to_uint8(frames[1:] + np.float32(severity))])


def _seams(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    is_other = np.arange(len(frames)) * SECTIONS // len(frames) % 2
    return np.stack(
        [to_uint8(frame + np.float32(severity * each)) for frame, each in zip(frames, is_other, strict=True)]
    )


def _cut(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    share = np.where(np.arange(len(frames)) * 2 >= len(frames), min(severity, 1.0), 0.0)
    return _mixed(frames, frames[:, ::-1, ::-1], share)


def _morph(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    return _mixed(frames, frames[:, :, ::-1], [min(severity, 1.0) * share for _, share in along(frames)])


def _mixed(frames: Frames, others: Frames, shares: Iterable[float]) -> Frames:
    return np.stack(
        [
            to_uint8((1 - share) * frame.astype(np.float32) + share * other)
            for frame, other, share in zip(frames, others, shares, strict=True)
        ]
    )


NOISE = Damage(
    "noise", "Noise", "gray levels", (1, 2, 4, 8, 16), _noise,
    "Independent normal noise of this standard deviation on every sample of every frame.",
)  # fmt: skip

BLUR = Damage(
    "blur", "Blur", "px", (0.4, 0.6, 1, 2, 4), _blur,
    "Every frame under a Gaussian of this sigma.",
)  # fmt: skip

ALTERNATE_BLUR = Damage(
    "alternate_blur", "Every second frame blurred", "px", (0.4, 0.6, 1, 2, 4), _alternate_blur,
    "Every second frame, the first excepted, under a Gaussian of this sigma.",
)  # fmt: skip

COMPRESSION = Damage(
    "compression", "Compression", "crf", (18, 23, 28, 33, 38, 43), _compression,
    "H.264 (libx264, medium, 4:2:0, one thread) at this constant rate factor, and back.",
    changes="codec",
)  # fmt: skip

BRIGHTNESS_FLICKER = Damage(
    "brightness_flicker", "Brightness flicker", "gray levels", (0.5, 1, 2, 4, 8, 16), _brightness_flicker,
    "Every frame but the first brighter or darker by a normal draw of this standard deviation.",
)  # fmt: skip

LOCAL_FLICKER = Damage(
    "local_flicker", "Local flicker", "gray levels", (1, 2, 4, 8, 16, 32), _local_flicker,
    "As brightness flicker, on a patch of a quarter of width and height, while another patch does the opposite: "
    "the mean of the frame hardly moves.",
)  # fmt: skip

COLOUR_DRIFT = Damage(
    "colour_drift", "Colour drift", "gray levels", (2, 4, 8, 16, 32), _colour_drift,
    "Red grows and blue falls in proportion to time, by this much at the last frame; green makes up for the luma.",
)  # fmt: skip

EXPOSURE_DRIFT = Damage(
    "exposure_drift", "Exposure drift", "stops", (0.05, 0.1, 0.2, 0.4, 0.8), _exposure_drift,
    "Linear light falls by this many stops from the first frame to the last, evenly in time.",
)  # fmt: skip

FIRST_STEP = Damage(
    "first_step", "Step after frame 0", "gray levels", (2, 4, 8, 16, 32), _first_step,
    "Every frame but the first is brighter by this much.",
)  # fmt: skip

SEAMS = Damage(
    "seams", "Seams", "gray levels", (2, 4, 8, 16, 32), _seams,
    f"Of {SECTIONS} sections of equal length, the second and the fourth are brighter by this much.",
)  # fmt: skip

CUT = Damage(
    "cut", "Cut", "share", (0.1, 0.25, 0.5, 0.75, 1), _cut,
    "From the middle on, this share of each frame is the frame turned by 180 degrees.",
)  # fmt: skip

MORPH = Damage(
    "morph", "Morph", "share", (0.1, 0.25, 0.5, 0.75, 1), _morph,
    "The picture dissolves into its mirror image in proportion to time, by this share at the last frame.",
)  # fmt: skip
