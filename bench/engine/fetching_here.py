"""Fetching on the machine that this is called on, before several processes there load the same weights."""

from __future__ import annotations

from collections.abc import Sequence

from bench.base import files, locks, weights
from bench.base.weights import Weights
from bench.models import Model
from bench.models.requirements import Need


def fetch(models: Sequence[Model], wanted: Sequence[Weights]) -> bool:
    """Brings weights to this machine, one process at a time; whether nothing is left that loading would fetch.

    Args:
        models: not loaded.
        wanted: files of metrics.

    Raises:
        Unavailable: something cannot be fetched.
        StorageFailed: the cache folder cannot be written to.
    """
    with locks.alone(files.cache() / "fetching.lock"):
        for file in wanted:
            weights.fetch(file)
        for model in models:
            if not _is_here(model):
                model.fetch()
    return all(map(_is_here, models))


def _is_here(model: Model) -> bool:
    """Whether all weights are here, as far as this machine alone can tell; programs see to theirs themselves."""
    needs: list[Need] = [need for need in model.needs() if need.kind == "weights"]
    return model.card.access != "program" and all(need.is_met for need in needs)
