"""AMT-S, which predicts the frame half-way between two others: the interpolator of VBench's motion smoothness.

Its input: two (H, W, 3) uint8 sRGB frames of at least MIN_SIDE pixels, scaled to [0, 1], their edges repeated on all
four sides until both are multiples of 16. From planes 16 times smaller to 2 times smaller, a decoder finds the flow to
either frame; on the first three of them an update corrects it by how alike the two frames are where it points, to and
fro. Three flows per pixel then give three candidates, which are averaged and corrected.

Li et al. 2023 (arXiv 2304.09790). The pass is written here over the tensors as the published file names them; matching
is torchvision's for RAFT.
"""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bench.base import devices, state_dicts, weights, wording
from bench.base.weights import Weights
from bench.errors import BenchError, OutOfMemory, Unavailable
from bench.evaluators import nets
from bench.evaluators.nets.amt_parts import decoder, features, pyramid
from bench.evaluators.nets.layers import Layers, refuse_other
from bench.evaluators.nets.sampling import around, looked_up, resized
from bench.types import Image

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torchvision.models.optical_flow.raft import CorrBlock

PACKAGES = ("torch", "torchvision")

WEIGHTS = Weights(
    name="amt-s.pth",
    urls=("https://huggingface.co/lalala125/AMT/resolve/main/amt-s.pth",),
    sha256="07e7e03405c213fe4405678db9b42d05671e48c56faf6a441b99bb0047d3cf77",
    size=12_038_359,
    licence="CC-BY-NC-4.0",
    terms="no commercial use",
)

MULTIPLE = 16
"""Both sides of what the network sees are multiples of this."""

MIN_SIDE = 113
"""Padded to 128; of smaller frames the coarsest likenesses have one place, and interpolation in it divides by 0."""

LEVELS, RADIUS = 4, 3
"""Levels of the pyramid of likenesses, and places looked at on each side of a point on each of them."""

FLOWS = 3
"""Candidates per pixel."""


class Amt:
    """The network in memory.

    Args:
        source: a file with the published one's names, in the table 'state_dict'.
        device: where it computes; a pair for which its memory does not suffice is computed by the CPU, which the log
            says, and no pair is ever made smaller.

    Raises:
        Unavailable: the weights are not on this machine and cannot be fetched, or are of another kind.
    """

    def __init__(self, source: Weights = WEIGHTS, device: str = "cpu") -> None:
        import torch

        self.device, self._read = device, _load(source)
        self._layers = self._read.placed(device, torch.float32)

    def middle(self, before: Image, after: Image) -> Image:
        """(H, W, 3) uint8: the frame half-way between two (H, W, 3) uint8 frames, cut off to bytes as VBench does.

        Raises:
            OutOfMemory: not even the CPU's memory suffices.
            BenchError: the network gave NaN or infinity.
        """
        try:
            return _middle(self._layers, self.device, before, after)
        except OutOfMemory as error:
            if self.device == "cpu":
                raise
            logging.getLogger(__name__).warning("%s: the CPU computes this pair", error.reason)
        return _middle(self._layers_on_cpu, "cpu", before, after)

    @cached_property
    def _layers_on_cpu(self) -> Layers:
        import torch

        return self._read.placed("cpu", torch.float32)


def _middle(layers: Layers, device: str, before: Image, after: Image) -> Image:
    try:
        return _computed(layers, device, before, after)
    except (RuntimeError, MemoryError) as error:
        if not devices.is_out_of_memory(error):
            raise
        height, width = before.shape[:2]
        raise OutOfMemory(
            f"AMT-S needs more memory for a pair of {width} x {height} than {device} has",
            "measure smaller clips",
        ) from error


def _computed(layers: Layers, device: str, before: Image, after: Image) -> Image:
    import torch

    height, width = before.shape[:2]
    left, _, top, _ = space = around(height, width, MULTIPLE)
    with nets.exact():
        pair = torch.from_numpy(np.stack([before, after])).to(device).permute(0, 3, 1, 2) / 255
        found = between(layers, torch.nn.functional.pad(pair, space, mode="replicate"))
        if not found.isfinite().all():
            raise BenchError("the network gave NaN or infinity")
        inner = found[0, :, top : top + height, left : left + width].clamp(0, 1)
        levels = (inner * 255).to(torch.uint8).permute(1, 2, 0)
    return np.ascontiguousarray(levels.cpu().numpy())


def between(layers: Layers, pair: Tensor) -> Tensor:
    """(1, 3, H, W): the frame half-way between two, not yet clamped.

    Args:
        layers: of the network.
        pair: (2, 3, H, W) in [0, 1], both sides multiples of MULTIPLE and at least 128.
    """
    import torch

    mean = (
        torch.cat([pair[:1], pair[1:]], 2).mean(1, keepdim=True).mean(2, keepdim=True).mean(3, keepdim=True)
    )
    pair = pair - mean
    likeness = _Likeness(features(layers.under("feat_encoder"), pair))
    planes = pyramid(layers.under("encoder"), pair)
    flow, hidden = _first(layers.under("decoder4.convblock"), planes[3])
    flow, hidden = _updated(layers.under("update4"), likeness, flow, hidden, 1)
    for level, factor in ((3, 2), (2, 4)):
        found = _decoded(layers.under(f"decoder{level}.convblock"), hidden, planes[level - 1], flow)
        flow, hidden = found[:, :4] + 2 * resized(flow, 2), found[:, 4:]
        flow, hidden = _updated(layers.under(f"update{level}"), likeness, flow, hidden, factor)
    found = _decoded(layers.under("decoder1.convblock"), hidden, planes[0], flow)
    return _blended(layers.under("comb_block"), pair, mean, flow, found)


def _blended(layers: Layers, pair: Tensor, mean: Tensor, flow: Tensor, found: Tensor) -> Tensor:
    """(1, 3, H, W): the candidates' mean, corrected.

    Args:
        layers: that correct.
        pair: (2, 3, H, W) without their mean.
        mean: (1, 1, 1, 1), of both.
        flow: (1, 4, H / 2, W / 2) to the first and to the second frame.
        found: (1, 8 · FLOWS, H, W): per candidate what to add to the flows, the first frame's share, what to add.
    """
    import torch

    size = pair.shape[2:]
    flow = 2 * resized(flow, 2)
    parts = torch.split(found, [2 * FLOWS, 2 * FLOWS, FLOWS, 3 * FLOWS], 1)
    more, other_more, share, correction = (part.reshape(FLOWS, -1, *size) for part in parts)
    first = looked_up(pair[:1].expand(FLOWS, -1, -1, -1), more + flow[:, :2])
    second = looked_up(pair[1:].expand(FLOWS, -1, -1, -1), other_more + flow[:, 2:])
    share = torch.sigmoid(share)
    candidates = share * first + (1 - share) * second + mean + correction
    corrected = layers.prelu("1", layers.conv("0", candidates.reshape(1, 3 * FLOWS, *size)))
    return candidates.mean(0, keepdim=True) + layers.conv("2", corrected)


class _Likeness:
    """How alike two frames are, place by place on planes 8 times smaller, to and fro.

    Args:
        features: (2, E, h, w).
    """

    def __init__(self, features: Tensor) -> None:
        from torchvision.models.optical_flow._utils import make_coords_grid

        first, second = features[:1], features[1:]
        self._forth, self._back = _matching(first, second), _matching(second, first)
        self._places = make_coords_grid(1, *features.shape[2:]).to(features.device)

    def where(self, flow: Tensor) -> Tensor:
        """(1, 2 · LEVELS · (2 · RADIUS + 1)², h, w): around where the flow from half-way, (1, 4, h, w), points.

        From frame to frame it is taken to be twice as long as from half-way.
        """
        import torch

        forth = self._forth.index_pyramid(self._places + 2 * flow[:, 2:])
        back = self._back.index_pyramid(self._places + 2 * flow[:, :2])
        return torch.cat([forth, back], 1)


def _matching(features: Tensor, others: Tensor) -> CorrBlock:
    from torchvision.models.optical_flow.raft import CorrBlock

    block = CorrBlock(num_levels=LEVELS, radius=RADIUS)
    block.build_pyramid(features, others)
    return block


def _updated(
    layers: Layers, likeness: _Likeness, flow: Tensor, hidden: Tensor, factor: int
) -> tuple[Tensor, Tensor]:
    """The flow and the hidden state after a correction on planes 8 times smaller than the frames.

    Args:
        layers: of the update.
        likeness: of the frames.
        flow: (1, 4, factor · h, factor · w).
        hidden: (1, C, factor · h, factor · w).
        factor: how many times finer than those planes.
    """
    import torch

    coarse, state = resized(flow, 1 / factor) / factor, resized(hidden, 1 / factor)
    matched = _leaky(layers.conv("convc1", likeness.where(coarse)))
    moved = _leaky(layers.conv("convf2", _leaky(layers.conv("convf1", coarse))))
    seen = _leaky(layers.conv("conv", torch.cat([matched, moved], 1)))
    found = _two(layers, "gru", torch.cat([seen, coarse, state], 1))
    more, change = _two(layers, "flow_head", found), _two(layers, "feat_head", found)
    return flow + factor * resized(more, factor), hidden + resized(change, factor)


def _two(layers: Layers, name: str, x: Tensor) -> Tensor:
    """Two convolutions."""
    return layers.conv(f"{name}.2", _leaky(layers.conv(f"{name}.0", x)))


def _leaky(x: Tensor) -> Tensor:
    from torch.nn import functional

    return functional.leaky_relu(x, 0.1)


def _first(layers: Layers, features: Tensor) -> tuple[Tensor, Tensor]:
    """(1, 4, 2h, 2w) flow and (1, C, 2h, 2w) hidden state from (2, C, h, w), on the coarsest planes."""
    import torch

    time = torch.full_like(features[:1, :1], 0.5)
    found = decoder(layers, torch.cat([features[:1], features[1:], time], 1))
    return found[:, :4], found[:, 4:]


def _decoded(layers: Layers, hidden: Tensor, features: Tensor, flow: Tensor) -> Tensor:
    """(1, out, 2h, 2w): what a decoder says of both frames' features, each looked up where its flow points.

    Args:
        layers: of the decoder.
        hidden: (1, C, h, w).
        features: (2, C, h, w).
        flow: (1, 4, h, w).
    """
    import torch

    first, second = looked_up(features[:1], flow[:, :2]), looked_up(features[1:], flow[:, 2:])
    return decoder(layers, torch.cat([hidden, first, second, flow], 1))


def _load(source: Weights) -> Layers:
    file = weights.fetch(source)
    try:
        tensors = state_dicts.read(file).get("state_dict")
        if not isinstance(tensors, dict):
            raise ValueError("it has no table state_dict")
        refuse_other(tensors, _tried)
    except (ValueError, AttributeError, TypeError) as error:
        raise Unavailable(
            f"{file} is not an AMT-S: {wording.first_line(error)}",
            f"remove it, and fetch {WEIGHTS.name} again",
        ) from error
    return Layers(tensors)


def _tried(layers: Layers, device: torch.device) -> Tensor:
    import torch

    return between(layers, torch.empty(2, 3, 128, 128, device=device))
