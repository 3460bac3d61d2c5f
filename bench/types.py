"""The nouns: what a suite, a case, a clip, a model, a metric, a run and a measurement are.

Values, frozen; arithmetic and files live elsewhere. The parquet schema is derived from Measurement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from bench.errors import BadClip

__all__ = [
    "Access", "Case", "Checkpoint", "Clip", "ClipRecord", "Condition", "CostBasis", "Direction", "Fit", "Frames",
    "Image", "Keyframe", "Measurement", "Memory", "MetricCard", "ModelCard", "Plane", "Receipt", "Role", "Runtime",
    "Status", "Suite", "SuiteId", "Value",
]  # fmt: skip

Frames: TypeAlias = NDArray[np.uint8]
"""(T, H, W, 3) uint8 sRGB."""

Image: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8 sRGB."""

Plane: TypeAlias = NDArray[np.uint8]
"""(H, W) or (T, H, W) uint8: gray, BT.601 luma."""

Fit: TypeAlias = Literal["cover", "contain", "stretch"]
"""How an image is brought to a clip's size: scale and cut off what overhangs, scale and pad, or distort."""

FitChoice: TypeAlias = Literal["auto", "cover", "contain", "stretch"]
"""A fit that somebody states, or 'auto': the one that a clip's first frame shows."""

Memory: TypeAlias = Literal["full", "model", "sequential"]
"""How much of a model stays on the device: see Runtime."""

Condition: TypeAlias = Literal[
    "first frame", "last frame", "keyframes", "keep mask", "trajectory", "image prompt", "negative prompt"
]
"""What a model takes besides text: 'image prompt' is an image that need not become a frame."""

Role: TypeAlias = Literal["model", "null baseline", "reference clips", "stand-in"]
"""What a model's row is for: only models are ranked. Consistency metrics reward not moving, so a row that does not move
says so; a stand-in has random weights and shows that the machinery works."""

Access: TypeAlias = Literal["open", "hosted", "program", ""]
"""How a model can be run: with its weights, on a service or server, or by a program of the user's; '' if unknown."""

CostBasis: TypeAlias = Literal["", "vendor", "estimated"]
"""Where the cost of a clip is from: the service's bill, or our list of prices; '' if it costs nothing."""

LARGEST_SEED = 2**64 - 1
"""ComfyUI draws its seeds from all numbers of 64 bits."""

Status: TypeAlias = Literal["measured", "not measurable", "failed"]
"""Whether there is a number; if not, whether the clip has none to give (too short, no text) or something broke."""

Dependence: TypeAlias = Literal["fps", "seconds", "pixels", "codec", "letterbox"]
"""What a clip may differ in while it shows the same: frame rate, length, size, lossy compression, black bars."""

DEPENDENCES: tuple[Dependence, ...] = get_args(Dependence)
"""All of them, in the order in which they are listed."""

Direction: TypeAlias = Literal["higher", "lower", "none"]
"""Which way is better; 'none' if it depends on what was asked for."""

NATIVE = "native"
"""The view of a number about a clip as it is; others, see bench.media.clip_view."""

SIGNS: Mapping[Direction, int] = {"higher": 1, "lower": -1, "none": 0}
ARROWS: Mapping[Direction, str] = {"higher": "↑", "lower": "↓", "none": ""}
BETTER: Mapping[Direction, str] = {
    "higher": "higher is better", "lower": "lower is better", "none": "no better direction",
}  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """Decoded frames and a frame rate: the only thing that passes from models to evaluators.

    Attributes:
        frames: (T, H, W, 3) uint8 sRGB, T >= 1.
        fps: frames per second, finite and positive.
        decoded: how the frames came to be (codec, pixel format, matrix, range, library); empty for frames that were
            never a file.

    Raises:
        BadClip: another shape, another dtype, no frames, or no frame rate.
    """

    frames: Frames
    fps: float
    decoded: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape, dtype = np.shape(self.frames), getattr(self.frames, "dtype", None)
        if len(shape) != 4 or shape[-1] != 3 or 0 in shape or dtype != np.uint8:
            raise BadClip(f"frames are (T, H, W, 3) uint8 with T, H, W >= 1, not {shape} {dtype}")
        if not (math.isfinite(self.fps) and self.fps > 0):
            raise BadClip(f"a frame rate is finite and positive, not {self.fps}")

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.frames.shape[1])

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.frames.shape[2])

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(frozen=True)
class Keyframe:
    """A picture that a clip should pass through.

    Attributes:
        image: the picture.
        frame: of the clip, counted from 0.
    """

    image: Path
    frame: int


@dataclass(frozen=True)
class Case:
    """One thing to animate.

    Attributes:
        id: stable name, also a file name: letters, digits, '.', '_', '-'.
        image: the picture that a clip starts from.
        prompt: what should happen; '' without text.
        category: what the picture shows, for scores by category.
        camera: the camera move that the prompt asks for: 'static', 'pan_left', …; None if it asks for none.
        trajectory: (x, y) of the moving thing, evenly spaced over the clip's time: pixels of the image (of a rendered
            case, of its scene), from the top left.
        reference: a clip of what does happen; None if unknown.
        keyframes: pictures that the clip should pass through, and when; in the order of their frames.
        keep: a picture of the image's size, white where the clip should stay as the image is; None without one.
        dimensions: metrics that are measured on this case. One that some case of a suite names is measured on the cases
            that name it, and on no others; one that no case names is measured on all.
        scene: the parameters that rendered image and reference, for known motion (bench.suites.scenes); else empty.
        digest: sha256 of everything above that decides a clip or a number.
    """

    id: str
    image: Path
    prompt: str = ""
    category: str = ""
    camera: str | None = None
    trajectory: tuple[tuple[float, float], ...] | None = None
    reference: Path | None = None
    keyframes: tuple[Keyframe, ...] = ()
    keep: Path | None = None
    dimensions: tuple[str, ...] = ()
    scene: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True, order=True)
class SuiteId:
    """A suite in one version, within which numbers compare. Columns and folder names have it as name@version.

    Attributes:
        name: the suite's.
        version: the digest of its content, see Suite.
    """

    name: str
    version: str

    @classmethod
    def parse(cls, text: str) -> SuiteId:
        """The inverse of str.

        Raises:
            ValueError: text is not name@version.
        """
        name, at, version = text.rpartition("@")
        if not (name and at and version):
            raise ValueError(f"a suite is written name@version here, not '{text}'")
        return cls(name, version)

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Suite:
    """A named, versioned, immutable list of cases; numbers compare only within one version.

    Attributes:
        name: the folder's name.
        version: the first 12 hex digits of the digest of its content, images and reference clips included.
        title: one line for people.
        cases: in the order of the file.
        reference_note: what the reference clips are, for readers of set-level numbers; '' if there are none.
        folder: where it was read from; None for a suite made of a user's clips.
        seeds: one clip per case and seed, where nobody asks for others.
        licence: of its pictures and texts, as their owners state it; '' where nobody has noted it.
        source: where they are from; likewise.
        made_by: the command that wrote the suite from its owners' files, and their digest; '' for one written by hand.
    """

    name: str
    version: str
    title: str
    cases: tuple[Case, ...]
    reference_note: str = ""
    folder: Path | None = None
    seeds: tuple[int, ...] = (0,)
    licence: str = ""
    source: str = ""
    made_by: str = ""

    @property
    def id(self) -> SuiteId:
        """Name and version."""
        return SuiteId(self.name, self.version)

    def __str__(self) -> str:
        return str(self.id)


@dataclass(frozen=True)
class ModelCard:
    """The facts about a model that are known without its weights.

    Attributes:
        name: on the command line.
        title: for people.
        version: of the adapter; grows when the same settings give a different clip.
        reads_text: whether the prompt reaches the model.
        frames, fps, width, height: native, for people; None if any will do.
        weights: the hub id that is loaded without --checkpoint; '' if a checkpoint is required, None for a model
            without weights.
        licence: of the weights; the SPDX identifier if there is one.
        paper: arXiv id or address; '' if there is none.
        family: models that share a page of the documentation; '' for one of its own.
        takes: what it is conditioned on, besides the prompt.
        steps, guidance: native; None if it has none.
        parts: part of the pipeline -> hub id, for parts from another repository than the rest.
        lifecycle: 'legacy' if its makers offer something newer in its place, 'retired' if it cannot be run any more.
        as_of: when that was last checked, ISO date.
        parameters: of the network that makes the frames, in billions, as its makers state; None if they do not.
        fit: how the input image is brought to the clip's size, so that first-frame metrics compare like with like.
        note: what users must know before the first run.
        role: what its row is for.
        access: how it can be run.
    """

    name: str
    title: str
    version: int
    reads_text: bool
    frames: int | None
    fps: float | None
    width: int | None
    height: int | None
    weights: str | None
    licence: str
    paper: str
    fit: Fit = "cover"
    note: str = ""
    family: str = ""
    takes: tuple[Condition, ...] = ("first frame",)
    steps: int | None = None
    guidance: float | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    lifecycle: Literal["active", "legacy", "retired"] = "active"
    as_of: str = ""
    parameters: float | None = None
    role: Role = "model"
    access: Access = "open"


@dataclass(frozen=True)
class Checkpoint:
    """Which weights a model runs.

    Attributes:
        source: a hub id or a folder.
        revision: the hub commit that was resolved; None for a folder.
        name: short, for labels: 'step-2000' in 'svd@step-2000'; '' for a model's own default.
        name_in_ids: the same in ids of runs, where an earlier version wrote it otherwise; '' for name.
        digest: of the folder's files, or 'hub:<id>@<commit>'; of all that is on top, too.
        parts: part of the pipeline -> where it comes from instead, in the order given.
        loras: low-rank adapters on top, with the scale of each.
    """

    source: str
    revision: str | None
    name: str
    digest: str
    parts: tuple[tuple[str, Checkpoint], ...] = ()
    loras: tuple[tuple[Checkpoint, float], ...] = ()
    name_in_ids: str = ""


@dataclass(frozen=True)
class WeightSource:
    """Where some of a run's weights are from, as its folder records it.

    Attributes:
        part: of the pipeline; '' for the whole of it, 'lora' for a LoRA.
        source: a folder or file of the machine that made the clips, or a hub id.
        revision: the hub commit; None for a folder.
        digest: of the content.
        scale: of a LoRA.
    """

    part: str
    source: str
    revision: str | None
    digest: str
    scale: float | None = None


@dataclass(frozen=True)
class Runtime:
    """Where and how a model computes. Only dtype affects the clips, and is part of a run's identity.

    Attributes:
        device: 'cpu', 'cuda:0', 'mps'.
        dtype: 'float32', 'float16' or 'bfloat16'.
        memory: 'full' keeps the model on the device, 'model' moves each part there while it computes,
            'sequential' each layer: slowest and smallest.
    """

    device: str = "cpu"
    dtype: str = "float32"
    memory: Memory = "full"

    @property
    def is_half(self) -> bool:
        """Whether numbers take two bytes."""
        return self.dtype != "float32"


@dataclass(frozen=True)
class MetricCard:
    """What a metric's number means.

    Attributes:
        name: of the column on the board.
        version: grows in the commit that changes any value the metric could return.
        direction: which way is better.
        unit: '' for a pure number.
        low, high: the range of possible values; None for unbounded.
        definition: one or two sentences that suffice to compute it.
        source: paper and equation, and where we differ.
        blind_to: damage that this number does not show, or good things that it punishes.
        series: what the series holds, one number per frame or per group of cases left out; '' if there is none.
        shows: damages (names of bench.calibration.damages) that move the number, further with severity, and in its bad
            direction if it has one; checked by calibration.
        ignores: damages or innocent changes that do not move it; checked likewise.
        depends: what else changes the number while the clip shows the same; checked by calibration (the damages
            half_fps, trim, half_size, compression and letterbox). Clips that differ in it are not compared by this
            metric. A card that does not say depends on all: like is compared with like only.
        is_main: whether tables show it by default.
        is_lead: whether it represents its group where there is room for only a few metrics.
        title: for people: 'First frame matches image'; '' for its name.
        group: the question that it answers: 'Motion', 'Flicker', … (bench.evaluators.catalogue.GROUPS), or one of its
            own; '' for none.
        is_native_only: whether the number is about a whole clip, a time that views do not reach, or how the clip was
            made, and measured in no other view (see bench.media.clip_view); it counts in every view.
    """

    name: str
    version: int
    direction: Direction
    unit: str
    low: float | None
    high: float | None
    definition: str
    source: str
    blind_to: str
    series: str = ""
    shows: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    depends: tuple[Dependence, ...] = DEPENDENCES
    is_main: bool = False
    is_lead: bool = False
    title: str = ""
    group: str = ""
    is_native_only: bool = False

    @property
    def sign(self) -> int:
        """+1 where higher is better, -1 where lower is, 0 where neither."""
        return SIGNS[self.direction]

    @property
    def arrow(self) -> str:
        """'↑', '↓' or ''."""
        return ARROWS[self.direction]

    @property
    def better(self) -> str:
        """'higher is better', 'lower is better' or 'no better direction'."""
        return BETTER[self.direction]

    @property
    def heading(self) -> str:
        """The title and its arrow: 'First frame matches image ↑'."""
        return f"{self.title or self.name} {self.arrow}".rstrip()


@dataclass(frozen=True)
class Value:
    """One metric's value: a number, its series if it has one, and for set-level metrics its interval.

    Attributes:
        measured_with: what measured it, beside the libraries of this machine: a name and, in words, which. It goes into
            the row's `software`.

    Raises:
        ValueError: NaN or infinity, which are never results.
    """

    value: float
    series: tuple[float, ...] | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    measured_with: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = [self.value, self.low or 0.0, self.high or 0.0, *(self.series or ())]
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(
                f"a value is finite, not {self.value} (low {self.low}, high {self.high}, series {self.series})"
            )


@dataclass(frozen=True)
class RemoteTask:
    """One generation that a service was asked for; stored before it is waited for, so that none is paid for twice.

    Attributes:
        id: the service's name for it.
        created: when, ISO 8601, UTC.
        cost: US dollars; None if it is free or unknown.
        cost_basis: where the cost is from.
        is_over: whether no clip can come of it any more.
    """

    id: str
    created: str
    cost: float | None = None
    cost_basis: CostBasis = ""
    is_over: bool = False


@dataclass(frozen=True)
class Receipt:
    """Facts about a clip that another machine made.

    Attributes:
        device: where it was made, in words.
        seconds: of computing, as measured there; None if unknown.
        peak_memory: bytes, likewise.
        cost: US dollars; None if it costs nothing or is unknown.
        cost_basis: where the cost is from.
    """

    device: str
    seconds: float | None = None
    peak_memory: int | None = None
    cost: float | None = None
    cost_basis: CostBasis = ""


@dataclass(frozen=True)
class ClipRecord:
    """Facts about one clip of a run, known without opening it; stored beside the clip.

    Attributes:
        case, seed: which one it is.
        path: the video file or folder of frames, relative to the run's folder; None where there is no clip.
        sha256: of the file's bytes; of a folder, of its pictures' names and bytes.
        size: of the file, bytes; a quick sign that it is whole.
        settings: as used, after defaults and rounding.
        fit: how the input image was brought to the clip's size.
        seen: what the first frame says of the input image (bench.engine.first_frames); goes into `decoded`.
        fps: frames per second that somebody stated for a folder of frames; None where nobody did, and for files.
        prompt_sent: the prompt that the model was given, where it is not the case's: many rewrite it; '' otherwise.
        seconds: of generating, without loading the model; None for a clip that was made elsewhere.
        peak_memory: bytes on the device (CUDA), or of the process (CPU, its peak so far); None where unknown.
        device: where it was made; '' for a clip that was made elsewhere.
        error: why there is no clip; '' where there is one.
        cost: US dollars; None if it cost nothing or is unknown.
        cost_basis: where the cost is from.
        made_with: hardware of that device, and versions of the libraries there; empty where that is unknown: for a
            clip of another machine or of a version before this was noted, and of a program but for the hardware.
        made_at: when it was finished, ISO 8601, UTC; '' for one of an earlier version, or that was made elsewhere.
        made_by: the process that made it, as 'host pid'; likewise.
    """

    case: str
    seed: int
    path: str | None
    sha256: str
    size: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    fit: Fit = "cover"
    seconds: float | None = None
    peak_memory: int | None = None
    device: str = ""
    error: str = ""
    cost: float | None = None
    cost_basis: CostBasis = ""
    made_with: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    fps: float | None = None
    prompt_sent: str = ""
    made_at: str = ""
    made_by: str = ""


@dataclass(frozen=True)
class Run:
    """A model's checkpoint and settings on a suite; one folder and one parquet file.

    Attributes:
        id: label, suite and a digest of everything that decides the clips: the same words always mean the same run.
        label: what tables call it: 'svd', 'svd@step-2000', or the name given to a user's clips.
        adapter_version: 0 for clips that were made elsewhere.
        settings: as asked for.
        reads_text: None if unknown.
        weights: where the weights are from; empty for a run that an earlier version made.
    """

    id: str
    label: str
    model: str
    checkpoint: str
    checkpoint_digest: str
    adapter_version: int
    settings: Mapping[str, Any]
    dtype: str
    suite: str
    suite_version: str
    reads_text: bool | None
    weights: tuple[WeightSource, ...] = ()

    @property
    def suite_id(self) -> SuiteId:
        """The suite whose cases the clips animate, in the version that they were made of."""
        return SuiteId(self.suite, self.suite_version)


@dataclass(frozen=True)
class Measurement:
    """One number and where it came from: one parquet row. Exactly one of value and error is set.

    A column with a default was added later: files without it read as that.
    """

    run: Annotated[str, "id of the run; its folder's and file's name"]
    created: Annotated[str, "when it was measured, ISO 8601, UTC"]
    bench_version: Annotated[str, "version of this package"]
    commit: Annotated[str, "git commit of this package, '+' if it had changes; '' outside a checkout"]
    software: Annotated[str, "versions of the libraries that measured, and who judged, JSON"]
    device: Annotated[str, "where the clip was generated; '' if elsewhere"]
    suite: Annotated[str, "name of the suite"]
    suite_version: Annotated[str, "digest of the suite's content"]
    case: Annotated[str | None, "id of the case; null for a number about the whole set"]
    category: Annotated[str | None, "category of the case; null for a number about the whole set"]
    seed: Annotated[int | None, "seed of the clip; null for a number about the whole set"]
    label: Annotated[str, "what tables call the entry: model, or model@checkpoint"]
    model: Annotated[str, "name of the adapter; 'clips' for clips that were made elsewhere"]
    checkpoint: Annotated[str, "hub id or folder name; '' for a model without weights"]
    checkpoint_digest: Annotated[str, "digest of the weights; '' for a model without weights"]
    adapter_version: Annotated[int, "version of the adapter; 0 for clips that were made elsewhere"]
    settings: Annotated[str, "settings of the model as used, JSON"]
    reads_text: Annotated[bool | None, "whether the prompt reaches the model; null if nobody said"]
    clip_sha256: Annotated[str, "digest of the clip's file; '' for a number about the whole set"]
    decoded: Annotated[str, "size, frames, fps, codec and decoder of the clip, fit of the image, JSON"]
    inputs: Annotated[
        str, "digest of all that the number depends on besides metric, version and view: clip, case, fit"
    ]
    metric: Annotated[str, "name of the metric, with its settings where they are not the default"]
    metric_version: Annotated[str, "version of the metric, and of the weights it looks through"]
    value: Annotated[float | None, "the number; null if it could not be computed"]
    low: Annotated[float | None, "lower end of the 95 % interval, for numbers about the whole set"]
    high: Annotated[float | None, "upper end of the 95 % interval, for numbers about the whole set"]
    n: Annotated[int | None, "how many clips the number stands on, for numbers about the whole set"]
    series: Annotated[
        tuple[float, ...] | None,
        "one number a frame, or a pair of frames; about the whole set: without each group of cases in turn",
    ]
    error: Annotated[str | None, "why there is no value"]
    status: Annotated[Status, "measured; not measurable: the clip has no such value; failed: something broke"]
    view: Annotated[
        str, "what part of the clip was measured, at which rate and size: native, or 1.75s@8fps@0.13MP"
    ] = NATIVE
    made_with: Annotated[
        str,
        "hardware and versions of the libraries that made the clip, JSON; '' if unknown, and for a whole set",
    ] = ""
    prompt_sent: Annotated[
        str, "the prompt that the model was given, where it is not the case's; '' where it is, or nobody said"
    ] = ""

    def __post_init__(self) -> None:
        if (self.status == "measured") != (self.error is None):
            raise ValueError(f"a row without an error is measured, not {self.status!r} with {self.error!r}")
        if (self.value is None) == (self.error is None):
            raise ValueError(f"exactly one of value and error is set, not {self.value!r} and {self.error!r}")
