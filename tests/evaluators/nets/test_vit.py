"""The vision transformer against timm's, and which files are refused as another network's."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch

from bench.evaluators.nets.layers import Layers, refuse_other
from bench.evaluators.nets.vit import VisionTransformer


def tiny() -> torch.nn.Module:
    """A ViT of timm, with random weights: 3 blocks, 2 heads, 4 x 4 patches."""
    from timm.models.vision_transformer import VisionTransformer as TimmViT

    net: torch.nn.Module = TimmViT(
        img_size=64, patch_size=16, embed_dim=128, depth=3, num_heads=2, num_classes=0
    )
    generator = torch.Generator().manual_seed(0)
    for parameter in net.parameters():
        parameter.data.normal_(0, 0.2, generator=generator)
    return net.eval()


def summary(tensors: Mapping[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return VisionTransformer(Layers(tensors)).summary(images)


def test_sees_what_timms_sees() -> None:
    net, images = tiny(), torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = net(images)
    # sums of another order in float32
    assert torch.allclose(summary(net.state_dict(), images), expected, atol=1e-5)


def test_positions_on_other_input_are_resampled_and_the_remainder_is_not_seen() -> None:
    tensors = tiny().state_dict()
    images = torch.rand(1, 3, 64, 100, generator=torch.Generator().manual_seed(1))
    changed = images.clone()
    changed[..., 96:] = 0  # beyond six patches of 16
    assert torch.equal(summary(tensors, images), summary(tensors, changed))
    changed[..., 90:] = 0
    assert not torch.allclose(summary(tensors, images), summary(tensors, changed))


def test_quick_gelu_is_another_network() -> None:
    tensors, images = (
        tiny().state_dict(),
        torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)),
    )
    with torch.inference_mode():
        quick = VisionTransformer(Layers(tensors), is_quick=True).summary(images)
    assert not torch.allclose(quick, summary(tensors, images), atol=1e-3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"blocks.1.mlp.fc1.bias": None}, "it has no blocks.1.mlp.fc1.bias"),
        ({"head.weight": torch.zeros(1)}, "it has head.weight, which this network has not"),
        ({"norm.weight": torch.zeros(3), "norm.bias": torch.zeros(3)}, "shapes do not fit"),
    ],
)
def test_other_files_are_refused(change: Mapping[str, torch.Tensor | None], reason: str) -> None:
    tensors = {key: each for key, each in {**tiny().state_dict(), **change}.items() if each is not None}
    with pytest.raises(ValueError, match=reason):
        refuse_other(
            tensors,
            lambda layers, device: VisionTransformer(layers).summary(
                torch.empty(1, 3, 64, 64, device=device)
            ),
        )
