"""Every vendor's adapter with the fake server of its vendor, and a clock that advances only during sleeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench import models
from bench.models.hosted.polling import PollingModel, Timing
from bench.runs import Ledger
from bench.types import Case
from tests.models.hosted import fake_servers
from tests.models.hosted.fake_servers import SECRET, Fake

PROMPT = "a duck turns its head"


@dataclass(frozen=True)
class Vendor:
    """A model, its vendor's fake server, and the environment variables of its keys."""

    model: str
    fake: type[Fake]
    keys: dict[str, str]
    base: str
    has_links: bool = True


VENDORS = (
    Vendor("runway", fake_servers.FakeRunway, {"RUNWAYML_API_SECRET": SECRET}, "RUNWAYML_BASE_URL"),
    Vendor("luma", fake_servers.FakeLuma, {"LUMA_AGENTS_API_KEY": SECRET}, "LUMA_BASE_URL"),
    Vendor("veo", fake_servers.FakeVeo, {}, "GOOGLE_VERTEX_BASE_URL", has_links=False),
    Vendor("gemini-omni", fake_servers.FakeOmni, {"GEMINI_API_KEY": SECRET}, "GOOGLE_GEMINI_BASE_URL"),
    Vendor(
        "kling", fake_servers.FakeKling, {"KLING_ACCESS_KEY": "access-key", "KLING_SECRET_KEY": SECRET},
        "KLING_BASE_URL",
    ),
    Vendor("pika", fake_servers.FakeFal, {"FAL_KEY": SECRET}, "FAL_QUEUE_BASE_URL"),
)  # fmt: skip
LINKING = tuple(vendor for vendor in VENDORS if vendor.has_links)
KEYED = tuple(vendor for vendor in VENDORS if vendor.keys)


@dataclass
class Clock:
    """A clock that advances only during sleeps."""

    time: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def timing(self) -> Timing:
        return Timing(
            lambda: self.time, self.sleep, lambda: 0.5, interval=5.0, timeout=20.0, limit=150.0, attempts=4
        )


@dataclass
class Stage:
    """A model and the fake server of its vendor."""

    vendor: Vendor
    fake: Fake
    clock: Clock
    case: Case
    folder: Path

    def model(self, settings: Any = None) -> PollingModel:
        """A new model, as in a new process: only the folder is kept."""
        made = models.registry[self.vendor.model](settings)
        assert isinstance(made, PollingModel)
        made.timing = self.clock.timing
        made.ledger = Ledger(self.folder / "tasks")
        return made

    def made(self, kind: str = "create") -> int:
        return len(self.fake.asked[kind])


def each(vendors: tuple[Vendor, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", vendors, ids=lambda vendor: vendor.model, indirect=True)
