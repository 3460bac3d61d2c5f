"""Whatever is compared, the verdict's word, its colours and the interval beside it say the same."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import example, given, strategies as st

from bench.base.svg.canvas import GRAY, GREEN, RED
from bench.comparison import plots
from bench.comparison.differences import Contrast, Difference, Pair
from bench.comparison.verdicts import decided
from bench.statistics.mean_test import MeanTest
from bench.types import Direction
from bench.web.pages import compare
from tests.base.svg.drawn import elements
from tests.comparison.made_pairs import losing
from tests.web.pages.reading import line, tables

COLOURS = {"better": GREEN, "worse": RED, "": GRAY}
NUMBER = r"[+−]?[0-9.]+(?:e[+-]?[0-9]+)?"

tests = st.builds(
    MeanTest,
    st.floats(-1e6, 1e6) | st.floats(-1e-7, 1e-7),
    st.floats(0, 1e6) | st.floats(0, 1e-8),
    st.integers(5, 1000),
    st.floats(-20, 20),
    st.sampled_from((0.0, 2 / 2**6, 1.0)),
)
directions: st.SearchStrategy[Direction] = st.sampled_from(("higher", "lower", "none"))


def _pair(test: MeanTest, direction: Direction, metrics: int, differ: bool) -> Pair:
    pair = losing()
    one: Difference = replace(
        pair.differences[0],
        card=replace(pair.differences[0].card, direction=direction),
        test=test,
        difference=test.value,
        obstacles=(Contrast("frame rate", "8", "4", "fps"),) if differ else (),
    )
    others = tuple(replace(one, metric=f"m{n}", obstacles=()) for n in range(metrics))
    return decided(replace(pair, differences=(replace(one, metric="it"), *others)))


@given(tests, directions, st.integers(0, 20), st.booleans())
@example(MeanTest(1e-10, 0.0, 99), "higher", 0, False)  # an interval that reads 0 … 0
@example(MeanTest(1e300, 1e308, 5, 3.0), "lower", 0, False)  # one without ends
def test_word_colours_and_interval_agree(
    test: MeanTest, direction: Direction, metrics: int, differ: bool
) -> None:
    pair = _pair(test, direction, metrics, differ)
    row = line(tables(compare.pair(pair, "tiny@1", ("a", "b")))[0], "it")
    word, tone = row["verdict"].text, row["verdict"].tone
    sides = {"higher": ("▲ better", "▼ worse"), "lower": ("▼ worse", "▲ better"), "none": ("◆ differs",) * 2}
    interval = re.search(rf"\(({NUMBER}) … ({NUMBER})\)", row["difference"].text)
    if differ:
        assert not interval
        assert word.startswith("≠ not comparable")
    elif interval:
        low, high = (float(end.replace("−", "-")) for end in interval.groups())
        above, below = sides[direction]
        assert word == (above if low > 0 else below if high < 0 else "○ no difference shown")
    assert tone == {"▲ better": "better", "▼ worse": "worse"}.get(word, "")
    drawn = plots.forest(pair)
    if drawn and not differ:
        place = [effect.name for effect in drawn.effects].index("it")
        strokes = [
            each.get("stroke") for each in elements(drawn.svg(), "path") if each.get("stroke-width") == "2"
        ]
        assert strokes[place] == COLOURS[tone]
