"""What is done to a model's clips as part of its name: 'svd+minterpolate@16', 'svd+realesrgan@2x+resize@1024x576'.

A treatment is named, takes one argument after '@', and has settings of its own (`--set realesrgan.weights=x2.pth`).
Whoever publishes a number for a model that was interpolated or enlarged publishes it under another name.
"""

from __future__ import annotations

import math
import os
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from bench.base import settings, weights
from bench.base.settings import NoSettings
from bench.errors import ProgramFailed, Unavailable, UnknownName, UsageError
from bench.media import pictures, video
from bench.models import programs, requirements
from bench.models.plans import Plan
from bench.models.programs import processes
from bench.models.requirements import Need
from bench.types import Clip, Frames, Image

if TYPE_CHECKING:
    from av.filter import Graph

MAX_FPS = 240.0
INSTALL = 'pip install "i2v-bench[models]"'
REMEDY = "--set realesrgan.weights=RealESRGAN_x2plus.pth, or REALESRGAN_WEIGHTS: the published file (BSD-3)"
"""For whom an upscaler lacks."""

LOOKAHEAD = 4
"""Frames that minterpolate wants to see after the last that it makes: without them it drops the tail."""


@dataclass(frozen=True)
class Place:
    """Where a treatment of one clip happens.

    Attributes:
        log: path without suffix, for what a program says.
        watch: called while it works; may raise Cancelled.
    """

    log: Path
    watch: processes.Watch = processes.ignore


class Treatment(ABC):
    """Makes another clip of a clip.

    Attributes:
        name: before the '@'.
        form: what stands after it, for messages.
        version: grows when the same words give another clip.
        Settings: as of a model.

    Args:
        argument: what stands after the '@'.
        chosen: an instance of Settings.
        device: for those that compute with torch.

    Raises:
        UsageError: the argument is none that it takes.
    """

    name: ClassVar[str]
    form: ClassVar[str]
    version: ClassVar[int] = 1
    Settings: ClassVar[type[Any]] = NoSettings

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        self.argument = argument
        self.settings = chosen if chosen is not None else self.Settings()
        self.device = device

    def __str__(self) -> str:
        return f"{self.name}@{self.argument}"

    def needs(self) -> Iterator[Need]:
        """What this machine must have, as of a model."""
        return iter(())

    def load(self) -> None:
        """Brings what it needs into memory.

        Raises:
            Unavailable: a package, a program or weights are missing.
        """

    def unload(self) -> None:
        """Gives the memory back."""

    @abstractmethod
    def plan(self, plan: Plan) -> Plan:
        """What becomes of the clip that is planned.

        Raises:
            UsageError: it can make nothing of such a clip.
        """

    @abstractmethod
    def apply(self, clip: Clip, place: Place) -> Clip:
        """The clip, treated.

        Raises:
            UsageError: it can make nothing of such a clip.
        """

    def identity(self) -> dict[str, Any]:
        """What decides its clips, for the run's identity."""
        return {"name": str(self), "version": self.version} | asdict(self.settings)

    def facts(self) -> dict[str, Any]:
        """identity, and the versions of what does the work; recorded with each clip."""
        return self.identity()

    def _refused(self) -> UsageError:
        return UsageError(f"{self.name} is written {self.name}@{self.form}, not '{self}'")


class FrameRate(Treatment):
    """A treatment that brings a clip to another frame rate: the first frame stays the first, at its time."""

    form: ClassVar[str] = "FPS, as in @16"

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        super().__init__(argument, chosen, device)
        try:
            self.fps = float(argument)
        except ValueError:
            raise self._refused() from None
        if not 0 < self.fps <= MAX_FPS:
            raise UsageError(f"{self}: a frame rate is above 0 and at most {MAX_FPS:g}")

    def plan(self, plan: Plan) -> Plan:
        if plan.fps is not None:
            self.check(plan.fps)
        if plan.fps is None or plan.frames is None:
            return replace(plan, frames=None, made_frames=None, fps=self.fps)
        frames = frames_at(plan.frames, plan.fps, self.fps)
        note = f"{self}: {plan.frames} frames at {plan.fps:g} become {frames} at {self.fps:g}"
        return replace(plan, frames=frames, made_frames=frames, fps=self.fps, notes=(*plan.notes, note))

    def check(self, fps: float) -> None:
        """Refuses a frame rate that it cannot bring to its own."""


@dataclass(frozen=True)
class MinterpolateSettings:
    """Modes of the filter: motion compensated, blended, or repeated frames."""

    mode: Literal["mci", "blend", "dup"] = "mci"


class Minterpolate(FrameRate):
    """libavfilter's minterpolate, in process.

    It works on YUV 4:4:4, a level or two beside the RGB that went in: frames of the source that fall on a frame of the
    result are put back untouched. It also drops what it cannot look beyond (6 frames from 8 to 16 a second: 9, not
    11); so the last frame is shown to it a few times more, and what comes after it is cut off.
    """

    name = "minterpolate"
    Settings = MinterpolateSettings

    def apply(self, clip: Clip, place: Place) -> Clip:
        rate, to_rate = _fraction(clip.fps), _fraction(self.fps)
        count = frames_at(len(clip), clip.fps, self.fps)
        made = list(_interpolated(clip.frames, rate, to_rate, self.settings.mode)) if len(clip) > 1 else []
        frames = []
        for number in range(count):
            place.watch()
            source = number * rate / to_rate
            if source.denominator != 1 and number >= len(made):
                raise UsageError(f"{self} made {len(made)} of {count} frames of a clip of {len(clip)}")
            frames.append(clip.frames[int(source)] if source.denominator == 1 else made[number])
        return Clip(np.stack(frames), self.fps)

    def facts(self) -> dict[str, Any]:
        import av

        return self.identity() | {"libavfilter": ".".join(map(str, av.library_versions["libavfilter"]))}


@dataclass(frozen=True)
class ProgramSettings:
    """program: a TOML file that says interpolates = true, or the name of a shipped one."""

    program: str = "rife"


class Rife(FrameRate):
    """RIFE, or another program that multiplies a frame rate, by its command line (bench/programs/rife.toml)."""

    name = "rife"
    Settings = ProgramSettings

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        super().__init__(argument, chosen, device)
        self.program = programs.read(self.settings.program)
        if not self.program.interpolates:
            raise UsageError(f"program '{self.program.name}' does not say that it interpolates")

    def check(self, fps: float) -> None:
        multiple = _fraction(self.fps) / _fraction(fps)
        if multiple.denominator != 1 or multiple < 2:
            raise UsageError(
                f"{self} multiplies a frame rate by 2, 3, …, and {fps:g} is no such part of {self.fps:g}"
            )

    def needs(self) -> Iterator[Need]:
        yield requirements.tried("program", self.program.name, self.load)

    def load(self) -> None:
        try:
            processes.call(self.program, _blank(self.program), Path("load"))
            self.program.weights_digest(_blank(self.program))
        except Unavailable as error:
            raise Unavailable(error.reason, self.program.install) from None

    def apply(self, clip: Clip, place: Place) -> Clip:
        self.check(clip.fps)
        if len(clip) == 1:
            return Clip(clip.frames, self.fps)
        with tempfile.TemporaryDirectory(prefix="bench-rife-") as folder:
            workdir = Path(folder).resolve()
            values = _blank(self.program) | {
                "workdir": folder, "input": str(workdir / "input"), "output": str(workdir / self.program.output),
                "multiple": str(round(self.fps / clip.fps)), "fps": f"{self.fps:g}", "width": str(clip.width),
                "height": str(clip.height),
            }  # fmt: skip
            # The last twice: Practical-RIFE ends without waiting for its last picture to be written.
            for number, frame in enumerate([*clip.frames, clip.frames[-1]]):
                pictures.write(workdir / "input" / f"{number:07}.png", frame)
            processes.run(processes.call(self.program, values, place.log), self.program.timeout, place.watch)
            made = _read(workdir / self.program.output, frames_at(len(clip), clip.fps, self.fps), str(self))
        return Clip(made, self.fps)

    def identity(self) -> dict[str, Any]:
        try:
            found = self.program.weights_digest(_blank(self.program))
        except Unavailable:
            found = ""  # load says so before anything is made
        return super().identity() | {
            "program": self.program.name,
            "program_digest": self.program.digest,
            "program_version": processes.version(self.program, _blank(self.program)),
            "weights": found,
        }


@dataclass(frozen=True)
class UpscalerSettings:
    """weights: the file of an upscaler that spandrel reads; '' for what REALESRGAN_WEIGHTS names."""

    weights: str = ""


class RealESRGAN(Treatment):
    """An upscaler of the Real-ESRGAN kind (RRDBNet, SRVGGNetCompact), frame by frame in float32, by spandrel.

    Where the network enlarges more than was asked for, its result is brought down by Lanczos, as its makers do.
    """

    name = "realesrgan"
    form = "SCALEx, as in @2x"
    Settings = UpscalerSettings

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        super().__init__(argument, chosen, device)
        found = re.fullmatch(r"(\d+(?:\.\d+)?)x", argument)
        if not found:
            raise self._refused()
        self.scale = float(found[1])
        if not 1 <= self.scale <= 8:
            raise UsageError(f"{self}: a scale is from 1x to 8x")
        self._network: Any = None

    def needs(self) -> Iterator[Need]:
        path = self._weights()
        yield requirements.package("spandrel", INSTALL)
        if path is not None and path.is_file():
            yield Need("weights", path.name, True, requirements.in_words(path.stat().st_size))
        else:
            yield Need("weights", str(self), False, self._unnamed(), REMEDY)

    def load(self) -> None:
        if self._network is None:
            self._network = self._loaded()

    def unload(self) -> None:
        self._network = None

    def plan(self, plan: Plan) -> Plan:
        if plan.width is None or plan.height is None:
            return plan
        width, height = self._size(plan.width, plan.height)
        note = f"{self}: {plan.width} x {plan.height} become {width} x {height}"
        return replace(plan, width=width, height=height, notes=(*plan.notes, note))

    def apply(self, clip: Clip, place: Place) -> Clip:
        self.load()
        width, height = self._size(clip.width, clip.height)
        frames = []
        for frame in clip.frames:
            place.watch()
            frames.append(pictures.fit(self._enlarged(frame), width, height, "stretch"))
        return Clip(np.stack(frames), clip.fps)

    def identity(self) -> dict[str, Any]:
        path = self._weights()
        known = path is not None and path.is_file()
        return super().identity() | {
            "weights": path.name if path else "",
            "weights_sha256": weights.local(path).sha256 if path and known else "",
        }

    def facts(self) -> dict[str, Any]:
        return self.identity() | {"spandrel": version("spandrel"), "torch": version("torch")}

    def _size(self, width: int, height: int) -> tuple[int, int]:
        return round(width * self.scale), round(height * self.scale)

    def _weights(self) -> Path | None:
        chosen = self.settings.weights or os.environ.get("REALESRGAN_WEIGHTS", "")
        return Path(chosen).expanduser() if chosen else None

    def _loaded(self) -> Any:
        path = self._weights()
        if path is None or not path.is_file():
            raise Unavailable(self._unnamed(), REMEDY)
        try:
            import spandrel  # type: ignore[import-untyped]
        except ImportError:
            raise Unavailable("package spandrel is not installed", INSTALL) from None
        try:
            network = spandrel.ModelLoader(device=self.device).load_from_file(path)
        except Exception as error:  # an unpickler's, torch's, safetensors' or spandrel's own
            raise Unavailable(
                f"weights {path} are no upscaler that spandrel reads: {error}", REMEDY
            ) from error
        if not isinstance(network, spandrel.ImageModelDescriptor) or network.input_channels != 3:
            raise Unavailable(f"weights {path} are no upscaler of colour pictures", REMEDY)
        if network.scale < self.scale:
            raise UsageError(f"{self}: the network of {path.name} enlarges {network.scale} times only")
        return network.float().eval()

    def _unnamed(self) -> str:
        path = self._weights()
        return f"weights of {self} are not {f'at {path}' if path else 'named'}"

    def _enlarged(self, frame: Image) -> Image:
        import torch

        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device)
            result = self._network(pixels.permute(2, 0, 1)[None].float() / 255)
            levels: Image = (result[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
        return levels


class Resize(Treatment):
    """Another size of the same shape, by Lanczos (pictures.fit): the shape stays, since first frames are compared."""

    name = "resize"
    form = "WIDTHxHEIGHT, as in @1024x576"

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        super().__init__(argument, chosen, device)
        found = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", argument)
        if not found:
            raise self._refused()
        self.width, self.height = int(found[1]), int(found[2])

    def plan(self, plan: Plan) -> Plan:
        if plan.width is not None and plan.height is not None:
            self._check(plan.width, plan.height)
        return replace(plan, width=self.width, height=self.height)

    def apply(self, clip: Clip, place: Place) -> Clip:
        self._check(clip.width, clip.height)
        return Clip(pictures.fit_frames(clip.frames, self.width, self.height, "stretch"), clip.fps)

    def _check(self, width: int, height: int) -> None:
        """A pixel of rounding is allowed, distortion is not."""
        is_near = (
            abs(width * self.height / height - self.width) < 1
            or abs(height * self.width / width - self.height) < 1
        )
        if not is_near:
            raise UsageError(f"{self} would distort a clip of {width} x {height}")


TREATMENTS: Mapping[str, type[Treatment]] = {
    treatment.name: treatment for treatment in (Minterpolate, Rife, RealESRGAN, Resize)
}


def split(name: str) -> tuple[str, list[str]]:
    """A model's name, and the treatments after it: 'svd+minterpolate@16' is ('svd', ['minterpolate@16']).

    Raises:
        UsageError: nothing stands between two '+', or after the last.
    """
    model, *words = name.split("+")
    if not all(words):
        raise UsageError(f"a model is written name+treatment@argument, not '{name}'")
    return model, words


def chain(words: Sequence[str], assignments: Sequence[str], device: str) -> tuple[list[Treatment], list[str]]:
    """The treatments that words name, and those of the settings that are not theirs.

    Args:
        words: 'minterpolate@16'.
        assignments: 'name=value'; those of a treatment as 'minterpolate.mode=blend'.
        device: where they compute.

    Raises:
        UnknownName: there is no such treatment or setting.
        UsageError: an argument or a value that it does not take.
    """
    names = {each.partition("@")[0] for each in words}
    theirs = {name: [each for each in assignments if each.strip().startswith(f"{name}.")] for name in names}
    others = [each for each in assignments if not any(each in own for own in theirs.values())]
    return [_treatment(each, theirs, device) for each in words], others


def frames_at(frames: int, fps: float, to_fps: float) -> int:
    """How many frames lie between the first and the last, both included, at another rate."""
    return math.floor((frames - 1) * _fraction(to_fps) / _fraction(fps)) + 1


def _treatment(words: str, assignments: Mapping[str, Sequence[str]], device: str) -> Treatment:
    name, _, argument = words.partition("@")
    if name not in TREATMENTS:
        raise UnknownName("treatment", name, TREATMENTS, hint="see docs/postprocess.md")
    cls = TREATMENTS[name]
    own = [each.strip().removeprefix(f"{name}.") for each in assignments[name]]
    return cls(argument, settings.parse(cls.Settings, own, f"treatment '{name}'"), device)


def _fraction(fps: float) -> Fraction:
    """Exact for whole numbers and for those of television, 30000/1001."""
    return Fraction(fps).limit_denominator(1001)


def _interpolated(frames: Frames, rate: Fraction, to_rate: Fraction, mode: str) -> Iterator[Image]:
    """What minterpolate makes, and some repeated frames at the end."""
    import av

    graph = av.filter.Graph()
    height, width = frames.shape[1:3]
    layout = av.VideoFormat("rgb24", width, height)
    source = graph.add_buffer(width=width, height=height, format=layout, time_base=1 / rate)
    steps = [
        graph.add("format", "yuv444p"), graph.add("minterpolate", f"fps={to_rate}:mi_mode={mode}"),
        graph.add("format", "rgb24"), graph.add("buffersink"),
    ]  # fmt: skip
    graph.link_nodes(source, *steps).configure()
    for number, frame in enumerate([*frames, *[frames[-1]] * LOOKAHEAD]):
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        picture.pts, picture.time_base = number, 1 / rate
        graph.push(picture)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[Image]:
    import av

    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.VideoFrame)
        yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


def _blank(program: programs.Program) -> dict[str, str]:
    return dict.fromkeys(programs.OF_A_STEP, "") | {"here": program.here}


def _read(place: Path, count: int, who: str) -> Frames:
    """The first frames of what a program wrote."""
    if not place.exists():
        raise ProgramFailed(f"{who} ends well, but wrote no {place.name}")
    found = video.read_clip(place).frames
    if len(found) < count:
        raise ProgramFailed(f"{who} wrote {len(found)} of {count} frames")
    return found[:count]
