"""What a run would do, found out before any weight is loaded: `bench run --dry-run`."""

from __future__ import annotations

from dataclasses import dataclass

from bench import suites
from bench.base.progress import Progress
from bench.engine import resolve_models
from bench.engine.requests import ModelRequest, Selection
from bench.errors import BenchError
from bench.models import Model
from bench.models.plans import Plan
from bench.types import Case, Runtime


@dataclass(frozen=True)
class PlannedCase:
    """One case of one model.

    Attributes:
        label: what tables call the model.
        case: id.
        clips: how many seeds.
        plan: what would be made.
        error: why nothing would; '' where something would.
    """

    label: str
    case: str
    clips: int
    plan: Plan
    error: str = ""


def plan(
    request: ModelRequest, selection: Selection, runtime: Runtime, progress: Progress
) -> list[PlannedCase]:
    """Every model on every case, without weights and without a clip.

    Args:
        request: which models.
        selection: which cases and seeds.
        runtime: where and how the models would compute.
        progress: is told about the scenes that are rendered.

    Returns:
        The cases of the first model, then those of the next.

    Raises:
        UsageError: an unknown name, a setting out of range, or a checkpoint, part or LoRA that is none.
    """
    suite, samples = selection.samples()
    suites.prepare(suite, progress)
    cases = {case.id: case for case, _ in samples}
    found = resolve_models.sketched(request, runtime)
    return [_planned(model, case, len(samples) // len(cases)) for model in found for case in cases.values()]


def _planned(model: Model, case: Case, clips: int) -> PlannedCase:
    try:
        return PlannedCase(model.label, case.id, clips, model.plan(case))
    except BenchError as error:
        return PlannedCase(model.label, case.id, clips, Plan(), str(error))
