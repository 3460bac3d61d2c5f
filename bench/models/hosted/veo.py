"""Google's hosted models, through its own client library: Veo on Vertex, and Gemini Omni, its successor."""

from __future__ import annotations

import base64
import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from bench import models
from bench.errors import RemoteFailed, Unavailable
from bench.models import plans, requirements
from bench.models.hosted.polling import PollingModel, State, Submission, TaskRequest, TaskStatus
from bench.models.requirements import Need
from bench.types import ModelCard

UHD = 2160
"""Pixels of the shorter side that Google calls '4k'."""

KEYS = ("GOOGLE_API_KEY", "GEMINI_API_KEY")


class Google(PollingModel):
    """The client, sizes and keys that both of Google's kinds of video models share."""

    service = "Google"
    packages = ("google-genai",)
    price_setting = "resolution"
    reply_limit = 256 << 20  # the clip may come with the answer, as base64

    @abstractmethod
    def client(self, genai: Any, options: Any) -> Any:
        """The client of the API that this model belongs to."""

    def connect(self) -> None:
        genai = self.library("google.genai")
        types = self.library("google.genai.types")
        self._types: Any = types
        place = {}
        if self.address:
            place["base_url"] = self.address
        self._client: Any = self.client(
            genai,
            types.HttpOptions(
                httpx_client=self.http,
                async_client_args={"verify": self.ssl_context},  # a second client, never used
                timeout=round(self.timing.timeout * 1000),
                retry_options=types.HttpRetryOptions(attempts=1),
                **place,
            ),
        )

    def size(self) -> tuple[int, int]:
        resolution = self.settings.resolution
        short_side = UHD if resolution == "4k" else int(resolution.removesuffix("p"))
        return plans.aspect_size(short_side, self.settings.aspect_ratio)

    def own_keys(self) -> list[str]:
        return [value for name in KEYS if (value := os.environ.get(name, "").strip())]


@dataclass(frozen=True)
class VeoSettings:
    """What is asked for.

    Attributes:
        model: Google's name.
        resolution: of the clip's shorter side.
        aspect_ratio: of the clip.
        duration: seconds.
        negative_prompt: what should not be seen; None: not sent.
        generate_audio: whether to pay for sound, which no metric here measures.
    """

    model: str = "veo-3.1-generate-001"
    resolution: Literal["720p", "1080p"] = "720p"
    aspect_ratio: Literal["16:9", "9:16"] = "16:9"
    duration: Literal["4", "6", "8"] = "8"
    negative_prompt: str | None = None
    generate_audio: bool = False


@models.add
class Veo(Google):
    """Google Veo 3.1, on Vertex."""

    card = ModelCard(
        name="veo", title="Google Veo 3.1", version=1, reads_text=True, frames=None, fps=None, width=1280, height=720,
        weights=None, licence="proprietary: Google's terms", paper="", family="hosted", access="hosted",
        takes=("first frame", "last frame", "negative prompt"), as_of="2026-11-22",
        note="hosted and paid, on Vertex only: needs GOOGLE_CLOUD_PROJECT and `gcloud auth application-default login`, "
        "or GOOGLE_API_KEY; a case's last keyframe becomes the last frame",
    )  # fmt: skip
    Settings = VeoSettings
    base_variable = "GOOGLE_VERTEX_BASE_URL"
    statuses: ClassVar[Mapping[str, State]] = {"running": "running", "done": "done", "failed": "failed"}
    takes_last = True

    def needs(self) -> Iterator[Need]:
        yield from super().needs()
        yield requirements.key("GOOGLE_CLOUD_PROJECT", "GOOGLE_API_KEY", self.base_variable)

    def load(self) -> None:
        names = ("GOOGLE_CLOUD_PROJECT", "GOOGLE_API_KEY", self.base_variable)
        if not any(os.environ.get(name, "").strip() for name in names):
            raise Unavailable(
                f"model '{self.card.name}' needs a project of Google Cloud, or a key",
                "export GOOGLE_CLOUD_PROJECT=… and run `gcloud auth application-default login`, or export"
                " GOOGLE_API_KEY=…",
            )
        super().load()

    def client(self, genai: Any, options: Any) -> Any:
        if self.address:  # a gateway does its own authentication
            options.base_url_resource_scope = self._types.ResourceScope.COLLECTION
        return genai.Client(enterprise=True, http_options=options)

    def submit(self, request: TaskRequest) -> Submission:
        chosen, types = self.settings, self._types
        config = {
            "number_of_videos": 1,
            "duration_seconds": int(chosen.duration),
            "resolution": chosen.resolution,
            "aspect_ratio": chosen.aspect_ratio,
            "seed": request.seed,
            "generate_audio": chosen.generate_audio,
            "negative_prompt": chosen.negative_prompt,
            "last_frame": self._picture(request.last) if request.last is not None else None,
        }
        operation = self._client.models.generate_videos(
            model=chosen.model,
            source=types.GenerateVideosSource(
                prompt=request.case.prompt or None, image=self._picture(request.image)
            ),
            config=types.GenerateVideosConfig(
                **{name: value for name, value in config.items() if value is not None}
            ),
        )
        return Submission(operation.name or "")

    def poll(self, task: str) -> TaskStatus:
        operation = self._client.operations.get(self._types.GenerateVideosOperation(name=task))
        if not operation.done:
            return TaskStatus("running", progress=_percent(operation.metadata))
        if operation.error:
            return TaskStatus(
                "failed", reason=f"{operation.error.get('code', '')} {operation.error.get('message', '')}"
            )
        answer = operation.response or operation.result
        videos = (answer.generated_videos if answer else None) or []
        if not videos:
            filtered = "; ".join((answer.rai_media_filtered_reasons if answer else None) or [])
            return TaskStatus("failed", reason=filtered or "it is done and has no clip")
        video = videos[0].video
        return TaskStatus(
            "done", content=video.video_bytes if video else None, url=video.uri if video else None
        )

    def _picture(self, image: Any) -> Any:
        return self._types.Image(image_bytes=self.png(image), mime_type="image/png")


@dataclass(frozen=True)
class OmniSettings:
    """What is asked for.

    Attributes:
        model: Google's name.
        resolution: of the clip's shorter side.
        aspect_ratio: of the clip.
        duration: seconds.
    """

    model: str = "gemini-omni-1.1-flash"
    resolution: Literal["360p", "720p", "1080p", "4k"] = "720p"
    aspect_ratio: Literal["16:9", "9:16"] = "16:9"
    duration: Literal["4", "5", "6", "8", "10"] = "5"


@models.add
class GeminiOmni(Google):
    """Google Gemini Omni, named by Google as Veo's successor for its developer API."""

    card = ModelCard(
        name="gemini-omni", title="Google Gemini Omni", version=1, reads_text=True, frames=None, fps=None, width=1280,
        height=720, weights=None, licence="proprietary: Google's terms", paper="", family="hosted", access="hosted",
        takes=("image prompt",), as_of="2026-11-22",
        note="hosted and paid: needs GEMINI_API_KEY or GOOGLE_API_KEY; takes no seed; the image is part of the prompt, "
        "which need not become the first frame",
    )  # fmt: skip
    Settings = OmniSettings
    base_variable = "GOOGLE_GEMINI_BASE_URL"
    base = "https://generativelanguage.googleapis.com"
    statuses: ClassVar[Mapping[str, State]] = {
        "queued": "waiting", "in_progress": "running", "completed": "done", "failed": "failed",
        "cancelled": "failed", "incomplete": "failed", "requires_action": "failed", "budget_exceeded": "failed",
    }  # fmt: skip

    def needs(self) -> Iterator[Need]:
        yield from super().needs()
        yield requirements.key("GEMINI_API_KEY", "GOOGLE_API_KEY")

    def load(self) -> None:
        if not self.own_keys():
            raise Unavailable(f"model '{self.card.name}' needs a key of Google", "export GEMINI_API_KEY=…")
        super().load()

    def client(self, genai: Any, options: Any) -> Any:
        return genai.Client(enterprise=False, api_key=self.own_keys()[-1], http_options=options)

    def headers(self) -> dict[str, str]:
        return {"x-goog-api-key": self.own_keys()[-1]}

    def submit(self, request: TaskRequest) -> Submission:
        chosen = self.settings
        prompt = [{"type": "text", "text": request.case.prompt}] if request.case.prompt.strip() else []
        image = {"type": "image", "data": self.base64(request.image), "mime_type": "image/png"}
        told = self._client.interactions.create(
            model=chosen.model,
            input=[*prompt, image],
            response_format={
                "type": "video",
                "resolution": chosen.resolution,
                "aspect_ratio": chosen.aspect_ratio,
                "duration": f"{chosen.duration}s",
            },
            background=True,
            store=True,
        )
        return Submission(told.id or "")

    def poll(self, task: str) -> TaskStatus:
        told = self._client.interactions.get(task).model_dump(mode="json")
        video = told.get("output_video") or _video(told.get("steps") or [])
        errors = "; ".join(
            f"{each.get('code', '')} {each.get('message', '')}" for each in told.get("errors") or []
        )
        status = self.required(told, "status")
        return TaskStatus(status, url=video.get("uri"), content=_decoded(video.get("data")), reason=errors)


def _percent(metadata: Any) -> float:
    percent = metadata.get("progressPercent") if isinstance(metadata, Mapping) else None
    return float(percent) / 100.0 if isinstance(percent, int | float) else 0.0


def _video(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The last video in a model's output."""
    contents = [each for step in steps for each in step.get("content") or [] if isinstance(each, dict)]
    return next((each for each in reversed(contents) if each.get("type") == "video"), {})


def _decoded(data: Any) -> bytes | None:
    if not isinstance(data, str) or not data:
        return None
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        raise RemoteFailed("Google answers with a clip that is not base64") from None
