"""What boards show of a model besides its numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import models
from bench.engine import requests
from bench.models import card_facts


def test_every_model_that_runs_by_default_is_a_baseline() -> None:
    roles = {card_facts.card_of(name).role for name in requests.NULL_MODELS}
    assert roles == {"null baseline", "reference clips"}


def test_null_models_are_registered() -> None:
    assert set(requests.NULL_MODELS) <= set(models.registry)


@pytest.mark.parametrize(
    ("name", "access", "parameters"),
    [
        ("svd", "open", None), ("wan2.1-i2v-480p", "open", 14), ("wan2.2-ti2v-5b", "open", 5),
        ("kling", "hosted", None), ("openai-video", "hosted", None), ("command", "program", None),
    ],
)  # fmt: skip
def test_who_may_run_it_and_how_large_it_is(name: str, access: str, parameters: float | None) -> None:
    found = card_facts.card_of(name)
    assert (found.role, found.access, found.parameters) == ("model", access, parameters)
    assert found.title == models.registry[name].card.title


def test_a_strangers_model_is_a_model_of_which_nothing_is_known() -> None:
    found = card_facts.card_of("<script>alert(1)</script>")
    assert (found.role, found.access, found.title, found.licence, found.paper) == ("model", "", "", "", "")


def test_a_card_that_came_with_the_rows_speaks_for_a_model_that_is_not_here() -> None:
    came = replace(models.registry["still"].card, name="swing", title="Swing")
    assert card_facts.card_of("swing", [came]) == came
    assert card_facts.card_of("still", [replace(came, name="still")]) == models.registry["still"].card


@pytest.mark.parametrize("name", list(models.registry))
def test_names_that_say_their_size_have_it(name: str) -> None:
    """'…-14b' is a model of 14 billion parameters, unless its card says otherwise."""
    card = models.registry[name].card
    sizes = [word.rstrip("b") for word in name.split("-") if word.endswith("b") and word[0].isdigit()]
    assert card.parameters == (float(sizes[0]) if sizes else card.parameters)


def test_a_paper_is_an_address_or_nothing() -> None:
    assert card_facts.paper_address("arXiv 2311.15127") == "https://arxiv.org/abs/2311.15127"
    assert card_facts.paper_address("https://example.org/paper") == "https://example.org/paper"
    assert card_facts.paper_address("javascript:alert(1)") == ""
