"""A judge behind an OpenAI-compatible address: one request per question, retried where that can help.

Nothing in a reply is trusted: neither its size, form and numbers, nor that it ends.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from bench.base import files, http_client, retries, scrubbing
from bench.base.http_client import Connection
from bench.base.http_errors import HttpProblem, in_one_line
from bench.base.retries import Timing
from bench.errors import RemoteFailed
from bench.evaluators.judging import asking
from bench.evaluators.judging.questions import Answer, Question, said
from bench.evaluators.judging.spending import Spending

TOP = 20
"""Tokens whose probabilities are asked for: as many as OpenAI and vLLM give."""

FAR = 1e4
"""The largest absolute value of a logarithm that is kept: some servers write log 0 as -1e38 or -Infinity."""

REPLY_LIMIT = 1 << 20
"""Bytes of a reply; one has a few thousand."""

HOPELESS = frozenset({401, 402, 403, 404})
"""Statuses of HTTP that the next question would get as well."""

PATIENCE = 2
"""Questions in a row without an answer, or with a hopeless one, after which no more are sent by this process."""


@dataclass(frozen=True)
class Prices:
    """US dollars per million tokens.

    Attributes:
        read: of pictures and text.
        written: of the answer.
    """

    read: float
    written: float

    def of(self, usage: Any) -> float | None:
        """US dollars for what a reply says was used; None if it does not say and is not free."""
        if self == FREE:
            return 0.0
        counts = [usage.get(name) for name in _COUNTS] if isinstance(usage, Mapping) else []
        numbers = [each for each in counts if isinstance(each, int) and 0 <= each < 1e12]
        if len(numbers) < len(_COUNTS):
            return None
        return (numbers[0] * self.read + numbers[1] * self.written) / 1e6


FREE = Prices(0.0, 0.0)

_COUNTS = ("prompt_tokens", "completion_tokens")


class Server:
    """A judge that is asked over HTTP.

    Args:
        address: what `/chat/completions` comes after.
        model: as the server calls it.
        key: a secret that is sent with each request; '' for none.
        prices: None if unknown.
        cap: US dollars that asking this judge may cost in all; None for no cap.
        timing: how long one question is waited for, retries included.
    """

    def __init__(
        self, address: str, model: str, key: str, prices: Prices | None, cap: float | None, timing: Timing
    ) -> None:
        self.address, self.model, self.prices, self.timing = address.rstrip("/"), model, prices, timing
        self._key = key
        parts = urlsplit(self.address)
        self.place = f"{parts.netloc}{parts.path}"
        self.service = f"judge {model} at {parts.netloc}"
        account = files.digest([self.place, model])[:16]
        self.spending = Spending(asking.folder() / "spent" / f"{account}.jsonl", self.service, cap)
        self._length_name = "max_tokens"
        self._failures = 0

    @property
    def identity(self) -> Mapping[str, Any]:
        """The address without its scheme, the model's name there, and how it is asked."""
        return {"place": self.place, "model": self.model, "temperature": 0, "top": TOP}

    def ask(self, question: Question) -> Answer:
        """The server's answer.

        Raises:
            RemoteFailed: it gives none, or another kind of thing; or the cap would be passed.
            StorageFailed: what it costs cannot be written down.
        """
        if self._failures >= PATIENCE:
            raise RemoteFailed(
                f"{self.service} failed {PATIENCE} times in a row, and is not asked again in this run"
            )
        end = self.timing.now() + self.timing.limit
        try:
            told, cost = self._with_known_length(question, end)
        except retries.GivenUp as error:
            problem = error.problem
            is_hopeless = problem.status is None or problem.status in HOPELESS
            self._failures = self._failures + 1 if is_hopeless else 0
            raise RemoteFailed(self._failure(problem, error.attempts)) from None
        self._failures = 0
        return self._answer(told, cost)

    @cached_property
    def _connection(self) -> Connection:
        return Connection(self.service, self.timing, REPLY_LIMIT, follows=False)

    def _with_known_length(self, question: Question, end: float) -> tuple[dict[str, Any], float | None]:
        """As _asked; if the server demands the newer name for the length of its answer, by that one from then on."""
        try:
            return self._asked(question, end)
        except retries.GivenUp as error:
            other = "max_completion_tokens"
            if error.problem.status != 400 or other not in error.problem.text or self._length_name == other:
                raise
            self._length_name = other
            return self._asked(question, end)

    def _asked(self, question: Question, end: float) -> tuple[dict[str, Any], float | None]:
        body = json.dumps(self._body(question)).encode()
        return retries.result(lambda: self._sent(body), self.timing, is_creating=False, end=end)

    def _body(self, question: Question) -> dict[str, Any]:
        content: list[dict[str, Any]] = [
            {"type": "image_url", "image_url": {"url": picture.address}} for picture in question.pictures
        ]
        content.append({"type": "text", "text": question.text})
        probabilities = {"logprobs": True, "top_logprobs": TOP} if question.form == "probability" else {}
        return {
            "model": self.model,
            "messages": [{"role": "user", "content": content}],
            "temperature": 0,
            self._length_name: question.length,
            **probabilities,
        }

    def _sent(self, body: bytes) -> tuple[dict[str, Any], float | None]:
        """The JSON object of one reply, and what it cost; whatever happens to the request is written down.

        Raises:
            httpx.HTTPError: no answer, or one that is an error.
            RemoteFailed: something else than JSON, or the cap would be passed.
        """
        import httpx

        number = self.spending.begin() if self.prices not in (None, FREE) else ""
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {self._key}"} if self._key else {}
        )
        try:
            answer = self._connection.http.post(
                f"{self.address}/chat/completions", content=body, headers=headers
            )
            answer.raise_for_status()
        except (httpx.HTTPStatusError, httpx.ConnectError, httpx.ConnectTimeout):
            if number:
                self.spending.end(number, 0.0)  # no answer, and nothing to pay; after a timeout there may be
            raise
        told = http_client.json_object(answer, self.service, self._secrets)
        cost = self.prices.of(told.get("usage")) if self.prices else None
        if number and cost is not None:
            self.spending.end(number, cost)
        return told, cost

    def _answer(self, told: Mapping[str, Any], cost: float | None) -> Answer:
        choices = told.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message = choice.get("message")
        if not isinstance(message, dict):
            raise RemoteFailed(f"{self.service} answers with JSON that has no choices with a message")
        if message.get("refusal") or choice.get("finish_reason") == "content_filter":
            words = self._redacted(message.get("refusal") or "a filter of contents")
            raise RemoteFailed(f"{self.service} refuses: {said(words)}")
        text, named = message.get("content"), told.get("model")
        words = text if isinstance(text, str) else ""
        return Answer(self._redacted(words), _first(choice.get("logprobs")), self._named(named), cost)

    def _named(self, model: Any) -> str:
        """Who answered, as the server says, which may be a dated version of what was asked for."""
        said_so = isinstance(model, str) and model
        name = scrubbing.scrubbed(self._redacted(model))[:100] if said_so else self.model
        return f"{name} at {urlsplit(self.address).netloc}"

    @property
    def _secrets(self) -> list[str]:
        return [*filter(None, [self._key]), *self._connection.sent]

    def _redacted(self, text: Any) -> str:
        return in_one_line(str(text), self._secrets)

    def _failure(self, problem: HttpProblem, attempts: int) -> str:
        told = self._redacted(problem.text) or "nothing"
        times = f", {attempts} times" if attempts > 1 else ""
        if problem.status is None:
            return f"{self.service} gives no answer: {told}{times}"
        hints = {
            401: " (is its key right?)",
            404: " (does the address end in /v1, and is the model's name right?)",
        }
        if problem.status == 400 and "logprobs" in told:
            hints[400] = " (--metric-set judge.answer=grade asks without)"
        return f"{self.service} answers with {problem.status}: {told}{times}{hints.get(problem.status, '')}"


def key(variable: str) -> str:
    """The secret in an environment variable; '' if it is not set."""
    return os.environ.get(variable, "").strip()


def _first(logprobs: Any) -> tuple[tuple[str, float], ...] | None:
    """The likeliest first tokens; None where the reply has none that can be read."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    top = first.get("top_logprobs") if isinstance(first, dict) else None
    if not isinstance(top, list) or not top:
        return None
    found = []
    for each in top[: 10 * TOP]:
        token = each.get("token") if isinstance(each, dict) else None
        logarithm = each.get("logprob") if isinstance(each, dict) else None
        if (
            not isinstance(token, str)
            or isinstance(logarithm, bool)
            or not isinstance(logarithm, int | float)
        ):
            return None
        found.append((token, float(min(max(logarithm, -FAR), FAR))))
    return tuple(found)
