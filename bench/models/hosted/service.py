"""A model behind HTTP: its address and keys, requests and what their failures mean, pictures as they are sent."""

from __future__ import annotations

import base64
import importlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from bench import models
from bench.base import http_client, packages, retries
from bench.base.http_client import Connection
from bench.base.http_errors import HttpProblem, in_one_line
from bench.errors import Forgotten, RemoteFailed, Unavailable, UsageError
from bench.models import requirements
from bench.models.hosted.timing import LIMIT, Timing
from bench.models.requirements import Need
from bench.types import Image

if TYPE_CHECKING:
    import ssl

    import httpx

T = TypeVar("T")


class ServiceModel(models.Model):
    """A model that is reached by HTTP.

    Attributes:
        service: its name, for people.
        keys: environment variables that must be set; they hold secrets, which are sent to the service and nowhere else.
        base_variable: the environment variable that moves the service elsewhere: a proxy, another region, a test.
        base: its address if that is not set.
        image_limit: bytes of a picture, as sent.
        reply_limit: bytes of an answer, unpacked; a clip that is fetched by its address has another.
        timing: see Timing.
    """

    is_remote = True
    service: ClassVar[str]
    keys: tuple[str, ...] = ()
    base_variable: ClassVar[str] = ""
    base: ClassVar[str] = ""
    image_limit: ClassVar[int] = 10 << 20
    reply_limit: ClassVar[int] = 16 << 20

    def __init__(self, settings: Any = None, runtime: Any = None, checkpoint: Any = None) -> None:
        super().__init__(settings, runtime, checkpoint)
        self.timing = Timing()
        self._connection: Connection | None = None
        self._sent: set[str] = set()

    def connect(self) -> None:
        """Makes the client library ready, where the adapter uses one; called by load."""

    def headers(self) -> dict[str, str]:
        """What a request carries beside its content: keys, freshly signed where they expire."""
        return {}

    @property
    def is_paid(self) -> bool:
        return True

    def needs(self) -> Iterator[Need]:
        yield from (requirements.package(name) for name in self.packages)
        yield from (requirements.key(name) for name in self.keys)

    def load(self) -> None:
        if self._connection is not None:
            return
        packages.check(*self.packages)
        for name in self.keys:
            self.key(name)
        self._connection = Connection(self.service, self.timing, self.reply_limit)
        self.connect()

    def unload(self) -> None:
        if self._connection is not None:
            self._connection.http.close()
            self._sent |= self._connection.sent
        self._connection = None

    @property
    def http(self) -> httpx.Client:
        """The connection, once loaded."""
        assert self._connection is not None, "load comes first"
        return self._connection.http

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """The certificates that connections are checked against."""
        return http_client.certificates()

    @property
    def address(self) -> str:
        """Where the service is, without a slash at the end."""
        return (os.environ.get(self.base_variable) or self.base).rstrip("/")

    def key(self, name: str) -> str:
        """A secret from the environment.

        Raises:
            Unavailable: it is not set.
        """
        value = os.environ.get(name, "").strip()
        if not value:
            reason = f"model '{self.card.name}' needs a key of {self.service}, and {name} is empty"
            raise Unavailable(reason, f"export {name}=…")
        return value

    def own_keys(self) -> list[str]:
        """The keys that are set."""
        own = [os.environ.get(name, "").strip() for name in self.keys]
        return [secret for secret in own if secret]

    def secrets(self) -> list[str]:
        """What must not be repeated, wherever a server repeats it: keys, and what was signed with them and sent."""
        return [*self.own_keys(), *self._sent, *(self._connection.sent if self._connection else ())]

    def redacted(self, text: str) -> str:
        """A service's own words in one line, without the secrets in them."""
        return in_one_line(text, self.secrets())

    @staticmethod
    def library(name: str) -> Any:
        """A module of the client library.

        Raises:
            Unavailable: it is not installed.
        """
        with packages.explained():
            return importlib.import_module(name)

    # Requests.

    def json(self, method: str, url: str, **content: Any) -> dict[str, Any]:
        """The JSON object that a server answers with.

        Args:
            method: of HTTP.
            url: the whole address.
            **content: of the request, as httpx takes it: json, data, files.

        Raises:
            httpx.HTTPError: no answer, or one that is an error.
            RemoteFailed: it answers something else.
        """
        answer = self.http.request(method, url, headers=self.headers(), **content)
        answer.raise_for_status()
        return self.parsed(answer)

    def stream(
        self, url: str, headers: Mapping[str, str], most: int
    ) -> AbstractContextManager[httpx.Response]:
        """A file as it comes.

        Args:
            url: the whole address.
            headers: of the request.
            most: bytes; reading more raises.
        """
        from bench.base import replies

        return self.http.stream("GET", url, headers=dict(headers), extensions={replies.LIMIT: most})

    def parsed(self, answer: Any) -> dict[str, Any]:
        """The JSON object of an answer of httpx.

        Raises:
            RemoteFailed: it is something else.
        """
        return http_client.json_object(answer, self.service, self.secrets())

    def required(self, content: Mapping[str, Any], name: str) -> str:
        """A field that an answer must have, as text.

        Raises:
            RemoteFailed: it is missing.
        """
        found = content.get(name)
        if found is None:
            raise RemoteFailed(f"{self.service} answers without '{name}'")
        return str(found)

    def with_retries(
        self,
        what: str,
        request: Callable[[], T],
        is_creating: bool = False,
        deadline: float | None = None,
    ) -> T:
        """What request gives, retried where that can help.

        Args:
            what: it asks for, for the message.
            request: raises what its client library raises.
            is_creating: it asks for a new clip; see HttpProblem.is_transient.
            deadline: by the clock of timing, after which nothing is tried again; None for timing's limit from now.

        Raises:
            RemoteFailed: refused, or still failing after the last attempt.
            Forgotten: the service does not know the task.
        """
        end = self.timing.now() + self.timing.limit if deadline is None else deadline
        try:
            return retries.result(request, self.timing, is_creating, end)
        except retries.GivenUp as error:
            raise self._failure(what, error.problem, error.attempts) from None

    def _failure(self, what: str, problem: HttpProblem, attempts: int) -> RemoteFailed:
        """The error of a request.

        Args:
            what: it asked for.
            problem: the last one.
            attempts: how often it was tried; 0 for one that is not tried again.
        """
        told = self.redacted(problem.text)
        times = f", {attempts} times" if attempts > 1 else ""
        if problem.status is None:
            sent = "; it may have been accepted, look there before asking again" if problem.was_sent else ""
            text = f"{self.service} cannot be asked for {what}: {told}"
            return RemoteFailed(text + (times if attempts else sent))
        text = f"{self.service} answers {what} with {problem.status}: {told or 'nothing'}"
        if attempts:
            return RemoteFailed(f"{text}{times}{self._patience(problem)}; --retry-failed asks again")
        if problem.status in (401, 403) and self.keys:
            text += f" (is {' or '.join(self.keys)} right?)"
        return Forgotten(text) if problem.status in (404, 410) else RemoteFailed(text)

    def _patience(self, problem: HttpProblem) -> str:
        """What is said of a server that asks to come back later than a clip is waited for."""
        wished = problem.retry_after
        if wished is None or wished <= self.timing.limit:
            return ""
        return f", and asks to wait for {wished:.0f} s, longer than the {self.timing.limit:g} s of {LIMIT}"

    # Pictures, as they are sent.

    def png(self, image: Image) -> bytes:
        """A picture as PNG.

        Raises:
            UsageError: it is larger than the service takes.
        """
        from PIL import Image as pillow

        packed = io.BytesIO()
        pillow.fromarray(image).save(packed, format="png")
        content = packed.getvalue()
        if -(-len(content) // 3) * 4 > self.image_limit:
            size = f"{image.shape[1]} x {image.shape[0]}"
            raise UsageError(
                f"the picture, {size}, takes {len(content)} bytes as PNG, and {self.service} takes {self.image_limit}"
                " once it is written as base64; choose a smaller size or picture"
            )
        return content

    def base64(self, image: Image) -> str:
        """A picture as PNG, written as text."""
        return base64.b64encode(self.png(image)).decode()

    def data_uri(self, image: Image) -> str:
        """A picture as an address that holds it."""
        return f"data:image/png;base64,{self.base64(image)}"
