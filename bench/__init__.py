"""I2V Bench: a benchmark suite and leaderboard for image-to-video models."""

__version__ = "0.1.0"

from bench.api import evaluate, run, scores

__all__ = ["__version__", "evaluate", "run", "scores"]
