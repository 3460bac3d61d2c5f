"""The catalogue: names and versions of metrics, groups and order, and whose card counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import UnknownName
from bench.evaluators import catalogue
from bench.evaluators.catalogue import GROUPS, MOTION, OTHER, Catalogue
from bench.types import MetricCard


def card(name: str, group: str = "", is_main: bool = False, is_lead: bool = False) -> MetricCard:
    return replace(catalogue.unknown(name), version=1, group=group, is_main=is_main, is_lead=is_lead)


def known(*cards: MetricCard, owner: str = "theirs") -> Catalogue:
    """A catalogue of these metrics, all measured by one evaluator."""
    return Catalogue({each.name: each for each in cards}, {each.name: owner for each in cards}, {})


# The grammar of names


@pytest.mark.parametrize(
    ("metric", "bare", "words"),
    [
        ("clipsim", "clipsim", []),
        ("clipsim[model=ViT-L-14]", "clipsim", ["model=ViT-L-14"]),
        ("clipsim[model=ViT-L-14,weights=openai]", "clipsim", ["model=ViT-L-14", "weights=openai"]),
        ("fvd[weights=a[1].pt]", "fvd", ["weights=a[1].pt"]),
        ("fvd[]", "fvd", []),
        ("fvd[frames=15", "fvd", ["frames=15"]),
        ("", "", []),
    ],
)
def test_a_name_is_a_metric_and_its_settings(metric: str, bare: str, words: list[str]) -> None:
    assert catalogue.bare(metric) == bare
    assert catalogue.words_of_settings(metric) == words


@dataclass(frozen=True)
class Settings:
    frames: int = 16
    weights: Path | None = None
    batch: int = 8


def evaluator(settings: Settings, digests: tuple[str, ...] = ()) -> evaluators.Evaluator:
    class Made(evaluators.ClipEvaluator):
        name = "made"
        cards = (card("made_mean"),)
        neutral = frozenset({"batch"})

        def weights(self) -> tuple[Weights, ...]:
            return tuple(Weights("x", ("https://x.invalid/x",), digest, 1, "MIT") for digest in digests)

        def conclude(self, looks: object, sample: object) -> evaluators.Values:
            return {}

    Made.Settings = Settings
    return Made(settings)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(), "made_mean"),
        (Settings(frames=15), "made_mean[frames=15]"),
        (Settings(frames=15, weights=Path("/home/me/i3d.pt")), "made_mean[frames=15,weights=i3d.pt]"),
        (Settings(batch=1), "made_mean"),  # changes no number
    ],
)
def test_settings_other_than_the_default_are_in_the_name(settings: Settings, name: str) -> None:
    made = evaluator(settings)
    assert catalogue.full_name(made.cards[0], made) == name
    assert catalogue.bare(name) == "made_mean"


@pytest.mark.parametrize(
    ("digests", "version"),
    [((), "1"), (("40d36571" + "f" * 56,), "1+40d36571"), (("a" * 64, "b" * 64), "1+aaaaaaaa+bbbbbbbb")],
)
def test_weights_are_in_the_version(digests: tuple[str, ...], version: str) -> None:
    made = evaluator(Settings(), digests)
    assert catalogue.full_version(made.cards[0], made) == version
    assert catalogue.card_version(version) == 1


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("1", 1), ("12+40d36571", 12), ("999999999", 999_999_999), ("", 0), ("+40d36571", 0), ("x", 0), ("-1", 0),
        (" 1", 0), ("1.5", 0), ("²", 0), ("9" * 10, 0), ("9" * 5000, 0), ("9" * 5000 + "+40d36571", 0),
    ],
    ids=lambda word: str(word)[:12],
)  # fmt: skip
def test_a_version_is_a_small_number_or_none(version: str, number: int) -> None:
    assert catalogue.card_version(version) == number


def test_the_heading_has_the_settings() -> None:
    cards = known(replace(card("clipsim"), title="CLIP similarity", direction="higher"))
    assert cards.heading("clipsim") == "CLIP similarity ↑"
    assert cards.heading("clipsim[model=ViT-L-14]") == "CLIP similarity [model=ViT-L-14] ↑"
    assert cards.heading("theirs[x=1]") == "theirs [x=1]"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.0, 1.0, "0 … 1"), (0.0, None, "≥ 0"), (None, 100.0, "≤ 100"), (None, None, "any")],
)
def test_a_range_in_words(low: float | None, high: float | None, words: str) -> None:
    assert catalogue.span(replace(card("a"), low=low, high=high)) == words


# Groups and order


def test_groups_are_ours_then_theirs_then_other() -> None:
    cards = known(
        card("a", "Cost"), card("b"), card("c", "Zebras"), card("d", "Motion"), card("e", "Colours")
    )
    assert cards.groups(["a", "b", "c", "d", "e", "a", "nobodys"]) == {
        "Motion": ["d"],
        "Cost": ["a"],
        "Colours": ["e"],
        "Zebras": ["c"],
        OTHER: ["b", "nobodys"],
    }


def test_a_metric_is_in_its_group_with_any_settings() -> None:
    assert known(card("a", "Text")).group("a[model=x]") == "Text"


def test_leads_come_first_in_a_group_then_main_metrics() -> None:
    cards = known(card("a"), card("main", is_main=True), card("lead", is_lead=True))
    assert cards.ordered(["a", "main", "lead"]) == ["lead", "main", "a"]


def test_the_metric_of_motion_comes_before_all() -> None:
    cards = known(
        card("a", "Input image", is_lead=True), card(MOTION, "Motion"), card("b", "Motion", is_lead=True)
    )
    assert cards.ordered(["a", "b", MOTION]) == [MOTION, "b", "a"]
    assert cards.ordered(["a", "b", f"{MOTION}[x=1]"])[0] == f"{MOTION}[x=1]"


def test_main_metrics_and_unknown_ones_are_shown() -> None:
    assert known(card("a"), card("b", is_main=True)).main(["a", "b", "nobodys"]) == ["b", "nobodys"]


def test_essential_ones_lead_their_group_or_are_main_or_all_there_is() -> None:
    led = card("lead", "Text", is_lead=True), card("led", "Text", is_main=True)
    main = card("main", "Cost", is_main=True), card("other", "Cost")
    plain = card("one", "Distance"), card("two", "Distance")
    cards = known(*led, *main, *plain, card(MOTION, "Motion"))
    measured = ["two", "other", "main", "led", "lead", "one", MOTION]
    assert cards.essential(measured) == [MOTION, "lead", "two", "one", "main"]


def test_the_metric_of_motion_is_added_where_it_was_measured() -> None:
    cards = known(card(MOTION), card("a"), card("b"))
    assert cards.with_motion(["b", "a"], ["a", MOTION, "b"]) == [MOTION, "b", "a"]
    assert cards.with_motion(["b", MOTION], [MOTION]) == [MOTION, "b"]
    assert cards.with_motion(["b"], ["a"]) == ["b"]


# Choosing by names

CHOICE = Catalogue(
    {
        each.name: each
        for each in (
            card("ssim_mean", is_main=True),
            card("ssim_slope"),
            card("cost_seconds"),
            card("cost_usd"),
        )
    },
    {"ssim_mean": "ssim", "ssim_slope": "ssim", "cost_seconds": "cost", "cost_usd": "cost"},
    {},
)


@pytest.mark.parametrize(
    ("names", "measured", "chosen"),
    [
        ([], ["ssim_mean", "ssim_slope", "redness"], ["ssim_mean", "redness"]),
        (["all"], ["ssim_slope", "ssim_mean", "ssim_slope"], ["ssim_slope", "ssim_mean"]),
        (["ssim"], ["ssim_mean", "ssim_slope"], ["ssim_mean"]),  # an evaluator: its main ones
        (["cost"], ["cost_usd", "cost_seconds"], ["cost_usd", "cost_seconds"]),  # none is main: all
        (["ssim_slope"], ["ssim_mean", "ssim_slope"], ["ssim_slope"]),
        (
            ["ssim_mean"],
            ["ssim_mean[w=5]", "ssim_mean"],
            ["ssim_mean[w=5]", "ssim_mean"],
        ),  # with any settings
        (["ssim_mean[w=5]"], ["ssim_mean[w=5]", "ssim_mean"], ["ssim_mean[w=5]"]),
        (["redness"], ["redness"], ["redness"]),  # measured, by an evaluator that is not installed
        (
            ["cost", "ssim_mean"],
            ["ssim_mean"],
            ["cost_seconds", "cost_usd", "ssim_mean"],
        ),  # not measured: named
        (["ssim_slope", "ssim_slope"], ["ssim_slope"], ["ssim_slope"]),
    ],
)
def test_names_choose_metrics(names: list[str], measured: list[str], chosen: list[str]) -> None:
    assert CHOICE.chosen(names, measured) == chosen


def test_an_unknown_name_is_refused_with_a_guess() -> None:
    with pytest.raises(UnknownName, match="unknown metric 'ssim_men': did you mean ssim_mean"):
        CHOICE.chosen(["ssim_men"], ["ssim_mean"])


# Cards that came with rows


def test_ours_are_all_known() -> None:
    here = catalogue.registered()
    for name in evaluators.registry:
        for each in evaluators.registry[name].cards:
            assert here.card(each.name) is here.card(f"{each.name}[a=1]") is each
            assert (here.owner(each.name), here.knows(each.name)) == (name, True)


def test_a_metric_that_is_not_installed_has_the_card_that_came_with_its_rows() -> None:
    old, new = (
        replace(card("redness", "Colours"), version=version, high=high)
        for version, high in ((1, 1.0), (2, 40.0))
    )
    found = catalogue.registered([new, old])
    assert found.knows("redness")
    assert found.card("redness") == new
    assert found.card("redness", "1") == found.card("redness[a=1]", "1+40d36571") == old
    assert found.card("redness", "3") == new
    assert (found.owner("redness"), found.group("redness")) == ("", "Colours")
    assert list(found.groups(["redness", "ssim_mean"])) == ["Consistency", "Colours"]


def test_rows_of_another_version_keep_their_own_card() -> None:
    mine = catalogue.registered().card("ssim_mean")
    theirs = replace(mine, version=mine.version + 1, low=-2.0)
    found = catalogue.registered([theirs])
    assert found.card("ssim_mean") == found.card("ssim_mean", str(mine.version)) == mine
    assert found.card("ssim_mean", str(theirs.version)) == theirs


def test_rows_of_our_version_keep_the_card_that_came_with_them() -> None:
    theirs = replace(catalogue.registered().card("ssim_mean"), low=0.0)
    found = catalogue.registered([theirs])
    assert found.card("ssim_mean", f"{theirs.version}+40d36571") == theirs


@pytest.mark.parametrize("version", ["", "1", "9" * 5000, "x"])
def test_an_unknown_metric_claims_nothing(version: str) -> None:
    found = catalogue.registered()
    nothing = found.card("nobodys[a=1]", version)
    assert (nothing.name, nothing.low, nothing.high, nothing.unit) == ("nobodys", None, None, "")
    assert (nothing.sign, nothing.is_main, nothing.is_lead) == (0, False, False)
    assert (found.owner("nobodys"), found.knows("nobodys")) == ("", False)
    assert (found.group("nobodys"), found.heading("nobodys")) == (OTHER, "nobodys")


def test_every_group_asks_a_question() -> None:
    assert all(question.endswith("?") for question in GROUPS.values())


# Our own metrics


def test_a_few_of_each_group_come_first_and_motion_before_all() -> None:
    ours = catalogue.registered()
    measured = ["cost_seconds", "fvd_lite0_debiased", "ssim_mean", "ssim_slope", "first_frame_ssim", MOTION]
    assert ours.essential(ours.ordered(measured)) == [
        MOTION, "first_frame_ssim", "ssim_mean", "fvd_lite0_debiased", "cost_seconds",
    ]  # fmt: skip


def test_every_group_of_ours_has_a_lead() -> None:
    cards = catalogue.registered().cards.values()
    assert {each.group for each in cards if each.is_lead} == {*GROUPS}


def test_a_strangers_metric_is_shown_too() -> None:
    ours = catalogue.registered()
    assert ours.essential(["theirs", "theirs[x=<b>]"]) == ["theirs", "theirs[x=<b>]"]
    assert ours.with_motion(["ssim_mean"], ["ssim_mean", MOTION]) == [MOTION, "ssim_mean"]


@pytest.mark.parametrize(
    ("metric", "words"), [("ssim_mean", "-1 … 1"), ("fvd_lite0_debiased", "any"), ("fvd_lite0", "≥ 0")]
)
def test_ranges_of_ours(metric: str, words: str) -> None:
    assert catalogue.span(catalogue.registered().card(metric)) == words
