"""Models that are pipelines of diffusers: one file per family, with one adapter per published checkpoint.

Authors of adapters import from here what `__all__` names. Behind it are `loading` (with `parts`), `calling`, `prompts`,
`memory` and `caching`. This package knows `bench.models`, `bench.media` and `bench.base`; adapters do not know each
other.

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
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from typing import Any, ClassVar, TypeVar

from bench import models
from bench.base import devices, settings
from bench.errors import OutOfMemory, UsageError
from bench.media import pictures
from bench.models import checkpoints, plans, requirements
from bench.models.diffusers import caching, calling, loading, memory, prompts
from bench.models.diffusers.caching import Savings, TeaCacheFacts, teacache
from bench.models.diffusers.memory import SpeedSettings
from bench.models.diffusers.requests import (
    ClipRequest,
    ClipSettings,
    DistilledSettings,
    VideoSettings,
    requested,
)
from bench.models.plans import FrameRule, Plan, SizeRule
from bench.models.requirements import Need
from bench.types import Case, Checkpoint, Clip, Frames, Memory, Runtime

__all__ = [
    "ClipRequest",
    "ClipSettings",
    "DiffusersModel",
    "DistilledSettings",
    "SpeedSettings",
    "VideoSettings",
    "set_flow_shift",
    "teacache",
]

Made = TypeVar("Made")

LOWER: Mapping[Memory, Memory] = {"full": "model", "model": "sequential"}
"""Memory mode -> the next one, which needs less memory and more time."""


class DiffusersModel(models.Model):
    """An adapter of one pipeline class of diffusers.

    The Settings of a subclass are VideoSettings with its own fields, or SpeedSettings with at least num_frames, fps,
    width, height and steps.

    Attributes:
        pipeline: name of the class in diffusers; a checkpoint of another class is refused.
        bases: classes of checkpoints that become this pipeline once card.parts are added.
        part_classes: part of the pipeline -> 'library.Class' that loads it, if such a base does not name it.
        frames, sizes: the numbers of frames and the sizes that the pipeline makes.
        full_precision: parts that stay float32, whatever the rest computes in.
        extra_parts: parts of a checkpoint that prepare adds, since the pipeline's class does not know them.
        prompt_limits: tokenizer -> how many tokens of a prompt it reads, if neither the pipeline's
            max_sequence_length nor the tokenizer states it; None for one that does not read the prompt.
        teacache_signals: class of the denoiser -> what TeaCache observes in it; empty if that is not known.
        teacache_coefficients: fitted to the model's weights; None if there are none. A subclass does not inherit them,
            since its weights are others.
        memory_remedy: settings that lower the peak of memory.
        resolved: settings with the checkpoint's defaults filled in; with the card's until the first load.

    Raises:
        UsageError: settings outside their bounds, or a memory mode that the device does not have.
    """

    Settings: ClassVar[type[Any]] = VideoSettings
    pipeline: ClassVar[str]
    bases: ClassVar[tuple[str, ...]] = ()
    part_classes: ClassVar[Mapping[str, str]] = {}
    frames: ClassVar[FrameRule] = FrameRule()
    sizes: ClassVar[SizeRule] = SizeRule()
    full_precision: ClassVar[tuple[str, ...]] = ()
    extra_parts: ClassVar[tuple[str, ...]] = ()
    prompt_limits: ClassVar[Mapping[str, int | None]] = {}
    teacache_signals: ClassVar[teacache.Signals] = {}
    packages = loading.PACKAGES
    teacache_coefficients: ClassVar[teacache.Coefficients | None] = None
    memory_remedy: ClassVar[str] = "fewer or smaller frames"

    def __init_subclass__(cls) -> None:
        cls.teacache_coefficients = vars(cls).get("teacache_coefficients")

    def __init__(
        self, settings: Any = None, runtime: Runtime | None = None, checkpoint: Checkpoint | None = None
    ) -> None:
        super().__init__(settings, runtime, checkpoint)
        self._check(self.settings)
        self._acceleration = caching.parse(self.settings.accel)
        if self.runtime.memory != "full" and self.runtime.device == "cpu":
            raise UsageError(
                f"memory mode '{self.runtime.memory}' needs an accelerator, and the device is cpu"
            )
        self.resolved: Any = self.native()
        self._pipeline: Any = None
        self._variant: str | None = None
        self._memory: Memory = self.runtime.memory
        self._prompt_facts: dict[str, Any] = {}
        self._savings: Savings | None = None

    def native(self) -> Any:
        """The settings, with the card's numbers for those that are None."""
        card = self.card
        own = {
            "num_frames": card.frames, "fps": card.fps, "width": card.width, "height": card.height,
            "steps": card.steps, "guidance": card.guidance,
        }  # fmt: skip
        unset = [name for name, value in vars(self.settings).items() if value is None and name in own]
        return replace(self.settings, **{name: own[name] for name in unset})

    def fetch(self) -> None:
        loading.fetch(self._source(), self._loading_plan(), self.runtime.dtype)

    def needs(self) -> Iterator[Need]:
        yield from (requirements.package(name) for name in self.packages)
        yield from super().needs()

    def resolve(self, pipeline: Any) -> Any:
        """The settings, with the defaults of the pipeline's configuration filled in."""
        return self.native()

    def prepare(self, pipeline: Any) -> None:
        """Changes a freshly loaded pipeline, not yet on its device, as the settings ask."""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) to ask for, of an image of that width and height."""
        return self.resolved.width, self.resolved.height

    def sections(self, request: ClipRequest) -> int:
        """How often the pipeline runs its steps from the first to the last for one clip."""
        return 1

    def plan(self, case: Case) -> Plan:
        """What the pipeline will be asked for and what will come out, as far as the settings are known.

        Raises:
            UsageError: frames or a size that this model does not make, a keyframe beyond the clip's end, or a
                pipeline that cannot be accelerated.
            BadImage: the case's image cannot be read.
        """
        if self._acceleration is not None:
            caching.check_class(self._acceleration, self.pipeline, self._teacache)
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
        """A sentence for each condition of the case that this model does not receive as it is."""
        takes = self.card.takes
        if case.keep is not None and "keep mask" not in takes:
            yield "takes no keep mask: it does not receive the case's"
        if not case.keyframes:
            return
        if "keyframes" in takes:
            last = max(keyframe.frame for keyframe in case.keyframes)
            if last >= num_frames:
                raise UsageError(
                    f"case '{case.id}' has a keyframe at frame {last}, and the clip has {num_frames} frames"
                )
        elif "last frame" in takes:
            yield "receives the last of the case's keyframes, as the last frame that it makes"
        else:
            yield "takes no keyframes: it does not receive the case's"

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        """The arguments of the pipeline's call, besides generator and output type."""
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
        self._savings = None
        return self._with_less_memory(lambda: self._clip(case, seed, step))

    def _load(self) -> None:
        if self._pipeline is not None:
            return
        if self._acceleration is not None:
            caching.check_class(self._acceleration, self.pipeline, self._teacache)
        runtime = replace(self.runtime, memory=self._memory)
        source = self._source()
        pipeline, self._variant = loading.load(source, self._loading_plan(), runtime)
        checkpoints.check_unchanged(source)
        self.resolved = self.resolve(pipeline)
        self._check(self.resolved)
        self._pipeline = pipeline

    def _loading_plan(self) -> loading.LoadingPlan:
        return loading.LoadingPlan(
            self.pipeline, self.bases, self.part_classes, self.full_precision, self.extra_parts, self._prepare
        )

    def _prepare(self, pipeline: Any) -> None:
        self.prepare(pipeline)
        memory.apply(pipeline, self.settings, self.runtime.device, self.memory_remedy)
        if self._acceleration is not None:
            caching.check(self._acceleration, pipeline, self._teacache)

    def _clip(self, case: Case, seed: int, step: models.Step) -> Clip:
        self._load()
        plan = self.plan(case)
        request = self._request(case, plan)
        self._prompt_facts = prompts.facts(self._pipeline, case.prompt, self.prompt_limits)
        try:
            frames = calling.trimmed(self._run(request, seed, step), plan.frames or 0)
        except BaseException as error:
            # Stopped half way, a pipeline may keep a part in another dtype or an offloading hook on the wrong device.
            # The traceback's frames are cleared, since their variables would keep the memory occupied.
            traceback.clear_frames(error.__traceback__)
            self.unload()
            if devices.is_out_of_memory(error):
                raise OutOfMemory(*self._out_of_memory(plan)) from None
            raise
        if self._savings is not None:
            self._savings.check()
        return Clip(frames, float(self.resolved.fps))

    def _with_less_memory(self, work: Callable[[], Made]) -> Made:
        """What work gives; after running out of memory, tried once more in the next memory mode."""
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
        # A UsageError is raised before the pipeline is touched, or about a clip that it has finished.
        if not isinstance(error, UsageError):
            super().recover(error)

    def unload(self) -> None:
        self._pipeline = None
        gc.collect()
        if self.runtime.device.startswith("cuda") and "torch" in sys.modules:
            sys.modules["torch"].cuda.empty_cache()

    def effective_settings(self) -> dict[str, Any]:
        """The settings that were used, with the size after rounding."""
        used = (
            asdict(self.resolved)
            | {"dtype": self.runtime.dtype, "variant": self._variant}
            | self._prompt_facts
        )
        if self.runtime.device != "cpu":  # a CPU has a single mode
            used["memory"] = self._memory
        if self._savings is not None:
            used |= self._savings.facts()
        if None not in (self.resolved.width, self.resolved.height):
            used["width"], used["height"] = self.sizes.made(self.resolved.width, self.resolved.height)
        return used

    def _source(self) -> Checkpoint:
        return self.checkpoint or checkpoints.of_card(self.card)

    def _check(self, chosen: Any) -> None:
        settings.check(chosen, f"model '{self.card.name}'")
        memory.check(chosen)

    def _request(self, case: Case, plan: Plan) -> ClipRequest:
        asked = self.frames.asked(plan.made_frames or 0)
        return requested(case, self.resolved, plan, asked, self.card)

    def _run(self, request: ClipRequest, seed: int, step: models.Step) -> Frames:
        self._pipeline.progress_bar = calling.progress_bar(step, self.sections(request))
        arguments, number = self.arguments(request), models.seed_number(request.case, seed)
        with self._accelerated() as self._savings:
            return calling.called(self._pipeline, arguments, number, self.runtime)

    def _accelerated(self) -> AbstractContextManager[Savings | None]:
        if self._acceleration is None:
            return nullcontext()
        return caching.applied(self._acceleration, self._pipeline, self._teacache)

    @property
    def _teacache(self) -> TeaCacheFacts:
        return TeaCacheFacts(self.card.name, self.teacache_signals, self.teacache_coefficients)

    def _out_of_memory(self, plan: Plan) -> tuple[str, str]:
        remedy = f"try {self.memory_remedy}"
        if self.runtime.device != "cpu":
            remedy += ", or --memory model, or --memory sequential"
        size = f"{plan.width} x {plan.height}"
        return f"model '{self.card.name}' ran out of memory on {self.runtime.device} at {size}", remedy


def set_flow_shift(pipeline: Any, shift: float | None) -> None:
    """Gives a pipeline's flow-matching scheduler another shift; None keeps the checkpoint's."""
    if shift is None:
        return
    config = pipeline.scheduler.config
    name = "flow_shift" if "flow_shift" in config else "shift"
    pipeline.scheduler = type(pipeline.scheduler).from_config(config, **{name: shift})
