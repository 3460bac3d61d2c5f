"""Totals against published rows, by their properties, and on models that anybody could beat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies

from bench import evaluators, models, suites
from bench.errors import NotMeasurable, UnknownName, UsageError
from bench.evaluators import ClipEvaluator, catalogue
from bench.media import clip_view
from bench.scoring import recipes, reported
from bench.scoring.recipes import FROZEN, I2V_BENCH, MOVING, VBENCH_I2V, Group, Recipe, Term
from bench.types import Case, Clip, Value
from tests import made

DOCUMENT = Path(__file__).parents[2] / "docs" / "ranking.md"

DIMENSIONS = [
    f"vbench_{name}"
    for name in (
        "camera_motion",
        "i2v_subject",
        "i2v_background",
        "subject_consistency",
        "background_consistency",
        "motion_smoothness",
        "dynamic_degree",
        "aesthetic_quality",
        "imaging_quality",
    )
]

# from the VBench-I2V board: dimensions in the order above, then I2V, quality and total as it prints them
GOLDEN = {
    "CogVideoX-5b-I2V": (67.68, 97.19, 96.74, 94.34, 96.42, 98.40, 33.17, 61.87, 70.01, 94.79, 78.61, 86.70),
    "Step-Video-TI2V": (49.23, 97.86, 98.63, 96.02, 97.06, 99.24, 48.78, 62.29, 70.44, 95.50, 81.22, 88.36),
    "HunyuanVideo-I2V": (49.91, 98.53, 97.37, 95.26, 96.70, 99.23, 22.20, 62.55, 70.14, 95.10, 78.54, 86.82),
    "Wan2.1": (34.76, 96.95, 96.44, 94.86, 97.07, 97.90, 51.38, 64.75, 70.44, 92.90, 80.82, 86.86),
}

ALL = pytest.mark.parametrize("recipe", recipes.registry.values(), ids=recipes.registry)


def best(recipe: Recipe) -> dict[str, float]:
    """Each metric at the value that counts 1."""
    return {term.metric: term.one for group in recipe.groups for term in group.terms}


def _of_group(recipe: Recipe, name: str, means: dict[str, float]) -> float | None:
    """What a recipe of one of its groups alone comes to."""
    return replace(recipe, groups=tuple(group for group in recipe.groups if group.name == name)).total(means)


# What others published


@pytest.mark.parametrize("model", GOLDEN)
def test_vbenchs_board_is_reproduced(model: str) -> None:
    """To a hundredth: the board's dimensions are rounded to a hundredth themselves."""
    *values, i2v, quality, total = GOLDEN[model]
    means = dict(zip(DIMENSIONS, values, strict=True))
    assert _of_group(VBENCH_I2V, "I2V", means) == pytest.approx(i2v, abs=0.01)
    assert _of_group(VBENCH_I2V, "quality", means) == pytest.approx(quality, abs=0.01)
    assert VBENCH_I2V.total(means) == pytest.approx(total, abs=0.01)


@pytest.mark.parametrize("model", GOLDEN)
def test_fractions_are_recognised(model: str) -> None:
    """VBench's tools write fractions, its board per cent: fractions gave -38 without a word."""
    means = dict(zip(DIMENSIONS, GOLDEN[model], strict=False))
    fractions = {name: value / 100 for name, value in means.items()}
    assert VBENCH_I2V.total(fractions) == pytest.approx(VBENCH_I2V.total(means), abs=1e-9)
    assert VBENCH_I2V.missing(fractions) == ()
    assert "fractions" in VBENCH_I2V.missing_policy


def test_fractions_among_per_cents_are_missing() -> None:
    means = dict(zip(DIMENSIONS, GOLDEN["Wan2.1"], strict=False))
    mixed = {**means, "vbench_i2v_subject": 0.9695}
    assert VBENCH_I2V.total(mixed) is None
    assert VBENCH_I2V.missing(mixed) == ("vbench_i2v_subject",)
    still = {**means, "vbench_dynamic_degree": 0.0}  # no fraction: nothing moves
    assert VBENCH_I2V.total(still) == pytest.approx(
        (VBENCH_I2V.total(means) or 0) - 100 * 0.5 * 0.5138 / 5.5 / 2
    )


@pytest.mark.parametrize(
    ("model", "quality"),
    [
        ("DynamiCrafter-1024", 80.50),
        ("Animate-Anything", 78.71),
        ("ConsistI2V", 76.22),
        ("SVD-XT-1.1", 79.40),
    ],
)
def test_the_papers_columns_are_in_order(model: str, quality: float) -> None:
    """VBench++ prints no totals, but the board has these models' quality: two columns swapped would miss it."""
    found, _ = reported.read(Path(__file__).parents[2] / "results" / "reported")
    means = {
        each.metric.name: each.value
        for each in found
        if each.model == model and each.benchmark == "VBench-I2V, paper's table 3"
    }
    assert _of_group(VBENCH_I2V, "quality", means) == pytest.approx(quality, abs=0.01)


def test_vbenchs_total_is_won_by_not_moving() -> None:
    """Why it is not our default: a frozen copy of the input image is above a third of the board.

    All consistencies are 100, nothing is dynamic, one camera prompt of seven asks to stand still, and the picture is as
    pretty as photographs are (aesthetic 62, imaging 70).
    """
    assert [FROZEN[name] for name in DIMENSIONS] == [100 / 7, 100, 100, 100, 100, 100, 0, 62, 70]
    total = VBENCH_I2V.total(FROZEN)
    assert total == pytest.approx(87.3, abs=0.05)
    assert total > max(GOLDEN[model][-1] for model in ("CogVideoX-5b-I2V", "HunyuanVideo-I2V", "Wan2.1"))


def test_i2v_bench_is_the_mean_of_its_groups_means() -> None:
    """ConsistI2V's row of table 2: (90.85 + 94.69 + 96.65 + 97.77 + 37.48) / 5 and (32.06 + 24.81 + 19.50) / 3."""
    quality = (90.85, 94.69, 96.65, 97.77, 37.48)
    means = dict(zip(I2V_BENCH.metrics, (*quality, 32.06, 24.81, 19.50), strict=True))
    assert _of_group(I2V_BENCH, "visual quality", means) == pytest.approx(83.488)
    assert _of_group(I2V_BENCH, "visual consistency", means) == pytest.approx(25.4567, abs=1e-4)
    assert I2V_BENCH.total(means) == pytest.approx((83.488 + 25.4567) / 2, abs=1e-4)


# Ours, by hand and on null models


FULL = {term.metric: term.one for group in MOVING.groups for term in group.terms}
"""Each metric of ours at the value that counts 1."""


def test_moving_by_hand() -> None:
    """Half of the content, a start of SSIM 0.6, all else full: (0.5⁴ · 0.5 · 1 · …)^(1/15) = 0.5^(1/3)."""
    means = {**FULL, "content": 0.005, "first_frame_ssim": 0.6}
    assert MOVING.total(means) == pytest.approx(100 * 0.5 ** (1 / 3))


def test_what_does_not_move_has_0_though_its_rhythm_cannot_be_measured() -> None:
    still = {**FULL, "content": 0.0}
    del still["motion_roughness"], still["cadence_repeats"]
    assert MOVING.missing(still) == ("motion_roughness", "cadence_repeats")
    assert MOVING.total(still) == 0.0
    assert MOVING.total({**still, "content": 0.001}) is None  # it moves: its rhythm is missing


def test_a_camera_move_that_was_asked_for_takes_the_place_of_content() -> None:
    """0.125^(4/15) of a slide that follows in an eighth of its steps, whatever moves besides."""
    for content in (0.0, 1.0):
        means = {**FULL, "content": content, "camera_move_adherence": 0.125}
        assert MOVING.total(means) == pytest.approx(100 * 0.125 ** (4 / 15))


def measured(clip: Clip, case: Case) -> dict[str, float]:
    """Our recipe's metrics of a clip, where it has them; what it cannot have at the value that counts 0."""
    owners = catalogue.registered().owners
    found: dict[str, float] = {}
    for name in sorted({owners[metric] for metric in MOVING.metrics}):
        evaluator = evaluators.registry[name]()
        assert isinstance(evaluator, ClipEvaluator)
        try:
            answers = made.answers(evaluator, clip.frames, clip.fps, case)
        except NotMeasurable:
            answers = {}
        for metric in {card.name for card in evaluator.cards} & set(MOVING.metrics):
            answer = answers.get(metric)
            found[metric] = answer.value if isinstance(answer, Value) else MOVING.zeros.get(metric, np.nan)
    return found


def totals_of(names: Sequence[str]) -> dict[str, float | None]:
    """Model -> its total on the cat of the demo suite, made and measured now, 14 frames at 0.13 megapixels."""
    suite = suites.load("demo")
    suite = replace(suite, cases=suite.cases[:1])
    suites.prepare(suite)  # a second a scene
    case = suite.cases[0]
    return {
        name: MOVING.total(measured(seen(models.registry[name]().generate(case, 0)), case)) for name in names
    }


def seen(clip: Clip) -> Clip:
    """As in the view that totals are taken in; the demo suite's clips have 8 frames per second."""
    way = clip_view.DEFAULT.of(clip.fps, clip.width, clip.height)
    return Clip(np.stack([way.resized(frame) for frame in clip.frames[: clip_view.DEFAULT.frames]]), way.fps)


@pytest.fixture(scope="module")
def null_totals() -> dict[str, float | None]:
    """Totals of models that any real model should beat, on one case; docs/ranking.md has more."""
    return totals_of(("still", "drift", "noise", "cut", "pasted-patch", "wobble"))


def test_nothing_is_won_by_not_moving(null_totals: dict[str, float | None]) -> None:
    assert null_totals["still"] == 0


def test_frames_that_do_not_follow_from_one_another_have_nothing(
    null_totals: dict[str, float | None],
) -> None:
    assert null_totals["noise"] == 0
    assert null_totals["cut"] == 0


def test_a_slide_over_the_picture_has_nothing(null_totals: dict[str, float | None]) -> None:
    """Nothing happens in it: it had 87 when half of motion was that anything moves."""
    assert null_totals["drift"] == pytest.approx(0, abs=20)


@pytest.mark.parametrize("model", ["pasted-patch", "wobble"])
def test_a_warped_still_has_less_than_footage(null_totals: dict[str, float | None], model: str) -> None:
    """They had 98 and 99, more than real footage; that has 88 on average (docs/ranking.md)."""
    assert (null_totals[model] or 0) < 70


# Properties


@ALL
def test_a_recipe_is_complete(recipe: Recipe) -> None:
    assert recipes.registry[recipe.name] is recipe
    assert all((recipe.title, recipe.about, recipe.source, recipe.formula, recipe.missing_policy))
    assert len(set(recipe.metrics)) == len(recipe.metrics)
    assert all(metric in recipe.formula for metric in recipe.metrics)
    assert "\n" not in recipe.formula
    assert not recipe.has_own_weights


def test_moving_stands_on_metrics_that_are_measured_here() -> None:
    """Each is registered, and the end that counts 1 is its better one, where it has one."""
    cards = catalogue.registered().cards
    for group in MOVING.groups:
        for term in group.terms:
            card = cards[term.metric]
            better = {"higher": term.one > term.zero, "lower": term.one < term.zero}
            assert better.get(card.direction, True), term.metric


@ALL
def test_a_total_is_on_its_scale(recipe: Recipe) -> None:
    assert recipe.total(best(recipe)) == pytest.approx(100)
    worst = {term.metric: term.zero for group in recipe.groups for term in group.terms}
    assert recipe.total(worst) == pytest.approx(0)


@ALL
@settings(max_examples=40)
@given(
    parts=strategies.lists(strategies.floats(0, 1), min_size=12, max_size=12), steps=strategies.floats(0, 1)
)
def test_better_is_never_worse(recipe: Recipe, parts: list[float], steps: float) -> None:
    terms = [term for group in recipe.groups for term in group.terms]
    means = {
        term.metric: term.zero + part * (term.one - term.zero)
        for term, part in zip(terms, parts, strict=False)
    }
    before = recipe.total(means)
    assert before is not None
    for term in terms:
        improved = means[term.metric] + steps * (term.one - means[term.metric])
        after = recipe.total({**means, term.metric: improved})
        assert after is not None
        assert after >= before - 1e-9


@ALL
def test_only_proportions_of_weights_matter(recipe: Recipe) -> None:
    means = {
        term.metric: term.zero + 0.7 * (term.one - term.zero)
        for group in recipe.groups
        for term in group.terms
    }
    means[recipe.metrics[0]] *= 0.9
    tripled = recipe.with_weights({metric: 3 * weight for metric, weight in recipe.weights.items()})
    assert tripled.total(means) == pytest.approx(recipe.total(means) or -1)


@ALL
def test_a_missing_metric_is_named_and_never_a_zero(recipe: Recipe) -> None:
    for metric in recipe.weights:
        means = {name: value for name, value in best(recipe).items() if name != metric}
        assert recipe.missing(means) == (metric,)
        assert recipe.total(means) is None
        assert recipe.total({**means, metric: float("nan")}) is None
        values = pd.DataFrame([means, best(recipe)])
        totals, _ = recipe.of_rows(values)
        assert totals.isna().tolist() == [True, False]


@ALL
def test_a_weight_of_0_leaves_a_metric_out_on_purpose(recipe: Recipe) -> None:
    metric = list(recipe.weights)[-1]
    without = recipe.with_weights({metric: 0})
    means = {name: value for name, value in best(recipe).items() if name != metric}
    assert without.missing(means) == ()
    assert without.total(means) == pytest.approx(100)
    assert metric not in without.formula
    assert metric in without.metrics  # a slider at 0 is still there
    assert "weights of your own" in without.label


@ALL
def test_cases_and_means_agree_on_one_case(recipe: Recipe) -> None:
    means = {
        term.metric: term.zero + 0.6 * (term.one - term.zero)
        for group in recipe.groups
        for term in group.terms
    }
    index = pd.MultiIndex.from_tuples([("a", "c0")], names=["run", "case"])
    of_case, parts = recipe.of_rows(pd.DataFrame([means], index=index)[list(reversed(means))])
    assert parts.shape == (1, len(recipe.groups))
    assert of_case.loc["a", "c0"] == pytest.approx(recipe.total(means) or -1)


def test_the_mean_over_cases_of_an_arithmetic_total_is_the_total_of_means() -> None:
    rng = np.random.default_rng(0)
    values = pd.DataFrame(rng.uniform(2, 100, (20, 9)), columns=DIMENSIONS)  # none is a fraction
    assert VBENCH_I2V.of_rows(values)[0].mean() == pytest.approx(
        VBENCH_I2V.total(values.mean().to_dict()) or -1
    )


def test_more_weight_draws_the_total() -> None:
    means = {**best(MOVING), "first_frame_ssim": 0.6}
    heavier = MOVING.with_weights({"first_frame_ssim": 8})
    assert (heavier.total(means) or 0) < (MOVING.total(means) or 0)  # 0.5^(8/22) is less than 0.5^(1/15)
    assert heavier.total(means) == pytest.approx(100 * 0.5 ** (8 / 22))


def test_the_same_weights_are_the_same_recipe() -> None:
    assert MOVING.with_weights(dict(MOVING.weights)) is MOVING
    assert MOVING.label == "moving v2"


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_is_a_number_from_0_on(weight: float) -> None:
    with pytest.raises(UsageError, match=r"0 or more, not .* for warping_error"):
        MOVING.with_weights({"warping_error": weight})


def test_something_must_count() -> None:
    with pytest.raises(UsageError, match="all its weights are 0"):
        MOVING.with_weights(dict.fromkeys(MOVING.weights, 0.0))


def test_a_strange_metric_has_no_weight() -> None:
    with pytest.raises(UnknownName, match="did you mean warping_error"):
        MOVING.with_weights({"warping_eror": 1.0})


def test_a_geometric_mean_needs_clipped_terms() -> None:
    groups = (Group("any", (Term("a", is_clipped=False),)),)
    with pytest.raises(UsageError, match="parts below 0"):
        Recipe("own", 1, "own", "own", "own", groups, combination="geometric")


def test_formulas_are_readable() -> None:
    assert Term("a").formula == "clip(a)"
    assert Term("a", 0.01, 0).formula == "clip((0.01 − a) / 0.01)"
    assert Term("a", -0.5, 1).formula == "clip((a + 0.5) / 1.5)"
    assert Term("a", 14.62, 100, is_clipped=False).formula == "(a − 14.62) / 85.38"
    powers = (
        "[content]^4 · [start]^1 · [steadiness]^1 · [rhythm]^3 · [freshness]^2 · [keeping]^1 · [identity]^3"
    )
    assert f"({powers})^(1/15)" in MOVING.formula
    assert VBENCH_I2V.formula.startswith(
        "100 · ([I2V] + [quality]) / 2, where [I2V] = (0.1·vbench_camera_motion / 100 +"
    )


def test_the_document_shows_the_recipe_as_it_is() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for group in MOVING.groups:
        assert f"[{group.name}]" in text
        inside = group.formula.removeprefix("(").removesuffix(")")
        assert any(f"= {formula}\n" in text for formula in (group.formula, inside))
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    names: dict[str, Recipe] = {}
    exec(compile(block, "docs/ranking.md", "exec"), names)
    assert names["own"].label == "moving v2, with weights of your own"
