"""Runway's hosted models, through its own client library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le

from bench import models
from bench.errors import UsageError
from bench.models.hosted.polling import PollingModel, State, Submission, TaskRequest, TaskStatus
from bench.types import Case, Image, ModelCard

USD_PER_CREDIT = 0.01


@dataclass(frozen=True)
class Settings:
    """What is asked for.

    Attributes:
        model: Runway's name.
        ratio: width and height of the clip.
        duration: seconds.
    """

    model: Literal["gen4_turbo", "gen4.5"] = "gen4_turbo"
    ratio: Literal["1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672"] = "1280:720"
    duration: Annotated[int, Ge(2), Le(10)] = 5


@models.add
class Runway(PollingModel):
    """Runway Gen-4 Turbo and Gen-4.5, hosted."""

    card = ModelCard(
        name="runway", title="Runway Gen-4", version=1, reads_text=True, frames=None, fps=None, width=1280,
        height=720, weights=None, licence="proprietary: Runway's terms", paper="", family="hosted", access="hosted",
        as_of="2026-11-22",
        note="hosted and paid: needs RUNWAYML_API_SECRET; the same seed gives a similar clip, not the same one",
    )  # fmt: skip
    Settings = Settings
    service = "Runway"
    keys = ("RUNWAYML_API_SECRET",)
    packages = ("runwayml",)
    base_variable = "RUNWAYML_BASE_URL"
    base = "https://api.dev.runwayml.com"
    statuses: ClassVar[Mapping[str, State]] = {
        "PENDING": "waiting", "THROTTLED": "waiting", "RUNNING": "running", "SUCCEEDED": "done", "FAILED": "failed",
        "CANCELLED": "failed",
    }  # fmt: skip
    prompt_limit = 1000
    image_limit = 5 << 20

    def connect(self) -> None:
        self._client: Any = self.library("runwayml").RunwayML(
            api_key=self.key("RUNWAYML_API_SECRET"),
            base_url=self.address,
            max_retries=0,
            http_client=self.http,
        )

    def size(self) -> tuple[int, int]:
        width, _, height = self.settings.ratio.partition(":")
        return int(width), int(height)

    def check(self, case: Case, image: Image) -> None:
        if self.settings.model == "gen4.5" and not case.prompt.strip():
            raise UsageError(f"case '{case.id}' has no prompt, and Runway's gen4.5 needs one")

    def submit(self, request: TaskRequest) -> Submission:
        prompt = {"prompt_text": request.case.prompt} if request.case.prompt.strip() else {}
        answer = self._client.image_to_video.with_raw_response.create(
            model=self.settings.model,
            prompt_image=self.data_uri(request.image),
            ratio=self.settings.ratio,
            duration=self.settings.duration,
            seed=request.seed,
            **prompt,
        )
        # The raw answer: the library misreads one that lacks a field as one of another kind.
        content = self.parsed(answer.http_response)
        return Submission(self.required(content, "id"), _dollars(content.get("estimatedCost")))

    def poll(self, task: str) -> TaskStatus:
        content = self.parsed(self._client.tasks.with_raw_response.retrieve(task).http_response)
        output = content.get("output") or [None]
        reasons = (content.get("failureCode"), content.get("failure"))
        return TaskStatus(
            status=self.required(content, "status"),
            progress=float(content.get("progress") or 0.0),
            url=output[0],
            reason=" ".join(str(each) for each in reasons if each),
            cost=_dollars(content.get("cost")),
        )


def _dollars(cost: Any) -> float | None:
    """US dollars of Runway's credits; None if it states none."""
    credits = cost.get("credits") if isinstance(cost, Mapping) else None
    return float(credits) * USD_PER_CREDIT if isinstance(credits, int | float) else None
