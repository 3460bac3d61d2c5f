"""A judge on this machine, behind an address like OpenAI's; a script says how it answers, and what goes wrong."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from bench.errors import BenchError
from tests.models.hosted.fake_servers import Asked, Fake, Reply

MODEL = "tiny-judge"


def reply(text: str, top: Sequence[tuple[str, float]] | None = None, **changes: Any) -> dict[str, Any]:
    """A reply as OpenAI writes it.

    Args:
        text: the answer.
        top: first tokens and their probabilities; None for a server that tells none.
        changes: of the whole.
    """
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
    }
    if top is not None:
        listed = [{"token": token, "logprob": math.log(share)} for token, share in top]
        choice["logprobs"] = {"content": [{**listed[0], "top_logprobs": listed}]}
    return {
        "id": "1", "object": "chat.completion", "model": f"{MODEL}-2026-11", "choices": [choice],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 1, "total_tokens": 1001}, **changes,
    }  # fmt: skip


class FakeJudge(Fake):
    """Says yes with 0.75; `says` makes another answer of the text and the number of pictures."""

    waiting, done, failed = (), "", ""

    def __init__(self) -> None:
        super().__init__(b"")
        self.says: Callable[[str, int], Any] = lambda text, pictures: reply(
            "Yes", [("Yes", 0.7), (" yes", 0.05), ("No", 0.2), ("The", 0.01)]
        )
        self.key = ""

    def true(self, kind: str, asked: Asked) -> Reply:
        assert asked.path == "/v1/chat/completions"
        if self.key and asked.headers.get("authorization") != f"Bearer {self.key}":
            return Reply(401, {"error": {"message": f"wrong key {asked.headers.get('authorization')}"}})
        return Reply(content=self.says(self.text(asked), len(self.pictures(asked))))

    @property
    def questions(self) -> list[Asked]:
        """Every request that came."""
        return self.asked["create"]

    def text(self, asked: Asked) -> str:
        return str(asked.json["messages"][0]["content"][-1]["text"])

    def pictures(self, asked: Asked) -> list[bytes]:
        """The files of the pictures that came, in their order."""
        parts = asked.json["messages"][0]["content"][:-1]
        start = "data:image/jpeg;base64,"
        assert all(part["image_url"]["url"].startswith(start) for part in parts)
        return [
            base64.b64decode(part["image_url"]["url"].removeprefix(start), validate=True) for part in parts
        ]


def reason(found: object) -> str:
    """The words of an error in place of a value."""
    assert isinstance(found, BenchError), found
    return str(found)


def as_bytes(content: Any) -> bytes:
    """JSON with what Python's writer adds to it: NaN and Infinity."""
    return json.dumps(content).encode()
