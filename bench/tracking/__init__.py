"""Scores by training step in people's trackers: TensorBoard, Weights & Biases, MLflow and what else accelerate knows.

Imported from here: `request` and `TrackRequest`. `steps` reads a step from a label, `sheets` draws the contact sheet,
`trackers` opens what is logged to. Knows runs, scores and media; what asks for tracking is above.

    tracked = request("tensorboard", step=2000)     # refuses what is unknown or not installed, before any work
    tracked.log(folders, rows, Path("runs"), progress)
"""

from bench.tracking.logging import TrackRequest, request

__all__ = ["TrackRequest", "request"]
