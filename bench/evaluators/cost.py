"""What a clip cost: the time, memory and money that generating it took, as its record says."""

from __future__ import annotations

from collections.abc import Sequence

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.view import Sample
from bench.types import Case, ClipRecord, MetricCard, Value

GIB = 2**30

_DEVICE = "The device: compare numbers from one device only."


@evaluators.add
class Cost(evaluators.ClipEvaluator):
    """Seconds and memory of generation; not for clips that were made elsewhere."""

    name = "cost"
    cards = (
        MetricCard(
            name="cost_seconds", title="Seconds per clip", group="Cost", is_lead=True,
            is_native_only=True, version=1, direction="lower", unit="s", low=0.0, high=None,
            depends=("fps", "seconds", "pixels"),
            definition="Wall-clock seconds of generating the clip, without loading the model. For a clip that a server "
            "made: the computing time that it states, or else the time from request to clip, queues included.",
            source="The clip's record.",
            blind_to=f"{_DEVICE} Other load on the device; size and length of the clip.",
        ),
        MetricCard(
            name="cost_peak_memory", title="Peak memory", group="Cost", is_lead=True,
            is_native_only=True, version=1, direction="lower", unit="GiB", low=0.0, high=None,
            depends=("fps", "seconds", "pixels"),
            definition="Largest memory in use while generating, in 2^30 bytes: on CUDA what torch allocated, on a "
            "CPU the memory of the whole process.",
            source="The clip's record.",
            blind_to=f"{_DEVICE} On a CPU it is the process's peak so far, so no clip has less than the one before it.",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return record.seconds is not None

    def conclude(self, looks: Sequence[None], sample: Sample) -> evaluators.Values:
        seconds, memory = sample.record.seconds, sample.record.peak_memory
        gibibytes = None if memory is None else memory / GIB
        return {
            "cost_seconds": stated(seconds, "seconds: it was not generated here"),
            "cost_peak_memory": stated(gibibytes, "peak memory: its device reports none"),
        }


@evaluators.add
class Money(evaluators.ClipEvaluator):
    """US dollars that were paid for a clip; not for clips without a price."""

    name = "money"
    cards = (
        MetricCard(
            name="cost_usd", title="Price per clip", group="Cost", is_lead=True,
            is_native_only=True, version=1, direction="lower", unit="$", low=0.0, high=None,
            depends=("fps", "seconds", "pixels"),
            definition="US dollars that the clip cost, as the service reported; or else as estimated before it was "
            "made, from the dated list of prices. The clip's record says which.",
            source="The clip's record; prices and their sources in bench/models/hosted/prices.toml.",
            blind_to="Clips that were paid for and never delivered; rebates, taxes, subscriptions and later prices.",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return record.cost is not None

    def conclude(self, looks: Sequence[None], sample: Sample) -> evaluators.Values:
        return {"cost_usd": stated(sample.record.cost, "cost: nothing was paid, or the price is unknown")}


def stated(number: float | None, reason: str) -> Value | NotMeasurable:
    """A number from a clip's record; or that it states none, with the reason.

    >>> stated(12.5, "cost"), stated(None, "cost")
    (Value(value=12.5, series=None, low=None, high=None, n=None), NotMeasurable("the clip's record states no cost"))
    """
    return NotMeasurable(f"the clip's record states no {reason}") if number is None else Value(number)
