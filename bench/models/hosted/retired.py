"""Models that their vendors no longer run: their cards remain, so that old results have a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from bench import models
from bench.errors import Unavailable
from bench.models.plans import Plan
from bench.models.requirements import Need
from bench.types import Case, Clip, ModelCard


class RetiredModel(models.Model):
    """A model that cannot be run any more.

    Attributes:
        ended: what happened, and when.
        instead: what to use.
    """

    is_remote = True
    ended: ClassVar[str]
    instead: ClassVar[str]

    def needs(self) -> Iterator[Need]:
        yield Need("maker", self.card.title, False, self.ended, self.instead)

    def plan(self, case: Case) -> Plan:
        raise Unavailable(self.ended, self.instead)

    def load(self) -> None:
        raise Unavailable(self.ended, self.instead)

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        raise Unavailable(self.ended, self.instead)


@models.add
class Gen3(RetiredModel):
    """Runway Gen-3 Alpha Turbo."""

    card = ModelCard(
        name="gen3", title="Runway Gen-3 Alpha Turbo", version=1, reads_text=True, frames=None, fps=None, width=1280,
        height=768, weights=None, licence="proprietary: Runway's terms", paper="", family="hosted", access="hosted",
        lifecycle="retired", as_of="2026-07-30", note="retired on 2026-07-30: kept so that old results have a name",
    )  # fmt: skip
    ended = "Runway retired Gen-3 (gen3a_turbo) on 2026-07-30, and its weights are not published"
    instead = "use --model runway, which is Gen-4"


@models.add
class Sora(RetiredModel):
    """OpenAI's Sora."""

    card = ModelCard(
        name="sora", title="OpenAI Sora", version=1, reads_text=True, frames=None, fps=None, width=1280, height=720,
        weights=None, licence="proprietary: OpenAI's terms", paper="", family="hosted", access="hosted",
        lifecycle="retired", as_of="2026-09-24", note="shut down on 2026-09-24: kept so that old results have a name",
    )  # fmt: skip
    ended = "OpenAI shut Sora's API down on 2026-09-24, and its weights are not published"
    instead = "for other servers of the same API use --model openai-video"
