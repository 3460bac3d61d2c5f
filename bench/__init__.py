"""I2V Bench: a benchmark suite and leaderboard for image-to-video models.

Imported from here: the functions below, whose work is in `api`. `types` holds the nouns that all rooms share, `errors`
what they raise; both know no room.
"""

from bench.api import compare, evaluate, run, same, scores
from bench.base.provenance import bench_version

__version__ = bench_version()

__all__ = ["__version__", "compare", "evaluate", "run", "same", "scores"]
