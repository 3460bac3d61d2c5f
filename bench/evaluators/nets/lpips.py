"""LPIPS v0.1 on AlexNet: how different two pictures look, by what a network trained on ImageNet makes of them.

The distance is the squared length of the difference of two long vectors: the maps of five layers, of length 1 at each
place, each channel weighted as people's judgements taught it. So a picture's vector is computed once, however many
others it is compared with. Zhang et al. 2018 (arXiv 1801.03924), equation 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.base.wording import first_line
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.types import Image

if TYPE_CHECKING:
    import torch

ALEXNET = Weights(
    name="alexnet-owt-7be5be79.pth",
    urls=("https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",),
    sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
    size=244_408_911,
    licence="BSD-3-Clause",
)

HEADS = Weights(
    name="alex.pth",
    urls=(),
    sha256="df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
    size=6_009,
    licence="BSD-2-Clause (PerceptualSimilarity), in torchmetrics",
    package="torchmetrics",
)

PACKAGES = ("torch", "torchvision", "torchmetrics")

MIN_SIDE = 31
"""Below this nothing is left for the third layer."""

MEAN, DEVIATION = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
"""Mean and deviation of red, green and blue, in [-1, 1], in the pictures that AlexNet was trained on."""

LAYERS = {1: 0, 4: 1, 7: 2, 9: 3, 11: 4}
"""Step of torchvision's AlexNet -> number of the head that weights its channels: the five rectified convolutions."""

EPSILON = 1e-10
"""Added to lengths, so that a place where nothing responds stays zero."""


class Lpips:
    """The network in memory.

    Args:
        backbone: a file with the names of torchvision's AlexNet.
        device: where it computes.

    Raises:
        Unavailable: weights are not on this machine and cannot be fetched, or are of another kind.
    """

    def __init__(self, backbone: Weights = ALEXNET, device: str = "cpu") -> None:
        import torch

        self.device = device
        self._layers = _layers(backbone, device)
        heads = state_dicts.read(weights.fetch(HEADS), device)
        # none is negative: training clamps them, and the digest says that these are those
        self._scales = [heads[f"lin{number}.model.1.weight"].sqrt() for number in LAYERS.values()]
        self._mean, self._deviation = (
            torch.tensor(each, device=device)[:, None, None] for each in (MEAN, DEVIATION)
        )

    def vector(self, frame: Image) -> torch.Tensor:
        """(E,) float32 on the device: an (H, W, 3) uint8 sRGB frame, at its own size, as the distance sees it.

        E grows with the size: 4 million numbers for 832 x 480.
        """
        import torch

        with nets.exact():
            planes = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device).permute(2, 0, 1)
            maps = nets.channels_last(((planes.float() / 127.5 - 1 - self._mean) / self._deviation)[None])
            parts = []
            for step, layer in enumerate(self._layers):
                maps = layer(maps)
                if step in LAYERS:
                    parts.append(self._weighted(maps, self._scales[LAYERS[step]]))
            return torch.cat(parts)

    @staticmethod
    def _weighted(maps: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """Maps (1, C, h, w) of length 1 at each place, each channel weighted, all by the number of places."""
        lengths = maps.square().sum(1, keepdim=True).sqrt() + EPSILON
        places = maps.shape[2] * maps.shape[3]
        weighted: torch.Tensor = maps / lengths * (scale / places**0.5)
        return weighted.flatten()

    def distance(self, one: torch.Tensor, other: torch.Tensor) -> float:
        """LPIPS of two frames of one size, by their vectors: 0 for equal ones, about 1 for unlike ones."""
        import torch

        with nets.exact():
            return float((one - other).square_().sum(dtype=torch.float64))


def _layers(backbone: Weights, device: str) -> Any:
    """AlexNet's layers up to the fifth convolution; its classifier is left out of memory."""
    import torch
    from torchvision.models import alexnet

    file = weights.fetch(backbone)
    with torch.device("meta"):
        net = alexnet().features[: max(LAYERS) + 1]
    try:
        found = {name.removeprefix("features."): each for name, each in state_dicts.read(file).items()}
        net.load_state_dict({name: found[name] for name in net.state_dict()}, assign=True)
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        why = f"it has no features.{error.args[0]}" if isinstance(error, KeyError) else first_line(error)
        raise Unavailable(
            f"{file} is not torchvision's AlexNet: {why}", f"remove it, and fetch {ALEXNET.name} again"
        ) from error
    return nets.channels_last(nets.placed(net, device))
