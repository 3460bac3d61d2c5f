"""What all adapters of diffusers pipelines share: loading, memory, seeding, progress, and frames as uint8.

@models.add
class SVD(DiffusersModel):
    pipeline = "StableVideoDiffusionPipeline"

    def resolve(self, pipeline):  # settings, with what the checkpoint decides filled in
        return replace(self.settings, width=1024, height=576)

    def arguments(self, case, image):  # of the pipeline's call
        return {"image": image, "num_frames": self.resolved.num_frames}
"""

from __future__ import annotations

import gc
import hashlib
import random
import sys
import traceback
import warnings
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bench import checkpoints, models, pictures, pipelines, settings
from bench.errors import BadClip, Unavailable, UsageError
from bench.types import Case, Checkpoint, Clip, Frames, Image, Runtime

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image as pillow


class DiffusersModel(models.Model):
    """An adapter of one pipeline class of diffusers.

    The Settings of a subclass have at least width, height and fps.

    Attributes:
        pipeline: name of the class in diffusers; a checkpoint of another class is refused.
        memory_remedy: settings that make the memory's peak smaller.
        resolved: settings with what the checkpoint decides filled in; as asked for until the first load.

    Raises:
        UsageError: settings outside their bounds, or a memory mode that the device has not.
    """

    pipeline: ClassVar[str]
    memory_remedy: ClassVar[str] = "fewer or smaller frames"

    def __init__(
        self, settings: Any = None, runtime: Runtime | None = None, checkpoint: Checkpoint | None = None
    ) -> None:
        super().__init__(settings, runtime, checkpoint)
        self._check(self.settings)
        if self.runtime.memory != "full" and self.runtime.device == "cpu":
            raise UsageError(
                f"memory mode '{self.runtime.memory}' needs an accelerator, and the device is cpu"
            )
        self.resolved: Any = self.settings
        self._pipeline: Any = None
        self._variant: str | None = None

    @abstractmethod
    def resolve(self, pipeline: Any) -> Any:
        """The settings, with what the pipeline's configuration decides filled in."""

    @abstractmethod
    def arguments(self, case: Case, image: pillow.Image) -> dict[str, Any]:
        """What the pipeline is called with, besides generator and output type.

        Args:
            case: for its prompt and what else a pipeline may read.
            image: the case's image at the clip's size.
        """

    def load(self) -> None:
        if self._pipeline is not None:
            return
        pipeline, self._variant = pipelines.load(self._source(), self.pipeline, self.runtime)
        self.resolved = self.resolve(pipeline)
        self._check(self.resolved)
        self._pipeline = pipeline

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        self.load()
        image = pictures.fit(
            pictures.read(case.image), self.resolved.width, self.resolved.height, self.card.fit
        )
        try:
            frames = self._run(case, image, seed, step)
        except BaseException as error:
            # Stopped half way, a pipeline may keep a part in another dtype or an offloading hook on the wrong device.
            # What its frames hold on to is cleared, so that the next load finds the memory free.
            traceback.clear_frames(error.__traceback__)
            self.unload()
            if pipelines.is_out_of_memory(error):
                raise Unavailable(*self._out_of_memory()) from None
            raise
        return Clip(frames, float(self.resolved.fps))

    def unload(self) -> None:
        self._pipeline = None
        gc.collect()
        if self.runtime.device.startswith("cuda") and "torch" in sys.modules:
            sys.modules["torch"].cuda.empty_cache()

    def effective_settings(self) -> dict[str, Any]:
        return asdict(self.resolved) | {"dtype": self.runtime.dtype, "variant": self._variant}

    def _source(self) -> Checkpoint:
        return self.checkpoint or checkpoints.resolve(self.card.weights or "", is_default=True)

    def _check(self, chosen: Any) -> None:
        settings.check(chosen, f"model '{self.card.name}'")

    def _run(self, case: Case, image: Image, seed: int, step: models.Step) -> Frames:
        import torch
        from PIL import Image as pillow

        number = seed_number(case, seed)
        self._pipeline.progress_bar = lambda total: _StepBar(total, step)
        arguments = self.arguments(case, pillow.fromarray(image))
        # Another number for the global generators: a pipeline that draws from both would draw the same noise twice.
        with _seeded(number + 1, self.runtime.device), _quiet():
            generator = torch.Generator("cpu").manual_seed(number)  # the same noise on any device
            result = self._pipeline(**arguments, generator=generator, output_type="np")
        return to_uint8(result.frames[0])

    def _out_of_memory(self) -> tuple[str, str]:
        remedy = f"try {self.memory_remedy}"
        if self.runtime.device != "cpu":
            remedy += ", or --memory model, or --memory sequential"
        size = f"{self.resolved.width} x {self.resolved.height}"
        return f"model '{self.card.name}' ran out of memory on {self.runtime.device} at {size}", remedy


def seed_number(case: Case, seed: int) -> int:
    """In [0, 2^63): the seed of every random number of one clip: a hash of the case's id and the seed.

    Cases differ in it, since one noise for all of them would make their scores lean the same way and every interval
    too narrow. Checkpoints and models share it, so that they are compared on the same noise.
    """
    return int.from_bytes(hashlib.sha256(f"{case.id}\n{seed}".encode()).digest()[:8], "big") >> 1


def to_uint8(frames: NDArray[np.floating[Any]]) -> Frames:
    """(T, H, W, 3) in [0, 1] as uint8, rounded: diffusers' own export cuts off, which is half a level too dark.

    Raises:
        BadClip: NaN or infinity, which half precision gives when it overflows.
    """
    if not np.isfinite(frames).all():
        raise BadClip("the pipeline gave NaN or infinity; try --dtype bfloat16 or float32")
    levels: Frames = np.round(np.clip(frames, 0.0, 1.0) * 255.0).astype(np.uint8)
    return levels


class _StepBar:
    """Stands in for the pipeline's own progress bar: the one hook that every pipeline has."""

    def __init__(self, total: int, step: models.Step) -> None:
        self.done, self.total, self.step = 0, total, step

    def __enter__(self) -> _StepBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, steps: int = 1) -> None:
        self.done += steps
        self.step(self.done, self.total)


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
