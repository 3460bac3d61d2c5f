"""What a run would do, said before any weight is loaded: `bench run --dry-run`."""

from __future__ import annotations

from dataclasses import dataclass

from bench import suites
from bench.base.progress import Progress
from bench.engine import jobs, resolve_models
from bench.engine.jobs import Selection
from bench.engine.resolve_models import Entrants
from bench.errors import BenchError
from bench.models import Model
from bench.models.plans import Plan
from bench.types import Case, Runtime


@dataclass(frozen=True)
class Planned:
    """One case of one model.

    Attributes:
        label: what tables call the model.
        case: id.
        clips: how many seeds.
        plan: what will be made.
        error: why nothing will; '' where something will.
    """

    label: str
    case: str
    clips: int
    plan: Plan
    error: str = ""


def planned(chosen: Entrants, selection: Selection, runtime: Runtime, progress: Progress) -> list[Planned]:
    """Every model on every case, without weights and without a clip.

    Raises:
        UsageError: an unknown name, or a setting out of range.
    """
    suite, samples = jobs.samples(selection)
    suites.prepare(suite, progress)
    cases = list(dict.fromkeys(case.id for case, _ in samples))
    by_id = {case.id: case for case, _ in samples}
    found = resolve_models.unloaded(chosen, runtime)
    return [_planned(model, by_id[name], len(samples) // len(cases)) for model in found for name in cases]


def _planned(model: Model, case: Case, clips: int) -> Planned:
    try:
        return Planned(model.label, case.id, clips, model.plan(case))
    except BenchError as error:
        return Planned(model.label, case.id, clips, Plan(), str(error))
