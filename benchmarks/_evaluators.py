"""Which of our evaluators are measured: those that a machine with nothing can run on a clip."""

from __future__ import annotations

from bench import evaluators
from bench.evaluators import ClipEvaluator


def without_weights() -> list[ClipEvaluator]:
    """Every evaluator of clips that needs no weights, need not be asked for by name, and looks at the frames at all."""
    kinds = [evaluators.registry[name] for name in evaluators.registry]
    made = [kind() for kind in kinds if not kind.opt_in]
    return [each for each in evaluators.of_clips(made) if not each.weights() and _looks(each)]


def _looks(evaluator: ClipEvaluator) -> bool:
    return type(evaluator).look is not evaluators.Evaluator.look
