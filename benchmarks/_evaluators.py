"""Which of our evaluators are measured: those that a machine with nothing can run on a clip."""

from __future__ import annotations

from bench import evaluators
from bench.evaluators import ClipEvaluator


def without_weights() -> list[ClipEvaluator]:
    """Every evaluator of clips that needs no weights, and looks at the frames at all."""
    made = [evaluators.registry[name]() for name in evaluators.registry]
    return [each for each in evaluators.of_clips(made) if not each.weights() and _looks(each)]


def _looks(evaluator: ClipEvaluator) -> bool:
    return type(evaluator).look is not evaluators.Evaluator.look
