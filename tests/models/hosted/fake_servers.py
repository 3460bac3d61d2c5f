"""Fake servers of vendors' APIs on this machine: each checks its requests as the vendor's would.

A script says what goes wrong: faults that come before the true answers, the words that a task's status goes through,
links that have expired, files that are cut.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import jwt
from PIL import Image

SECRET = "key-that-nobody-may-see-0123456789abcdef"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, bytes]:
        """The fields of a multipart form."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts: Any = message_from_bytes(head + self.body).get_payload()
        return {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in parts
        }


@dataclass(frozen=True)
class Reply:
    """An answer; with `cut`, only so many of the bytes that its header promises are sent."""

    status: int = 200
    content: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut: int | None = None
    hang: bool = False

    @property
    def body(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()


class Refused(Exception):
    """The vendor's answer to a wrong request."""

    def __init__(self, status: int, content: Any) -> None:
        super().__init__(f"{status} {content}")
        self.reply = Reply(status, content)


class Fake:
    """One vendor: a subclass defines its addresses and answers.

    Attributes:
        clip: bytes of the file that tasks end with.
        faults: kind of request ('create', 'poll', 'file') -> answers that come first.
        statuses: words that a task goes through, one a poll; the last one stays.
        asked: kind -> the requests that came.
        files: what is sent instead of the clip, one a download.
    """

    waiting: ClassVar[tuple[str, ...]]
    done: ClassVar[str]
    failed: ClassVar[str]

    def __init__(self, clip: bytes) -> None:
        self.clip = clip
        self.faults: dict[str, list[Reply]] = defaultdict(list)
        self.statuses = [*self.waiting, self.done]
        self.asked: dict[str, list[Asked]] = defaultdict(list)
        self.polls: dict[str, int] = {}
        self.moderation: str = ""
        self.address = ""
        self.released = threading.Event()

    def kind(self, asked: Asked) -> str:
        """'create', 'poll', 'result' or 'file'."""
        if asked.path.startswith("/files/"):
            return "file"
        return "create" if asked.method == "POST" else "poll"

    def answer(self, asked: Asked) -> Reply:
        kind = self.kind(asked)
        self.asked[kind].append(asked)
        if self.faults[kind]:
            return self.faults[kind].pop(0)
        try:
            if kind == "file":
                return Reply(content=self.clip, kind="video/mp4")
            return self.true(kind, asked)
        except Refused as refused:
            return refused.reply
        except Exception as error:
            return Reply(400, {"error": f"what came cannot be read: {type(error).__name__} {error}"})

    def true(self, kind: str, asked: Asked) -> Reply:
        self.check_key(asked)
        if kind == "create":
            self.check(asked)
            task = f"task-{len(self.polls) + 1}"
            self.polls[task] = 0
            return Reply(content=self.created(task))
        task = self.task_of(asked)
        if task not in self.polls:
            raise Refused(404, {"error": {"message": f"no task {task}"}})
        return Reply(content=self.told(task, self.next_status(task)))

    def next_status(self, task: str) -> str:
        status = self.statuses[min(self.polls[task], len(self.statuses) - 1)]
        self.polls[task] += 1
        return status

    def link(self) -> str:
        """A fresh address of the clip, signed as a vendor's would be."""
        return f"{self.address}/files/{len(self.asked['poll'])}.mp4?signature={SECRET}"

    def task_of(self, asked: Asked) -> str:
        return asked.path.partition("?")[0].rstrip("/").rpartition("/")[2]

    def check_key(self, asked: Asked) -> None:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            raise Refused(401, {"error": f"the key {asked.headers.get('authorization')} is wrong"})

    def check(self, asked: Asked) -> None:
        raise NotImplementedError

    def created(self, task: str) -> Any:
        raise NotImplementedError

    def told(self, task: str, status: str) -> Any:
        raise NotImplementedError


def expect(claim: bool, problem: str) -> None:
    if not claim:
        raise Refused(400, {"error": problem})


def picture(content: bytes) -> tuple[int, int]:
    """Width and height of a picture, which must be a PNG."""
    opened = Image.open(io.BytesIO(content))
    expect(opened.format == "PNG", "the image is a PNG")
    return opened.size


def from_data_uri(uri: str) -> bytes:
    expect(uri.startswith("data:image/png;base64,"), "the image is a data URI")
    return base64.b64decode(uri.partition(",")[2], validate=True)


class FakeRunway(Fake):
    waiting = ("PENDING", "THROTTLED", "RUNNING")
    done, failed = "SUCCEEDED", "FAILED"

    def check(self, asked: Asked) -> None:
        sent = asked.json
        expect(asked.path == "/v1/image_to_video", "the address of image to video")
        expect(asked.headers.get("x-runway-version") == "2024-11-06", "the version header")
        expect(0 <= sent["seed"] < 2**32, "the seed")
        expect(
            ":".join(map(str, picture(from_data_uri(sent["promptImage"])))) == sent["ratio"],
            "the image's size",
        )

    def created(self, task: str) -> Any:
        return {"id": task, "estimatedCost": {"credits": 25.0}}

    def told(self, task: str, status: str) -> Any:
        told: dict[str, Any] = {"id": task, "createdAt": "2026-11-22T00:00:00Z", "status": status}
        if status == "RUNNING":
            told |= {"progress": 0.5, "estimatedCost": {"credits": 25}}
        elif status == "SUCCEEDED":
            told |= {"output": [self.link()], "cost": {"credits": 20}}
        elif status == "FAILED":
            code = "SAFETY.INPUT.IMAGE" if self.moderation else "INTERNAL.BAD_OUTPUT.CODE01"
            told |= {"failure": self.moderation or "it broke", "failureCode": code, "cost": {"credits": 0}}
        return told


class FakeLuma(Fake):
    waiting = ("queued", "processing")
    done, failed = "completed", "failed"

    def check(self, asked: Asked) -> None:
        sent = asked.json
        expect(asked.path == "/generations" and sent["type"] == "video", "a generation of a video")
        video = sent["video"]
        expect(len(video["keyframes"]) == len(video["keyframe_indexes"]), "an index for each keyframe")
        expect("start_frame" not in video and video["keyframe_indexes"][0] == 0, "the start is a keyframe")
        for each in video["keyframes"]:
            expect(
                each["media_type"] == "image/png" and min(picture(base64.b64decode(each["data"]))) > 0,
                "images",
            )

    def created(self, task: str) -> Any:
        return self._told(task, "queued")

    def told(self, task: str, status: str) -> Any:
        told = self._told(task, status)
        if status == "completed":
            told["output"] = [{"type": "video", "url": self.link()}]
        elif status == "failed":
            told["failure_code"] = "content_moderated" if self.moderation else "generation_failed"
            told["failure_reason"] = self.moderation or "it broke"
        return told

    def _told(self, task: str, status: str) -> dict[str, Any]:
        return {"id": task, "created_at": "2026-11-22", "model": "ray-3.2", "state": status, "type": "video"}


class FakeVeo(Fake):
    """Vertex: long-running operations; the clip's bytes come with the answer."""

    waiting = ("running", "running")
    done, failed = "done", "failed"

    def __init__(self, clip: bytes) -> None:
        super().__init__(clip)
        self.contents: list[bytes] = []

    def kind(self, asked: Asked) -> str:
        return "create" if asked.path.endswith(":predictLongRunning") else "poll"

    def check_key(self, asked: Asked) -> None:
        pass  # a gateway does its own authentication

    def check(self, asked: Asked) -> None:
        (instance,) = asked.json["instances"]
        width, height = picture(base64.b64decode(instance["image"]["bytesBase64Encoded"]))
        parameters = asked.json["parameters"]
        expect((width, height) == (1280, 720) and parameters["aspectRatio"] == "16:9", "the size")
        expect(parameters["durationSeconds"] in (4, 6, 8) and parameters["seed"] >= 0, "length and seed")

    def created(self, task: str) -> Any:
        return {"name": f"publishers/google/models/veo/operations/{task}"}

    def task_of(self, asked: Asked) -> str:
        return str(asked.json["operationName"]).rpartition("/")[2]

    def told(self, task: str, status: str) -> Any:
        name = f"publishers/google/models/veo/operations/{task}"
        if status == "running":
            return {"name": name}
        if status == "failed":
            if self.moderation:
                told = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [self.moderation]}
                return {"name": name, "done": True, "response": told}
            return {"name": name, "done": True, "error": {"code": 13, "message": "it broke"}}
        content = self.contents.pop(0) if self.contents else self.clip
        video = {"bytesBase64Encoded": base64.b64encode(content).decode(), "mimeType": "video/mp4"}
        return {"name": name, "done": True, "response": {"videos": [video]}}


class FakeOmni(Fake):
    """Gemini's interactions."""

    waiting = ("in_progress", "in_progress")
    done, failed = "completed", "failed"

    def __init__(self, clip: bytes) -> None:
        super().__init__(clip)
        self.is_inline = False

    def check_key(self, asked: Asked) -> None:
        if asked.headers.get("x-goog-api-key") != SECRET:
            raise Refused(
                401, {"error": {"code": 401, "message": f"key {asked.headers.get('x-goog-api-key')}"}}
            )

    def check(self, asked: Asked) -> None:
        sent = asked.json
        expect(
            asked.path.partition("?")[0].endswith("/interactions") and sent["background"] is True,
            "in background",
        )
        said = [part for each in sent["input"] for part in each.get("content", [each])]
        (image,) = [part for part in said if part["type"] == "image"]
        expect(picture(base64.b64decode(image["data"])) == (1280, 720), "the image's size")
        wanted = sent["response_format"]
        expect(wanted["type"] == "video" and wanted["duration"].endswith("s"), "a video")

    def created(self, task: str) -> Any:
        return {
            "id": task,
            "status": "in_progress",
            "model": "gemini-omni-1.1-flash",
            "object": "interaction",
        }

    def told(self, task: str, status: str) -> Any:
        told = self.created(task) | {"status": status}
        if status == "completed":
            video = {"type": "video", "mime_type": "video/mp4"}
            inline = (
                {"data": base64.b64encode(self.clip).decode()} if self.is_inline else {"uri": self.link()}
            )
            told["steps"] = [{"type": "model_output", "content": [video | inline]}]
        elif status == "failed":
            told["errors"] = [
                {
                    "code": "safety" if self.moderation else "internal",
                    "message": self.moderation or "it broke",
                }
            ]
        return told


class FakeKling(Fake):
    waiting = ("submitted", "processing")
    done, failed = "succeed", "failed"
    access: ClassVar[str] = "access-key"

    def check_key(self, asked: Asked) -> None:
        try:
            scheme, token = asked.headers["authorization"].split()
            claims = jwt.decode(token, SECRET, algorithms=["HS256"])  # checks exp and nbf
        except (KeyError, ValueError, jwt.InvalidTokenError) as error:
            raise Refused(401, {"code": 1004, "message": f"authorization: {error}"}) from None
        expect(scheme == "Bearer" and claims["iss"] == self.access, "whose token")

    def check(self, asked: Asked) -> None:
        sent = asked.json
        expect(asked.path == "/v1/videos/image2video" and sent["duration"] in ("5", "10"), "image to video")
        expect(not sent["image"].startswith("data:"), "bare base64")
        expect(min(picture(base64.b64decode(sent["image"], validate=True))) >= 300, "300 pixels")

    def created(self, task: str) -> Any:
        return self._envelope({"task_id": task, "task_status": "submitted"})

    def told(self, task: str, status: str) -> Any:
        told: dict[str, Any] = {"task_id": task, "task_status": status}
        if status == "succeed":
            told["task_result"] = {"videos": [{"id": "v", "url": self.link(), "duration": "5"}]}
        elif status == "failed":
            told["task_status_msg"] = self.moderation or "it broke"
        return self._envelope(told)

    def _envelope(self, told: dict[str, Any]) -> dict[str, Any]:
        return {"code": 0, "message": "SUCCEED", "request_id": "r", "data": told}


class FakeFal(Fake):
    waiting = ("IN_QUEUE", "IN_PROGRESS")
    done, failed = "COMPLETED", "refused"
    """'refused' is not a status of fal: a task that ended without a clip is COMPLETED, and its result is the error."""

    def kind(self, asked: Asked) -> str:
        kind = super().kind(asked)
        return "result" if kind == "poll" and not asked.path.endswith("/status") else kind

    def check_key(self, asked: Asked) -> None:
        if asked.headers.get("authorization") != f"Key {SECRET}":
            raise Refused(401, {"detail": f"the key {asked.headers.get('authorization')} is wrong"})

    def check(self, asked: Asked) -> None:
        sent = asked.json
        expect(asked.path == "/fal-ai/pika/v2.2/image-to-video", "the address of image to video")
        expect(
            min(picture(from_data_uri(sent["image_url"]))) > 0 and sent["duration"] in (5, 10),
            "image and length",
        )

    def true(self, kind: str, asked: Asked) -> Reply:
        if kind != "result":
            return super().true(kind, asked)
        self.check_key(asked)
        if self.statuses[-1] == "refused":
            return Reply(
                422,
                {
                    "detail": [
                        {
                            "loc": ["body", "prompt"],
                            "msg": self.moderation or "it broke",
                            "type": "content_policy_violation" if self.moderation else "generation_failed",
                        }
                    ]
                },
            )
        return Reply(content={"video": {"url": self.link(), "content_type": "video/mp4"}})

    def task_of(self, asked: Asked) -> str:
        return asked.path.removesuffix("/status").rpartition("/")[2]

    def created(self, task: str) -> Any:
        return {
            "request_id": task,
            "status": "IN_QUEUE",
            "response_url": "http://elsewhere.invalid/",
            "queue_position": 0,
        }

    def told(self, task: str, status: str) -> Any:
        word = "COMPLETED" if status == "refused" else status
        metrics = {"metrics": {"inference_time": 12.5}} if word == "COMPLETED" else {}
        return {"status": word, "request_id": task, **metrics}


class FakeOpenAI(Fake):
    """A server of OpenAI's video API, as vLLM-Omni has it."""

    waiting = ("queued", "in_progress")
    done, failed = "completed", "failed"

    def __init__(self, clip: bytes) -> None:
        super().__init__(clip)
        self.extra: dict[str, Any] = {}
        self.extra_headers: dict[str, str] = {}
        self.needs_key = False

    def kind(self, asked: Asked) -> str:
        return "file" if asked.path.endswith("/content") else super().kind(asked)

    def check_key(self, asked: Asked) -> None:
        if self.needs_key:
            super().check_key(asked)

    def check(self, asked: Asked) -> None:
        expect(asked.path == "/v1/videos", "the address of videos")
        if asked.headers["content-type"].startswith("multipart/"):
            expect(
                min(picture(asked.form["input_reference"])) > 0 and bool(asked.form["prompt"]),
                "image and prompt",
            )

    def created(self, task: str) -> Any:
        return {"id": task, "object": "video", "status": "queued", "progress": 0}

    def true(self, kind: str, asked: Asked) -> Reply:
        reply = super().true(kind, asked)
        return Reply(reply.status, reply.content, self.extra_headers)

    def told(self, task: str, status: str) -> Any:
        told: dict[str, Any] = {"id": task, "object": "video", "status": status, "progress": 50}
        if status == "completed":
            told |= self.extra
        elif status == "failed":
            told["error"] = {
                "code": "moderation_blocked" if self.moderation else "server_error",
                "message": self.moderation or "it broke",
            }
        return told


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """The vendor, answering at an address of this machine while the context is open."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    fake.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: Fake) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = fake.answer(Asked(self.command, self.path, headers, body))
            if reply.hang:
                fake.released.wait(30)
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
