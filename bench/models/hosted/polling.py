"""What adapters of servers and hosted APIs inherit: submit a task, poll it until it is over, fetch the clip.

@models.add
class Vendor(PollingModel):
    service, keys = "Vendor", ("VENDOR_KEY",)
    statuses = {"queued": "waiting", "working": "running", "done": "done", "failed": "failed"}

    def submit(self, request):  # -> Submission(id)
    def poll(self, task):       # -> TaskStatus(status, …)

A task is written down as soon as it has a name, before it is waited for, so that a resumed run polls it and does not
pay again. Requests are retried after 429, 5xx and broken connections, with backoff and jitter or when the server says;
a refusal is final.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from bench import models
from bench.errors import BadClip, Forgotten, RemoteFailed, UsageError
from bench.media import pictures
from bench.models import plans
from bench.models.hosted import fetching, prices
from bench.models.hosted.prices import Price
from bench.models.hosted.service import ServiceModel
from bench.models.hosted.timing import LIMIT, Timing
from bench.models.plans import Plan
from bench.types import Case, Clip, CostBasis, Image, Receipt, RemoteTask

__all__ = ["PollingModel", "Price", "State", "Submission", "TaskRequest", "TaskStatus", "Timing"]

State: TypeAlias = Literal["waiting", "running", "done", "failed"]
"""What a service's own word for a task's status means."""


@dataclass(frozen=True)
class TaskRequest:
    """One clip to be asked for.

    Attributes:
        case: for its prompt.
        seed: in [0, 2^31), from case and seed: the range that every service takes.
        plan: what was promised.
        image: (H, W, 3) uint8: the case's image at the clip's size, or as it is where the service decides.
        last: the picture to end with, likewise; None if there is none, or the service does not take one.
    """

    case: Case
    seed: int
    plan: Plan
    image: Image
    last: Image | None = None


@dataclass(frozen=True)
class Submission:
    """A task that a service has accepted.

    Attributes:
        id: the service's name for it.
        cost: US dollars that the service says it may cost; None if it does not say.
    """

    id: str
    cost: float | None = None


@dataclass(frozen=True)
class TaskStatus:
    """What a service reports about a task.

    Attributes:
        status: its own word.
        progress: in [0, 1].
        url: of the clip; None if it is elsewhere or not there yet.
        content: the clip's bytes, where they come with the answer.
        reason: why there is no clip, in the service's words and codes.
        cost: US dollars, final; None if it does not say.
        seconds, peak_memory: of computing: see Receipt.
        prompt: that the clip is made with, where it says so: some services rewrite what they are sent.
    """

    status: str
    progress: float = 0.0
    url: str | None = None
    content: bytes | None = None
    reason: str = ""
    cost: float | None = None
    seconds: float | None = None
    peak_memory: int | None = None
    prompt: str = ""


class PollingModel(ServiceModel):
    """A model behind a service that makes clips as tasks.

    Its Settings have a `model`, the service's name of what runs, and a `duration` in seconds ('5', '5s' or a number);
    an adapter with others overrides seconds and price.

    Attributes:
        statuses: the service's words -> what they mean.
        price_setting: the setting, besides `model`, that the price depends on; '' for none.
        prompt_limit: characters, as UTF-16 counts them; None if no limit is stated.
        needs_prompt: whether the service refuses an empty one.
        takes_last: whether a clip can be told how to end.
    """

    statuses: ClassVar[Mapping[str, State]]
    price_setting: ClassVar[str] = ""
    prompt_limit: ClassVar[int | None] = None
    needs_prompt: ClassVar[bool] = False
    takes_last: ClassVar[bool] = False

    # What an adapter says about its service.

    @abstractmethod
    def submit(self, request: TaskRequest) -> Submission:
        """Asks for a clip."""

    @abstractmethod
    def poll(self, task: str) -> TaskStatus:
        """The state of a task, by the id of its Submission."""

    def size(self) -> tuple[int, int] | None:
        """Width and height of the clips; None if only the clip will tell."""
        return None

    def seconds(self) -> float | None:
        """Length of the clips, as asked for; None if only the clip will tell."""
        return float(str(self.settings.duration).removesuffix("s"))

    def price(self) -> Price | None:
        """What such a clip costs; None if it is free, or its price is not listed."""
        variant = getattr(self.settings, self.price_setting) if self.price_setting else ""
        return prices.find(self.card.name, self.settings.model or "", variant)

    def check(self, case: Case, image: Image) -> None:
        """Refuses what the service would refuse.

        Raises:
            UsageError: it would.
        """

    def location(self) -> str:
        """Where clips are made, for the record."""
        return self.service

    # What follows from it.

    def plan(self, case: Case) -> Plan:
        image = pictures.read(case.image)
        size = self.size()
        self._check_prompt(case)
        self.check(case, image)
        seen = plans.crop((image.shape[1], image.shape[0]), size, self.card.fit) if size else None
        width, height = size or (None, None)
        seconds, price, notes = self.seconds(), self.price(), []
        if price is not None:
            notes.append(f"${price.usd:g} per {price.per}, as of {price.as_of} ({price.source})")
        elif self.is_paid:
            notes.append("costs money, and its price is not listed")
        cost = price.of(seconds or 0.0) if price else None
        return Plan(None, None, width, height, None, self.card.fit, seen, cost=cost, notes=tuple(notes))

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        plan = self.plan(case)
        self.load()
        deadline = self.timing.now() + self.timing.limit
        task = self.ledger.pending(case.id, seed) if self.ledger else None
        if task is None:
            task = self._submitted(case, seed, plan, deadline)
        poller = Poller(self, task.id, step, deadline)
        try:
            status = poller.until_over()
        except Forgotten as error:
            self._note(case, seed, replace(task, is_over=True))
            if self.is_paid:
                raise RemoteFailed(f"{error}; --retry-failed pays for a new one") from None
            task = self._submitted(case, seed, plan, deadline)
            poller = Poller(self, task.id, step, deadline)
            status = poller.until_over()
        task = self._closed(case, seed, task, status)
        try:
            return fetching.fetched(self, poller, status)
        except BadClip as error:
            self._note(case, seed, replace(task, is_over=True))
            raise RemoteFailed(
                f"{self.service} says that task {task.id} is {status.status}: {error}"
            ) from None

    def _closed(self, case: Case, seed: int, task: RemoteTask, status: TaskStatus) -> RemoteTask:
        """A task that is over with what it has cost, as it is noted and billed.

        Raises:
            RemoteFailed: it ended without a clip.
        """
        has_failed = self.statuses[status.status] == "failed"
        if status.cost is not None:
            task = replace(task, cost=status.cost, cost_basis="vendor")
        task = replace(task, is_over=has_failed)
        self._note(case, seed, task)
        self.prompt_sent = status.prompt
        self.receipt = Receipt(
            self.location(), status.seconds, status.peak_memory, task.cost, task.cost_basis
        )
        if has_failed:
            reason = self.redacted(status.reason) or "no reason given"
            raise RemoteFailed(f"{self.service} ended task {task.id} as {status.status}: {reason}")
        return task

    def _submitted(self, case: Case, seed: int, plan: Plan, deadline: float) -> RemoteTask:
        request = self._request(case, seed, plan)
        submission = self.with_retries("a new clip", lambda: self.submit(request), True, deadline)
        if not submission.id:
            raise RemoteFailed(f"{self.service} accepted a task and did not name it")
        if any(secret in submission.id for secret in self.secrets()):  # a name is noted, and repeated
            raise RemoteFailed(f"{self.service} names a task by the key that it was sent; look there for it")
        cost = plan.cost if submission.cost is None else submission.cost
        basis: CostBasis = "" if cost is None else "estimated"
        task = RemoteTask(submission.id, datetime.now(UTC).isoformat(timespec="seconds"), cost, basis)
        self._note(case, seed, task)
        return task

    def _note(self, case: Case, seed: int, task: RemoteTask) -> None:
        if self.ledger is not None:
            self.ledger.note(case.id, seed, task)

    def _request(self, case: Case, seed: int, plan: Plan) -> TaskRequest:
        last = max(case.keyframes, key=lambda keyframe: keyframe.frame, default=None)
        return TaskRequest(
            case,
            models.seed_number(case, seed) % 2**31,
            plan,
            self.fitted(case.image, plan),
            self.fitted(last.image, plan) if last and self.takes_last else None,
        )

    def fitted(self, path: Path, plan: Plan) -> Image:
        """(H, W, 3) uint8: a picture at the clip's size, or as it is if only the clip will tell."""
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


class Poller:
    """Polls one task until it is over.

    Args:
        model: what talks to the service.
        task: its id.
        step: is told the progress in percent; may raise Cancelled.
        deadline: by the clock of model.timing.
    """

    def __init__(self, model: PollingModel, task: str, step: models.Step, deadline: float) -> None:
        self.model, self.task, self.step, self.deadline = model, task, step, deadline

    def until_over(self) -> TaskStatus:
        """The status in which the task is done, or has failed.

        Raises:
            RemoteFailed: the service reports an unknown status, or the deadline has passed.
            Forgotten: it does not know the task.
        """
        model = self.model
        while True:
            status = model.with_retries(
                f"task {self.task}", lambda: model.poll(self.task), deadline=self.deadline
            )
            state = model.statuses.get(status.status)
            if state is None:
                known = ", ".join(model.statuses)
                raise RemoteFailed(
                    f"{model.service} says that task {self.task} is '{model.redacted(status.status)}', which is not"
                    f" one of {known}"
                )
            if state in ("done", "failed"):
                return status
            self.step(round(100 * min(1.0, max(0.0, status.progress))), 100)
            self.pause(status.status)

    def pause(self, status: str) -> None:
        """Waits until the next poll.

        Raises:
            RemoteFailed: the deadline would pass.
        """
        timing = self.model.timing
        if timing.now() + timing.interval > self.deadline:
            raise RemoteFailed(
                f"{self.model.service} has task {self.task} still {status} after {timing.limit:g} s;"
                f" --retry-failed goes on waiting for it ({LIMIT} says how long)"
            )
        timing.sleep(timing.interval)
