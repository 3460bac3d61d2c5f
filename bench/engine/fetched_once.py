"""Fetching on a machine where several processes load the same weights: one fetches, the others wait and ask nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.base import files, locks, network, weights
from bench.base.weights import Weights
from bench.models import Model
from bench.models.requirements import Need


@contextmanager
def loading(model: Model) -> Iterator[None]:
    """Around the loading of a model, which fetches what is missing: within it, a process is alone, or offline.

    Args:
        model: not yet loaded.

    Raises:
        StorageFailed: the cache folder cannot be written to.
    """
    if _is_missing(model):
        with locks.alone(files.cache() / "fetching.lock"):
            if _is_missing(model):  # nobody has fetched it while this process waited
                yield
                return
    with network.offline(bool(_weights(model))):
        yield


def fetch(wanted: Sequence[Weights]) -> None:
    """Brings files of weights to this machine, unless another process does.

    Raises:
        Unavailable: see weights.fetch.
        StorageFailed: the cache folder cannot be written to.
    """
    missing = [file for file in wanted if weights.path(file) is None]
    if missing:
        with locks.alone(files.cache() / "fetching.lock"):
            for file in missing:
                weights.fetch(file)


def _is_missing(model: Model) -> bool:
    return not all(need.is_met for need in _weights(model))


def _weights(model: Model) -> list[Need]:
    """What a model needs of the hub; programs and services see to it themselves."""
    if model.is_remote or model.card.access == "program":
        return []
    return [need for need in model.needs() if need.kind == "weights"]
