"""77 numbers about how a clip looks and moves, by hand: no network, no weights.

A clip is looked at on a small canvas, since a set of clips needs numbers that compare, not pixels. Each number watches
for one way in which clips go wrong; see TABLE. What spans decades is taken as a logarithm with a floor of what eight
bits can tell, so that a clip that never moves, or is black, has finite numbers and lies no further away than it should.

T: frames. Levels are gray levels, 0 to 255. Y, Cb, Cr: BT.601, full range. A scale is named by the side of the canvas
it is averaged down to: 128, 64, 32, … A band is what one halving averages away.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.media import pictures
from bench.types import Frames, Image

SIZE = 128
"""Side of the canvas, pixels."""

MIN_FRAMES = 5
"""The longest lag is four frames."""

Planes: TypeAlias = NDArray[np.float32]
"""(T, H, W) float32 levels."""

Vector: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = dict[str, float]

CHANNELS = ("y", "cb", "cr")
BANDS = (0, 1, 2, 3, 4)
SCALES = (128, 32, 8)
ANGLES = (0, 45, 90, 135)
ALONE = ("",)

_ROWS: tuple[tuple[str, tuple[Any, ...], str], ...] = (
    ("{}_mean", CHANNELS, "Mean of {}, levels: colour and light."),
    ("{}_spread", CHANNELS, "Log of the standard deviation of {} in a frame, averaged over time: contrast."),
    ("{}_wander", CHANNELS, "Log of the standard deviation over time of a frame's mean {}: drift."),
    ("{}_step", CHANNELS, "Log of the mean absolute step of a frame's mean {}: flicker."),
    ("y_skew", ALONE, "Skewness of Y: dark or bright on average."),
    ("y_trend", ALONE, "Mean Y of the last third less that of the first, compressed: fades."),
    ("band{}_energy", BANDS, "Log of the root mean square of band {}, 0 the finest: sharpness, grain."),
    ("band{}_sparse", BANDS, "Log of root mean square over mean absolute, band {}: edges or grain."),
    ("band{}_pulse", BANDS, "Standard deviation over time of the log energy of band {}: pulsing detail."),
    ("band0_trend", ALONE, "Log energy of band 0 in the last third less that in the first: growing blur."),
    ("chroma{}_energy", BANDS[:3], "Log of the root mean square of band {} of Cb and Cr: lost colour."),
    ("step{}_lag1", SCALES, "Log of the mean absolute change from frame to frame, scale {}: motion."),
    ("step{}_lag2", SCALES, "The same over two frames, scale {}."),
    ("step{}_lag4", SCALES, "The same over four frames, scale {}."),
    ("step{}_burst", SCALES, "Log of the largest step over the mean one, scale {}: cuts, jumps."),
    ("step{}_rest", SCALES, "Share of steps that are next to none, scale {}: repeated frames."),
    ("bend{}", SCALES, "Log of the mean absolute second difference in time, scale {}: jitter, swaps."),
    ("rhythm{}", (0, 1, 2, 3), "Log share of power over time in quarter {} of the frequencies, scale 16."),
    ("block_peak", ALONE, "Log of the largest over the mean step of 4 x 4 blocks: small things that move."),
    ("block_spread", ALONE, "Coefficient of variation of steps across blocks, each averaged over time."),
    ("block_rove", ALONE, "Coefficient of variation of steps over time, averaged over blocks."),
    (
        "block_flicker",
        ALONE,
        "Log of the 90th percentile over blocks of a block mean's mean second difference.",
    ),
    ("flow_speed", ALONE, "Log of the mean speed of blocks, pixels of scale 32."),
    ("flow_global", ALONE, "Log of the mean speed of the frame as a whole: the camera."),
    ("flow_apart", ALONE, "Log of the mean speed of blocks against the frame: parallax, objects, warps."),
    ("flow_shake", ALONE, "Log of the mean change of the frame's velocity: jitter."),
    ("flow_turn", ALONE, "Log of the mean change of a block's velocity: warps that change."),
    (
        "flow_residual",
        ALONE,
        "Log of the mean absolute step that block motion leaves: what appears and vanishes.",
    ),
    ("flow_unexplained", ALONE, "Log of that over the mean absolute step: noise and morphs, against motion."),
    ("edge{}", ANGLES, "Share of gradient energy within 22.5 degrees of {}, scale 64."),
    ("edge_change", ALONE, "Log of the mean change of those shares from frame to frame."),
    (
        "grain_x",
        ALONE,
        "Log of the squared change over 1 pixel against that over 2, across: smooth 1/4, grain 1.",
    ),
    ("grain_y", ALONE, "The same, down."),
    ("grain_stays", ALONE, "Log of 1 less the correlation of band 0 with the next frame's."),
    ("detail_stays", ALONE, "Log of 1 less the correlation of band 2 with the next frame's."),
    ("ends_apart", ALONE, "Log of 1 less the correlation of first and last frame, scale 32: loops."),
    ("gets_away", ALONE, "Log of the mean absolute difference to the first frame, scale 32."),
)

TABLE: Mapping[str, str] = MappingProxyType(
    {name.format(each): text.format(each) for name, members, text in _ROWS for each in members}
)
"""Name -> what it is, in the order of the vector."""

FEATURES: tuple[str, ...] = tuple(TABLE)

_LEVELS = 0.5
"""Added to levels before a logarithm: half a level, the most that rounding does to one."""

_PIXELS = 0.02
"""Added to speeds, pixels of scale 32: a third of a pixel of a frame of 480."""

_SHARE = 0.01
"""Added to shares and to 1 less a correlation."""


def canvas(frame: Image) -> Image:
    """(128, 128, 3) uint8: the centre square of (H, W, 3) by cv2.INTER_AREA: averages, or linear where it grows."""
    import cv2

    square = pictures.centre_square(frame)
    return np.array(cv2.resize(square, (SIZE, SIZE), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def descriptor(canvases: Frames) -> Vector:
    """(77,) float64, finite: FEATURES of a clip.

    Args:
        canvases: (T, 128, 128, 3) uint8 sRGB, T >= MIN_FRAMES.
    """
    y, cb, cr = _planes(canvases)
    scales = _scales(y)
    numbers = _colour(y, cb, cr) | _bands(y, scales) | _chroma(cb, cr)
    for size in SCALES:
        numbers |= _steps(scales[size], size)
    numbers |= _rhythm(scales[16]) | _blocks(scales[32]) | _flow(scales[32])
    numbers |= _edges(scales[64]) | _grain(y) | _lasting(scales)
    return np.array([numbers[name] for name in FEATURES])


# How a frame looks


def _planes(canvases: Frames) -> tuple[Planes, Planes, Planes]:
    """Y, Cb and Cr."""
    import cv2

    luma = np.array([0.299, 0.587, 0.114])
    blue, red = (np.array([0, 0, 1]) - luma) / 1.772, (np.array([1, 0, 0]) - luma) / 1.402
    wide = canvases.reshape(-1, SIZE, 3).astype(np.float32)
    planes = cv2.transform(wide, np.stack([luma, blue, red])).reshape(*canvases.shape)
    return planes[..., 0].copy(), planes[..., 1].copy(), planes[..., 2].copy()


def _scales(y: Planes) -> dict[int, Planes]:
    """Y at 128, 64, …, 4 pixels a side."""
    scales = {SIZE: y}
    for size in (64, 32, 16, 8, 4):
        scales[size] = _halved(scales[2 * size])
    return scales


def _halved(planes: Planes) -> Planes:
    """The mean of each 2 x 2 pixels."""
    rows = planes[:, ::2] + planes[:, 1::2]
    return np.asarray((rows[..., ::2] + rows[..., 1::2]) * np.float32(0.25))


def _band(planes: Planes, half: Planes) -> Planes:
    """What halving averages away: Haar's detail, whose energy is that of the planes less that of the half."""
    return planes - half.repeat(2, axis=1).repeat(2, axis=2)


def _colour(y: Planes, cb: Planes, cr: Planes) -> Numbers:
    numbers: Numbers = {}
    for name, planes in zip(CHANNELS, (y, cb, cr), strict=True):
        means, spreads = _means(planes), _spreads(planes)
        numbers |= {
            f"{name}_mean": float(means.mean()),
            f"{name}_spread": _log(spreads.mean()),
            f"{name}_wander": _log(means.std()),
            f"{name}_step": _log(np.abs(np.diff(means)).mean()),
        }
    fade = _last_less_first(_means(y))
    centred = y - np.float32(y.mean(dtype=np.float64))
    cube = (centred * centred * centred).mean(dtype=np.float64)
    numbers["y_skew"] = float(cube / (np.sqrt(_square_mean(centred)) + 1) ** 3)
    return numbers | {"y_trend": float(np.sign(fade) * np.log1p(abs(fade)))}


def _bands(y: Planes, scales: Mapping[int, Planes]) -> Numbers:
    numbers: Numbers = {}
    sizes = sorted(scales, reverse=True)
    for b in BANDS:
        band = _band(scales[sizes[b]], scales[sizes[b + 1]])
        rms, absolute = np.sqrt(_means(band * band)), np.abs(band).mean(dtype=np.float64)
        numbers |= {
            f"band{b}_energy": float(_log_each(rms).mean()),
            f"band{b}_sparse": _log(np.sqrt((rms**2).mean())) - _log(absolute),
            f"band{b}_pulse": float(_log_each(rms).std()),
        }
        if b == 0:
            numbers["band0_trend"] = _last_less_first(_log_each(rms))
    return numbers


def _chroma(cb: Planes, cr: Planes) -> Numbers:
    numbers: Numbers = {}
    for b in range(3):
        halves = _halved(cb), _halved(cr)
        energy = sum(_square_mean(_band(plane, half)) for plane, half in zip((cb, cr), halves, strict=True))
        numbers[f"chroma{b}_energy"] = _log(np.sqrt(energy))
        cb, cr = halves
    return numbers


def _edges(planes: Planes) -> Numbers:
    """Shares of gradient energy by angle of the gradient, of each frame, with a floor of a level squared."""
    across, down = planes[:, :-1, 1:] - planes[:, :-1, :-1], planes[:, 1:, :-1] - planes[:, :-1, :-1]
    energy = across * across + down * down
    steep = np.float32(np.tan(np.pi * 3 / 8))
    is_0, is_90 = np.abs(across) > steep * np.abs(down), np.abs(down) >= steep * np.abs(across)
    is_45 = (across * down > 0) & ~is_0 & ~is_90
    sums = np.stack([_means(energy * here) for here in (is_0, is_45, is_90, ~(is_0 | is_45 | is_90))], axis=1)
    shares = (sums + 0.25) / (sums + 0.25).sum(axis=1, keepdims=True)
    numbers = {f"edge{angle}": float(shares[:, place].mean()) for place, angle in enumerate(ANGLES)}
    return numbers | {"edge_change": _log(np.abs(np.diff(shares, axis=0)).sum(axis=1).mean(), _SHARE)}


def _grain(y: Planes) -> Numbers:
    def near(one: Planes, two: Planes) -> float:
        return float(np.log((_square_mean(one) + _LEVELS) / (_square_mean(two) + _LEVELS)))

    return {
        "grain_x": near(y[..., 1:] - y[..., :-1], y[..., 2:] - y[..., :-2]),
        "grain_y": near(y[:, 1:] - y[:, :-1], y[:, 2:] - y[:, :-2]),
    }


# How it changes


def _steps(planes: Planes, size: int) -> Numbers:
    steps = {lag: _means(np.abs(planes[lag:] - planes[:-lag])) for lag in (1, 2, 4)}
    bends = _means(np.abs(planes[2:] - 2 * planes[1:-1] + planes[:-2]))
    numbers = {f"step{size}_lag{lag}": _log(steps[lag].mean()) for lag in (1, 2, 4)}
    return numbers | {
        f"step{size}_burst": _log(steps[1].max()) - _log(steps[1].mean()),
        f"step{size}_rest": float((_LEVELS / (steps[1] + _LEVELS)).mean()),
        f"bend{size}": _log(bends.mean()),
    }


def _rhythm(planes: Planes) -> Numbers:
    """The spectrum over time of each pixel less its straight line, which a pan or fade would fill it with."""
    series = planes.reshape(len(planes), -1).astype(np.float64)
    time = np.linspace(-1, 1, len(series))[:, None]
    series = series - series.mean(axis=0) - time * (time * series).sum(axis=0) / (time**2).sum()
    power = (np.abs(np.fft.rfft(series, axis=0)[1:]) ** 2).mean(axis=1) / len(series)
    quarter = np.minimum(3, np.arange(len(power)) * 4 // len(power))
    sums = np.bincount(quarter, power, minlength=4) + _LEVELS**2
    shares = np.log(sums / sums.sum())
    return {f"rhythm{q}": float(shares[q]) for q in range(4)}


def _blocks(planes: Planes) -> Numbers:
    """4 x 4 blocks of 8 x 8 pixels of scale 32."""
    steps_TB = _block_means(np.abs(np.diff(planes, axis=0)))
    bends_B = np.abs(np.diff(_block_means(planes), n=2, axis=0)).mean(axis=0)
    by_block = steps_TB.mean(axis=0)
    return {
        "block_peak": _log(by_block.max()) - _log(by_block.mean()),
        "block_spread": float(by_block.std() / (by_block.mean() + _LEVELS)),
        "block_rove": float((steps_TB.std(axis=0) / (by_block + _LEVELS)).mean()),
        "block_flicker": _log(np.quantile(bends_B, 0.9)),
    }


def _flow(planes: Planes) -> Numbers:
    """Motion of blocks by Lucas and Kanade (1981), one step, damped where a block has no texture."""
    middle = (planes[1:] + planes[:-1]) / 2
    across, down = np.gradient(middle, axis=2), np.gradient(middle, axis=1)
    change = planes[1:] - planes[:-1]
    xx, xy, yy = (_block_means(a * b) for a, b in ((across, across), (across, down), (down, down)))
    xt, yt = _block_means(across * change), _block_means(down * change)
    xx, yy = xx + 1, yy + 1  # a level squared: what rounding does to a gradient
    scale = xx * yy - xy * xy
    flow = np.stack([(xy * yt - yy * xt) / scale, (xy * xt - xx * yt) / scale], axis=2)  # (T - 1, 16, 2)
    flow /= np.maximum(1, np.linalg.norm(flow, axis=2, keepdims=True) / 4)  # one step knows no longer ones
    wide = flow.reshape(-1, 4, 4, 2).repeat(8, axis=1).repeat(8, axis=2)
    left = np.abs(change + across * wide[..., 0] + down * wide[..., 1]).mean()
    camera = flow.mean(axis=1)
    return {
        "flow_speed": _log(_speeds(flow), _PIXELS),
        "flow_global": _log(_speeds(camera), _PIXELS),
        "flow_apart": _log(_speeds(flow - camera[:, None]), _PIXELS),
        "flow_shake": _log(_speeds(np.diff(camera, axis=0)), _PIXELS),
        "flow_turn": _log(_speeds(np.diff(flow, axis=0)), _PIXELS),
        "flow_residual": _log(left),
        "flow_unexplained": _log(left) - _log(np.abs(change).mean(dtype=np.float64)),
    }


def _lasting(scales: Mapping[int, Planes]) -> Numbers:
    fine, detail = _band(scales[128], scales[64]), _band(scales[32], scales[16])
    small = scales[32]
    return {
        "grain_stays": _unlike(fine[1:], fine[:-1]),
        "detail_stays": _unlike(detail[1:], detail[:-1]),
        "ends_apart": _unlike(_centred(small[-1:]), _centred(small[:1])),
        "gets_away": _log(np.abs(small[1:] - small[0]).mean(dtype=np.float64)),
    }


# Arithmetic


def _log(value: Any, floor: float = _LEVELS) -> float:
    return float(np.log(value + floor))


def _log_each(values: Vector) -> Vector:
    return np.asarray(np.log(values + _LEVELS))


def _means(planes: Planes) -> Vector:
    """(T,): of each frame."""
    return np.asarray(planes.mean(axis=(1, 2), dtype=np.float64))


def _spreads(planes: Planes) -> Vector:
    """(T,): the standard deviation of each frame."""
    return np.asarray(np.sqrt(np.maximum(0, _means(planes * planes) - _means(planes) ** 2)))


def _centred(planes: Planes) -> Planes:
    return planes - _means(planes)[:, None, None].astype(np.float32)


def _square_mean(planes: Planes) -> float:
    return float((planes * planes).mean(dtype=np.float64))


def _block_means(planes: Planes) -> NDArray[np.float64]:
    """(T, 16): of the 4 x 4 blocks of (T, 32, 32)."""
    return np.asarray(planes.reshape(-1, 4, 8, 4, 8).mean(axis=(2, 4), dtype=np.float64).reshape(-1, 16))


def _speeds(velocities: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(velocities, axis=-1).mean())


def _last_less_first(series: Vector) -> float:
    third = max(1, len(series) // 3)
    return float(series[-third:].mean() - series[:third].mean())


def _unlike(a: Planes, b: Planes) -> float:
    """Log of 1 less the correlation of two planes of mean 0; flat ones are alike."""
    floor = _LEVELS**2
    both = np.sqrt((_square_mean(a) + floor) * (_square_mean(b) + floor))
    return float(np.log(1 + _SHARE - ((a * b).mean(dtype=np.float64) + floor) / both))
