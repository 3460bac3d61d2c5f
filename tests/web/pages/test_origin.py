"""Why values of a run are missing, and where those that are there come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.web.content import Block, Facts
from bench.web.pages import origin
from tests.leaderboard import boards
from tests.web.pages.reading import column, markup, of_type, tables
from tests.web.pages.run_parts import parts


@pytest.fixture
def out(tmp_path: Path) -> Path:
    boards.two_runs(tmp_path / "runs")
    return tmp_path / "runs"


def _facts(blocks: list[Block]) -> list[dict[str, str]]:
    return [{name: cell.text for name, cell in each.rows} for each in of_type(blocks, Facts)]


def test_missing_values_have_their_reasons(out: Path) -> None:
    reasons, clips = tables(parts(out).missing())
    assert column(reasons, "why") == column(clips, "why") == ["clip has 1 frame, flicker needs 2"]
    assert column(reasons, "clips") == ["1"]
    assert column(reasons, "status") == ["failed"]
    assert column(clips, "metrics") == ["ssim_mean"]
    assert column(clips, "case") == ["c2"]


def test_nothing_is_missing(out: Path) -> None:
    blocks = parts(out, "still-tiny").missing()
    assert "Every clip has every value." in markup(blocks)
    assert not tables(blocks)


def test_numbers_have_their_origin(out: Path) -> None:
    of = parts(out)
    (whole,) = _facts(of.provenance())
    run, clip = _facts(of.provenance(of.rows[of.rows["case"] == "c0"]))
    assert run == whole
    for facts in (run, clip):
        assert facts["settings: steps"] == "25"
        assert facts["software: numpy"] == "2.0"
        assert facts["decoded: codec"] == "ffv1"
        assert facts["measured"] == "2026-01-01"


def test_many_reasons_and_many_values_are_counted(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin, "MOST_REASONS", 1)
    of = parts(out)
    rows = of.rows.assign(
        error=[f"e{n}" for n in range(len(of.rows))], checkpoint=[f"c{n}" for n in range(len(of.rows))]
    )
    assert f"And {len(rows) - 1} more reasons" in markup(origin.missing(rows))
    assert dict(origin.provenance(rows).rows)["checkpoint"].text == f"c0, c1, c2 and {len(rows) - 3} more"
