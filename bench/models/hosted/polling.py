"""What adapters of servers and hosted APIs share: ask for a clip, look until it is there, fetch it, never pay twice.

@models.add
class Service(PollingModel):
    service, keys = "Service", ("SERVICE_KEY",)
    statuses = {"queued": "waiting", "working": "running", "done": "done", "failed": "failed"}

    def create(self, request):  # -> Created(id)
    def look(self, task):       # -> Look(status, …)

A task is written down as soon as it has a name, before it is waited for; whoever comes back polls it. Requests are
tried again after 429, 5xx and broken connections, with backoff and jitter or when the server says; after anything else
never: a refusal stays one, however often one asks.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import random
import tempfile
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

from bench import models
from bench.errors import BadClip, BenchError, Forgotten, RemoteFailed, Unavailable, UsageError
from bench.media import pictures, video
from bench.models import plans, requirements
from bench.models.hosted import prices
from bench.models.hosted.prices import Price
from bench.models.plans import Plan
from bench.models.requirements import Need
from bench.types import Case, Clip, CostBasis, Image, Receipt, RemoteTask

if TYPE_CHECKING:
    import ssl

    import httpx

T = TypeVar("T")

State: TypeAlias = Literal["waiting", "running", "done", "failed"]
"""What a service's own word for a task's status comes to."""

INSTALL = 'pip install "i2v-bench[hosted]"'
LIMIT = "BENCH_TASK_SECONDS"
"""The environment variable that says how long a clip is waited for. No setting: a run that is resumed with more
patience is the same run, and its tasks are paid for."""

MAX_BYTES = 2 << 30
"""A download above this is no clip of ours."""

MAX_LOOKS = 4
"""How often a clip is fetched, each time from where the task then says that it lies, before it is given up."""

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
STALE = frozenset({401, 403, 404, 409, 410, 416})
"""What a link answers once it has expired, or before its file is there."""

SUFFIXES = {"video/webm": ".webm", "video/quicktime": ".mov", "video/x-matroska": ".mkv"}


def _limit() -> float:
    words = os.environ.get(LIMIT, "1800")
    try:
        seconds = float(words)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds < float("inf"):
        raise UsageError(f"{LIMIT} is a number of seconds above 0, not '{words}'")
    return seconds


@dataclass(frozen=True)
class Pace:
    """Time, as polling sees it; tests bring their own.

    Attributes:
        now: seconds of a clock that never goes back.
        sleep: waits so many seconds.
        jitter: in [0, 1): keeps many clients from coming back at once.
        poll: seconds between two looks at a task.
        silence: seconds without a byte, after which a connection is given up.
        limit: seconds that a clip is waited for.
        tries: of one request.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = field(default_factory=lambda: random.Random().random)
    poll: float = 5.0
    silence: float = 60.0
    limit: float = field(default_factory=_limit)
    tries: int = 6


@dataclass(frozen=True)
class Request:
    """One clip to be asked for.

    Attributes:
        case: for its prompt.
        seed: in [0, 2^31), from case and seed: what every service takes.
        plan: what was promised of it.
        image: (H, W, 3) uint8: the case's image at the clip's size, or as it is where the service decides.
        last: the picture to end with, likewise; None where there is none, or it is not taken.
    """

    case: Case
    seed: int
    plan: Plan
    image: Image
    last: Image | None = None


@dataclass(frozen=True)
class Created:
    """A task that a service has taken on: its name, and the US dollars that it says it may cost."""

    id: str
    cost: float | None = None


@dataclass(frozen=True)
class Look:
    """What a service says of a task.

    Attributes:
        status: its own word.
        done: share, in [0, 1].
        url: where the clip lies; None where it is elsewhere or not there.
        content: the clip's bytes, where they come with the answer.
        reason: why there is no clip, in its words and codes.
        cost: US dollars, final.
        seconds, peak_memory: of computing: see Receipt.
    """

    status: str
    done: float = 0.0
    url: str | None = None
    content: bytes | None = None
    reason: str = ""
    cost: float | None = None
    seconds: float | None = None
    peak_memory: int | None = None


class PollingModel(models.Model):
    """A model behind a network: an adapter says how its service is asked, and what its words mean.

    Attributes:
        service: who makes the clips, for people.
        keys: environment variables that must be set; they hold secrets, which never leave this process but to it.
        packages: its client library, as the package index calls it.
        base_variable: the environment variable that moves the service elsewhere: a proxy, another region, a test.
        base: where it is otherwise.
        statuses: the service's words -> what they come to.
        prompt_limit: characters, as UTF-16 counts them; None where nobody states a limit.
        needs_prompt: whether it refuses an empty one.
        image_limit: bytes of a picture, as sent.
        takes_last: whether a clip can be told how to end.
        pace: see Pace.
    """

    is_remote = True
    service: ClassVar[str]
    keys: ClassVar[tuple[str, ...]] = ()
    packages: ClassVar[tuple[str, ...]] = ()
    base_variable: ClassVar[str] = ""
    base: ClassVar[str] = ""
    statuses: ClassVar[Mapping[str, State]]
    prompt_limit: ClassVar[int | None] = None
    needs_prompt: ClassVar[bool] = False
    image_limit: ClassVar[int] = 10 << 20
    takes_last: ClassVar[bool] = False

    def __init__(self, settings: Any = None, runtime: Any = None, checkpoint: Any = None) -> None:
        super().__init__(settings, runtime, checkpoint)
        self.pace = Pace()
        self._http: httpx.Client | None = None

    # What an adapter says of its service.

    @abstractmethod
    def create(self, request: Request) -> Created:
        """Asks for a clip."""

    @abstractmethod
    def look(self, task: str) -> Look:
        """How a task stands."""

    def connect(self) -> None:
        """Makes ready what the adapter talks through, beside http; called by load."""

    def size(self) -> tuple[int, int] | None:
        """Width and height of the clips; None where only the clip will tell."""
        return None

    def seconds(self) -> float | None:
        """Length of the clips, as asked for."""
        return None

    def price(self) -> Price | None:
        """What such a clip costs; None where nobody is paid, or nobody knows."""
        return None

    def check(self, case: Case, image: Image) -> None:
        """Refuses what the service would refuse.

        Raises:
            UsageError: it would.
        """

    def headers(self) -> dict[str, str]:
        """What a request carries beside its content: keys, freshly signed where they expire."""
        return {}

    def where(self) -> str:
        """Where clips are made, for the record."""
        return self.service

    # What follows from it.

    @property
    def is_paid(self) -> bool:
        return True

    def needs(self) -> Iterator[Need]:
        yield from (requirements.package(name, INSTALL) for name in self.packages)
        yield from (requirements.key(name) for name in self.keys)

    @property
    def http(self) -> httpx.Client:
        """The connection, once loaded."""
        assert self._http is not None, "load comes first"
        return self._http

    @property
    def address(self) -> str:
        """Where the service is."""
        return (os.environ.get(self.base_variable) or self.base).rstrip("/")

    def plan(self, case: Case) -> Plan:
        image = pictures.read(case.image)
        size = self.size()
        self._check_prompt(case)
        self.check(case, image)
        seen = plans.crop((image.shape[1], image.shape[0]), size, self.card.fit) if size else None
        width, height = size or (None, None)
        seconds, price, notes = self.seconds(), self.price(), []
        if price is not None:
            notes.append(f"${price.usd:g} a {price.per}, as of {price.as_of} ({price.source})")
        elif self.is_paid:
            notes.append("costs money, and nobody stated how much")
        cost = price.of(seconds or 0.0) if price else None
        return Plan(None, None, width, height, None, self.card.fit, seen, cost=cost, notes=tuple(notes))

    def load(self) -> None:
        if self._http is not None:
            return
        for name in self.keys:
            self.key(name)
        import httpx

        timeout = httpx.Timeout(self.pace.silence, connect=min(20.0, self.pace.silence))
        self._http = httpx.Client(timeout=timeout, follow_redirects=True, verify=certificates())
        self.connect()

    def unload(self) -> None:
        if self._http is not None:
            self._http.close()
        self._http = None

    def key(self, name: str) -> str:
        """A secret from the environment.

        Raises:
            Unavailable: it is not set.
        """
        value = os.environ.get(name, "").strip()
        if not value:
            raise Unavailable(f"model '{self.card.name}' needs a key of {self.service}", f"export {name}=…")
        return value

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        plan = self.plan(case)
        self.load()
        wait = _Wait(self, step, self.pace.now() + self.pace.limit)
        task = self.tasks.pending(case.id, seed) if self.tasks else None
        if task is None:
            task = self._ask_for(case, seed, plan)
        try:
            seen = wait.until_done(task.id)
        except Forgotten as error:
            self._note(case, seed, replace(task, is_over=True))
            if self.is_paid:
                raise RemoteFailed(f"{error}; --retry-failed pays for a new one") from None
            task = self._ask_for(case, seed, plan)
            seen = wait.until_done(task.id)
        return self._finished(case, seed, task, seen, wait)

    def _finished(self, case: Case, seed: int, task: RemoteTask, seen: Look, wait: _Wait) -> Clip:
        cost, basis = (task.cost, task.cost_basis) if seen.cost is None else (seen.cost, _BY_VENDOR)
        task = replace(task, cost=cost, cost_basis=basis, is_over=self.statuses[seen.status] == "failed")
        self._note(case, seed, task)
        self.receipt = Receipt(self.where(), seen.seconds, seen.peak_memory, cost, basis)
        if task.is_over:
            reason = self.clean(seen.reason) or "no reason given"
            raise RemoteFailed(f"{self.service} ended task {task.id} as {seen.status}: {reason}")
        try:
            return _Fetching(self, task.id, wait).clip(seen)
        except BadClip as error:
            self._note(case, seed, replace(task, is_over=True))
            raise RemoteFailed(f"{self.service} says that task {task.id} is {seen.status}: {error}") from None

    def _ask_for(self, case: Case, seed: int, plan: Plan) -> RemoteTask:
        request = self._request(case, seed, plan)
        created = self.ask("a new clip", lambda: self.create(request), is_creating=True)
        if not created.id:
            raise RemoteFailed(f"{self.service} took on a task and did not name it")
        cost = plan.cost if created.cost is None else created.cost
        basis: CostBasis = "" if cost is None else "estimated"
        task = RemoteTask(created.id, datetime.now(UTC).isoformat(timespec="seconds"), cost, basis)
        self._note(case, seed, task)
        return task

    def _note(self, case: Case, seed: int, task: RemoteTask) -> None:
        if self.tasks is not None:
            self.tasks.note(case.id, seed, task)

    def _request(self, case: Case, seed: int, plan: Plan) -> Request:
        ends = (
            max(case.keyframes, key=lambda keyframe: keyframe.frame, default=None)
            if self.takes_last
            else None
        )
        return Request(
            case,
            models.seed_number(case, seed) % 2**31,
            plan,
            self.fitted(case.image, plan),
            self.fitted(ends.image, plan) if ends else None,
        )

    def fitted(self, path: Path, plan: Plan) -> Image:
        """(H, W, 3) uint8: a picture at the clip's size, or as it is where only the clip will tell."""
        image = pictures.read(path)
        if plan.width is None or plan.height is None:
            return image
        return pictures.fit(image, plan.width, plan.height, self.card.fit)

    def _check_prompt(self, case: Case) -> None:
        count = len(case.prompt.encode("utf-16-le")) // 2
        if self.prompt_limit is not None and count > self.prompt_limit:
            raise UsageError(
                f"the prompt of case '{case.id}' has {count} characters, and {self.service} takes {self.prompt_limit}"
            )
        if self.needs_prompt and not case.prompt.strip():
            raise UsageError(f"case '{case.id}' has no prompt, and {self.service} needs one")

    # Talking.

    def png(self, image: Image) -> bytes:
        """A picture as it is sent.

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
        """A picture as text."""
        return base64.b64encode(self.png(image)).decode()

    def data_uri(self, image: Image) -> str:
        """A picture as an address of its own."""
        return f"data:image/png;base64,{self.base64(image)}"

    def json(self, method: str, url: str, **content: Any) -> dict[str, Any]:
        """What a server answers, where it must answer with a JSON object.

        Raises:
            httpx.HTTPError: no answer, or one that is an error.
            RemoteFailed: it answers something else.
        """
        answer = self.http.request(method, url, headers=self.headers(), **content)
        answer.raise_for_status()
        return self.parsed(answer)

    def parsed(self, answer: Any) -> dict[str, Any]:
        """The JSON object of an answer.

        Raises:
            RemoteFailed: it is something else.
        """
        try:
            content = answer.json()
        except ValueError:
            content = None
        if not isinstance(content, dict):
            kind = answer.headers.get("content-type", "nothing")
            raise RemoteFailed(f"{self.service} answers with {kind}, expected a JSON object")
        return content

    def ask(self, what: str, request: Callable[[], T], is_creating: bool = False) -> T:
        """request(), tried again where that can help.

        Args:
            what: for the message.
            request: raises what its client library raises.
            is_creating: a request that broke off after it was sent may have been taken on, and is not sent again.

        Raises:
            RemoteFailed: refused, or still failing after the last try.
            Forgotten: the service knows no such thing.
        """
        from tenacity import Retrying, retry_if_exception, stop_after_attempt

        retrying = Retrying(
            retry=retry_if_exception(lambda error: _can_help(_trouble(error), is_creating)),
            wait=lambda state: self._pause(
                state.attempt_number, state.outcome.exception() if state.outcome else None
            ),
            stop=stop_after_attempt(self.pace.tries),
            sleep=self.pace.sleep,
            reraise=True,
        )
        try:
            return retrying(request)
        except Exception as error:
            trouble = _trouble(error)
            if trouble is None:
                raise
            raise self._failure(what, trouble, _can_help(trouble, is_creating)) from None

    def _pause(self, attempt: int, error: BaseException | None) -> float:
        trouble = _trouble(error)
        if trouble is not None and trouble.wait is not None:
            return min(trouble.wait, self.pace.limit)
        return min(60.0, 2.0**attempt) * (1.0 + 0.5 * self.pace.jitter())

    def _failure(self, what: str, trouble: _Trouble, was_tried_again: bool) -> RemoteFailed:
        told = self.clean(trouble.text)
        if trouble.status is None:
            sent = "; it may have been taken on, look there before asking again" if trouble.was_sent else ""
            tries = f", {self.pace.tries} times" if was_tried_again else sent
            return RemoteFailed(f"{self.service} cannot be asked for {what}: {told}{tries}")
        text = f"{self.service} answers {what} with {trouble.status}: {told or 'nothing'}"
        if was_tried_again:
            return RemoteFailed(f"{text}, {self.pace.tries} times; --retry-failed asks again")
        if trouble.status in (401, 403) and self.keys:
            text += f" (is {' or '.join(self.keys)} right?)"
        return Forgotten(text) if trouble.status in (404, 410) else RemoteFailed(text)

    def clean(self, text: str) -> str:
        """A service's own words in one line, without what is secret in them."""
        for name in self.secrets():
            text = text.replace(name, "…")
        line = " ".join(text.split())
        return line if len(line) <= 300 else line[:299] + "…"

    def secrets(self) -> list[str]:
        """What must not be repeated, wherever a server repeats it."""
        own = [os.environ.get(name, "").strip() for name in self.keys]
        return [secret for secret in own if secret]


class RetiredModel(models.Model):
    """A model that nobody can run any more: its card remains, for those who compare with old results.

    Attributes:
        ended: what happened, and when.
        instead: what to use.
    """

    is_remote = True
    ended: ClassVar[str]
    instead: ClassVar[str]

    def needs(self) -> Iterator[Need]:
        yield Need("maker", self.card.title, False, self.ended, self.instead)

    def plan(self, case: Case) -> Plan:
        raise Unavailable(self.ended, self.instead)

    def load(self) -> None:
        raise Unavailable(self.ended, self.instead)

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        raise Unavailable(self.ended, self.instead)


class _Wait:
    """Looks at a task until it is over."""

    def __init__(self, model: PollingModel, step: models.Step, deadline: float) -> None:
        self.model, self.step, self.deadline = model, step, deadline

    def until_done(self, task: str) -> Look:
        """What the service says once it is done, or has failed.

        Raises:
            RemoteFailed: it says something unknown, or nothing to the point in time.
            Forgotten: it knows no such task.
        """
        while True:
            seen = self.model.ask(f"task {task}", lambda: self.model.look(task))
            state = self.model.statuses.get(seen.status)
            if state is None:
                known = ", ".join(self.model.statuses)
                raise RemoteFailed(
                    f"{self.model.service} says that task {task} is '{self.model.clean(seen.status)}', which is none"
                    f" of {known}"
                )
            if state in ("done", "failed"):
                return seen
            self.step(round(100 * min(1.0, max(0.0, seen.done))), 100)
            self.pause(task, seen.status)

    def pause(self, task: str, status: str) -> None:
        """Waits for the next look.

        Raises:
            RemoteFailed: there is no more time.
        """
        if self.model.pace.now() + self.model.pace.poll > self.deadline:
            raise RemoteFailed(
                f"{self.model.service} has task {task} still {status} after {self.model.pace.limit:g} s;"
                f" --retry-failed goes on waiting for it ({LIMIT} says how long)"
            )
        self.model.pace.sleep(self.model.pace.poll)


class _Fetching:
    """Brings a finished clip here; where it is cut short or its link has expired, from where it lies then."""

    def __init__(self, model: PollingModel, task: str, wait: _Wait) -> None:
        self.model, self.task, self.wait = model, task, wait

    def clip(self, seen: Look) -> Clip:
        """The clip.

        Raises:
            BadClip: what the service gives is none, however often.
            RemoteFailed: it gives nothing.
        """
        error: BenchError | None = None
        for look in range(MAX_LOOKS):
            if look:
                self.wait.pause(self.task, "done, without a clip that can be read")
                seen = self.wait.until_done(self.task)
            try:
                return self._read(seen)
            except (_Stale, BadClip) as problem:
                error = problem
        assert error is not None
        raise error

    def _read(self, seen: Look) -> Clip:
        with tempfile.TemporaryDirectory() as folder:
            path, kind = Path(folder) / "clip.mp4", "video/mp4"
            if seen.content is not None:
                path.write_bytes(seen.content)
            elif seen.url:
                url = seen.url
                path, kind = self.model.ask("the clip", lambda: self._download(url, Path(folder)))
            else:
                raise BadClip("it names no clip")
            try:
                return video.read_clip(path)
            except BadClip as error:
                said = str(error).replace(f"clip {path} ", "").replace(str(path), path.name)
                raise BadClip(
                    f"{path.stat().st_size} bytes of {kind} came, and are no clip: {said}"
                ) from None

    def _download(self, url: str, folder: Path) -> tuple[Path, str]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise RemoteFailed(
                f"{self.model.service} names a clip by {parts.scheme or 'no'} address, not by http"
            )
        is_ours = url.startswith(self.model.address + "/")  # a key is for the service, not for its file store
        headers = self.model.headers() if is_ours else {}
        with self.model.http.stream("GET", url, headers=headers) as answer:
            if answer.status_code in STALE:
                raise _Stale(
                    f"{self.model.service} no longer has the clip where it says: {answer.status_code}"
                )
            answer.raise_for_status()
            kind = answer.headers.get("content-type", "").partition(";")[0].strip() or "unknown kind"
            path = folder / f"clip{SUFFIXES.get(kind, '.mp4')}"
            with path.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
                    self._watch(file.tell())
        return path, kind

    def _watch(self, size: int) -> None:
        if size > MAX_BYTES:
            raise RemoteFailed(f"{self.model.service} gives more than {MAX_BYTES} bytes for a clip")
        if self.model.pace.now() > self.wait.deadline:
            raise RemoteFailed(
                f"{self.model.service} gives the clip too slowly; --retry-failed fetches it again"
            )


class _Stale(RemoteFailed):
    """A link that has expired, or is not good yet: the next look gives another."""


@dataclass(frozen=True)
class _Trouble:
    """What went wrong between a server and us, whichever client library says so.

    Attributes:
        status: of HTTP; None where there was no answer.
        text: what the server says, or what broke.
        wait: seconds, as the server asks for.
        was_sent: whether it may have got the request.
    """

    status: int | None
    text: str
    wait: float | None = None
    was_sent: bool = True


@cache
def certificates() -> ssl.SSLContext:
    """Whom to trust: a tenth of a second to read, and a model is loaded afresh after every failure."""
    import httpx

    return httpx.create_ssl_context()


def package(name: str) -> Any:
    """A client library.

    Raises:
        Unavailable: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Unavailable(f"package {name} is not installed", INSTALL) from None


def field_of(content: Mapping[str, Any], name: str, service: str) -> Any:
    """What an answer must hold; 'data.task_id' lies within.

    Raises:
        RemoteFailed: it does not.
    """
    found: Any = content
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None:
        raise RemoteFailed(f"{service} answers without '{name}'")
    return found


def listed_price(model: PollingModel, version: str, variant: str = "") -> Price | None:
    """The price of what a model is set to."""
    return prices.find(model.card.name, version, variant)


def used(settings: Any) -> dict[str, Any]:
    """Settings that were chosen: what is None stays the service's own choice."""
    return {name: value for name, value in asdict(settings).items() if value is not None}


_BY_VENDOR: CostBasis = "vendor"


def _trouble(error: BaseException | None) -> _Trouble | None:
    """None for what is no trouble of the network: our own errors, and mistakes in the code."""
    if error is None or isinstance(error, BenchError):
        return None
    import httpx

    answer = getattr(error, "response", None)
    if answer is not None and hasattr(answer, "status_code"):
        return _Trouble(answer.status_code, _said(answer), _wait(answer.headers.get("retry-after")))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, httpx.TransportError):
            was_sent = not isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            return _Trouble(None, f"{type(cause).__name__} {cause}".strip(), was_sent=was_sent)
        cause = cause.__cause__ or cause.__context__
    return None


def _can_help(trouble: _Trouble | None, is_creating: bool) -> bool:
    if trouble is None:
        return False
    if trouble.status is None:
        return not (is_creating and trouble.was_sent)
    return trouble.status in BUSY


def _said(answer: Any) -> str:
    """What a server says of its refusal, wherever in its answer; never the address, which may be signed."""
    import httpx

    try:
        answer.read()
        content = json.loads(answer.text)
    except (ValueError, httpx.StreamError, httpx.TransportError):
        content = None
    return _message(content) if content else _text(answer)


def _text(answer: Any) -> str:
    import httpx

    try:
        return str(answer.text)[:300]
    except httpx.StreamError:
        return ""


def _message(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "; ".join(_message(each) for each in content[:3])
    if not isinstance(content, Mapping):
        return str(content)
    told = [
        _message(content[name])
        for name in ("code", "type", "message", "msg", "error", "detail")
        if content.get(name)
    ]
    return " ".join(told) or json.dumps(content)[:300]


def _wait(words: str | None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date."""
    if not words:
        return None
    try:
        return max(0.0, float(words))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(words) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
