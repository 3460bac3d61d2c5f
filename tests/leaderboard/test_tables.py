"""What a table says and in which order, and whom filters keep; without a page."""

from __future__ import annotations

import math
import random
import time
from dataclasses import replace

import pandas as pd
import pytest
from leaderboard.filters import Filters
from leaderboard.ordering import COVERAGE, NAME, Order, directed_first

from leaderboard import columns, tables
from tests.leaderboard.lines import FLICKER, MOTION, SSIM, about, line, missing, ranked, score

SHOWN = (MOTION, SSIM)


def _displayed(values: pd.DataFrame, said: pd.DataFrame) -> list[list[str]]:
    """What the front end is told to show."""
    cells = tables.styled(values, said)._translate(False, False)["body"]  # type: ignore[attr-defined]
    return [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in cells]


def test_cells_are_numbers_that_read_as_texts() -> None:
    whole = line("whole", {MOTION: score(0.1, 0.01), SSIM: score(0.8, 0.02)}, ranks={SSIM: ranked(1, 3)})
    holes = line("holes", {MOTION: score(0.2, 0.01), SSIM: score(0.8, 0.02, failed=3)})
    nothing = line("nothing", {MOTION: score(0.3, 0.01), SSIM: missing()})
    lines = [whole, holes, nothing, line("never", {MOTION: score(0.4, 0.01)})]
    values, said = tables.numbers(lines, SHOWN, SSIM), tables.texts(lines, SHOWN, SSIM)
    shown = dict(zip(values, zip(*_displayed(values, said), strict=True), strict=True))
    assert shown["ssim_mean ↑"] == ("0.8 ± 0.02", "0.8 ± 0.02 · 7 of 10 clips", "– · 0 of 10 clips", "–")
    assert shown["Rank"] == ("1–3", "–", "–", "–")
    assert values["ssim_mean ↑"].tolist()[:2] == [0.8, 0.8]
    assert values["ssim_mean ↑"].isna().tolist() == [False, False, True, True]
    assert values["Rank"].tolist()[0] == 1.0


def test_every_cell_says_its_own_text() -> None:
    """Numbers of few values, and texts that differ where numbers do not, are where layers could mix rows up."""
    rng = random.Random(0)
    values = pd.DataFrame({name: [rng.choice([0.0, 1.0, math.nan]) for _ in range(60)] for name in "abc"})
    said = pd.DataFrame({name: [f"text {rng.randrange(9)}" for _ in range(60)] for name in "abc"})
    assert _displayed(values, said) == said.to_numpy().tolist()


def test_two_hundred_lines_of_twenty_columns_are_styled_in_no_time() -> None:
    values = pd.DataFrame({str(column): [random.random() for _ in range(200)] for column in range(20)})
    said = values.map(lambda value: f"{value:.3f} ± 0.1")
    start = time.process_time()
    tables.styled(values, said)
    assert time.process_time() - start < 1  # 0.02 s; 6 s with a call a cell


def test_versions_of_a_metric_never_share_a_heading() -> None:
    newer = replace(SSIM, version="2")
    assert list(tables.headings((MOTION, SSIM, newer)).values()) == [
        "motion_share",
        "ssim_mean v1 ↑",
        "ssim_mean v2 ↑",
    ]


def test_columns_that_say_nothing_are_left_out() -> None:
    plain = tables.telling(tables.numbers([line("a")], SHOWN, SSIM))
    assert plain == [
        "Model", "Open", "motion_share", "ssim_mean ↑", "Coverage", "Source", "Reads text", "Cases", "Clips",
    ]  # fmt: skip
    known = line("b", card=about(licence="MIT", parameters=2.0, access="open"), ranks={SSIM: ranked(1, 1)})
    assert {"Rank", "Tie group", "Access", "Size", "Licence"} <= set(
        tables.telling(tables.numbers([known], SHOWN, SSIM))
    )


# Order


def _sorted(order: Order) -> list[str]:
    lines = [
        line("Middle", {SSIM: score(0.5), FLICKER: score(5.0)}, coverage=0.5),
        line("best", {SSIM: score(0.9), FLICKER: score(1.0)}, coverage=1.0),
        line("none", {SSIM: missing()}, coverage=0.0),
        line("worst", {SSIM: score(0.1), FLICKER: score(9.0)}, coverage=0.7),
    ]
    return [each.name for each in order.sorted(lines)]


@pytest.mark.parametrize("column", [SSIM, FLICKER])
def test_the_best_stand_first_whichever_way_is_better_and_what_is_missing_last(column: tables.Column) -> None:
    assert _sorted(Order("x", column)) == ["best", "Middle", "worst", "none"]
    assert _sorted(Order("x", column, is_reversed=True)) == ["worst", "Middle", "best", "none"]


def test_names_and_coverage_sort_too() -> None:
    assert _sorted(Order(NAME)) == ["best", "Middle", "none", "worst"]
    assert _sorted(Order(COVERAGE)) == ["best", "worst", "Middle", "none"]
    assert _sorted(Order(tables.TOTAL)) == ["best", "Middle", "none", "worst"]  # nobody has one: by name


def test_what_knows_a_better_end_is_offered_first() -> None:
    assert directed_first({"motion_share": MOTION, "ssim_mean": SSIM}) == ["ssim_mean", "motion_share"]


# Filters

OPEN = line("Wan 2.2", card=about("Wan 2.2 TI2V", "Apache-2.0", 5.0, "open"), model="wan")
HOSTED = line("kling", card=about(licence="service", access="hosted"), reads_text=None)
SMALL = line(
    "svd", {SSIM: score(0.8, failed=1), MOTION: score(0.1)}, card=about(parameters=1.5), reads_text=False
)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(), "Wan 2.2 kling svd"),
        (Filters(name="wAn"), "Wan 2.2"),
        (Filters(name="ti2v"), "Wan 2.2"),  # what people call it
        (Filters(access=("open",)), "Wan 2.2"),
        (Filters(access=("unknown", "hosted")), "kling svd"),
        (Filters(licences=("Apache-2.0", "unknown")), "Wan 2.2 svd"),
        (Filters(reads_text=("no",)), "svd"),
        (Filters(largest=2.0), "kling svd"),  # nobody knows kling's size: not held against it
        (Filters(largest=2.0, is_sized=True), "svd"),
        (Filters(is_sized=True), "Wan 2.2 svd"),
        (Filters(is_complete=True), "Wan 2.2 kling"),
        (Filters(name="no such"), ""),
    ],
)
def test_filters_keep_what_they_say(filters: Filters, kept: str) -> None:
    assert " ".join(each.name for each in (OPEN, HOSTED, SMALL) if filters.keeps(each, SHOWN)) == kept
    assert bool(filters.said()) == (filters != Filters())


def test_a_line_that_lacks_a_column_is_not_complete() -> None:
    assert not Filters(is_complete=True).keeps(line("half", {SSIM: score(0.8)}), SHOWN)


def test_filters_say_what_they_do() -> None:
    said = Filters("wan", ("open", "unknown"), ("MIT",), ("yes",), 14.0, False, True).said()
    assert said == [
        "name contains “wan”", "open or unknown", "MIT", "reads text: yes", "at most 14 B parameters or unknown",
        "complete coverage",
    ]  # fmt: skip


# Columns


def test_a_few_of_each_kind_come_first_and_motion_before_all() -> None:
    measured = [
        "cost_seconds",
        "fvd_lite0_debiased",
        "ssim_mean",
        "ssim_slope",
        "first_frame_ssim",
        "motion_share",
    ]
    assert columns.essential(columns.ordered(measured)) == [
        "motion_share", "first_frame_ssim", "ssim_mean", "fvd_lite0_debiased", "cost_seconds",
    ]  # fmt: skip


def test_every_lead_is_registered_and_of_its_group() -> None:
    for group in columns.GROUPS:
        assert [columns.group_of(lead) for lead in group.leads] == [group] * len(group.leads)


def test_a_strangers_metric_is_shown_too() -> None:
    assert columns.essential(["theirs", "theirs[x=<b>]"]) == ["theirs", "theirs[x=<b>]"]
    assert columns.with_motion(["ssim_mean"], ["ssim_mean", "motion_share"]) == ["motion_share", "ssim_mean"]
