"""Pika, hosted by fal, through fal's queue over HTTP: Pika itself has no public API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from bench import models
from bench.errors import RemoteFailed
from bench.models.hosted.polling import PollingModel, State, Submission, TaskRequest, TaskStatus
from bench.types import ModelCard

APP = "fal-ai/pika"
"""Prefix of the addresses at which tasks are polled; submissions add the version and the kind."""


@dataclass(frozen=True)
class Settings:
    """What is asked for.

    Attributes:
        model: version of Pika.
        resolution: of the clip's shorter side; its shape follows the image.
        duration: seconds.
        negative_prompt: what should not be seen; None: not sent.
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
        note="hosted and paid: needs FAL_KEY; a seed is sent, with no promise that it gives the same clip",
    )  # fmt: skip
    Settings = Settings
    service = "fal"
    keys = ("FAL_KEY",)
    base_variable = "FAL_QUEUE_BASE_URL"
    base = "https://queue.fal.run"
    price_setting = "resolution"
    statuses: ClassVar[Mapping[str, State]] = {
        "IN_QUEUE": "waiting", "IN_PROGRESS": "running", "COMPLETED": "done", "FAILED": "failed",
        "CANCELED": "failed",
    }  # fmt: skip
    needs_prompt = True

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self.key('FAL_KEY')}"}

    def submit(self, request: TaskRequest) -> Submission:
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
        return Submission(self.required(told, "request_id"))

    def poll(self, task: str) -> TaskStatus:
        # Not the addresses that fal names: they would have to be stored, and trusted with the key.
        place = f"{self.address}/{APP}/requests/{task}"
        told = self.json("GET", f"{place}/status")
        status = self.required(told, "status")
        if self.statuses.get(status) != "done":
            return TaskStatus(status, reason=str(told.get("error") or ""))
        return self._result(place, told)

    def _result(self, place: str, told: dict[str, Any]) -> TaskStatus:
        """The result of a task that is over, or the error that stands in its place."""
        answer = self.http.get(place, headers=self.headers())
        if answer.status_code in REFUSALS:
            return TaskStatus("FAILED", reason=f"{answer.status_code} {answer.text}")
        answer.raise_for_status()
        content = self.parsed(answer)
        seconds = (told.get("metrics") or {}).get("inference_time")
        file = content.get("video")
        if not isinstance(file, Mapping):
            raise RemoteFailed("fal answers without 'video'")
        return TaskStatus(
            "COMPLETED",
            url=file.get("url"),
            seconds=float(seconds) if isinstance(seconds, int | float) else None,
        )


REFUSALS = (400, 422)
"""Statuses of a result without a clip: a refused input, a picture or prompt that fal moderates."""
