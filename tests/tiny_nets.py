"""Tiny random networks in the real files' formats, for the nets whose real weights have to be fetched."""

from __future__ import annotations

import io
import json
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

SHAPE: dict[str, Any] = {
    "embed_dim": 16,
    "vision_cfg": {"layers": 1, "width": 64, "patch_size": 16, "image_size": 32},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 1},
}
"""The shape of a CLIP for open_clip. OpenAI's reader takes width / 64 as the number of heads: none can be below 64."""


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


VIDEOMAE2: dict[str, Any] = {
    "image_size": 28, "patch_size": 14, "num_frames": 16, "tubelet_size": 2, "hidden_size": 32,
    "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 139, "layer_norm_eps": 1e-6,
}  # fmt: skip
"""The shape of a VideoMAE-v2: 48 / 11 times as wide inside, as in ViT-g."""


def write_videomae2(path: Path) -> None:
    """A VideoMAE-v2 with numpy's random numbers, under the names of its authors, in the table 'module', as float16."""
    import torch

    wide, inner = VIDEOMAE2["hidden_size"], VIDEOMAE2["intermediate_size"]
    shapes = {"patch_embed.proj.weight": (wide, 3, 2, 14, 14), "patch_embed.proj.bias": (wide,)}
    for number in range(VIDEOMAE2["num_hidden_layers"]):
        block = {
            "norm1.weight": (wide,), "norm1.bias": (wide,), "attn.q_bias": (wide,), "attn.v_bias": (wide,),
            "attn.qkv.weight": (3 * wide, wide), "attn.proj.weight": (wide, wide), "attn.proj.bias": (wide,),
            "norm2.weight": (wide,), "norm2.bias": (wide,), "mlp.fc1.weight": (inner, wide),
            "mlp.fc1.bias": (inner,), "mlp.fc2.weight": (wide, inner), "mlp.fc2.bias": (wide,),
        }  # fmt: skip
        shapes |= {f"blocks.{number}.{name}": shape for name, shape in block.items()}
    shapes |= {"fc_norm.weight": (wide,), "fc_norm.bias": (wide,)}
    shapes |= {"head.weight": (5, wide), "head.bias": (5,)}
    rng = np.random.default_rng(0)
    state = {name: torch.from_numpy(rng.normal(0, 0.2, shape)).half() for name, shape in shapes.items()}
    torch.save({"module": state}, path)


VJEPA2: dict[str, Any] = {
    "crop_size": 64, "hidden_size": 48, "num_attention_heads": 2, "num_hidden_layers": 2, "pred_hidden_size": 24,
    "pred_num_attention_heads": 2, "pred_num_hidden_layers": 1,
}  # fmt: skip
"""The shape of a V-JEPA 2, where it differs from the library's default."""


def write_vjepa2(folder: Path) -> Path:
    """A V-JEPA 2 with random weights as the library saves it; the file of its tensors."""
    import torch
    from transformers import VJEPA2Config, VJEPA2Model

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = VJEPA2Model(VJEPA2Config(**VJEPA2))
        for parameter in net.parameters():
            parameter.data = torch.randn_like(parameter) * 0.2
    net.save_pretrained(folder)
    return folder / "model.safetensors"


def write_dino(path: Path) -> None:
    """A DINO ViT under its own names of tensors: patches of 16, 14 x 14 positions, 64 channels, 2 blocks.

    Its numbers come from NumPy, whose generators give the same ones in every version: the original's answers for them
    are stored in tests.
    """
    import torch

    torch.save(_vision_transformer(np.random.default_rng(0)), path)


def _vision_transformer(random: np.random.Generator) -> dict[str, Any]:
    import torch

    width = 64
    shapes = {
        "cls_token": (1, 1, width),
        "pos_embed": (1, 197, width),
        "patch_embed.proj.weight": (width, 3, 16, 16),
    }
    shapes["patch_embed.proj.bias"] = (width,)
    for block in ("blocks.0", "blocks.1"):
        for layer, sides in {
            "attn.qkv": (3 * width, width),
            "attn.proj": (width, width),
            "mlp.fc1": (4 * width, width),
            "mlp.fc2": (width, 4 * width),
        }.items():
            shapes |= {f"{block}.{layer}.weight": sides, f"{block}.{layer}.bias": sides[:1]}
    tensors = {name: random.standard_normal(shape) * 0.1 for name, shape in shapes.items()}
    for norm in ("blocks.0.norm1", "blocks.0.norm2", "blocks.1.norm1", "blocks.1.norm2", "norm"):
        tensors[f"{norm}.weight"] = 1 + random.standard_normal(width) * 0.1
        tensors[f"{norm}.bias"] = random.standard_normal(width) * 0.1
    return {name: torch.from_numpy(each.astype(np.float32)) for name, each in tensors.items()}


def write_dreamsim(path: Path) -> None:
    """An archive as DreamSim's: two CLIPs under DINO's names, and adapters of three networks; see write_dino."""
    import torch

    random, lora = np.random.default_rng(1), {}
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("clip_vitb16_pretrain.pth.tar", "open_clip_vitb16_pretrain.pth.tar"):
            state = _vision_transformer(random)
            for key, shape in {"pos_drop.weight": (64,), "pos_drop.bias": (64,), "proj": (64, 32)}.items():
                state[key] = torch.from_numpy(random.standard_normal(shape).astype(np.float32))
            _store(archive, name, {"state_dict": state})
        for network, block in ((network, block) for network in range(3) for block in range(2)):
            layer = f"base_model.model.extractor_list.{network}.model.blocks.{block}.attn.qkv"
            for key, shape in {"lora_A": (4, 64), "lora_B": (192, 4)}.items():
                lora[f"{layer}.{key}.weight"] = torch.from_numpy(
                    random.standard_normal(shape).astype(np.float32) * 0.2
                )
        _store(archive, "ensemble_lora/adapter_model.bin", lora)
        settings = {"peft_type": "LORA", "r": 4, "lora_alpha": 2, "lora_dropout": 0.3, "bias": "none"}
        settings["target_modules"] = ["qkv"]
        archive.writestr("ensemble_lora/adapter_config.json", json.dumps(settings))


def _store(archive: zipfile.ZipFile, name: str, content: dict[str, Any]) -> None:
    import torch

    buffer = io.BytesIO()
    torch.save(content, buffer)
    archive.writestr(name, buffer.getvalue())


def write_head(path: Path, width: int) -> None:
    """A linear head as LAION's: weight (1, width), bias (1,)."""
    import torch

    random = np.random.default_rng(0)
    weight, bias = random.standard_normal((1, width)).astype(np.float32), np.float32([5])
    torch.save({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}, path)
