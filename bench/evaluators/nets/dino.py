"""DINO ViT-B/16: frames as vectors that tell things apart, by a network that learned without labels.

The forward pass is that of facebookresearch/dino, the first version of 2021, in `vit`: on other than square input
timm's port of the same weights resamples positions otherwise, and refuses sides that are no multiple of 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.evaluators.nets.layers import Layers, refuse_other
from bench.evaluators.nets.vit import VisionTransformer, normalised

if TYPE_CHECKING:
    import torch

VIT_B_16 = Weights(
    name="dino_vitbase16_pretrain.pth",
    urls=("https://dl.fbaipublicfiles.com/dino/dino_vitbase16_pretrain/dino_vitbase16_pretrain.pth",),
    sha256="",
    md5="552daf80332dbde16bba2a52c6508b77",
    size=343_242_485,
    licence="Apache-2.0",
)
"""The backbone alone, without the head of its training. Its owner's store states an MD5; nobody states a SHA-256."""

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, per channel, of levels in [0, 1]."""


@dataclass(frozen=True)
class Settings:
    """Which DINO, and how it computes.

    Attributes:
        checkpoint: a file to load in place of the published ViT-B/16: any DINO ViT under its own names of tensors.
        dtype: the numbers it computes with; 'bfloat16' is faster where the device has it, and another metric by name.
    """

    checkpoint: Path | None = None
    dtype: nets.DType = "float32"

    def weights(self) -> tuple[Weights, ...]:
        """The file that is loaded.

        Raises:
            Unavailable: the checkpoint is not a file.
        """
        return (weights.local(self.checkpoint) if self.checkpoint else VIT_B_16,)

    def net(self, device: str) -> Dino:
        """The network of these settings; evaluators that ask for the same have one in memory."""
        return nets.shared(Dino, self.weights()[0], device, self.dtype)


class Dino:
    """The network in memory.

    Args:
        source: of its weights.
        device: where it computes.
        dtype: with what numbers.

    Raises:
        Unavailable: the file is missing, or is not one of a DINO ViT.
    """

    def __init__(
        self, source: Weights = VIT_B_16, device: str = "cpu", dtype: nets.DType = "float32"
    ) -> None:
        import torch

        self.device = device
        self._dtype = getattr(torch, dtype)
        self._net = VisionTransformer(layers_of(weights.fetch(source)).placed(device, self._dtype))

    def vectors(self, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
        """(T, E), each of length 1: the class token after the last norm.

        Args:
            prepared: T frames of (H, W, 3) levels in 0 to 255, uint8 or float32, 16 pixels or more on a side; what is
                left of whole patches of 16 on the right and at the bottom is not seen.
        """
        return nets.unit(nets.in_batches(self._summary, prepared, self.device))

    def _summary(self, planes: torch.Tensor) -> torch.Tensor:
        return self._net.summary(normalised(planes, MEAN, STD).to(self._dtype))


def layers_of(file: Path) -> Layers:
    """The tensors of a file, checked to be this network's.

    Raises:
        Unavailable: they are another's.
    """
    try:
        tensors = state_dicts.read(file)
        refuse_other(tensors, _dry_run)
    except ValueError as error:
        raise Unavailable(
            f"{file} is not a checkpoint of a DINO ViT: {error}",
            f"give {VIT_B_16.name} as facebookresearch/dino published it, without the head of its training",
        ) from error
    return Layers(tensors)


def _dry_run(layers: Layers, device: torch.device) -> object:
    import torch

    return VisionTransformer(layers).summary(torch.empty(1, 3, 224, 224, device=device))
