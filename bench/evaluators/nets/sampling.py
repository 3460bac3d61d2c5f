"""What networks that warp and match frames share: padding, and looking up planes where a flow points."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def around(height: int, width: int, multiple: int) -> tuple[int, int, int, int]:
    """Pixels to add on the left, right, top and bottom; the odd one on the right and at the bottom.

    Args:
        height, width: of a frame, pixels.
        multiple: what both sides must be multiples of.

    >>> around(121, 131, 8)
    (2, 3, 3, 4)
    """
    across, down = -width % multiple, -height % multiple
    return across // 2, across - across // 2, down // 2, down - down // 2


def looked_up(planes: Tensor, flow: Tensor) -> Tensor:
    """(B, C, H, W): planes of that shape looked up where the flow (B, 2, H, W; pixels, x first) points.

    Between pixels bilinear; past the edge, the edge.
    """
    import torch

    height, width = planes.shape[2:]
    across = torch.linspace(-1, 1, width, device=planes.device).expand(1, height, width)
    down = torch.linspace(-1, 1, height, device=planes.device)[:, None].expand(1, height, width)
    places = torch.stack(
        [across + flow[:, 0] / ((width - 1) / 2), down + flow[:, 1] / ((height - 1) / 2)], dim=-1
    )
    return torch.nn.functional.grid_sample(
        planes, places, mode="bilinear", padding_mode="border", align_corners=True
    )


def resized(planes: Tensor, factor: float) -> Tensor:
    """Bilinear, without antialias; as they are for factor 1."""
    import torch

    return torch.nn.functional.interpolate(
        planes, scale_factor=factor, mode="bilinear", align_corners=False, recompute_scale_factor=False
    )
