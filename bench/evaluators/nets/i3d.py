"""I3D, trained on Kinetics-400: the network of the FVD, as the TorchScript file that StyleGAN-V published.

Numbers compare only if they come from the same file: ports with other batch-norm constants or another resize exist
under the same name. The file also contains range conversion and resize, so that they cannot differ. It is a program,
hence only the declared file is opened, wherever it lies.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base import weights
from bench.base.weights import Weights
from bench.base.wording import first_line
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.types import Frames

if TYPE_CHECKING:
    import torch

WEIGHTS = Weights(
    name="i3d_torchscript.pt",
    urls=(
        "https://huggingface.co/flateon/FVD-I3D-torchscript/resolve/1c2d61711c52571ad617a1063e6fa691b212e184/i3d_torchscript.pt",
        "https://www.dropbox.com/s/ge9e5ujwgetktms/i3d_torchscript.pt?dl=1",
    ),
    sha256="bec6519f66ea534e953026b4ae2c65553c17bf105611c746d904657e5860a5e2",
    size=51_235_320,
    licence="not stated by its authors; tagged MIT by the mirror",
)

Resize: TypeAlias = Literal["crop", "squash", "videogpt"]
"""How frames are brought to SIZE: the centre square or the whole frame by the file itself, or by VideoGPT's rule."""

SIZE = 224

MIN_FRAMES = 9
"""Strides of 8 in time, then a window of 2: eight frames give one step, too short for the window."""


def at(file: Path) -> Weights:
    """The declared file at a place of the user's.

    Raises:
        Unavailable: there is no file, or another: TorchScript runs as soon as it is opened.
    """
    found = weights.local(file, WEIGHTS.licence)
    if found.sha256 != WEIGHTS.sha256:
        raise Unavailable(
            f"{file} has sha256 {found.sha256[:12]}… instead of {WEIGHTS.sha256[:12]}…, and TorchScript is a program"
            " that runs as soon as it is opened",
            f"give {WEIGHTS.name} as StyleGAN-V published it; another network is a metric of its own",
        )
    return found


class I3D:
    """The network in memory.

    Args:
        source: a file whose digest was known before, called like StyleGAN-V's. It is a program, and it is run.
        device: where it computes.

    Raises:
        Unavailable: the file is missing, is not the declared one, or is not TorchScript.
    """

    def __init__(self, source: Weights = WEIGHTS, device: str = "cpu") -> None:
        self.device, self._net = device, _load(weights.fetch(source), device)

    def logits(self, frames: Frames) -> NDArray[np.float64]:
        """(400,): one number per class of Kinetics, before the softmax, averaged over time.

        Args:
            frames: (T, H, W, 3) uint8 sRGB, T >= MIN_FRAMES. The file scales to [-1, 1] and resizes to 224 x 224,
                bilinear, distorting what is not square.
        """
        import torch

        video = torch.from_numpy(np.ascontiguousarray(frames.transpose(3, 0, 1, 2)))[None]  # (1, 3, T, H, W)
        return self._logits(video, is_ready=False)

    def logits_as_videogpt(self, frames: Frames) -> NDArray[np.float64]:
        """(400,): as logits, of frames that VideoGPT's rule has resized.

        Args:
            frames: (T, H, W, 3) uint8 sRGB, T >= MIN_FRAMES. The short side is brought to 224 (bilinear, no antialias,
                pixel centres at halves), the long one to scale and rounded up; of that the centre, in [-1, 1].
        """
        import torch

        video = (
            torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 3, 1, 2))).float() / 255
        )  # (T, 3, H, W)
        height, width = frames.shape[1:3]
        sides = [math.ceil(side * (SIZE / min(height, width))) for side in (height, width)]
        sides[int(np.argmin((height, width)))] = SIZE
        video = torch.nn.functional.interpolate(video, sides, mode="bilinear", align_corners=False)
        top, left = ((side - SIZE) // 2 for side in sides)
        cut = video[:, :, top : top + SIZE, left : left + SIZE]
        return self._logits(2 * cut.transpose(0, 1)[None] - 1, is_ready=True)

    def _logits(self, video: torch.Tensor, is_ready: bool) -> NDArray[np.float64]:
        """(400,): the logits of (1, 3, T, H, W), which the file scales and resizes unless it is ready."""
        import torch

        # optimized_execution would profile the first calls and fuse from then on: the same clip, other last digits
        with nets.exact(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            found = self._net(
                video.to(self.device), rescale=not is_ready, resize=not is_ready, return_features=True
            )
        return np.asarray(found[0].cpu().numpy(), dtype=np.float64)


def _load(file: Path, device: str) -> torch.jit.ScriptModule:
    import torch

    with nets.torchscript():
        try:
            return torch.jit.load(str(file), map_location=device).eval()  # type: ignore[no-untyped-call,no-any-return]
        except RuntimeError as error:
            raise Unavailable(
                f"{file} is not a TorchScript file: {first_line(error)}", "give the path of one"
            ) from error
