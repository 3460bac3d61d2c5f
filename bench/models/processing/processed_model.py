"""A model whose clips are post-processed before they are stored: 'svd+minterpolate@16'."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import models
from bench.models.plans import Plan
from bench.models.processing import Treatment
from bench.models.requirements import Need
from bench.types import Case, Clip


class Processed(models.Model):
    """A model and the treatments of its clips. The card is the model's; label and settings name the treatments.

    Args:
        base: the model.
        chain: the treatments, in the order in which they are applied.
    """

    def __init__(self, base: models.Model, chain: Sequence[Treatment]) -> None:
        super().__init__(base.settings, base.runtime, base.checkpoint)
        self.base, self.chain = base, tuple(chain)
        self.card = base.card  # type: ignore[misc]  # of the model at hand, not of the class
        self.is_remote = base.is_remote  # type: ignore[misc]

    @property
    def label(self) -> str:
        return "+".join([self.base.label, *map(str, self.chain)])

    @property
    def is_paid(self) -> bool:
        return self.base.is_paid

    def secrets(self) -> list[str]:
        return self.base.secrets()

    def needs(self) -> Iterator[Need]:
        yield from self.base.needs()
        for treatment in self.chain:
            yield from treatment.needs()

    def fetch(self) -> None:
        self.base.fetch()

    def load(self) -> None:
        self.base.ledger = self.ledger
        for treatment in self.chain:
            treatment.load()
        self.base.load()

    def plan(self, case: Case) -> Plan:
        plan = self.base.plan(case)
        for treatment in self.chain:
            plan = treatment.plan(plan)
        return plan

    @property
    def makes_ahead(self) -> bool:
        return self.base.makes_ahead

    def expect(self, samples: Sequence[tuple[Case, int]]) -> None:
        self.base.expect(samples)

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        self.base.receipt, self.base.prompt_sent = None, ""
        try:
            clip = self.base.generate(case, seed, step)
        finally:
            self.receipt, self.prompt_sent = self.base.receipt, self.base.prompt_sent
        with tempfile.TemporaryDirectory(prefix="bench-treatment-") as folder:
            logs = self.ledger.path if self.ledger else Path(folder)
            for number, treatment in enumerate(self.chain, start=1):
                name = f"{case.id}-{seed}.{number}-{treatment.name}"
                clip = treatment.apply(clip, logs / name, lambda: step(1, 1))
        return clip

    def recover(self, error: Exception) -> None:
        self.base.recover(error)

    def unload(self) -> None:
        self.base.unload()
        for treatment in self.chain:
            treatment.unload()

    def decisive_settings(self) -> dict[str, Any]:
        return self.base.decisive_settings() | {"postprocess": [each.identity() for each in self.chain]}

    def effective_settings(self) -> dict[str, Any]:
        return self.base.effective_settings() | {"postprocess": [each.facts() for each in self.chain]}
