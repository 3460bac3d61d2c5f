"""Random weights in the files of the published ones, for what speed and agreement need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class RandomWeights:
    """The files, in one folder."""

    folder: Path

    @property
    def dino(self) -> Path:
        """DINO's ViT-B/16, by its owner's names, which are timm's."""
        return self.folder / "dino.pth"

    @property
    def clip_b32(self) -> Path:
        """OpenAI's CLIP ViT-B/32."""
        return self.folder / "clip-b32.pt"

    @property
    def clip_l14(self) -> Path:
        """OpenAI's CLIP ViT-L/14."""
        return self.folder / "clip-l14.pt"

    @property
    def head(self) -> Path:
        """LAION's linear head."""
        return self.folder / "head.pth"

    @property
    def alexnet(self) -> Path:
        """torchvision's AlexNet."""
        return self.folder / "alexnet.pth"

    @property
    def raft(self) -> Path:
        """torchvision's large RAFT."""
        return self.folder / "raft.pth"

    def write(self) -> None:
        """Draws all of them; 1.8 GB."""
        import open_clip
        import timm
        from torchvision.models import alexnet
        from torchvision.models.optical_flow import raft_large

        torch.manual_seed(0)
        head = {"weight": torch.randn(1, 768), "bias": torch.randn(1)}
        for file, state in (
            (self.dino, timm.create_model("vit_base_patch16_224.dino", num_classes=0).state_dict()),
            (self.clip_b32, _halves(open_clip.create_model("ViT-B-32-quickgelu").state_dict())),
            (self.clip_l14, _halves(open_clip.create_model("ViT-L-14-quickgelu").state_dict())),
            (self.alexnet, alexnet().state_dict()),
            (self.raft, raft_large().state_dict()),
            (self.head, head),
        ):
            torch.save(state, file)


def _halves(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """In float16, as OpenAI published CLIP's."""
    return {name: tensor.half() for name, tensor in state.items()}
