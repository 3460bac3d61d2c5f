"""The card of a model, for what a board shows besides its numbers: role, access, size, paper."""

from __future__ import annotations

from collections.abc import Iterable

from bench import models
from bench.models import in_memory
from bench.types import ModelCard

CLIPS = "clips"
"""The model's name in rows of clips that were made elsewhere."""

TITLES = {CLIPS: "clips made elsewhere", in_memory.NAME: in_memory.TITLE}
"""Name in rows -> title, of what no registered model made."""


def card_of(model: str, stored: Iterable[ModelCard] = ()) -> ModelCard:
    """The card of a model, whose name may come from another party's file; an empty one if the model is unknown.

    Args:
        model: its name in rows.
        stored: cards that came with the rows, for models that are not registered here.
    """
    if model in models.registry:
        return models.registry[model].card
    came = next((card for card in stored if card.name == model), None)
    return came or ModelCard(
        name=model, title=TITLES.get(model, ""), version=0, reads_text=False, frames=None,
        fps=None, width=None, height=None, weights=None, licence="", paper="", access="",
    )  # fmt: skip


def paper_address(paper: str) -> str:
    """'arXiv 2311.15127' as a web address; a web address unchanged; '' for anything else."""
    if paper.startswith("arXiv "):
        return f"https://arxiv.org/abs/{paper.removeprefix('arXiv ')}"
    return paper if paper.startswith(("https://", "http://")) else ""
