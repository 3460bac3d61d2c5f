"""What all adapters of diffusers pipelines share: loading, memory, seeding, progress, and frames as uint8.

@models.add
class SVD(DiffusersModel):
    pipeline = "StableVideoDiffusionPipeline"

    frames = FrameRule(every=4)  # the pipeline makes 4k + 1 frames
    sizes = SizeRule(multiple=16)

    def arguments(self, request):  # of the pipeline's call
        return super().arguments(request) | {"max_sequence_length": 226}
"""

from __future__ import annotations

import gc
import inspect
import logging
import random
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import numpy as np
from annotated_types import Ge, Gt, Le

from bench import models
from bench.base import settings
from bench.errors import BadClip, OutOfMemory, UsageError
from bench.media import pictures
from bench.media.input_image import InputImage
from bench.models import checkpoints, plans, requirements
from bench.models.diffusers import caching, loading, memory
from bench.models.diffusers.caching import Effect
from bench.models.diffusers.memory import SpeedSettings
from bench.models.plans import FrameRule, Plan, SizeRule
from bench.models.requirements import Need
from bench.types import Case, Checkpoint, Clip, ClipRecord, Frames, Memory, Plane, Runtime

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image as pillow

Made = TypeVar("Made")

LOWER: Mapping[Memory, Memory] = {"full": "model", "model": "sequential"}
"""Memory mode -> the one that needs less and takes longer."""

NO_LIMIT = 1_000_000
"""Tokens; a tokenizer that claims to take more has no limit."""


@dataclass(frozen=True)
class ClipSettings:
    """What every one of these models can be asked for.

    Attributes:
        num_frames: of the clip; what a pipeline makes beyond it is cut off. None, here and below: the model's own.
        fps: of the clip; told to the model where it listens.
        width, height: of the clip, pixels; rounded to what the pipeline makes.
        steps: of denoising.
        guidance: how strongly the prompt pulls; 1 for not at all.
        negative_prompt: what should not be seen.
    """

    num_frames: Annotated[int, Ge(1)] | None = None
    fps: Annotated[float, Gt(0), Le(240)] | None = None
    width: Annotated[int, Ge(16)] | None = None
    height: Annotated[int, Ge(16)] | None = None
    steps: Annotated[int, Ge(1), Le(1000)] | None = None
    guidance: Annotated[float, Ge(0)] | None = None
    negative_prompt: str = ""


@dataclass(frozen=True)
class VideoSettings(SpeedSettings, ClipSettings):
    """That, and what may make it cheaper; a model adds its own."""


@dataclass(frozen=True)
class Request:
    """One clip to be made, as a pipeline is asked for it.

    Attributes:
        case: for its prompt and what else a pipeline may read.
        settings: the model's, with nothing left open.
        image: the case's image at the clip's size.
        num_frames: to ask for; may be more than the clip will have.
        width, height: pixels.
        keyframes: frame of the clip -> its picture at the clip's size; those of the case, for a model that takes any.
        kept: (H, W) uint8, 255 where every frame should stay as the image is; None where the case has no keep mask, or
            the model takes none.
    """

    case: Case
    settings: Any
    image: pillow.Image
    num_frames: int
    width: int
    height: int
    keyframes: Mapping[int, pillow.Image]
    kept: Plane | None = None

    @property
    def last(self) -> pillow.Image | None:
        """The picture that the clip should end with: the last keyframe; None where there is none after the start."""
        last = max(self.keyframes, default=0)
        return self.keyframes[last] if last else None


class DiffusersModel(models.Model):
    """An adapter of one pipeline class of diffusers.

    The Settings of a subclass are VideoSettings with its own fields, or SpeedSettings with at least num_frames, fps,
    width, height and steps.

    Attributes:
        pipeline: name of the class in diffusers; a checkpoint of another class is refused.
        bases: classes of checkpoints that become this pipeline once card.parts are added.
        part_classes: part of the pipeline -> 'library.Class' that loads it, where such a base does not say.
        frames, sizes: what the pipeline makes.
        full_precision: parts that stay float32, whatever the rest computes in.
        beside: parts of a checkpoint that prepare adds, since the pipeline's class does not know them.
        prompt_limits: tokenizer -> how many tokens of a prompt it reads, where neither the pipeline's
            max_sequence_length nor its own limit says so; None for one that does not read the prompt.
        memory_remedy: settings that make the memory's peak smaller.
        resolved: settings with what the checkpoint decides filled in; as asked for until the first load.

    Raises:
        UsageError: settings outside their bounds, or a memory mode that the device has not.
    """

    Settings: ClassVar[type[Any]] = VideoSettings
    pipeline: ClassVar[str]
    bases: ClassVar[tuple[str, ...]] = ()
    part_classes: ClassVar[Mapping[str, str]] = {}
    frames: ClassVar[FrameRule] = FrameRule()
    sizes: ClassVar[SizeRule] = SizeRule()
    full_precision: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()
    prompt_limits: ClassVar[Mapping[str, int | None]] = {}
    memory_remedy: ClassVar[str] = "fewer or smaller frames"

    def __init__(
        self, settings: Any = None, runtime: Runtime | None = None, checkpoint: Checkpoint | None = None
    ) -> None:
        super().__init__(settings, runtime, checkpoint)
        self._check(self.settings)
        self._accel = caching.parse(self.settings.accel)
        if self.runtime.memory != "full" and self.runtime.device == "cpu":
            raise UsageError(
                f"memory mode '{self.runtime.memory}' needs an accelerator, and the device is cpu"
            )
        self.resolved: Any = self.native()
        self._pipeline: Any = None
        self._variant: str | None = None
        self._memory: Memory = self.runtime.memory
        self._of_prompt: dict[str, Any] = {}
        self._effect: Effect | None = None

    def native(self) -> Any:
        """The settings, with the card's numbers where nothing was asked for."""
        card = self.card
        own = {
            "num_frames": card.frames, "fps": card.fps, "width": card.width, "height": card.height,
            "steps": card.steps, "guidance": card.guidance,
        }  # fmt: skip
        unset = [name for name, value in vars(self.settings).items() if value is None and name in own]
        return replace(self.settings, **{name: own[name] for name in unset})

    def needs(self) -> Iterator[Need]:
        yield from (requirements.package(name, loading.INSTALL) for name in loading.PACKAGES)
        yield from super().needs()

    def resolve(self, pipeline: Any) -> Any:
        """The settings, with what the pipeline's configuration decides filled in."""
        return self.native()

    def prepare(self, pipeline: Any) -> None:
        """Changes a freshly loaded pipeline, not yet on its device, as the settings ask; most need nothing."""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) that is asked for, of an image of that size."""
        return self.resolved.width, self.resolved.height

    def passes(self, request: Request) -> int:
        """How often the pipeline counts its steps from the start for one clip."""
        return 1

    def plan(self, case: Case) -> Plan:
        """What will be asked of the pipeline and what will come out, by the settings as far as they are known.

        Raises:
            UsageError: frames or a size that this model does not make, a keyframe beyond the clip's end, or a
                pipeline that cannot be accelerated.
            BadImage: the case's image cannot be read.
        """
        if self._accel is not None:
            caching.check_class(self._accel, self.pipeline)
        chosen = self.resolved
        made = self.frames.made(chosen.num_frames)
        image = pictures.read(case.image)
        asked = self.size(image.shape[1], image.shape[0])
        width, height = self.sizes.made(*asked)
        seen = plans.crop((image.shape[1], image.shape[0]), (width, height), self.card.fit)
        notes = []
        if made != chosen.num_frames:
            notes.append(f"makes {self.frames} frames: {made}, of which {chosen.num_frames} are kept")
        if (width, height) != asked:
            notes.append(f"makes {self.sizes}: not {asked[0]} x {asked[1]}")
        return Plan(
            chosen.num_frames, made, width, height, float(chosen.fps), self.card.fit, seen, chosen.steps,
            notes=(*notes, *self._conditions(case, chosen.num_frames)),
        )  # fmt: skip

    def _conditions(self, case: Case, num_frames: int) -> Iterator[str]:
        """A sentence for each thing of the case that this model is not shown as it stands there."""
        takes = self.card.takes
        if case.keep is not None and "keep mask" not in takes:
            yield "takes no keep mask: the case's is not shown to it"
        if not case.keyframes:
            return
        if "keyframes" in takes:
            last = max(keyframe.frame for keyframe in case.keyframes)
            if last >= num_frames:
                raise UsageError(
                    f"case '{case.id}' has a keyframe at frame {last}, and the clip has {num_frames} frames"
                )
        elif "last frame" in takes:
            yield "of the case's keyframes it is shown the last one, as the last frame that it makes"
        else:
            yield "takes no keyframes: the case's are not shown to it"

    def arguments(self, request: Request) -> dict[str, Any]:
        """What the pipeline is called with, besides generator and output type."""
        chosen = request.settings
        return {
            "image": request.image,
            "prompt": request.case.prompt,
            "negative_prompt": chosen.negative_prompt or None,
            "width": request.width,
            "height": request.height,
            "num_frames": request.num_frames,
            "num_inference_steps": chosen.steps,
            "guidance_scale": chosen.guidance,
        }

    def load(self) -> None:
        self._with_less_memory(self._load)

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        self._effect = None
        return self._with_less_memory(lambda: self._clip(case, seed, step))

    def _load(self) -> None:
        if self._pipeline is not None:
            return
        recipe = loading.Recipe(
            self.pipeline, self.bases, self.part_classes, self.full_precision, self.beside, self._prepare
        )
        if self._accel is not None:
            caching.check_class(self._accel, self.pipeline)
        runtime = replace(self.runtime, memory=self._memory)
        pipeline, self._variant = loading.load(self._source(), recipe, runtime)
        self.resolved = self.resolve(pipeline)
        self._check(self.resolved)
        self._pipeline = pipeline

    def _prepare(self, pipeline: Any) -> None:
        self.prepare(pipeline)
        memory.apply(pipeline, self.settings, self.runtime.device, self.memory_remedy)
        if self._accel is not None:
            caching.check(self._accel, pipeline, self.card.name)

    def _clip(self, case: Case, seed: int, step: models.Step) -> Clip:
        self._load()
        plan = self.plan(case)
        request = self._request(case, plan)
        self._of_prompt = _prompt_facts(self._pipeline, case.prompt, self.prompt_limits)
        try:
            frames = _trimmed(self._run(request, seed, step), plan.frames or 0)
        except BaseException as error:
            # Stopped half way, a pipeline may keep a part in another dtype or an offloading hook on the wrong device.
            # What its frames hold on to is cleared, so that the next load finds the memory free.
            traceback.clear_frames(error.__traceback__)
            self.unload()
            if loading.is_out_of_memory(error):
                raise OutOfMemory(*self._out_of_memory(plan)) from None
            raise
        if self._effect is not None:
            self._effect.check()
        return Clip(frames, float(self.resolved.fps))

    def _with_less_memory(self, work: Callable[[], Made]) -> Made:
        """What work gives; where the memory does not suffice, tried once more in a mode that needs less of it."""
        try:
            return work()
        except OutOfMemory as error:
            lower = LOWER.get(self._memory)
            if lower is None or self.runtime.device == "cpu":
                raise
            self._memory = lower
            logging.getLogger(__name__).warning("%s; trying once more with --memory %s", error.reason, lower)
        return work()

    def recover(self, error: Exception) -> None:
        # Such a one is said before the pipeline is touched, or of a clip that it finished.
        if not isinstance(error, UsageError):
            super().recover(error)

    def unload(self) -> None:
        self._pipeline = None
        gc.collect()
        if self.runtime.device.startswith("cuda") and "torch" in sys.modules:
            sys.modules["torch"].cuda.empty_cache()

    def effective_settings(self) -> dict[str, Any]:
        """The settings that were used; of a size that was rounded, what it was rounded to."""
        used = (
            asdict(self.resolved) | {"dtype": self.runtime.dtype, "variant": self._variant} | self._of_prompt
        )
        if self.runtime.device != "cpu":  # which has one mode
            used["memory"] = self._memory
        if self._effect is not None:
            used |= self._effect.facts()
        if None not in (self.resolved.width, self.resolved.height):
            used["width"], used["height"] = self.sizes.made(self.resolved.width, self.resolved.height)
        return used

    def _source(self) -> Checkpoint:
        return self.checkpoint or checkpoints.of_card(self.card)

    def _check(self, chosen: Any) -> None:
        settings.check(chosen, f"model '{self.card.name}'")
        memory.check(chosen)

    def _request(self, case: Case, plan: Plan) -> Request:
        """The pictures of the case at the clip's size; read before the pipeline is touched."""
        assert plan.made_frames and plan.width and plan.height
        takes = self.card.takes
        keyframes = case.keyframes if "keyframes" in takes or "last frame" in takes else ()
        return Request(
            case,
            self.resolved,
            self._picture(case.image, plan),
            self.frames.asked(plan.made_frames),
            plan.width,
            plan.height,
            {keyframe.frame: self._picture(keyframe.image, plan) for keyframe in keyframes},
            self._kept(case, plan) if "keep mask" in takes and case.keep else None,
        )

    def _kept(self, case: Case, plan: Plan) -> Plane:
        """The very pixels that the metrics of keep masks look at."""
        record = ClipRecord(case.id, 0, None, "", fit=self.card.fit)
        return InputImage(case, record, plan.width or 0, plan.height or 0).regions.kept

    def _picture(self, path: Path, plan: Plan) -> pillow.Image:
        from PIL import Image as pillow

        return pillow.fromarray(
            pictures.fit(pictures.read(path), plan.width or 0, plan.height or 0, self.card.fit)
        )

    def _run(self, request: Request, seed: int, step: models.Step) -> Frames:
        import torch

        number = models.seed_number(request.case, seed)
        self._pipeline.progress_bar = _bar(step, self.passes(request))
        arguments = self.arguments(request)
        # Another number for the global generators: a pipeline that draws from both would draw the same noise twice.
        with _seeded(number + 1, self.runtime.device), _quiet(), self._accelerated() as self._effect:
            generator = torch.Generator("cpu").manual_seed(number)  # the same noise on any device
            result = self._pipeline(**arguments, generator=generator, output_type="np")
        return to_uint8(result.frames[0])

    def _accelerated(self) -> AbstractContextManager[Effect | None]:
        if self._accel is None:
            return nullcontext()
        return caching.applied(self._accel, self._pipeline, self.card.name)

    def _out_of_memory(self, plan: Plan) -> tuple[str, str]:
        remedy = f"try {self.memory_remedy}"
        if self.runtime.device != "cpu":
            remedy += ", or --memory model, or --memory sequential"
        size = f"{plan.width} x {plan.height}"
        return f"model '{self.card.name}' ran out of memory on {self.runtime.device} at {size}", remedy


def set_flow_shift(pipeline: Any, shift: float | None) -> None:
    """Gives a flow-matching scheduler another shift; None leaves the checkpoint's."""
    if shift is None:
        return
    config = pipeline.scheduler.config
    name = "flow_shift" if "flow_shift" in config else "shift"
    pipeline.scheduler = type(pipeline.scheduler).from_config(config, **{name: shift})


def to_uint8(frames: NDArray[np.floating[Any]]) -> Frames:
    """(T, H, W, 3) in [0, 1] as uint8, rounded: diffusers' own export cuts off, which is half a level too dark.

    Raises:
        BadClip: NaN or infinity, which half precision gives when it overflows.
    """
    if not np.isfinite(frames).all():
        raise BadClip("the pipeline gave NaN or infinity; try --dtype bfloat16 or float32")
    levels: Frames = np.round(np.clip(frames, 0.0, 1.0) * 255.0).astype(np.uint8)
    return levels


def _trimmed(frames: Frames, wanted: int) -> Frames:
    """The first frames, as many as are wanted.

    Raises:
        BadClip: there are fewer.
    """
    if len(frames) < wanted:
        raise BadClip(f"the pipeline made {len(frames)} frames, and {wanted} were asked for")
    return frames[:wanted]


def _prompt_facts(pipeline: Any, prompt: str, limits: Mapping[str, int | None]) -> dict[str, Any]:
    """How many tokens the prompt has, by the first tokenizer, and whether any of them cuts it off."""
    counted = []
    for name in ("tokenizer", "tokenizer_2"):
        tokenizer = getattr(pipeline, name, None)
        if tokenizer is None:
            continue
        limit = limits[name] if name in limits else _token_limit(pipeline, name, tokenizer)
        if limit is not None:
            counted.append((len(tokenizer(prompt, verbose=False).input_ids), limit))
    if not counted:
        return {}
    return {
        "prompt_tokens": counted[0][0],
        "prompt_truncated": any(tokens > limit for tokens, limit in counted),
    }


def _token_limit(pipeline: Any, name: str, tokenizer: Any) -> int | None:
    """The pipeline's word counts for the first tokenizer, whose own limit it overrides; the second keeps its own."""
    own = inspect.signature(type(pipeline).__call__).parameters.get("max_sequence_length")
    if name == "tokenizer" and own is not None and isinstance(own.default, int):
        return own.default
    # transformers writes 10^30 where there is no limit
    return tokenizer.model_max_length if tokenizer.model_max_length < NO_LIMIT else None


def _bar(step: models.Step, passes: int) -> Callable[..., Any]:
    """What stands in for pipeline.progress_bar: some count on it by hand, some iterate over it, some take several."""
    before = 0

    def bar(iterable: Sequence[Any] | None = None, total: int | None = None) -> Any:
        nonlocal before
        steps = total or 0 if iterable is None else len(iterable)
        one = _StepBar(before, steps * passes, step)
        before += steps
        return one if iterable is None else one.over(iterable)

    return bar


class _StepBar:
    """Stands in for the pipeline's own progress bar: the one hook that every pipeline has."""

    def __init__(self, done: int, total: int, step: models.Step) -> None:
        self.done, self.total, self.step = done, total, step

    def __enter__(self) -> _StepBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, steps: int = 1) -> None:
        self.done += steps
        self.step(self.done, self.total)

    def over(self, iterable: Sequence[Any]) -> Iterator[Any]:
        """The same things, each counted when the next is asked for."""
        for thing in iterable:
            yield thing
            self.update()


@contextmanager
def _seeded(number: int, device: str) -> Iterator[None]:
    """Seeds the global generators too and puts them back: some pipelines draw from them beside their own."""
    import torch

    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[device] if device.startswith("cuda") else []):
        torch.manual_seed(number)
        np.random.seed(number % 2**32)
        random.seed(number)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what diffusers says to its own developers, deprecations above all, out of the user's sight."""
    from diffusers.utils import logging as chatter

    before = chatter.get_verbosity()
    chatter.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"diffusers\.")
            warnings.filterwarnings("ignore", category=FutureWarning, module=r"diffusers\.")
            yield
    finally:
        chatter.set_verbosity(before)
