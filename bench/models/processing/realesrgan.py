"""Enlarging by an upscaler that spandrel reads: 'svd+realesrgan@2x'."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.base import packages, state_dicts, weights, wording
from bench.errors import Unavailable, UsageError
from bench.media import pictures
from bench.models import processing, requirements
from bench.models.plans import Plan
from bench.models.processing import Treatment
from bench.models.programs.processes import Watch, ignore
from bench.models.requirements import Need
from bench.types import Clip, Image

REMEDY = "--set realesrgan.weights=RealESRGAN_x2plus.pth, or REALESRGAN_WEIGHTS: the published file (BSD-3)"
"""Shown when no weights of an upscaler are configured, or they cannot be read."""


@dataclass(frozen=True)
class Settings:
    """weights: the file of an upscaler that spandrel reads; '' for the one that REALESRGAN_WEIGHTS names."""

    weights: str = ""


@processing.add
class RealESRGAN(Treatment):
    """An upscaler of the Real-ESRGAN kind (RRDBNet, SRVGGNetCompact), frame by frame in float32, by spandrel.

    If the network enlarges more than was asked for, its result is reduced by Lanczos, as its makers do.
    """

    name = "realesrgan"
    form = "SCALEx, as in @2x"
    Settings = Settings

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
        yield requirements.package("spandrel")
        if path is not None and path.is_file():
            yield Need("weights", path.name, True, wording.size(path.stat().st_size))
        else:
            yield Need("weights", str(self), False, self._missing(), REMEDY)

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

    def apply(self, clip: Clip, log: Path, watch: Watch = ignore) -> Clip:
        self.load()
        width, height = self._size(clip.width, clip.height)
        frames = []
        for frame in clip.frames:
            watch()
            frames.append(pictures.fit(self._enlarged(frame), width, height, "stretch"))
        return Clip(np.stack(frames), clip.fps)

    def identity(self) -> dict[str, Any]:
        path = self._weights()
        is_here = path is not None and path.is_file()
        return super().identity() | {
            "weights": path.name if path else "",
            "weights_sha256": weights.local(path).sha256 if path and is_here else "",
        }

    def facts(self) -> dict[str, Any]:
        return self.identity() | {"spandrel": version("spandrel"), "torch": version("torch")}

    def _size(self, width: int, height: int) -> tuple[int, int]:
        return round(width * self.scale), round(height * self.scale)

    def _weights(self) -> Path | None:
        chosen = self.settings.weights or os.environ.get("REALESRGAN_WEIGHTS", "")
        return Path(chosen).expanduser() if chosen else None

    def _missing(self) -> str:
        path = self._weights()
        return f"weights of {self} are not {f'at {path}' if path else 'named'}"

    def _loaded(self) -> Any:
        path = self._weights()
        if path is None or not path.is_file():
            raise Unavailable(self._missing(), REMEDY)
        with packages.explained():
            import spandrel  # type: ignore[import-untyped]
        try:
            state = state_dicts.read(path, self.device)  # spandrel's own reader would run TorchScript
            state = spandrel.canonicalize_state_dict(state)
            network = spandrel.ModelLoader(device=self.device).load_from_state_dict(state)
        except Unavailable:
            raise
        except Exception as error:  # torch's or spandrel's own
            raise Unavailable(
                f"weights {path} are not an upscaler that spandrel reads: {error}", REMEDY
            ) from error
        if not isinstance(network, spandrel.ImageModelDescriptor) or network.input_channels != 3:
            raise Unavailable(f"weights {path} are not an upscaler of colour pictures", REMEDY)
        if network.scale < self.scale:
            raise UsageError(f"{self}: the network of {path.name} enlarges only {network.scale} times")
        return network.float().eval()

    def _enlarged(self, frame: Image) -> Image:
        import torch

        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device)
            result = self._network(pixels.permute(2, 0, 1)[None].float() / 255)
            levels: Image = (result[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
        return levels
