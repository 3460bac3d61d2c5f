"""What a board says of a model besides its numbers, from its card: its role, who may run it, how large it is."""

from __future__ import annotations

from collections.abc import Iterable

from bench import models
from bench.types import ModelCard

CLIPS = "clips"
"""What rows call the model of clips that were made elsewhere."""


def card_of(model: str, stored: Iterable[ModelCard] = ()) -> ModelCard:
    """The card of a model, whose name may come from a stranger's file; one that claims nothing where nobody has it.

    Args:
        model: as rows name it.
        stored: cards that came with the rows, for models that are not registered here.
    """
    if model in models.registry:
        return models.registry[model].card
    came = next((card for card in stored if card.name == model), None)
    return came or ModelCard(
        name=model, title="clips made elsewhere" if model == CLIPS else "", version=0, reads_text=False, frames=None,
        fps=None, width=None, height=None, weights=None, licence="", paper="", access="",
    )  # fmt: skip


def paper_address(paper: str) -> str:
    """'arXiv 2311.15127' as an address; an address of the web as it is; '' for anything else."""
    if paper.startswith("arXiv "):
        return f"https://arxiv.org/abs/{paper.removeprefix('arXiv ')}"
    return paper if paper.startswith(("https://", "http://")) else ""
