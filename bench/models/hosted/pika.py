"""Pika, as fal hosts it, by fal's queue over HTTP: Pika itself offers nobody an interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from bench import models
from bench.errors import RemoteFailed
from bench.models.hosted.polling import Created, Look, PollingModel, Request, State, field_of, listed_price
from bench.models.hosted.prices import Price
from bench.types import ModelCard

APP = "fal-ai/pika"
"""Where tasks are asked after; what is asked for has the version and the kind behind it."""


@dataclass(frozen=True)
class Settings:
    """What is asked for.

    Attributes:
        model: version of Pika.
        resolution: of the clip's shorter side; its shape follows the image.
        duration: seconds.
        negative_prompt: what should not be seen; none: not sent.
    """

    model: Literal["v2.2"] = "v2.2"
    resolution: Literal["720p", "1080p"] = "720p"
    duration: Literal["5", "10"] = "5"
    negative_prompt: str | None = None


@models.add
class Pika(PollingModel):
    """Pika 2.2, hosted by fal."""

    card = ModelCard(
        name="pika", title="Pika 2.2", version=1, reads_text=True, frames=None, fps=None, width=None, height=None,
        weights=None, licence="proprietary: Pika's and fal's terms", paper="", family="hosted", access="hosted",
        takes=("first frame", "negative prompt"), as_of="2026-11-22",
        note="hosted and paid: needs FAL_KEY; a seed is sent, and nobody promises that it gives the same clip",
    )  # fmt: skip
    Settings = Settings
    service = "fal"
    keys = ("FAL_KEY",)
    base_variable = "FAL_QUEUE_BASE_URL"
    base = "https://queue.fal.run"
    statuses: ClassVar[Mapping[str, State]] = {
        "IN_QUEUE": "waiting", "IN_PROGRESS": "running", "COMPLETED": "done", "FAILED": "failed",
        "CANCELED": "failed",
    }  # fmt: skip
    needs_prompt = True

    def seconds(self) -> float:
        return float(self.settings.duration)

    def price(self) -> Price | None:
        return listed_price(self, self.settings.model, self.settings.resolution)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self.key('FAL_KEY')}"}

    def create(self, request: Request) -> Created:
        chosen = self.settings
        asked = {
            "image_url": self.data_uri(request.image),
            "prompt": request.case.prompt,
            "resolution": chosen.resolution,
            "duration": int(chosen.duration),
            "seed": request.seed,
        }
        if chosen.negative_prompt is not None:
            asked["negative_prompt"] = chosen.negative_prompt
        told = self.json("POST", f"{self.address}/{APP}/{chosen.model}/image-to-video", json=asked)
        return Created(str(field_of(told, "request_id", self.service)))

    def look(self, task: str) -> Look:
        # Not the addresses that fal names: they would have to be kept, and be trusted with the key.
        place = f"{self.address}/{APP}/requests/{task}"
        told = self.json("GET", f"{place}/status")
        status = str(field_of(told, "status", self.service))
        if self.statuses.get(status) != "done":
            return Look(status, reason=str(told.get("error") or ""))
        return self._result(place, told)

    def _result(self, place: str, told: dict[str, Any]) -> Look:
        """A task that is over has a result, or in its place the error that it ended with."""
        answer = self.http.get(place, headers=self.headers())
        if answer.status_code in REFUSALS:
            return Look("FAILED", reason=f"{answer.status_code} {answer.text}")
        answer.raise_for_status()
        content = self.parsed(answer)
        seconds = (told.get("metrics") or {}).get("inference_time")
        file = content.get("video")
        if not isinstance(file, Mapping):
            raise RemoteFailed("fal answers without 'video'")
        return Look(
            "COMPLETED",
            url=file.get("url"),
            seconds=float(seconds) if isinstance(seconds, int | float) else None,
        )


REFUSALS = (400, 422)
"""What the result of a task answers that ended without a clip: a refused input, a picture or prompt that fal
moderates."""
