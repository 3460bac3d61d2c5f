"""V-JEPA 2 ViT-L: a video network that learned by prediction alone, without labels.

Its input is what the library's VJEPA2VideoProcessor makes of frames: short side to 292 (bilinear with antialias,
rounded to 8 bits), of that the centre 256 x 256, with the mean and deviation of ImageNet. Its features: the mean of all
tokens that the encoder gives. Positions are rotary, so any even number of frames will do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.types import Frames

PACKAGES = ("torch", "torchvision", "transformers")

WEIGHTS = Weights(
    name="vjepa2-vitl-fpc64-256.safetensors",
    urls=(
        "https://huggingface.co/facebook/vjepa2-vitl-fpc64-256/resolve/b3c1679b7c34d3255ef3547f27c7b226aefab26f/model.safetensors",
    ),
    sha256="25466aef85727d16546c6cf8c99f12fcfad9cbca8225d45f23685e2e025b786b",
    size=1_303_947_864,
    licence="MIT",
)

SHAPE: Mapping[str, Any] = {}
"""What differs from transformers' VJEPA2Config, whose defaults are this network's."""


class VJepa2:
    """The network in memory: the encoder of the file, whose predictor stays unused.

    Args:
        source: its file, of tensors by name.
        device: where it computes.
        dtype: what it computes with; the mean of tokens stays in float32.
        shape: what differs from the library's default configuration.

    Raises:
        Unavailable: the file is missing, or holds another network.
    """

    def __init__(
        self,
        source: Weights = WEIGHTS,
        device: str = "cpu",
        dtype: nets.DType = "float32",
        shape: Mapping[str, Any] = SHAPE,
    ) -> None:
        import torch
        from transformers import VJEPA2Config, VJEPA2Model, VJEPA2VideoProcessor

        config = VJEPA2Config(**shape)
        with torch.device("meta"):
            net = VJEPA2Model(config)
        try:
            net.load_state_dict(state_dicts.read(weights.fetch(source)), assign=True)
        except (ValueError, RuntimeError) as error:
            raise Unavailable(
                f"{source.name} is not V-JEPA 2 of this shape: {' '.join(str(error).split()):.200}",
                f"give {WEIGHTS.name}",
            ) from error
        self.device, self._net = device, nets.placed(net, device, dtype)
        self._processor = VJEPA2VideoProcessor(crop_size=config.crop_size)

    def features(self, frames: Frames) -> NDArray[np.float64]:
        """(1024,): of (T, H, W, 3) uint8 sRGB, T even."""
        import torch

        video = torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 3, 1, 2)))
        pixels = self._processor(video, return_tensors="pt")["pixel_values_videos"]
        with nets.exact():
            found = self._net(pixel_values_videos=pixels.to(self.device), skip_predictor=True)
        return np.asarray(found.last_hidden_state[0].float().mean(dim=0).double().cpu().numpy())
