"""Layers of networks whose forward pass is written here, called by the names that their tensors have in a checkpoint.

A checkpoint is then loaded as it was published, and `refuse_other` tells in a moment, without computing, whether a file
is one of this network: every tensor is used, none is missing, and all fit together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.base.wording import first_line
from bench.evaluators.nets import products

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Layers:
    """Tensors by name, as layers.

    Attributes:
        tensors: name -> weight or bias.
        used: names that were asked for; one set for all parts of a network.
        prefix: of the names in this part of the network.
    """

    tensors: Mapping[str, Tensor]
    used: set[str] = field(default_factory=set)
    prefix: str = ""

    def __getitem__(self, name: str) -> Tensor:
        self.used.add(self.prefix + name)
        return self.tensors[self.prefix + name]

    def under(self, name: str) -> Layers:
        """The part whose names begin with name and a dot."""
        return Layers(self.tensors, self.used, f"{self.prefix}{name}.")

    def count(self, name: str) -> int:
        """How many parts are numbered below name, as 'blocks.0', 'blocks.1' are."""
        start = f"{self.prefix}{name}."
        numbers = {key[len(start) :].partition(".")[0] for key in self.tensors if key.startswith(start)}
        return sum(number.isdigit() for number in numbers)

    def placed(self, device: str, dtype: torch.dtype) -> Layers:
        """The same where they are to compute, with numbers of that kind."""
        moved = {name: tensor.to(device=device, dtype=dtype) for name, tensor in self.tensors.items()}
        return Layers(moved, self.used, self.prefix)

    def linear(self, name: str, x: Tensor) -> Tensor:
        """(…, out) of (…, in)."""
        return products.linear(x, self[f"{name}.weight"], self[f"{name}.bias"])

    def conv(self, name: str, x: Tensor, stride: int = 1) -> Tensor:
        """A convolution whose padding keeps the size, but for the stride.

        Args:
            name: of the layer.
            x: (B, C, H, W).
            stride: in both directions.

        Returns:
            (B, out, H / stride, W / stride).
        """
        from torch.nn import functional

        weight = self[f"{name}.weight"]
        return functional.conv2d(x, weight, self[f"{name}.bias"], stride, padding=(weight.shape[-1] - 1) // 2)

    def layer_norm(self, name: str, x: Tensor, eps: float) -> Tensor:
        """A norm along the last axis.

        Args:
            name: of the layer.
            x: (…, E).
            eps: added to the variance.

        Returns:
            (…, E).
        """
        from torch.nn import functional

        return functional.layer_norm(x, x.shape[-1:], self[f"{name}.weight"], self[f"{name}.bias"], eps)

    def prelu(self, name: str, x: Tensor) -> Tensor:
        """One slope per channel."""
        from torch.nn import functional

        return functional.prelu(x, self[f"{name}.weight"])


def refuse_other(tensors: Mapping[str, Tensor], forward: Callable[[Layers, torch.device], object]) -> None:
    """Refuses tensors that are not those of a network.

    Args:
        tensors: of a file.
        forward: the network's pass over input that it makes on the device it is given; nothing is computed.

    Raises:
        ValueError: one is missing, is left over or does not fit; one line.
    """
    import torch

    device = torch.device("meta")
    layers = Layers({name: tensor.to(device) for name, tensor in tensors.items()})
    try:
        with torch.inference_mode():
            forward(layers, device)
    except KeyError as error:
        raise ValueError(f"it has no {error.args[0]}") from None
    except (RuntimeError, ValueError, IndexError) as error:
        raise ValueError(f"shapes do not fit: {first_line(error)}") from None
    if left := sorted(set(tensors) - layers.used):
        raise ValueError(f"it has {left[0]}, which this network has not")
