"""What a job needs on each machine that works for it, brought there before several processes load it at once."""

from __future__ import annotations

from dataclasses import dataclass

from bench import suites
from bench.base import files, locks, weights
from bench.base.weights import Weights
from bench.errors import Unavailable
from bench.models import Model
from bench.types import Suite


@dataclass(frozen=True)
class Needs:
    """The suite and the weights of a job.

    Attributes:
        suite: whose pictures are read; None for none.
        models: not loaded, whose weights are.
        weights: files that metrics read.
    """

    suite: Suite | None = None
    models: tuple[Model, ...] = ()
    weights: tuple[Weights, ...] = ()

    def bring(self) -> bool:
        """Renders and fetches what is missing here, one process at a time.

        Returns:
            Whether nothing is left that loading would fetch.

        Raises:
            Unavailable: something cannot be fetched, or a picture of the suite is not here.
            StorageFailed: the cache folder cannot be written to.
        """
        missing = [file for file in self.weights if weights.path(file) is None]
        with locks.alone(files.cache() / "needs.lock"):
            if self.suite is not None:
                suites.prepare(self.suite)
                _check_images(self.suite)
            for file in missing:
                weights.fetch(file)
            for model in self.models:
                if not _is_here(model):
                    model.fetch()
        return all(map(_is_here, self.models))


def _check_images(suite: Suite) -> None:
    for case in suite.cases:
        if not case.image.is_file():
            raise Unavailable(
                f"image {case.image} of suite {suite.name} is not here",
                "keep the suite where all machines see it at the same path",
            )


def _is_here(model: Model) -> bool:
    """Whether all weights are here, as far as this machine alone can tell; programs see to theirs themselves."""
    needs = [need for need in model.needs() if need.kind == "weights"]
    return model.card.access != "program" and all(need.is_met for need in needs)
