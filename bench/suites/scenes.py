"""Scenes whose motion is known exactly, because they are computed: ground truth for metrics of motion.

A scene is one fixed picture, the sheet, seen by a moving camera, or a disc that moves over a still sheet. The sheet
is a photograph brought to such a size that the camera never sees past its edge. Every frame samples one and the same
continuous function (a cubic spline through the sheet's pixels) at exact sub-pixel positions, so that the motion from
one frame to the next is an affine map known in closed form. cv2.remap would not do: it rounds positions to 1/32 pixel.

The camera moves, the picture goes the other way:

    pan_left, pan_right       the camera travels left (right): the content moves right (left)
    tilt_up, tilt_down        the camera travels up (down): the content moves down (up)
    zoom_in, zoom_out         the content grows from (shrinks to) the focus
    roll_left, roll_right     the camera turns counter-clockwise (clockwise): the content turns clockwise (counter-)
    static                    nothing moves
    object                    the camera stands still and a disc with a texture of its own crosses the picture

Pixel (x, y) is the centre of column x, row y, counted from 0 at the top left; y grows downwards.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from bench.base import files, verified
from bench.errors import BadClip, UsageError
from bench.media import pictures, video
from bench.suites import sheets
from bench.suites.sheets import Points
from bench.types import Case, Clip, Frames, Image

__all__ = ["Scene", "flow", "frames", "object_mask", "scene_of", "trajectory"]

VERSION = 1
"""Grows when the same parameters give other pixels; part of every digest."""

Camera: TypeAlias = Literal[
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "roll_left", "roll_right",
]  # fmt: skip
"""What a camera can do: the labels of Case.camera."""

Kind: TypeAlias = Literal[Camera, "object"]
"""What can happen in a scene: a camera move, or a moving object."""

Flow: TypeAlias = NDArray[np.float32]
"""(H, W, 2) float32: how far each pixel's content moves until the next frame; pixels, x first."""

# Of the camera per frame, in units of the scene's speed: to the right, down, into the picture, clockwise.
_MOVES: Mapping[str, tuple[int, int, int, int]] = {
    "static": (0, 0, 0, 0),
    "object": (0, 0, 0, 0),
    "pan_left": (-1, 0, 0, 0),
    "pan_right": (1, 0, 0, 0),
    "tilt_up": (0, -1, 0, 0),
    "tilt_down": (0, 1, 0, 0),
    "zoom_in": (0, 0, 1, 0),
    "zoom_out": (0, 0, -1, 0),
    "roll_left": (0, 0, 0, -1),
    "roll_right": (0, 0, 0, 1),
}


@dataclass(frozen=True)
class Scene:
    """Everything that decides a rendered clip.

    Attributes:
        texture: the photograph that the camera sees.
        kind: what happens; see the module's table.
        speed: per frame. Pan, tilt: pixels of the clip. Zoom: per cent. Roll: degrees. Object: pixels along its path
            across the longer side, averaged. Static: 0.
        width, height: of the clip, pixels.
        num_frames, fps: of the clip.
        focus: the fixed point of a zoom, as shares of width and height.
        blur: sigma in pixels of the Gaussian over the sheet. Without it the finest detail pulses as it passes
            between pixels, since a cubic spline damps what lies near the Nyquist frequency. 0 leaves the
            photograph as it is, so that frame 0 of a zoom_in equals it.
        patch: the photograph on the moving disc; only for kind 'object'.
        diameter: of the disc, pixels.
        seed: of the disc's path.

    Raises:
        UsageError: parameters that contradict each other.
    """

    texture: Path
    kind: Kind
    speed: Annotated[float, Ge(0), Le(32)]
    width: Annotated[int, Ge(16), Le(1024)] = 320
    height: Annotated[int, Ge(16), Le(1024)] = 192
    num_frames: Annotated[int, Ge(2), Le(256)] = 16
    fps: Annotated[float, Gt(0), Le(240)] = 8.0
    focus: tuple[Annotated[float, Ge(0), Le(1)], Annotated[float, Ge(0), Le(1)]] = (0.5, 0.5)
    blur: Annotated[float, Ge(0), Le(8)] = 0.7
    patch: Path | None = None
    diameter: Annotated[int, Ge(8)] = 64
    seed: int = 0

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "strict": True, "extra": "forbid", "allow_inf_nan": False,
    }  # fmt: skip

    def __post_init__(self) -> None:
        if (self.kind == "static") != (self.speed == 0):
            raise UsageError(
                f"a scene has speed 0 if it is static and only then; '{self.kind}' has {self.speed}"
            )
        if (self.kind == "object") != (self.patch is not None):
            raise UsageError(
                f"a scene has a patch if its kind is 'object' and only then; this is '{self.kind}'"
            )
        if self.kind == "object" and not self._holds_the_disc():
            raise UsageError(
                f"a disc of {self.diameter} pixels that travels {self._travel:g} leaves {self.width} x {self.height}"
            )

    @property
    def camera(self) -> Camera:
        """The label of what the camera does: 'static' while an object moves."""
        return "static" if self.kind == "object" else self.kind

    @property
    def _travel(self) -> float:
        """How far the disc gets along the longer side, pixels."""
        return self.speed * (self.num_frames - 1)

    def _holds_the_disc(self) -> bool:
        longer, shorter = max(self.width, self.height), min(self.width, self.height)
        return self._travel + self.diameter + 1 <= longer and self.diameter + 1 <= shorter


def scene_of(case: Case) -> Scene:
    """The scene that rendered a case's reference clip; only for a case that has one (case.scene is not empty)."""
    words = dict(case.scene)
    words["texture"] = Path(words["texture"])
    words["patch"] = Path(words["patch"]) if words["patch"] else None
    return Scene(**{**words, "focus": tuple(words["focus"])})


def parameters(scene: Scene) -> dict[str, Any]:
    """The scene as JSON-like content; scene_of's inverse."""
    return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(scene).items()}


def digest(scene: Scene) -> str:
    """sha256 of the parameters, the photographs' bytes and VERSION: not of pixels, nor of where the files lie.

    Pixels may differ in a last bit between processors; a scene is the same scene on all of them.
    """
    photographs = {"texture": files.sha256(scene.texture), "patch": scene.patch and files.sha256(scene.patch)}
    return files.digest([VERSION, asdict(scene) | photographs])


def frames(scene: Scene) -> Frames:
    """(T, H, W, 3) uint8 sRGB: the whole clip, the same for the same scene."""
    sheet, views = sheets.sheet(scene.texture, _sheet_size(scene), scene.blur), _views(scene)
    grid = _grid(scene)
    if scene.camera != "static":
        return np.stack([_uint8(sheets.sample(sheet, grid @ view[:, :2].T + view[:, 2])) for view in views])
    background = sheets.sample(sheet, grid @ views[0, :, :2].T + views[0, :, 2])
    if scene.kind == "static":
        return np.repeat(_uint8(background)[None], scene.num_frames, axis=0)
    patch = _patch(scene)
    return np.stack([_uint8(_with_disc(scene, background, patch, centre)) for centre in _path(scene)])


def flow(scene: Scene, t: int) -> Flow:
    """How the content of each pixel of frame t moves until frame t + 1, exact up to float32; t in [0, num_frames - 2].

    Content that leaves the picture has its flow, too. Where the disc covers the background in frame t + 1, the flow is
    still the background's: 0.
    """
    if scene.kind == "object":
        path, field = _path(scene), np.zeros((scene.height, scene.width, 2))
        field[object_mask(scene, t)] = path[t + 1] - path[t]
        return field.astype(np.float32)
    views, grid = _views(scene), _grid(scene)
    on_sheet = grid @ views[t, :, :2].T + views[t, :, 2]
    there = (on_sheet - views[t + 1, :, 2]) @ np.linalg.inv(views[t + 1, :, :2]).T
    return np.asarray(there - grid, dtype=np.float32)


def object_mask(scene: Scene, t: int) -> NDArray[np.bool_]:
    """(H, W): where the disc covers at least half of the pixel in frame t; nowhere in a scene without one."""
    if scene.kind != "object":
        return np.zeros((scene.height, scene.width), dtype=np.bool_)
    return _coverage(scene, _path(scene)[t]) >= 0.5


def trajectory(scene: Scene) -> tuple[tuple[float, float], ...] | None:
    """(x, y) of the disc's centre in each frame, pixels; None for a scene without one.

    Across the longer side at constant speed, with a sine of 0.5 to 1.25 periods to the side.
    """
    if scene.kind != "object":
        return None
    return tuple((float(x), float(y)) for x, y in _path(scene))


def paths(scene: Scene) -> tuple[Path, Path]:
    """Where the scene's frame 0 (PNG) and its clip (Matroska) lie in the cache, once write has put them there."""
    stem = files.cache() / "scenes" / digest(scene)
    return stem.with_suffix(".png"), stem.with_suffix(".mkv")


def write(scene: Scene, image: Path, clip: Path) -> None:
    """Renders the scene; each file is whole or absent, with its digest beside it.

    Args:
        scene: what is rendered.
        image: path of frame 0, a PNG.
        clip: path of all frames, lossless in Matroska.

    Raises:
        BadImage: a photograph cannot be read.
    """
    rendered = frames(scene)
    pictures.write(image, rendered[0])
    video.write_clip(clip, Clip(rendered, scene.fps))
    for path in (image, clip):
        verified.write_digest(path)


def is_written(scene: Scene, image: Path, clip: Path) -> bool:
    """Whether both files are there as write left them, bit for bit.

    Args:
        scene, image, clip: see write.

    Raises:
        StorageFailed: they cannot be read now.
    """
    return verified.is_sound(image, pictures.is_readable) and verified.is_sound(
        clip, partial(_is_clip_of, scene)
    )


def _is_clip_of(scene: Scene, path: Path) -> bool:
    try:
        return len(video.read_clip(path).frames) == scene.num_frames
    except BadClip:
        return False


# The camera


def _views(scene: Scene) -> Points:
    """(T, 2, 3): the map of each frame from (x, y, 1) to a point of the sheet, whose corner is the origin.

    The widest view has one pixel of the sheet per pixel of the clip, so that no view skips detail.
    """
    right, down, inward, clockwise = _MOVES[scene.kind]
    pivot = _pivot(scene)
    views = np.empty((scene.num_frames, 2, 3))
    for t, view in enumerate(views):
        travelled = scene.speed * t
        scale = (1 + scene.speed / 100) ** (-inward * t)
        angle = math.radians(clockwise * travelled)
        # y grows downwards: this matrix turns the x axis towards y, which is clockwise to the eye
        turn = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        view[:, :2] = scale * np.array(turn)
        view[:, 2] = pivot - view[:, :2] @ pivot + np.array([right, down]) * travelled
    views /= max(1.0, (1 + scene.speed / 100) ** (-inward * (scene.num_frames - 1)))
    views[:, :, 2] -= _corners(scene, views).min(axis=(0, 1))
    return views


def _pivot(scene: Scene) -> Points:
    """The fixed point of zoom and roll; only a zoom has its own."""
    focus = scene.focus if scene.kind.startswith("zoom") else (0.5, 0.5)
    return np.array([focus[0] * (scene.width - 1), focus[1] * (scene.height - 1)])


def _corners(scene: Scene, views: Points) -> Points:
    """(T, 4, 2): where each frame's corner pixels lie on the sheet."""
    right, bottom = scene.width - 1.0, scene.height - 1.0
    corners = np.array([[0, 0, 1], [right, 0, 1], [0, bottom, 1], [right, bottom, 1]])
    return np.asarray(corners @ views.transpose(0, 2, 1))


def _sheet_size(scene: Scene) -> tuple[int, int]:
    """(width, height) of the smallest sheet that holds every view."""
    far = _corners(scene, _views(scene)).max(axis=(0, 1))
    return math.ceil(far[0] - 1e-6) + 1, math.ceil(far[1] - 1e-6) + 1  # an ulp too far is not a pixel more


# The disc


def _path(scene: Scene) -> Points:
    """(T, 2): the disc's centre in each frame."""
    # random.random is the same for a seed in every Python; numpy's generators promise that for no release
    draw = random.Random(scene.seed)
    direction = 1 if draw.random() < 0.5 else -1
    periods, phase, share = 0.5 + 0.75 * draw.random(), 2 * math.pi * draw.random(), 0.4 + 0.6 * draw.random()
    longer, shorter = max(scene.width, scene.height), min(scene.width, scene.height)
    time = np.linspace(-0.5, 0.5, scene.num_frames)
    along = (longer - 1) / 2 + direction * scene.speed * (scene.num_frames - 1) * time
    room = (shorter - 1 - scene.diameter) / 2
    across = (shorter - 1) / 2 + share * room * np.sin(2 * math.pi * periods * time + phase)
    return np.stack([along, across] if scene.width >= scene.height else [across, along], axis=1)


def _coverage(scene: Scene, centre: Points) -> Points:
    """(H, W) in [0, 1]: how much of each pixel the disc covers; its edge is one pixel wide."""
    distance = np.linalg.norm(_grid(scene) - centre, axis=2)
    return np.asarray(np.clip(scene.diameter / 2 + 0.5 - distance, 0, 1))


def _patch(scene: Scene) -> Points:
    """The disc's own sheet: its diameter, half a pixel of edge on both sides, and two to spare."""
    assert scene.patch is not None
    return sheets.sheet(scene.patch, (scene.diameter + 3, scene.diameter + 3), scene.blur)


def _with_disc(scene: Scene, background: Points, patch: Points, centre: Points) -> Points:
    coverage = _coverage(scene, centre)
    here = coverage > 0
    content = sheets.sample(patch, (_grid(scene) - centre)[here] + (len(patch) - 1) / 2)
    seen = background.copy()
    seen[here] += coverage[here, None] * (content - background[here])
    return seen


def _grid(scene: Scene) -> Points:
    """(H, W, 2): x and y of every pixel."""
    y, x = np.mgrid[: scene.height, : scene.width].astype(np.float64)
    return np.stack([x, y], axis=2)


def _uint8(levels: Points) -> Image:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
