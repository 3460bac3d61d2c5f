"""CoTracker2: points followed through a clip, by the package of its authors, which is not on the package index.

The network is theirs, opened with the declared weights; nothing is fetched by torch.hub.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.base.wording import first_line
from bench.errors import NotFinite, Unavailable
from bench.evaluators import nets
from bench.types import Frames

WEIGHTS = Weights(
    name="cotracker2.pth",
    urls=("https://huggingface.co/facebook/cotracker/resolve/main/cotracker2.pth",),
    sha256="",  # nobody has published one: the metric's version has that of the file that came
    size=0,
    licence="CC-BY-NC-4.0",
    terms="no commercial use",
)

GRID = 10
"""Points across and down that are followed from frame 0."""

WINDOW = 8
"""Frames that CoTracker2 was trained to see at a time."""

INSTALL = "pip install git+https://github.com/facebookresearch/co-tracker"


def check() -> None:
    """Refuses to work without the package.

    Raises:
        Unavailable: it is not installed.
    """
    _predictor()


class CoTracker:
    """The network in memory.

    Args:
        source: its weights.
        device: where it computes.

    Raises:
        Unavailable: the package or the weights are missing, or the weights are of another kind.
    """

    def __init__(self, source: Weights = WEIGHTS, device: str = "cpu") -> None:
        file = weights.fetch(source)
        net = _predictor()(checkpoint=None, window_len=WINDOW, v2=True)
        try:
            state = state_dicts.read(file)
            net.model.load_state_dict(state.get("model", state))
        except (ValueError, RuntimeError) as error:
            raise Unavailable(
                f"{file} is not a checkpoint of CoTracker2: {first_line(error)}", "fetch it again"
            ) from error
        self.device, self._net = device, nets.placed(net, device)

    def tracks(self, frames: Frames) -> NDArray[np.float64]:
        """(T, GRID, GRID, 2): where each point of the grid is, (x, y) pixels from the top left; rows, then columns.

        Args:
            frames: (T, H, W, 3) uint8 sRGB, T >= 2; levels reach the network as 0 to 255.

        Raises:
            NotFinite: the network gave NaN or infinity.
        """
        import torch

        clip = torch.from_numpy(frames).permute(0, 3, 1, 2)[None].float().to(self.device)
        with nets.exact():
            found, _ = self._net(clip, grid_size=GRID)
        tracks = np.asarray(found[0].double().cpu().numpy()).reshape(len(frames), GRID, GRID, 2)
        if not np.isfinite(tracks).all():
            raise NotFinite(int(np.argmin(np.isfinite(tracks).all((1, 2, 3)))))
        return tracks


def _predictor() -> Any:
    try:
        from cotracker.predictor import CoTrackerPredictor
    except ImportError as error:
        raise Unavailable("the package cotracker is not installed", INSTALL) from error
    return CoTrackerPredictor
