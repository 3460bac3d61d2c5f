"""Matrix products by oneDNN: torch's, but for rounding."""

import numpy as np
import pytest

from bench.evaluators.nets import products


@pytest.mark.parametrize("shape", [(1, 64), (5, 64), (2, 7, 64), (2, 3, 7, 64)])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_linear_layer_is_torchs_but_for_rounding(shape: tuple[int, ...], dtype: str) -> None:
    import torch

    draw = torch.Generator().manual_seed(0)
    x, weight, bias = (
        torch.randn(each, generator=draw).to(getattr(torch, dtype)) for each in (shape, (48, 64), (48,))
    )
    with torch.inference_mode():
        mine, theirs = products.linear(x, weight, bias), torch.nn.functional.linear(x, weight, bias)
    assert mine.dtype == theirs.dtype
    tolerance = 1e-5 if dtype == "float32" else 0.1  # sums of 64 products of about 1
    assert np.abs((mine - theirs).float().numpy()).max() < tolerance


def test_strided_input_is_read_as_it_stands() -> None:
    import torch

    x, weight, bias = torch.arange(12.0).reshape(3, 4).T, torch.eye(3), torch.zeros(3)
    with torch.inference_mode():
        assert products.linear(x, weight, bias).tolist() == x.tolist()
