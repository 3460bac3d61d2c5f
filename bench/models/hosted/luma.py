"""Luma's hosted Ray, through the client library of the Luma Agents API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from bench import models
from bench.errors import UsageError
from bench.models import plans
from bench.models.hosted.polling import PollingModel, State, Submission, TaskRequest, TaskStatus
from bench.types import Case, Image, Keyframe, ModelCard

FPS = 24
"""Frames per second of the grid that keyframes are placed on."""

MAX_KEYFRAMES = 64


@dataclass(frozen=True)
class Settings:
    """What is asked for.

    Attributes:
        model: Luma's name.
        resolution: of the clip's shorter side.
        aspect_ratio: of the clip.
        duration: seconds.
    """

    model: Literal["ray-3.2"] = "ray-3.2"
    resolution: Literal["360p", "540p", "720p", "1080p"] = "720p"
    aspect_ratio: Literal["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"] = "16:9"
    duration: Literal["5s", "10s"] = "5s"


@models.add
class Luma(PollingModel):
    """Luma Ray 3.2, hosted; its clips pass through every keyframe of a case."""

    card = ModelCard(
        name="luma", title="Luma Ray 3.2", version=1, reads_text=True, frames=None, fps=None, width=1280, height=720,
        weights=None, licence="proprietary: Luma's terms", paper="", family="hosted", access="hosted",
        takes=("first frame", "last frame", "keyframes"), as_of="2026-11-22",
        note="hosted and paid: needs LUMA_AGENTS_API_KEY; takes no seed, so every call gives another clip",
    )  # fmt: skip
    Settings = Settings
    service = "Luma"
    keys = ("LUMA_AGENTS_API_KEY",)
    packages = ("luma-agents",)
    base_variable = "LUMA_BASE_URL"
    base = "https://agents.lumalabs.ai/v1"
    price_setting = "resolution"
    statuses: ClassVar[Mapping[str, State]] = {
        "queued": "waiting", "processing": "running", "completed": "done", "failed": "failed",
    }  # fmt: skip
    needs_prompt = True

    def connect(self) -> None:
        self._client: Any = self.library("luma_agents").Luma(
            auth_token=self.key("LUMA_AGENTS_API_KEY"),
            base_url=self.address,
            max_retries=0,
            http_client=self.http,
        )

    def size(self) -> tuple[int, int]:
        return plans.aspect_size(int(self.settings.resolution.removesuffix("p")), self.settings.aspect_ratio)

    def check(self, case: Case, image: Image) -> None:
        last = round((self.seconds() or 0.0) * FPS)
        late = [keyframe.frame for keyframe in case.keyframes if keyframe.frame > last]
        if late:
            raise UsageError(
                f"case '{case.id}' has a keyframe at {late[0]}, and this clip of Luma ends at {last}"
            )
        if len(case.keyframes) >= MAX_KEYFRAMES:
            raise UsageError(
                f"case '{case.id}' has {len(case.keyframes)} keyframes, and Luma takes 63 and a start"
            )

    def submit(self, request: TaskRequest) -> Submission:
        # One keyframe at 0 is a start frame that also allows 10 seconds, which Luma's start_frame does not.
        inner = [keyframe for keyframe in request.case.keyframes if keyframe.frame > 0]
        pictures = [request.image, *(self._picture(keyframe, request) for keyframe in inner)]
        answer = self._client.generations.with_raw_response.create(
            prompt=request.case.prompt,
            type="video",
            model=self.settings.model,
            aspect_ratio=self.settings.aspect_ratio,
            video={
                "resolution": self.settings.resolution,
                "duration": self.settings.duration,
                "keyframes": [{"data": self.base64(each), "media_type": "image/png"} for each in pictures],
                "keyframe_indexes": [0, *(keyframe.frame for keyframe in inner)],
            },
        )
        return Submission(self.required(self.parsed(answer.http_response), "id"))

    def poll(self, task: str) -> TaskStatus:
        content = self.parsed(self._client.generations.with_raw_response.get(task).http_response)
        output = [each.get("url") for each in content.get("output") or [] if each.get("type") == "video"]
        reasons = (content.get("failure_code"), content.get("failure_reason"))
        return TaskStatus(
            status=self.required(content, "state"),
            url=output[0] if output else None,
            reason=" ".join(str(each) for each in reasons if each),
        )

    def _picture(self, keyframe: Keyframe, request: TaskRequest) -> Image:
        return self.fitted(keyframe.image, request.plan)
