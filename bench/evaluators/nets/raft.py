"""RAFT: optical flow by a network, trained on rendered chairs and things (raft-things).

The network is torchvision's, its updates are run here: a frame's features are computed once, though it is in two pairs,
and only the last of the updates is brought to full size. Teed and Deng 2020 (arXiv 2003.12039).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.base import state_dicts, weights, wording
from bench.base.weights import Weights
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.evaluators.nets.sampling import around
from bench.types import Image

if TYPE_CHECKING:
    import torch

TORCHVISION = Weights(
    name="raft_large_C_T_V1-22a6c225.pth",
    urls=("https://download.pytorch.org/models/raft_large_C_T_V1-22a6c225.pth",),
    sha256="22a6c225",  # all that is published, in its name, which torch checks as well
    size=0,
    licence="BSD-3-Clause",
)
"""The same numbers, by torchvision's names."""

WEIGHTS = Weights(
    name="raft-things.pth",
    urls=(
        "https://github.com/sczhou/ProPainter/releases/download/v0.1.0/raft-things.pth",
        "https://huggingface.co/ddrfan/RAFT/resolve/main/raft-things.pth",
    ),
    sha256="fcfa4125d6418f4de95d84aec20a3c5f4e205101715a79f193243c186ac9a7e1",
    size=21_108_000,
    licence="BSD-3-Clause",
    twins=(TORCHVISION,),
)

MIN_SIDE = 121
"""Padded to 128; of smaller frames the coarsest correlations have one place, and interpolation in it divides by 0."""

UPDATES = 20
"""As VBench and the paper's evaluation have it; torchvision's default is 12."""

_NAMES = (
    ("module.", ""),
    ("fnet.", "feature_encoder."), ("cnet.", "context_encoder."),
    ("encoder.conv1.", "encoder.convnormrelu.0."), ("encoder.norm1.", "encoder.convnormrelu.1."),
    ("encoder.conv2.", "encoder.conv."),
    (".0.conv1.", ".0.convnormrelu1.0."), (".1.conv1.", ".1.convnormrelu1.0."),
    (".0.conv2.", ".0.convnormrelu2.0."), (".1.conv2.", ".1.convnormrelu2.0."),
    (".norm1.", ".convnormrelu1.1."), (".norm2.", ".convnormrelu2.1."),
    ("block.encoder.convc1.", "block.motion_encoder.convcorr1.0."),
    ("block.encoder.convc2.", "block.motion_encoder.convcorr2.0."),
    ("block.encoder.convf1.", "block.motion_encoder.convflow1.0."),
    ("block.encoder.convf2.", "block.motion_encoder.convflow2.0."),
    ("block.encoder.conv.", "block.motion_encoder.conv.0."),
    ("block.gru.convz1.", "block.recurrent_block.convgru1.convz."),
    ("block.gru.convr1.", "block.recurrent_block.convgru1.convr."),
    ("block.gru.convq1.", "block.recurrent_block.convgru1.convq."),
    ("block.gru.convz2.", "block.recurrent_block.convgru2.convz."),
    ("block.gru.convr2.", "block.recurrent_block.convgru2.convr."),
    ("block.gru.convq2.", "block.recurrent_block.convgru2.convq."),
    ("update_block.mask.0.", "mask_predictor.convrelu.0."), ("update_block.mask.2.", "mask_predictor.conv."),
)  # fmt: skip
"""What a name of the paper's file says, and torchvision's word for it; replaced in this order."""


class Seen(NamedTuple):
    """A frame as the network sees it, on the device, at an eighth of its size.

    Attributes:
        features: (1, 256, h, w), compared with another frame's.
        context: (1, 256, h, w), of which half begins the hidden state.
    """

    features: torch.Tensor
    context: torch.Tensor


class Raft:
    """The network in memory.

    Args:
        source: a file with the names of the paper's or of torchvision's large RAFT.
        device: where it computes.

    Raises:
        Unavailable: the weights are not on this machine and cannot be fetched, or are of another kind.
    """

    def __init__(self, source: Weights = WEIGHTS, device: str = "cpu") -> None:
        self.device, self._net = device, _load(source, device)

    def seen(self, frame: Image) -> Seen:
        """An (H, W, 3) uint8 sRGB frame; its edges are repeated until both sides are multiples of 8."""
        import torch

        with nets.exact():
            planes = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device).permute(2, 0, 1)[None]
            padded = torch.nn.functional.pad(
                planes.float(), around(frame.shape[0], frame.shape[1], 8), mode="replicate"
            )
            scaled = nets.channels_last(padded / 127.5 - 1)
            return Seen(self._net.feature_encoder(scaled), self._net.context_encoder(scaled))

    def flow(self, one: Seen, other: Seen) -> torch.Tensor:
        """(2, H', W') float32 on the device: how far each pixel of one padded frame moves to the other, x first."""
        import torch
        from torchvision.models.optical_flow._utils import make_coords_grid, upsample_flow

        net = self._net
        with nets.exact():
            net.corr_block.build_pyramid(one.features, other.features)
            hidden, context = map(nets.channels_last, one.context.chunk(2, 1))
            hidden, context = hidden.tanh(), context.relu()
            start = make_coords_grid(1, *one.features.shape[2:]).to(self.device)
            places = start
            for _ in range(UPDATES):
                correlations = nets.channels_last(net.corr_block.index_pyramid(places))
                hidden, step = net.update_block(
                    hidden, context, correlations, nets.channels_last(places - start)
                )
                places = places + step
            net.corr_block.corr_pyramid = [torch.empty(0)]  # hundreds of megabytes, of no use any more
            flow: torch.Tensor = upsample_flow(places - start, net.mask_predictor(hidden))[0]
            return flow


def _load(source: Weights, device: str) -> Any:
    import torch
    from torchvision.models.optical_flow import raft_large

    file = weights.fetch(source)
    with torch.device("meta"):
        net = raft_large()
    try:
        net.load_state_dict(_by_torchvision(state_dicts.read(file)), assign=True)
    except (ValueError, RuntimeError, TypeError) as error:
        raise Unavailable(
            f"{file} is not a large RAFT: {wording.first_line(error)}",
            f"remove it, and fetch {WEIGHTS.name} again",
        ) from error
    return nets.channels_last(nets.placed(net, device))


def _by_torchvision(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same tensors by torchvision's names, whichever names they have.

    The paper's file has the norm of a downsampling twice, once as norm3.
    """
    if any(name.startswith("feature_encoder.") for name in state):
        return state
    found = {}
    for name, tensor in state.items():
        if ".norm3." not in name:
            for theirs, ours in _NAMES:
                name = name.replace(theirs, ours)  # noqa: PLW2901
            found[name] = tensor
    return found
