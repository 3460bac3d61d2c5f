"""docs/reliability.md says of every fault what its tests found, and these are there."""

from __future__ import annotations

import pytest

from tests.faults import reliability_page
from tests.faults.all_faults import FAULTS, Fault, Figures
from tests.faults.reliability_page import PAGE

LINES = reliability_page.rows(PAGE.read_text(encoding="utf-8"))


def test_faults_are_numbered_from_1_to_20() -> None:
    assert [fault.number for fault in FAULTS] == list(range(1, 21))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.number))
def test_the_page_has_a_line_for_each(fault: Fault) -> None:
    """Counts are of a run in full number, and nothing was lost, doubled or broken in it."""
    *told, tried, lost, duplicated, unreadable, _, _ = LINES[fault.number]
    assert tuple(told) == reliability_page.told(fault)
    if tried != reliability_page.NOT_RUN[0]:
        assert int(tried.replace(",", "")) >= fault.least
        assert {lost, duplicated, unreadable} <= {"0", "–"}


def test_figures_of_several_tests_are_added_up() -> None:
    both = reliability_page.together([Figures(3, lost=1, slowest=0.5), Figures(4, refused=2, slowest=0.25)])
    assert both == Figures(7, lost=1, refused=2, slowest=0.5)
    assert reliability_page.shown(both) == ("7", "1", "–", "–", "2", "0.5 s")


def test_other_lines_stay() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert reliability_page.renewed(page, {}) == page
    lines = reliability_page.rows(reliability_page.renewed(page, {7: Figures(12_345, lost=0)}))
    assert lines.pop(7)[3:5] == ["12,345", "0"]
    assert lines == {number: line for number, line in LINES.items() if number != 7}
