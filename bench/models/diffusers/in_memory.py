"""A pipeline of diffusers that is in memory, such as one of a training between two steps; it is left as it was.

What its call changes is undone: its scheduler's timesteps (often those that the training draws from), its progress bar,
and whether dropout is on. Weights and configurations, which decide the clips, are its identity.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields, replace
from typing import Any, TypeVar

from bench import models
from bench.base import devices, settings
from bench.errors import UsageError
from bench.models import in_memory
from bench.models.diffusers import ClipRequest, SpeedSettings, pipeline_digest
from bench.models.diffusers.diffusers_any import Diffusers, frame_rule, image_to_video, parameters, size_rule
from bench.types import Frames, Runtime

Made = TypeVar("Made")


class PipelineInMemory(in_memory.InMemory, Diffusers):
    """A pipeline whose class takes an image and gives frames.

    Args:
        pipeline: on its device; offloading and quantization are up to the caller.
        name: what tables call it.
        assignments: settings of the clips, as 'name=value'.
        dtype: precision of autocast around its call; 'auto' for none.

    Raises:
        UsageError: it is not image-to-video, or a setting that changes a pipeline rather than a clip.
    """

    card = replace(Diffusers.card, name=in_memory.NAME, title=in_memory.TITLE, licence="", note="", access="")

    def __init__(self, pipeline: Any, name: str, assignments: Sequence[str], dtype: str = "auto") -> None:
        if dtype not in ("auto", *devices.DTYPES):
            raise UsageError(f"dtype is auto, {', '.join(devices.DTYPES)}, not '{dtype}'")
        chosen = settings.parse(self.Settings, assignments, f"model '{name}'")
        for each in fields(SpeedSettings):
            if getattr(chosen, each.name):
                raise UsageError(
                    f"{each.name} changes a pipeline, and one in memory stays as it is: change it yourself"
                )
        digest = pipeline_digest.digest(pipeline)
        super().__init__(chosen, _runtime(pipeline), in_memory.checkpoint(digest))
        self._at_hand, self._label, self._autocast = pipeline, name, dtype
        self.card = replace(self.card, reads_text="prompt" in parameters(type(pipeline)))  # type: ignore[misc]
        self.load()

    def effective_settings(self) -> dict[str, Any]:
        kind = type(self._at_hand)
        return super().effective_settings() | {
            in_memory.SOURCE: f"{kind.__module__.split('.')[0]}.{kind.__name__}"
        }

    def decisive_settings(self) -> dict[str, Any]:
        return super().decisive_settings() | (
            {} if self._autocast == "auto" else {"autocast": self._autocast}
        )

    def _load(self) -> None:
        if self._pipeline is not None:
            return
        pipeline = self._at_hand
        image_to_video(in_memory.SOURCE, type(pipeline).__name__, type(pipeline))
        self.resolved = self.resolve(pipeline)
        self._pipeline = pipeline
        vars(self).update(frames=frame_rule(pipeline), sizes=size_rule(pipeline))

    def _with_less_memory(self, work: Callable[[], Made]) -> Made:
        return work()  # how much stays on the device is the caller's choice

    def _run(self, request: ClipRequest, seed: int, step: models.Step) -> Frames:
        with _borrowed(self._pipeline), self._precision():
            return super()._run(request, seed, step)

    def _precision(self) -> AbstractContextManager[Any]:
        import torch

        if self._autocast == "auto":
            return nullcontext()
        kind = self.runtime.device.partition(":")[0]
        return torch.autocast(kind, getattr(torch, self._autocast), enabled=self._autocast != "float32")


@contextmanager
def _borrowed(pipeline: Any) -> Iterator[None]:
    """Gives the pipeline a copy of its scheduler and switches dropout off; afterwards it is as it was."""
    import torch

    before = dict(vars(pipeline))
    networks = [each for each in pipeline.components.values() if isinstance(each, torch.nn.Module)]
    training = [(part, part.training) for network in networks for part in network.modules()]
    vars(pipeline)["scheduler"] = copy.deepcopy(pipeline.scheduler)
    for network in networks:
        network.eval()
    try:
        yield
    finally:
        for part, was_training in training:
            part.training = was_training
        vars(pipeline).clear()
        vars(pipeline).update(before)


def _runtime(pipeline: Any) -> Runtime:
    device = getattr(pipeline, "_execution_device", pipeline.device)
    return Runtime(str(device), str(pipeline.dtype).removeprefix("torch."))
