"""DreamSim's ensemble: three vision transformers whose angle between two pictures is as people judge their likeness.

Fu et al. 2023 (arXiv 2306.09344). DINO ViT-B/16, OpenAI's CLIP ViT-B/16 and open_clip's, each with a low-rank adapter,
which is added to the weights here once: W + alpha / r · B A. The archive of its authors has the two CLIPs under DINO's
names, and the adapters; DINO's backbone is the file of `dino`. Names of the adapters' tensors are peft's.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.base.wording import first_line
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.evaluators.nets import dino
from bench.evaluators.nets.layers import Layers, refuse_other
from bench.evaluators.nets.vit import VisionTransformer, normalised

if TYPE_CHECKING:
    import torch
    from torch import Tensor

ENSEMBLE = Weights(
    name="dreamsim_ensemble_checkpoint.zip",
    urls=(
        "https://github.com/ssundaram21/dreamsim/releases/download/v0.2.0-checkpoints/dreamsim_ensemble_checkpoint.zip",
    ),
    sha256="",  # nobody has published one: the metric's version has that of the file that came
    size=1_261_181_618,
    licence="MIT",
)

CLIPS = ("clip_vitb16_pretrain.pth.tar", "open_clip_vitb16_pretrain.pth.tar")
"""The archive's files of the second and the third network, OpenAI's and open_clip's."""

FOLDER = "ensemble_lora"
"""The archive's folder of the adapters and their settings; other adapters may lie beside it."""

ADAPTERS = (f"{FOLDER}/adapter_model.safetensors", f"{FOLDER}/adapter_model.bin")
"""The adapters' file, as peft writes it now and wrote it then."""

ADAPTER = re.compile(r"extractor_list\.(\d)\.model\.(.+)\.lora_A\.(?:default\.)?weight")
"""An adapter's name: which network, and which of its layers."""

SIZE = 224
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class DreamSim:
    """The ensemble in memory.

    Args:
        source: the archive.
        backbone: DINO's file.
        device: where it computes.

    Raises:
        Unavailable: a file is missing, or of another kind.
    """

    def __init__(
        self, source: Weights = ENSEMBLE, backbone: Weights = dino.VIT_B_16, device: str = "cpu"
    ) -> None:
        import torch

        self.device = device
        file = weights.fetch(source)
        trunks = [dict(dino.layers_of(weights.fetch(backbone)).tensors)]
        try:
            clips, adapter, strength = _archive(file)
            trunks += clips
            _adapt(trunks, adapter, strength)
            for tensors in clips:
                refuse_other(tensors, lambda layers, device: _embedded(layers, _blank(device), is_quick=True))
        except (KeyError, ValueError, RuntimeError, OSError, zipfile.BadZipFile) as error:
            raise Unavailable(
                f"{file} is not the archive of DreamSim's ensemble: {first_line(error)}",
                f"give {ENSEMBLE.name} as its authors published it",
            ) from error
        self._trunks = [Layers(each).placed(device, torch.float32) for each in trunks]

    def vectors(self, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
        """(T, E), each of length 1 and mean 0: 1 minus the product of two is DreamSim's distance.

        Args:
            prepared: T frames of (224, 224, 3) levels in 0 to 255, uint8 or float32.
        """
        found = nets.in_batches(self._ensemble, prepared, self.device)
        return nets.unit(found - found.mean(axis=1, keepdims=True))

    def _ensemble(self, planes: Tensor) -> Tensor:
        import torch

        first, second, third = self._trunks
        # DINO's token as it leaves the last block; CLIP's after the norm and the projection
        token = VisionTransformer(first).tokens(normalised(planes, dino.MEAN, dino.STD))[:, 0]
        for_clip = normalised(planes, CLIP_MEAN, CLIP_STD)
        embedded = [_embedded(second, for_clip, is_quick=True), _embedded(third, for_clip, is_quick=False)]
        return torch.cat([token, *embedded], dim=1)


def _embedded(layers: Layers, images: Tensor, is_quick: bool) -> Tensor:
    return VisionTransformer(layers, eps=1e-5, is_quick=is_quick).summary(images) @ layers["proj"]


def _blank(device: torch.device) -> Tensor:
    import torch

    return torch.empty(1, 3, SIZE, SIZE, device=device)


def _archive(file: Path) -> tuple[list[dict[str, Any]], dict[str, Any], float]:
    """Tensors of the two CLIPs, of the adapters, and the adapters' strength, alpha / r.

    Raises:
        KeyError: the archive lacks one.
        ValueError: one is of another kind.
        zipfile.BadZipFile: it is no archive.
    """
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
        members = {_member(name): name for name in archive.namelist()}

        def read(name: str) -> dict[str, Any]:
            place = Path(folder) / "member"  # under a name of ours, wherever the archive would put it
            with archive.open(members[name]) as content, place.open("wb") as copy:
                while chunk := content.read(1 << 20):
                    copy.write(chunk)
            return state_dicts.read(place)

        settings = json.loads(archive.read(members[f"{FOLDER}/adapter_config.json"]))
        if settings.get("bias", "none") != "none" or settings.get("use_dora"):
            raise ValueError("its adapters are not plain low-rank ones")
        clips = [dict(read(name)["state_dict"]) for name in CLIPS]
        adapter = next((name for name in ADAPTERS if name in members), ADAPTERS[0])
        return clips, read(adapter), settings["lora_alpha"] / settings["r"]


def _member(name: str) -> str:
    """What a member of the archive is, wherever its top folder lies: the file's name, after FOLDER if it lies there."""
    path = PurePosixPath(name)
    return f"{FOLDER}/{path.name}" if path.parent.name == FOLDER else path.name


def _adapt(trunks: Sequence[dict[str, Any]], adapter: dict[str, Any], strength: float) -> None:
    """Adds the adapters to the weights of their layers.

    Raises:
        KeyError: there is no such layer.
        ValueError: there is no adapter of one of the networks, or tensors that are none.
    """
    found = [(name, match) for name in adapter if (match := ADAPTER.search(name))]
    if {int(match[1]) for _, match in found} != set(range(len(trunks))) or len(adapter) != 2 * len(found):
        raise ValueError("its adapters are not those of three networks")
    for name, match in found:
        down, up = adapter[name], adapter[name.replace("lora_A", "lora_B")]
        layer = f"{match[2]}.weight"
        trunk = trunks[int(match[1])]
        trunk[layer] = trunk[layer] + strength * (up.float() @ down.float())
