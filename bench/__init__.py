"""I2V Bench: a benchmark suite and leaderboard for image-to-video models."""

from bench.api import compare, evaluate, run, scores
from bench.base.provenance import bench_version

__version__ = bench_version()

__all__ = ["__version__", "compare", "evaluate", "run", "scores"]
