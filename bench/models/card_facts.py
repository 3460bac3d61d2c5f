"""What a board says of a model besides its numbers, from its card: what it is, who may run it, how large it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench import models
from bench.types import ModelCard

Kind: TypeAlias = Literal["model", "null baseline", "reference clips"]
"""What a row is for: consistency metrics reward not moving, so a row that does not move must say so."""

Access: TypeAlias = Literal["open", "hosted", "program", ""]
"""Who may run it: anyone with the weights; anyone who pays or has the server; anyone with the program; '' unknown."""

NULL_MODELS = ("still", "drift", "noise", "shuffled", "reversed", "cut")
REFERENCE = "reference"
PROGRAMS = "command"
"""The family of the adapter that starts somebody's program."""


@dataclass(frozen=True)
class Facts:
    """What is known of a model.

    Attributes:
        kind: what its row is for.
        access: who may run it.
        card: its facts; None for one that is not registered here, and for somebody's clips.
    """

    kind: Kind
    access: Access
    card: ModelCard | None

    @property
    def title(self) -> str:
        """What people call it; '' where nobody said."""
        return self.card.title if self.card else ""

    @property
    def licence(self) -> str:
        """Of the weights; '' where nobody said."""
        return self.card.licence if self.card else ""

    @property
    def parameters(self) -> float | None:
        """Billions; None where nobody said."""
        return self.card.parameters if self.card else None

    @property
    def paper(self) -> str:
        """An address; '' where there is none."""
        return paper_address(self.card.paper) if self.card else ""


def facts(model: str) -> Facts:
    """The facts about a model, whose name may come from a stranger's file; a plugin that is broken is not known."""
    if model not in models.registry:
        return Facts(kind(model), "", None)
    cls = models.registry[model]
    return Facts(kind(model), _access(cls), cls.card)


def kind(model: str) -> Kind:
    """What a model's row is for."""
    if model == REFERENCE:
        return "reference clips"
    return "null baseline" if model in NULL_MODELS else "model"


def paper_address(paper: str) -> str:
    """'arXiv 2311.15127' as an address; an address of the web as it is; '' for anything else."""
    if paper.startswith("arXiv "):
        return f"https://arxiv.org/abs/{paper.removeprefix('arXiv ')}"
    return paper if paper.startswith(("https://", "http://")) else ""


def _access(cls: type[models.Model]) -> Access:
    if cls.is_remote:
        return "hosted"
    return "program" if cls.card.family == PROGRAMS else "open"
