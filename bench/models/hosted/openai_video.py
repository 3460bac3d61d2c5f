"""Any server that speaks OpenAI's video API: vLLM-Omni, SGLang, FastVideo, Dynamo, LiteLLM.

They agree on three addresses and little else. The table DIALECTS says how they differ: what a setting is called, where
it goes, how the picture is sent. What is not set is not sent, so that the server's own defaults hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from annotated_types import Ge, Le

from bench import models
from bench.errors import UsageError
from bench.models.hosted.polling import PollingModel, Price, State, Submission, TaskRequest, TaskStatus
from bench.models.plans import Plan
from bench.models.requirements import Need
from bench.types import Case, Image, ModelCard

_ENGINE = {
    "seconds": "seconds", "num_frames": "num_frames", "fps": "fps", "steps": "num_inference_steps",
    "guidance": "guidance_scale", "negative_prompt": "negative_prompt", "seed": "seed",
}  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How one kind of server differs.

    Attributes:
        fields: our name of a setting -> the server's; settings that are missing here are refused.
        picture: 'file' uploads the image with a form, 'address' writes it into a JSON body as a data URI.
        nested: name of an object within the request -> our names of the settings that go into it.
        is_paid: whether clips cost money.
    """

    fields: Mapping[str, str]
    picture: Literal["file", "address"] = "file"
    nested: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_paid: bool = False


DIALECTS: Mapping[str, Dialect] = {
    "vllm_omni": Dialect(_ENGINE | {"width": "width", "height": "height"}),
    "sglang": Dialect(_ENGINE | {"size": "size"}),
    "fastvideo": Dialect(_ENGINE | {"size": "size"}),
    "dynamo": Dialect(
        _ENGINE | {"size": "size"},
        picture="address",
        nested={"nvext": ("num_frames", "fps", "steps", "guidance", "negative_prompt", "seed")},
    ),
    "litellm": Dialect({"seconds": "seconds", "size": "size"}, is_paid=True),
    "openai": Dialect({"seconds": "seconds", "size": "size"}, is_paid=True),
}


@dataclass(frozen=True)
class Settings:
    """Where the server is, and what it is asked for; None: not sent, so that the server decides.

    Attributes:
        base_url: with the /v1 that the API begins with.
        dialect: which kind of server.
        model: the server's name of what runs; most serve one model.
        api_key_variable: name of the environment variable that holds the key; '' for a server without one. Never
            the key itself: settings are published with the results.
        width, height: of the clip, pixels; both or neither.
        num_frames, fps: of the clip.
        seconds: length of the clip, for servers that do not take a number of frames.
        steps: of denoising.
        guidance: how strongly the prompt guides.
        negative_prompt: what should not be seen.
        extra: more fields of the request, as a JSON object: '{"flow_shift": 12}'.
    """

    base_url: str = "http://127.0.0.1:8000/v1"
    dialect: Literal["vllm_omni", "sglang", "fastvideo", "dynamo", "litellm", "openai"] = "vllm_omni"
    model: str | None = None
    api_key_variable: str = ""
    width: Annotated[int, Ge(16)] | None = None
    height: Annotated[int, Ge(16)] | None = None
    num_frames: Annotated[int, Ge(1)] | None = None
    fps: Annotated[int, Ge(1), Le(240)] | None = None
    seconds: Annotated[int, Ge(1)] | None = None
    steps: Annotated[int, Ge(1), Le(1000)] | None = None
    guidance: Annotated[float, Ge(0), Le(1000)] | None = None
    negative_prompt: str | None = None
    extra: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(
                f"base_url is an http address, as http://127.0.0.1:8000/v1, not '{parts.path[:80]}'"
            )
        if parts.username or parts.password or parts.query:
            raise UsageError(
                "base_url holds no name, password or query: it is published; see api_key_variable"
            )
        if self.api_key_variable and not re.fullmatch(r"[A-Z][A-Z0-9_]*", self.api_key_variable):
            raise UsageError(
                "api_key_variable is the name of an environment variable, as MY_KEY, never a key itself"
            )
        if (self.width is None) != (self.height is None):
            raise UsageError(f"width and height go together, not {self.width} x {self.height}")
        _extra(self.extra)


@models.add
class OpenAIVideo(PollingModel):
    """A model behind a server that speaks OpenAI's video API."""

    card = ModelCard(
        name="openai-video", title="OpenAI-compatible server", version=1, reads_text=True, frames=None, fps=None,
        width=None, height=None, weights=None, licence="that of the model behind the server", paper="",
        family="hosted", access="hosted", takes=("first frame", "negative prompt"), as_of="2026-11-22",
        note="needs a running server: --set base_url=… and --set dialect=…; the model that runs there is not checked",
    )  # fmt: skip
    Settings = Settings
    service = "the server"
    statuses: ClassVar[Mapping[str, State]] = {
        "queued": "waiting", "pending": "waiting", "in_progress": "running", "processing": "running",
        "running": "running", "completed": "done", "succeeded": "done", "failed": "failed", "cancelled": "failed",
        "canceled": "failed", "expired": "failed", "deleted": "failed",
    }  # fmt: skip
    needs_prompt = True

    def __init__(self, settings: Any = None, runtime: Any = None, checkpoint: Any = None) -> None:
        super().__init__(settings, runtime, checkpoint)
        name = self.settings.api_key_variable
        self.keys = (name,) if name else ()

    @property
    def dialect(self) -> Dialect:
        """The dialect of this server."""
        return DIALECTS[self.settings.dialect]

    @property
    def is_paid(self) -> bool:
        return self.dialect.is_paid

    @property
    def address(self) -> str:
        return str(self.settings.base_url).rstrip("/")

    def location(self) -> str:
        return f"server {urlsplit(self.address).netloc}"

    def size(self) -> tuple[int, int] | None:
        width, height = self.settings.width, self.settings.height
        return None if width is None or height is None else (width, height)

    def seconds(self) -> float | None:
        chosen = self.settings
        if chosen.num_frames is not None and chosen.fps is not None:
            return float(chosen.num_frames / chosen.fps)
        return None if chosen.seconds is None else float(chosen.seconds)

    def price(self) -> Price | None:
        return super().price() if self.is_paid and self.seconds() else None

    def check(self, case: Case, image: Image) -> None:
        own = {name for name, value in self._wanted(0).items() if value is not None}
        strange = sorted(own - set(self.dialect.fields) - {"seed"})
        if strange:
            raise UsageError(
                f"dialect '{self.settings.dialect}' takes no {', '.join(strange)}; leave it unset"
            )

    def plan(self, case: Case) -> Plan:
        plan, chosen = super().plan(case), self.settings
        notes = plan.notes
        if "seed" not in self.dialect.fields:
            notes += ("the server takes no seed: every call gives another clip",)
        return replace(plan, frames=chosen.num_frames, fps=chosen.fps, steps=chosen.steps, notes=notes)

    def needs(self) -> Iterator[Need]:
        yield from super().needs()
        remedy = "start it, or --set base_url=… says where it is"
        yield Need("server", self.address, False, "not asked yet", remedy, address=self.address)

    def headers(self) -> dict[str, str]:
        keys = self.own_keys()
        return {"Authorization": f"Bearer {keys[0]}"} if keys else {}

    def submit(self, request: TaskRequest) -> Submission:
        fields = self._fields(request)
        if self.dialect.picture == "file":
            picture = {"input_reference": ("image.png", self.png(request.image), "image/png")}
            told = self.json("POST", f"{self.address}/videos", data=_as_form(fields), files=picture)
        else:
            fields["input_reference"] = self.data_uri(request.image)
            told = self.json("POST", f"{self.address}/videos", json=fields)
        return Submission(self.required(told, "id"))

    def poll(self, task: str) -> TaskStatus:
        answer = self.http.get(f"{self.address}/videos/{task}", headers=self.headers())
        answer.raise_for_status()
        told = self.parsed(answer)
        error = told.get("error") or {}
        reason = (
            error if isinstance(error, str) else f"{error.get('code') or ''} {error.get('message') or ''}"
        )
        memory = _number(told.get("peak_memory_mb"))
        return TaskStatus(
            status=self.required(told, "status"),
            prompt=told["prompt"].strip() if isinstance(told.get("prompt"), str) else "",
            progress=(_number(told.get("progress")) or 0.0) / 100.0,
            url=f"{self.address}/videos/{task}/content",
            reason=reason,
            cost=_number(answer.headers.get("x-litellm-response-cost")),
            seconds=_number(told.get("inference_time_s"))
            or _number(answer.headers.get("x-inference-time-s")),
            peak_memory=round(memory * 2**20) if memory else None,  # vLLM-Omni says 0 if unknown
        )

    def _wanted(self, seed: int) -> dict[str, Any]:
        """The settings that can be asked for, by our names, with the size in the dialect's form."""
        chosen = self.settings
        size = self.size()
        sizes = {"size": size and f"{size[0]}x{size[1]}"}
        if "width" in self.dialect.fields:
            sizes = {"width": chosen.width, "height": chosen.height}
        return {
            **sizes, "num_frames": chosen.num_frames, "fps": chosen.fps, "seconds": chosen.seconds,
            "steps": chosen.steps, "guidance": chosen.guidance, "negative_prompt": chosen.negative_prompt, "seed": seed,
        }  # fmt: skip

    def _fields(self, request: TaskRequest) -> dict[str, Any]:
        """The request's fields, by the server's names, each where the dialect puts it."""
        fields: dict[str, Any] = {"prompt": request.case.prompt}
        if self.settings.model is not None:
            fields["model"] = self.settings.model
        homes = {name: home for home, names in self.dialect.nested.items() for name in names}
        for name, value in self._wanted(request.seed).items():
            if value is not None and name in self.dialect.fields:
                place = fields.setdefault(homes[name], {}) if name in homes else fields
                place[self.dialect.fields[name]] = value
        return fields | _extra(self.settings.extra)


def _extra(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise UsageError(f"extra is a JSON object, as '{{\"flow_shift\": 12}}', not '{text[:80]}'")
    return fields


def _as_form(fields: Mapping[str, Any]) -> dict[str, str]:
    """Fields as a form holds them: text as it is, everything else as JSON."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}


def _number(value: Any) -> float | None:
    """A positive number that a server states, as a number or as text; None for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0.0 < number < float("inf") else None
