"""Peers' practice for learned metrics: one script each, which decodes with OpenCV and sees one frame at a time.

Networks are those of packages: timm (DINO's blocks), open_clip, torchmetrics, torchvision.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image as pillow
from torch import Tensor
from torchvision.transforms.v2 import functional as transforms

from benchmarks._random_weights import RandomWeights

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
BICUBIC, BILINEAR = transforms.InterpolationMode.BICUBIC, transforms.InterpolationMode.BILINEAR


def decoded(path: Path) -> Iterator[Tensor]:
    """The frames, (1, 3, H, W) uint8 RGB."""
    capture = cv2.VideoCapture(str(path))
    while (read := capture.read())[0]:
        yield torch.from_numpy(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB)).permute(2, 0, 1)[None]
    capture.release()


@dataclass(frozen=True)
class Peers:
    """Their scripts and networks, loaded once; random weights.

    Attributes:
        weights: the files.
        fps: of the clips.
    """

    weights: RandomWeights
    fps: float

    @cached_property
    def dino(self) -> Callable[[Tensor], Tensor]:
        """(1, 3, H, W) levels -> (1, 768) unit vector: timm's blocks, positions as DINO resamples them."""
        import timm

        net = timm.create_model("vit_base_patch16_224.dino", num_classes=0, dynamic_img_size=True)
        net.load_state_dict(torch.load(self.weights.dino, weights_only=True))
        net.eval().patch_embed.strict_img_size = False

        def positions(x: Tensor) -> Tensor:
            _, rows, columns, width = x.shape
            known = net.pos_embed
            if (rows, columns) != (14, 14):
                grid = known[:, 1:].reshape(1, 14, 14, width).permute(0, 3, 1, 2)
                scale = ((rows + 0.1) / 14, (columns + 0.1) / 14)
                grid = torch.nn.functional.interpolate(grid, scale_factor=scale, mode="bicubic")
                known = torch.cat([known[:, :1], grid.flatten(2).transpose(1, 2)], dim=1)
            return torch.cat([net.cls_token, x.flatten(1, 2)], dim=1) + known

        net._pos_embed = positions

        def vector(levels: Tensor) -> Tensor:
            height, width = (side // 16 * 16 for side in levels.shape[-2:])
            seen = net(transforms.normalize(levels / 255, *map(list, IMAGENET))[..., :height, :width])
            return torch.nn.functional.normalize(seen, dim=-1)

        return vector

    @cached_property
    def clip_b32(self) -> Callable[[Tensor], Tensor]:
        """(1, 3, H, W) uint8 -> (1, 512) unit vector."""
        return self._clip("ViT-B-32-quickgelu", self.weights.clip_b32)

    @cached_property
    def clip_l14(self) -> Callable[[Tensor], Tensor]:
        """(1, 3, H, W) uint8 -> (1, 768) unit vector."""
        return self._clip("ViT-L-14-quickgelu", self.weights.clip_l14)

    def _clip(self, model: str, file: Path) -> Callable[[Tensor], Tensor]:
        import open_clip

        net: Any = open_clip.create_model(model, pretrained=None)
        net.load_state_dict(torch.load(file, weights_only=True))
        net.eval()

        def vector(frame: Tensor) -> Tensor:
            small = transforms.resize(frame.float(), [224], BICUBIC, antialias=False)
            levels = transforms.center_crop(small, [224, 224]) / 255
            return torch.nn.functional.normalize(
                net.encode_image(transforms.normalize(levels, *map(list, CLIP))), dim=-1
            )

        return vector

    @cached_property
    def lpips(self) -> Callable[[Tensor, Tensor], Tensor]:
        """Two (1, 3, H, W) in [-1, 1] -> their distance."""
        from torchmetrics.functional.image import lpips as theirs
        from torchvision.models import alexnet

        backbone = alexnet()
        backbone.load_state_dict(torch.load(self.weights.alexnet, weights_only=True))
        theirs._get_tv_model_features = lambda *_, **__: backbone.features
        return theirs._NoTrainLpips(net="alex")

    @cached_property
    def raft(self) -> Callable[[Tensor, Tensor], Tensor]:
        """Two (1, 3, H, W) in [-1, 1] -> (1, 2, H, W), after 20 updates."""
        from torchvision.models.optical_flow import raft_large

        net = raft_large()
        net.load_state_dict(torch.load(self.weights.raft, weights_only=True))
        net.eval()
        return lambda a, b: net(a, b, num_flow_updates=20)[-1]

    def load(self) -> None:
        """Loads all networks, so that no script pays for it."""
        _ = self.dino, self.clip_b32, self.clip_l14, self.lpips, self.raft

    @property
    def scripts(self) -> Mapping[str, Callable[[Path, Path], float]]:
        """Our metric that says the same -> the script, from the clip's file and the image's to the number."""
        return {
            "vbench_i2v_subject": self.i2v_subject,
            "vbench_subject_consistency": self.subject_consistency,
            "vbench_background_consistency": self.background_consistency,
            "vbench_aesthetic_quality": self.aesthetic_quality,
            "lpips_to_input": self.lpips_to_input,
            "lpips_step": self.lpips_step,
            "vbench_dynamic_degree_margin": self.dynamic_degree,
            "first_frame_dino": self.first_frame_dino,
        }

    def i2v_subject(self, clip: Path, image: Path) -> float:
        """VBench's."""
        frames = torch.cat([self.dino(_centre_of_256(frame)) for frame in decoded(clip)])
        steps = (frames[:-1] * frames[1:]).sum(1).clamp(0, 1)
        small = pillow.open(image).convert("RGB")
        scale = 256 / min(small.size)
        small = small.resize((int(small.width * scale), int(small.height * scale)), pillow.Resampling.BICUBIC)
        given = self.dino(transforms.center_crop(transforms.pil_to_tensor(small)[None].float(), [224, 224]))
        best = (frames @ given[0]).clamp(0, 1).max()
        return float(100 * (0.4 * best + 0.3 * steps.mean() + 0.3 * steps.min()))

    def first_frame_dino(self, clip: Path, image: Path) -> float:
        """Mean cosine with the image."""
        given = self.dino(_centre_of_256(_picture(image)))[0]
        return float(np.mean([float(self.dino(_centre_of_256(frame))[0] @ given) for frame in decoded(clip)]))

    def subject_consistency(self, clip: Path, image: Path) -> float:
        """VBench's."""
        small = (
            transforms.resize(frame.float(), [224], BILINEAR, antialias=False) for frame in decoded(clip)
        )
        return _consistency([self.dino(frame)[0] for frame in small])

    def background_consistency(self, clip: Path, image: Path) -> float:
        """VBench's."""
        return _consistency([self.clip_b32(frame)[0] for frame in decoded(clip)])

    def aesthetic_quality(self, clip: Path, image: Path) -> float:
        """VBench's."""
        head = torch.load(self.weights.head, weights_only=True)
        scores = [self.clip_l14(frame)[0] @ head["weight"][0] + head["bias"][0] for frame in decoded(clip)]
        return float(10 * np.mean(scores))

    def lpips_to_input(self, clip: Path, image: Path) -> float:
        """Mean of frames."""
        given = _signed(_picture(image))
        return float(np.mean([float(self.lpips(_signed(frame), given)) for frame in decoded(clip)]))

    def lpips_step(self, clip: Path, image: Path) -> float:
        """Mean of neighbours."""
        return float(np.mean([float(self.lpips(_signed(a), _signed(b))) for a, b in pairwise(decoded(clip))]))

    def dynamic_degree(self, clip: Path, image: Path) -> float:
        """The margin of VBench's rule."""
        seen = list(decoded(clip))[:: max(1, round(self.fps / 8))]
        fastest = []
        for a, b in pairwise(seen):
            lengths = self.raft(_signed(a), _signed(b)).square().sum(1).sqrt().flatten()
            fastest.append(float(lengths.topk(int(len(lengths) * 0.05)).values.mean()))
        threshold = 6 / 256 * min(seen[0].shape[-2:])
        return sorted(fastest, reverse=True)[round(len(seen) / 4) - 1] / threshold


def _picture(file: Path) -> Tensor:
    return transforms.pil_to_tensor(pillow.open(file).convert("RGB"))[None]


def _signed(frame: Tensor) -> Tensor:
    return frame.float() / 127.5 - 1


def _centre_of_256(frame: Tensor) -> Tensor:
    small = transforms.resize(frame.float(), [256], BICUBIC, antialias=True)
    return transforms.center_crop(small, [224, 224])


def _consistency(vectors: list[Tensor]) -> float:
    first = vectors[0]
    likeness = [(max(0.0, float(a @ b)) + max(0.0, float(first @ b))) / 2 for a, b in pairwise(vectors)]
    return 100 * math.fsum(likeness) / len(likeness)
