"""Tiny random networks in the real files' formats, for the nets whose real weights have to be fetched."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

SHAPE: dict[str, Any] = {
    "embed_dim": 16,
    "vision_cfg": {"layers": 1, "width": 64, "patch_size": 16, "image_size": 32},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 1},
}
"""Of open_clip. OpenAI's reader takes width / 64 as the number of heads: no width below 64 can be had."""


def write_clip(path: Path, *, scripted: bool = False, quick_gelu: bool = True) -> None:
    """A CLIP under OpenAI's names of tensors: its state dict, or as TorchScript, the form that OpenAI published."""
    import open_clip
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = open_clip.CLIP(**SHAPE, quick_gelu=quick_gelu)
        # Fresh CLIPs have nearly constant outputs: larger weights, so that pictures and words differ.
        for parameter in net.parameters():
            parameter.data = torch.randn_like(parameter) * (0.2 if parameter.ndim > 1 else 0.1)
    net = net.half().float().eval()  # OpenAI's reader rounds to 16 bits
    if scripted:
        _save_scripted(_bare(net.state_dict()), path)
    else:
        torch.save(net.state_dict(), path)


def write_i3d(path: Path) -> None:
    """A TorchScript that is called like StyleGAN-V's I3D and gives six features that a test can compute by hand.

    Three are the mean level of each channel, three the mean step of each channel from frame to frame.
    """
    import torch

    class Tiny(torch.nn.Module):
        """See write_i3d."""

        def forward(
            self, x: torch.Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False
        ) -> torch.Tensor:
            x = x.float()
            if rescale:
                x = x / 127.5 - 1
            if resize:
                n, c, t, h, w = x.shape
                flat = x.transpose(1, 2).reshape(n * t, c, h, w)
                flat = torch.nn.functional.interpolate(flat, [8, 8], mode="bilinear", align_corners=False)
                x = flat.reshape(n, t, c, 8, 8).transpose(1, 2)
            steps = (x[:, :, 1:] - x[:, :, :-1]).mean((2, 3, 4))
            features = torch.cat([x.mean((2, 3, 4)), steps], dim=1)
            return features if return_features else features.softmax(1)

    _save_scripted(Tiny(), path)


def write_overwriting_script(path: Path, target: Path) -> None:
    """TorchScript that replaces the content of target as soon as it is opened, before any of it is called."""
    import torch

    class Overwriting(torch.nn.Module):
        """See write_overwriting_script."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

        @torch.jit.export
        def __getstate__(self) -> tuple[str, bool]:
            return self.target, self.training

        @torch.jit.export
        def __setstate__(self, state: tuple[str, bool]) -> None:
            self.target, self.training = state
            torch.save(torch.zeros(1), self.target)

    _save_scripted(Overwriting(str(target)), path)


def write_calling_pickle(path: Path, target: Path) -> None:
    """A pickle by torch.save that makes the folder target while it is read by pickle itself."""
    import torch

    class Calling:
        """See write_calling_pickle."""

        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(target),)

    torch.save({"params": Calling()}, path)


def _bare(state: dict[str, Any]) -> Any:
    """Modules with these tensors and no code, and the three numbers that OpenAI's archives hold beside them."""
    import torch

    root = torch.nn.Module()
    for name, tensor in state.items():
        *folders, last = name.split(".")
        module = root
        for folder in folders:
            if folder not in module._modules:
                module.add_module(folder, torch.nn.Module())
            module = module.get_submodule(folder)
        module.register_parameter(last, torch.nn.Parameter(tensor))
    for name, number in {"input_resolution": 32, "context_length": 77, "vocab_size": 49408}.items():
        root.register_buffer(name, torch.tensor(number))
    return root


def _save_scripted(net: Any, path: Path) -> None:
    import torch

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit", category=FutureWarning)
        warnings.filterwarnings("ignore", message=".*torch.jit", category=DeprecationWarning)
        torch.jit.script(net).save(str(path))
