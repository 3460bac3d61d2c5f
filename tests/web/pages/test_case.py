"""Every number about one case of a suite, run by run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import exports
from bench.scoring import summary
from bench.types import Suite
from bench.web import content
from bench.web.content import Table
from bench.web.pages import case
from tests.leaderboard import boards
from tests.web.pages.harm import strange
from tests.web.pages.reading import column, line, markup


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def suite(out: Path) -> Suite:
    made, _, _ = boards.two_runs(out)
    return made


def _table(out: Path, name: str, *metrics: str) -> Table:
    found = exports.gather((out,))
    rows = found.rows[found.rows["case"] == name]
    return case.table(rows, sorted(found.names), found.names, summary.catalogue_of(rows), metrics)


def test_every_run_has_a_line_with_its_values(out: Path, suite: Suite) -> None:
    table = _table(out, "c2")
    assert column(table, "name") == ["mover", "still"]
    mover, still = line(table, "mover"), line(table, "still")
    assert mover["ssim_mean"].text == content.NOTHING
    assert mover["ssim_mean"].value is None
    assert mover["why"].text == "clip has 1 frame, flicker needs 2"
    assert still["flicker_max_step"].value == 9.0
    assert [badge.text for badge in still["name"].badges] == ["null baseline"]
    assert mover["name"].link == content.to("model", run="mover-tiny", case="c2", seed="0")
    assert "why" not in [each.key for each in _table(out, "c0").columns]  # nothing is missing there


def test_metrics_are_chosen_and_versions_stay_apart(out: Path, suite: Suite) -> None:
    still = boards.run(suite, "still", "still", reads_text=False)
    rows = [boards.row(still, "c0", "ssim_mean", 0.9, metric_version="2")]
    boards.write(out, still, suite, rows, clips=False)
    table = _table(out, "c0", "ssim_mean")
    assert [each.key for each in table.columns] == ["name", "ssim_mean@1", "ssim_mean@2"]
    assert [(each.title.rpartition(" ")[2], each.sign) for each in table.columns[1:]] == [
        ("v1", 1),
        ("v2", 1),
    ]
    assert line(table, "mover")["ssim_mean@1"].value == 0.5
    assert line(table, "still")["ssim_mean@2"].value == 0.9


def test_cases_are_in_the_order_of_their_suite_and_say_where_they_stand(out: Path, suite: Suite) -> None:
    assert case.ordered(["z", "c1", "c0"], suite) == ["c0", "c1", "z"]
    assert case.ordered(["z", "c1", "c0"], None) == ["c0", "c1", "z"]
    rows = exports.gather((out,)).rows
    assert case.place(["c0", "c1", "c2"], "c2", rows).text == "Case 3 of 3 · category animal"
    assert case.place(["c0"], "c0", rows.assign(category="")).text == "Case 1 of 1"


def test_names_are_text(out: Path, suite: Suite) -> None:
    boards.hostile_run(out, suite)
    table = _table(out, "c0")
    assert boards.HOSTILE in column(table, "name")
    assert not strange(markup([table]))
