"""What a clip cost: the time, the memory and the money that making it took, as its record says."""

from __future__ import annotations

from collections.abc import Sequence

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.view import Sample
from bench.types import Case, ClipRecord, MetricCard, Value

GIB = 2**30

_DEVICE = "The device: compare within one only."


@evaluators.add
class Cost(evaluators.ClipEvaluator):
    """Seconds and memory of generation; nothing for clips that were made elsewhere."""

    name = "cost"
    cards = (
        MetricCard(
            name="cost_seconds", title="Seconds per clip", group="Cost", is_lead=True,
            version=1, direction="lower", unit="s", low=0.0, high=None,
            definition="Wall-clock seconds of generating the clip, without loading the model; of a clip that a server "
            "made, the seconds that it says it computed, or else all from asking to having it, queues included.",
            source="The clip's record.",
            blind_to=f"{_DEVICE} What else ran there; size and length of the clip.",
        ),
        MetricCard(
            name="cost_peak_memory", title="Peak memory", group="Cost", is_lead=True,
            version=1, direction="lower", unit="GiB", low=0.0, high=None,
            definition="Largest memory in use while generating, in 2^30 bytes: on CUDA what torch allocated, on a "
            "CPU that of the whole process.",
            source="The clip's record.",
            blind_to=f"{_DEVICE} On a CPU it is the process's peak so far, so that no clip is below the one before it.",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return record.seconds is not None

    def conclude(self, looks: Sequence[None], sample: Sample) -> evaluators.Values:
        return {"cost_seconds": seconds(sample.record), "cost_peak_memory": peak_memory(sample.record)}


@evaluators.add
class Money(evaluators.ClipEvaluator):
    """US dollars of a clip that somebody was paid for; nothing for others."""

    name = "money"
    cards = (
        MetricCard(
            name="cost_usd", title="Price per clip", group="Cost", is_lead=True,
            version=1, direction="lower", unit="$", low=0.0, high=None,
            definition="US dollars that the clip cost: as the service reported, or else as estimated before it was "
            "made, from the dated list of prices. The clip's record says which.",
            source="The clip's record; prices and their sources in bench/prices.toml.",
            blind_to="Clips that were paid for and never came; rebates, taxes, subscriptions and next month's price.",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return record.cost is not None

    def conclude(self, looks: Sequence[None], sample: Sample) -> evaluators.Values:
        return {"cost_usd": dollars(sample.record)}


def seconds(record: ClipRecord) -> Value | NotMeasurable:
    """Seconds of generation, or that nobody took them."""
    if record.seconds is None:
        return NotMeasurable("the clip's record states no seconds: it was not generated here")
    return Value(record.seconds)


def peak_memory(record: ClipRecord) -> Value | NotMeasurable:
    """Peak memory in GiB, or that the device did not say."""
    if record.peak_memory is None:
        return NotMeasurable("the clip's record states no peak memory: its device reports none")
    return Value(record.peak_memory / GIB)


def dollars(record: ClipRecord) -> Value | NotMeasurable:
    """US dollars, or that nobody was paid."""
    if record.cost is None:
        return NotMeasurable("the clip's record states no cost: nobody was paid, or nobody knows how much")
    return Value(record.cost)
