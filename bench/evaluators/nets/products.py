"""Matrix products on processors, by oneDNN.

torch leaves those of float32 to MKL, which uses half the width of AMD's processors: on one core of an EPYC with AVX-512
it makes 98 billion operations per second where oneDNN makes 210. (Those of bfloat16, 430 there, are oneDNN's anyway.)
"""

from __future__ import annotations

import platform
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """(…, out) of (…, in): torch's linear; only rounding differs.

    Args:
        x: input.
        weight: (out, in).
        bias: (out,).
    """
    import torch

    if x.device.type == "cpu" and x.dtype == torch.float32 and _has_onednn():
        found: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
        return found
    return torch.nn.functional.linear(x, weight, bias)


@cache
def _has_onednn() -> bool:
    """Elsewhere than on x86, torch's own choice has not been compared."""
    import torch

    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    return is_x86 and hasattr(torch.ops.mkldnn, "_linear_pointwise")
