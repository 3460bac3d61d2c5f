"""Models: a registered class here, or behind an entry point of the group `bench.models`, is a model.

Authors of models import from here what `__all__` names, and `bench.models.plans`; for a pipeline of diffusers
`bench.models.diffusers`, for a service `bench.models.hosted.polling`. The rest of this room: `checkpoints`, `hub` and
`stored_weights` (which weights, and whether they are here), `requirements`, `card_facts`, and the sub-packages `null`,
`programs` and `processing`. Models know `bench.media`, `bench.base` and the types, and nothing above them.

    @models.add
    class Still(Model):
        card = ModelCard(name="still", …)

        def generate(self, case, seed, step=ignore_steps):
            return Clip(frames, fps)
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from bench.base.registry import Registry
from bench.base.settings import NoSettings
from bench.errors import BadImage, UsageError
from bench.models import stored_weights
from bench.models.plans import Plan
from bench.models.requirements import Need
from bench.types import Case, Checkpoint, Clip, ModelCard, Receipt, Runtime

if TYPE_CHECKING:
    from bench.runs import Ledger

__all__ = ["Model", "Step", "add", "ignore_steps", "registry", "seed_number"]

Step: TypeAlias = Callable[[int, int], None]
"""Called as step(done, total) between the steps of one generation; may raise Cancelled to stop it."""


def ignore_steps(done: int, total: int) -> None:
    """A step callback that does nothing."""


def seed_number(case: Case, seed: int) -> int:
    """In [0, 2^63): the seed of every random number of one clip: a hash of the case's id and the seed.

    Each case has its own, since shared noise would correlate their scores and make every interval too narrow.
    Checkpoints and models share it, so that they are compared on the same noise.
    """
    return int.from_bytes(hashlib.sha256(f"{case.id}\n{seed}".encode()).digest()[:8], "big") >> 1


class Model(ABC):
    """An adapter: loads a checkpoint once, turns a case and a seed into a clip.

    Attributes:
        card: the facts that need no weights.
        Settings: a frozen dataclass; every field has a default, its type and its Annotated bounds (annotated_types) are
            checked. `--set name=value` sets one.
        packages: that load imports and only an extra installs, as the package index calls them.
        is_remote: whether clips are made by a service: they need a network, and another call gives another clip.
        ledger: where a model notes the tasks that it gave to a service; None to note them nowhere.
        receipt: of the last clip, if another machine made it; None for a clip of this machine.
        prompt_sent: that the last clip was made with, if the model or its service rewrote the case's; '' otherwise.

    Args:
        settings: an instance of Settings; None for the defaults.
        runtime: where and how to compute.
        checkpoint: which weights; None for a model without weights.
    """

    card: ClassVar[ModelCard]
    Settings: ClassVar[type[Any]] = NoSettings
    packages: ClassVar[tuple[str, ...]] = ()
    is_remote: ClassVar[bool] = False

    def __init__(
        self, settings: Any = None, runtime: Runtime | None = None, checkpoint: Checkpoint | None = None
    ) -> None:
        self.settings = settings if settings is not None else self.Settings()
        self.runtime = runtime or Runtime()
        self.checkpoint = checkpoint
        self.ledger: Ledger | None = None
        self.receipt: Receipt | None = None
        self.prompt_sent = ""

    @property
    def is_paid(self) -> bool:
        """Whether a clip costs money; then a plan without a cost means that the price is unknown."""
        return False

    @property
    def is_identified(self) -> bool:
        """Whether the run's identity says all that decides its clips; if not, none is kept for a later call."""
        return True

    @property
    def makes_ahead(self) -> bool:
        """Whether several clips are made at a time, those of expect; no other process may make these meanwhile."""
        return False

    def secrets(self) -> list[str]:
        """What must not be repeated in a message or a file, whoever says it: keys that the model sends to a service."""
        return []

    @classmethod
    def entry_name(cls) -> str:
        """The name that the command line uses."""
        return cls.card.name

    def load(self) -> None:
        """Brings the weights into memory; called once before the first clip, again after any exception.

        Raises:
            Unavailable: a package, the weights or the device is missing.
        """

    def fetch(self) -> None:
        """Brings the weights to this machine, as far as that needs no loading; load fetches what is missing then.

        Raises:
            Unavailable: they cannot be fetched.
        """

    def needs(self) -> Iterator[Need]:
        """What this machine must have before load can succeed, and whether it is here; nothing is fetched or loaded."""
        yield from stored_weights.needs(self.card, self.checkpoint, is_half=self.runtime.is_half)

    def plan(self, case: Case) -> Plan:
        """What will be made of a case, as far as that is known without weights; `bench run --dry-run` prints it.

        Raises:
            UsageError: settings that this model cannot follow.
            BadImage: the case's image cannot be read.
        """
        asked = asdict(self.settings)
        return Plan(
            frames=asked.get("num_frames") or self.card.frames,
            width=asked.get("width") or self.card.width,
            height=asked.get("height") or self.card.height,
            fps=asked.get("fps") or self.card.fps,
            fit=self.card.fit,
        )

    def expect(self, samples: Sequence[tuple[Case, int]]) -> None:
        """Is called after load with every case and seed that generate will be called with, in that order.

        For a model that makes several clips at a time; it may begin the later ones while the first are stored.
        """

    @abstractmethod
    def generate(self, case: Case, seed: int, step: Step = ignore_steps) -> Clip:
        """Animates the case's image.

        The clip depends only on case, seed, settings, checkpoint and dtype, not on the clips before it.

        Args:
            case: image and prompt.
            seed: of every random number; see seed_number.
            step: called between steps.

        Raises:
            BadImage: the case's image cannot be read.
            Cancelled: step asked to stop.
        """

    def recover(self, error: Exception) -> None:
        """Prepares for the next clip after generate raised error, which may leave a pipeline in any state."""
        if not isinstance(error, BadImage):  # raised before the model is touched
            self.unload()
            self.load()

    def unload(self) -> None:
        """Gives the memory back; load may be called again."""

    def effective_settings(self) -> dict[str, Any]:
        """The settings as used, with defaults that depend on the checkpoint filled in; recorded with each clip."""
        return asdict(self.settings)

    def decisive_settings(self) -> dict[str, Any]:
        """The settings as asked for that decide the clips, and thereby the identity of the run."""
        return asdict(self.settings)

    @property
    def label(self) -> str:
        """Its name in tables, with its checkpoint's if that is not the default."""
        named = self.checkpoint and self.checkpoint.name
        return f"{self.card.name}@{named}" if named else self.card.name


_NOT_IMAGE_TO_VIDEO: Mapping[str, str] = {
    "cogvideox-2b": "CogVideoX-2B is text-to-video: it takes no image, and no image-to-video checkpoint is of its size;"
    " cogvideox-5b-i2v takes one",
    "text2video-zero": "Text2Video-Zero is text-to-video: it takes no image",
    "tune-a-video": "Tune-A-Video is text-to-video: it is tuned on one video and takes no image",
}
"""Systems that are often named among image-to-video models and are not -> the message if one is asked for."""


def _no_more_names(cls: type[Model]) -> tuple[str, ...]:
    """None besides its own; the model may be a plug-in's.

    Raises:
        UsageError: it has no card.
    """
    if not isinstance(cls.card, ModelCard):
        raise UsageError(f"card is a ModelCard, not {cls.card!r:.80}")
    return ()


registry: Registry[Model] = Registry(
    "model", package="bench.models", refused=_NOT_IMAGE_TO_VIDEO, claims=_no_more_names
)
add = registry.add
