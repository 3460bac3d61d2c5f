"""The public functions: everything of `bench run`, `evaluate` and `compare`, for notebooks and training loops.

Imported from here, by `bench` alone: `run`, `evaluate`, `scores`, `compare`, `same`. `asked` turns what Python callers
write into requests of the engine. Knows every room.

    rows = bench.run("svd", checkpoint="out/step-2000", limit=8, metrics=["flicker", "ssim"])
    bench.scores(rows)                                  # mean, interval, coverage of each metric
    bench.compare("svd@step-1000", "svd@step-2000")     # their differences, and what may be concluded
    bench.same("svd", "svd@quantised")                  # is it still the same model, clip by clip
    rows = bench.run(pipeline, "mine@step-500")         # a pipeline of diffusers in memory, or a function of an image
    rows = bench.evaluate(clips="cases.csv", name="my model")
    rows = bench.evaluate(frames={"duck": array}, images={"duck": "duck.png"}, fps=8)     # nothing is stored
"""

from bench.api.comparing import compare, same, scores
from bench.api.running import evaluate, run

__all__ = ["compare", "evaluate", "run", "same", "scores"]
