"""Cards that travel with rows: they come back as they were, and what is no card is passed over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from bench import evaluators, models
from bench.runs import cards, parquet
from bench.runs.cards import Cards
from bench.types import MetricCard, ModelCard
from tests.made import measurement

STORED = Path(__file__).parents[1] / "stored"
PLUGIN = STORED / "plugin"
STORED_ROWS = STORED / "runs" / "swing-tiny-9d5c7ece73" / "results.parquet"

REDNESS = MetricCard(
    name="redness", version=2, direction="higher", unit="levels", low=0.0, high=40.0,
    definition="Mean of red.", source="", blind_to="", is_main=True, title="Redness", group="Colours",
)  # fmt: skip
SWING = ModelCard(
    name="swing", title="Swing", version=3, reads_text=False, frames=16, fps=8.0, width=None, height=None,
    weights=None, licence="Apache-2.0", paper="", parts={"vae": "them/vae"}, parameters=1.3, role="stand-in",
)  # fmt: skip
BOTH = Cards((REDNESS,), (SWING,))

OURS = Cards(
    tuple(card for name in evaluators.registry for card in evaluators.registry[name].cards),
    tuple(models.registry[name].card for name in models.registry),
)


def without_documentation(card: MetricCard) -> MetricCard:
    """What a file of rows keeps of a metric's card."""
    return replace(card, source="", blind_to="", series="", shows=(), ignores=())


# Round trips


@pytest.mark.parametrize("stored", [BOTH, OURS, Cards()], ids=["plug-in", "ours", "none"])
def test_text_gives_the_cards_back(stored: Cards) -> None:
    found = Cards.of_text(stored.text())
    assert found.metrics == tuple(without_documentation(card) for card in stored.metrics)
    assert found.models == stored.models


def test_metadata_and_attributes_give_the_cards_back() -> None:
    assert Cards.of_metadata(BOTH.metadata()) == BOTH
    assert Cards.of_attributes(BOTH.attributes()) == BOTH


def test_what_a_metric_depends_on_travels_and_an_older_file_that_does_not_say_means_all() -> None:
    stored = Cards((replace(REDNESS, depends=("fps", "codec")),))
    assert Cards.of_text(stored.text()) == stored
    entry = {name: value for name, value in asdict(REDNESS).items() if name != "depends"}
    (older,) = Cards.of_text(json.dumps({"metrics": [entry]})).metrics
    assert older.depends == ("fps", "seconds", "pixels", "codec", "letterbox")


def test_no_cards_leave_no_trace() -> None:
    assert (Cards().metadata(), Cards().attributes()) == ({}, {})
    assert Cards.of_metadata(None) == Cards.of_metadata({}) == Cards.of_attributes({}) == Cards()


def test_a_parquet_file_has_them_for_anybodys_pandas(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    parquet.write(path, [measurement(metric="redness", metric_version="2", value=3.0)], BOTH)
    rows = pd.read_parquet(path)
    assert list(rows["value"]) == [3.0]
    assert Cards.of_attributes(rows.attrs) == BOTH
    assert parquet.cards([parquet.read_table(path)]) == BOTH


# Merging


def test_a_later_card_replaces_an_earlier_one_of_its_version() -> None:
    newer, reworded = replace(REDNESS, version=3), replace(REDNESS, title="How red")
    found = Cards.merged([Cards((REDNESS,)), Cards((newer,)), Cards((reworded,))])
    assert found.metrics == (reworded, newer)


def test_a_model_has_one_card_the_latest() -> None:
    renamed = replace(SWING, title="Swing 2")
    assert Cards.merged([BOTH, Cards(models=(renamed,))]) == Cards((REDNESS,), (renamed,))


def test_merging_nothing_gives_nothing() -> None:
    assert Cards.merged([]) == Cards()
    assert BOTH | Cards() == Cards() | BOTH == BOTH


# Hostile files

HUGE = 10**400


@pytest.mark.parametrize(
    "change",
    [
        {"version": HUGE}, {"version": True}, {"version": 1.5}, {"version": "2"}, {"version": None},
        {"low": HUGE}, {"low": "0"}, {"low": ""}, {"low": []}, {"low": False}, {"high": float("nan")},
        {"high": float("inf")}, {"name": ""}, {"name": ["a"]}, {"name": "x" * 3000}, {"direction": "sideways"},
        {"direction": ["higher"]}, {"group": "x" * 3000}, {"group": "\ud800"}, {"title": 3}, {"series": 5},
        {"shows": "noise"}, {"shows": [[1]]}, {"shows": ["noise"] * 3000},
        {"depends": "fps"}, {"depends": ["taste"]}, {"depends": None},
        {"is_main": "yes"}, {"is_lead": [1]},
        {"source": {"a": 1}}, {"definition": None},
    ],
    ids=lambda change: str(change)[:40],
)  # fmt: skip
def test_an_unsound_metric_has_no_card_and_the_next_one_has(change: dict[str, Any]) -> None:
    entries = [{**asdict(REDNESS), **change}, asdict(REDNESS)]
    assert Cards.of_text(json.dumps({"metrics": entries})) == Cards((REDNESS,))


@pytest.mark.parametrize(
    "change",
    [
        {"version": "3"}, {"parameters": HUGE}, {"frames": HUGE}, {"frames": "16"}, {"fps": float("nan")},
        {"weights": [1]}, {"takes": 5}, {"takes": ["smell"]}, {"parts": [1]}, {"parts": {"vae": 1}}, {"steps": "x"},
        {"guidance": []}, {"lifecycle": "undead"}, {"role": []}, {"access": "mine"}, {"fit": 7}, {"as_of": 3},
        {"reads_text": "maybe"}, {"note": "x" * 3000},
    ],
    ids=lambda change: str(change)[:40],
)  # fmt: skip
def test_an_unsound_model_has_no_card(change: dict[str, Any]) -> None:
    assert Cards.of_text(json.dumps({"models": [{**asdict(SWING), **change}]})) == Cards()


def test_fields_of_a_later_version_are_passed_over() -> None:
    entry = {**asdict(REDNESS), "smell": "roses"}
    assert Cards.of_text(json.dumps({"metrics": [entry]})) == Cards((REDNESS,))


TEXTS = [
    "", "[", "[]", "null", "5", '"x"', '{"metrics": {}}', '{"metrics": [1, null, [], {}]}', '{"models": "x"}',
    "[" * 100_000, '{"metrics": [{"version": ' + "9" * 5000 + "}]}", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20] or "empty")
def test_what_is_no_json_of_cards_gives_none(text: str) -> None:
    assert Cards.of_text(text) == Cards()
    assert Cards.of_attributes({cards.ATTRIBUTE: text}) == Cards()


@pytest.mark.parametrize("value", [None, 5, 1.5, b"x", [1], {"a": 1}, ("x",)], ids=str)
def test_an_attribute_that_is_no_text_gives_none(value: object) -> None:
    assert Cards.of_attributes({cards.ATTRIBUTE: value}) == Cards()


@pytest.mark.parametrize(
    "metadata",
    [
        b"\xff",
        b"",
        b"[1]",
        b"5",
        b"null",
        b'{"bench_cards": [1]}',
        b'{"bench_cards": {"a": 1}}',
        b"[" * 100_000,
    ],
    ids=lambda metadata: str(metadata[:24]),
)
def test_metadata_that_is_no_json_of_cards_gives_none(metadata: bytes) -> None:
    assert Cards.of_metadata({cards.PANDAS_KEY: metadata}) == Cards()


def test_more_cards_than_a_file_may_have_are_left_out() -> None:
    entries = [{**asdict(REDNESS), "version": number} for number in range(cards.MOST + 10)]
    assert len(Cards.of_text(json.dumps({"metrics": entries})).metrics) == cards.MOST


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(asdict(REDNESS))), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(asdict(REDNESS))), JSON))
def test_any_change_of_a_card_gives_a_card_or_none(change: dict[str, Any]) -> None:
    """And whatever is a card can be written again."""
    text = json.dumps({"metrics": [{**asdict(REDNESS), **change}]})
    found = Cards.of_text(text)
    assert len(found.metrics) <= 1
    assert Cards.of_text(found.text()).metrics == tuple(without_documentation(card) for card in found.metrics)


# Scores of a plug-in's metric, whose range cuts the interval off, with and without the plug-in

SCRIPT = """
import json, sys
import pandas as pd
from bench import evaluators
from bench.scoring import summary

scores = summary.scores(pd.read_parquet(sys.argv[1])).set_index("metric")
print(json.dumps(["redness" in evaluators.registry, *scores.loc["redness", ["mean", "low", "high"]]]))
"""


def test_scores_do_not_depend_on_the_plugin_being_installed(tmp_path: Path) -> None:
    rows = [
        measurement(case=case, metric="redness", metric_version="2", value=value)
        for case, value in (("one", 1.0), ("two", 39.0))
    ]
    path = tmp_path / "rows.parquet"
    parquet.write(path, rows, Cards((REDNESS,)))
    with_plugin, without = (_scores(path, folders) for folders in ([PLUGIN], []))
    assert (with_plugin[0], without[0]) == (True, False)
    assert with_plugin[1:] == without[1:] == [20.0, 0.0, 40.0]  # else 20 ± 241


def test_nor_do_scores_of_rows_that_were_stored_before_there_were_cards() -> None:
    """As long as no interval reaches the range."""
    with_plugin, without = (_scores(STORED_ROWS, folders) for folders in ([PLUGIN], []))
    assert (with_plugin[0], without[0]) == (True, False)
    assert with_plugin[1:] == without[1:]
    assert np.allclose(without[1:], [17.5958891369, 13.2269495062, 21.9648287676])  # tests/stored/said


def test_without_a_card_an_interval_is_not_cut_off(tmp_path: Path) -> None:
    """Rows that version 0.1.0 wrote: their scores have the range only where the plug-in is installed."""
    rows = [
        measurement(case=case, metric="redness", metric_version="2", value=value)
        for case, value in (("one", 1.0), ("two", 39.0))
    ]
    path = tmp_path / "rows.parquet"
    parquet.write(path, rows)
    _, mean, low, high = _scores(path, [])
    assert mean == 20
    assert np.allclose(
        [low, high], [20 - 12.7062 * 19, 20 + 12.7062 * 19], rtol=1e-4
    )  # t of 1 degree of freedom


def _scores(path: Path, folders: list[Path]) -> list[Any]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, env=environment, check=True
    )
    found: list[Any] = json.loads(done.stdout)
    return found
