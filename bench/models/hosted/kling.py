"""Kling's hosted models, through HTTP: every request carries a freshly signed token, since one lasts half an hour."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le

from bench import models
from bench.errors import RemoteFailed, UsageError
from bench.models.hosted.polling import PollingModel, State, Submission, TaskRequest, TaskStatus
from bench.types import Case, Image, ModelCard

PATH = "/v1/videos/image2video"
SHORTEST_SIDE = 300
WIDEST = 2.5
TOKEN_SECONDS, SKEW_SECONDS = 1800, 5


@dataclass(frozen=True)
class Settings:
    """What is asked for.

    Attributes:
        model: Kling's name.
        mode: 'std' is smaller and cheaper than 'pro'.
        duration: seconds.
        cfg_scale: how strongly the prompt guides; None, here and below: not sent.
        negative_prompt: what should not be seen.
    """

    model: str = "kling-v3"
    mode: Literal["std", "pro"] = "std"
    duration: Literal["5", "10"] = "5"
    cfg_scale: Annotated[float, Ge(0), Le(1)] | None = None
    negative_prompt: str | None = None


@models.add
class Kling(PollingModel):
    """Kling, hosted; the clip's size follows the image."""

    card = ModelCard(
        name="kling", title="Kling", version=1, reads_text=True, frames=None, fps=None, width=None, height=None,
        weights=None, licence="proprietary: Kling's terms", paper="", family="hosted", access="hosted",
        takes=("first frame", "last frame", "negative prompt"), as_of="2026-11-22",
        note="hosted and paid: needs KLING_ACCESS_KEY and KLING_SECRET_KEY; takes no seed; a case's last keyframe "
        "becomes the last frame; KLING_BASE_URL chooses a region",
    )  # fmt: skip
    Settings = Settings
    service = "Kling"
    keys = ("KLING_ACCESS_KEY", "KLING_SECRET_KEY")
    packages = ("pyjwt",)
    base_variable = "KLING_BASE_URL"
    base = "https://api.klingai.com"
    price_setting = "mode"
    statuses: ClassVar[Mapping[str, State]] = {
        "submitted": "waiting", "processing": "running", "succeed": "done", "failed": "failed",
    }  # fmt: skip
    prompt_limit = 2500
    takes_last = True

    def check(self, case: Case, image: Image) -> None:
        height, width = image.shape[:2]
        if min(height, width) < SHORTEST_SIDE:
            raise UsageError(
                f"the image of case '{case.id}' is {width} x {height}, and Kling takes at least"
                f" {SHORTEST_SIDE} pixels per side"
            )
        if max(height, width) > WIDEST * min(height, width):
            raise UsageError(
                f"the image of case '{case.id}' is {width} x {height}, and Kling takes 1:2.5 to 2.5:1"
            )

    def connect(self) -> None:
        self._jwt: Any = self.library("jwt")

    def headers(self) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": self.key("KLING_ACCESS_KEY"), "exp": now + TOKEN_SECONDS, "nbf": now - SKEW_SECONDS,
        }  # fmt: skip
        token = self._jwt.encode(claims, self.key("KLING_SECRET_KEY"), algorithm="HS256")
        return {"Authorization": f"Bearer {token}"}

    def submit(self, request: TaskRequest) -> Submission:
        chosen = self.settings
        asked = {
            "model_name": chosen.model,
            "mode": chosen.mode,
            "duration": chosen.duration,
            "image": self.base64(request.image),  # bare: Kling refuses a data: prefix
            "image_tail": self.base64(request.last) if request.last is not None else None,
            "prompt": request.case.prompt or None,
            "negative_prompt": chosen.negative_prompt,
            "cfg_scale": chosen.cfg_scale,
        }
        sent = {name: value for name, value in asked.items() if value is not None}
        return Submission(self.required(self._call("POST", PATH, json=sent), "task_id"))

    def poll(self, task: str) -> TaskStatus:
        told = self._call("GET", f"{PATH}/{task}")
        videos = (told.get("task_result") or {}).get("videos") or [{}]
        return TaskStatus(
            status=self.required(told, "task_status"),
            url=videos[0].get("url"),
            reason=str(told.get("task_status_msg") or ""),
        )

    def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """The data in Kling's envelope, which has a code of its own beside HTTP's."""
        envelope = self.json(method, f"{self.address}{path}", **content)
        if envelope.get("code") != 0:
            told = self.redacted(f"{envelope.get('code')} {envelope.get('message')}")
            raise RemoteFailed(f"Kling refuses: {told}")
        data = envelope.get("data")
        if not isinstance(data, dict):
            raise RemoteFailed("Kling answers without 'data', or with data that is not an object")
        return data
