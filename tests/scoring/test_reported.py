"""What others published: the committed files and the totals they come with; files that are broken or hostile."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from bench.errors import BadResults
from bench.evaluators import catalogue
from bench.scoring import reported
from bench.scoring.recipes import FROZEN, I2V_BENCH, VBENCH_I2V
from bench.scoring.reported import tables, toml_files
from bench.types import Measurement

COMMITTED = Path(__file__).parents[2] / "results" / "reported"
BOARD = "VBench-I2V, board of 2026-08-04"
PAPER = "VBench-I2V, paper's table 3"

FILE = """\
benchmark = "Own 1"
about = "made by hand"

[source.a]
citation = "Somebody 2024, table 1"
link = "https://arxiv.org/abs/2401.00001"
date = "2024-01"
evidence = "paper"

[[metric]]
name = "own_score"
title = "Score"
unit = "%"
direction = "higher"

[[metric]]
name = "own_error"
title = "Error"
direction = "lower"
protocol = "ten clips"

[[row]]
model = "one"
source = "a"
values = { own_score = 81, own_error = 0.5 }

[[row]]
model = "two"
source = "a"
values = { own_score = 79.5 }
note = "no error given"
"""


def _file(tmp_path: Path, text: str = FILE, name: str = "own.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


# The committed files


@pytest.fixture(scope="module")
def committed() -> list[reported.Reported]:
    found, problems = reported.read(COMMITTED)
    assert problems == []
    return found


def test_every_committed_number_says_where_it_is_from(committed: list[reported.Reported]) -> None:
    assert len(committed) > 350
    for each in committed:
        assert each.source.citation
        assert each.source.date or each.source.evidence == "transcription"
        assert each.about
    assert {each.source.evidence for each in committed} == set(reported.EVIDENCE)


def test_the_boards_totals_follow_from_its_dimensions(committed: list[reported.Reported]) -> None:
    found = {each.model: each for each in reported.totals(committed, BOARD, VBENCH_I2V)}
    complete = {model for model, each in found.items() if each.total is not None}
    assert complete == {"CogVideoX-5b-I2V", "Step-Video-TI2V", "HunyuanVideo-I2V", "Wan2.1"}
    for model in complete:
        assert found[model].difference == pytest.approx(0, abs=0.01)
    recomputed = {each.model for each in committed if each.source.evidence == "recomputed"}
    assert recomputed == complete


def test_half_published_rows_have_no_total_and_say_why(committed: list[reported.Reported]) -> None:
    found = {each.model: each for each in reported.totals(committed, BOARD, VBENCH_I2V)}
    svd = found["SVD-XT-1.1"]
    assert (svd.published, svd.total, svd.difference) == (None, None, None)
    assert "vbench_camera_motion" in svd.missing
    assert found["LTX-2"].published == 87.59
    assert found["LTX-2"].total is None


def test_a_frozen_image_beats_a_third_of_the_board(committed: list[reported.Reported]) -> None:
    """13 of the 31 well-formed totals that were transcribed, and Wan2.1's."""
    frozen = VBENCH_I2V.total(FROZEN) or 0
    doubtful = {each.model for each in committed if each.is_doubtful}
    assert doubtful == {"CogVideoX1.5"}
    totals = {each.model: each.published for each in reported.totals(committed, BOARD, VBENCH_I2V)}
    shown = {model: total for model, total in totals.items() if total is not None and model not in doubtful}
    assert len(shown) == 32
    assert sum(total < frozen for total in shown.values()) == 13 + 1
    assert shown["Wan2.1"] < frozen


def test_paper_and_board_diverge_and_the_rows_say_so(committed: list[reported.Reported]) -> None:
    paper = reported.table(committed, PAPER).set_index("model")
    board = reported.table(committed, BOARD).set_index("model")
    for model in ("DynamiCrafter-1024", "SEINE-512x320", "ConsistI2V", "Animate-Anything"):
        said = paper.loc[model, "note"]
        assert f"{paper.loc[model, 'vbench_i2v_subject']:.2f}" not in said
        shown = board.loc[model, "vbench_i2v_subject"]
        assert math.isnan(shown) or f"{shown:.2f}" in said


def test_i2v_bench_has_a_total_of_our_own_only(committed: list[reported.Reported]) -> None:
    """Dynamic degree alone, 64.11, puts DynamiCrafter before ConsistI2V, whose authors made the benchmark."""
    found = {
        each.model: each for each in reported.totals(committed, "I2V-Bench, ConsistI2V's table 2", I2V_BENCH)
    }
    assert all(each.published is None for each in found.values())
    assert found["ConsistI2V"].total == pytest.approx(54.472, abs=0.001)
    assert max(found, key=lambda model: found[model].total or 0) == "DynamiCrafter"


def test_nothing_reported_has_the_name_of_a_metric_of_our_own_rule(
    committed: list[reported.Reported],
) -> None:
    """VBench's motion_smoothness is not ours: whoever puts both in one table must not mix them up.

    What we measure by VBench's rule is called as VBench's numbers are, in the same unit.
    """
    ours, theirs = catalogue.registered().cards, {each.metric.name for each in committed}
    both = sorted(theirs & set(ours))
    assert both and all(name.startswith("vbench_") for name in both)
    assert all(ours[name].unit == "%" or name == "vbench_imaging_quality" for name in both)


def test_reported_and_measured_are_different_things() -> None:
    assert not {"run", "suite_version", "clip_sha256"} & set(reported.Reported.__dataclass_fields__)
    assert not issubclass(reported.Reported, Measurement)


# Reading


def test_a_file_by_hand(tmp_path: Path) -> None:
    _file(tmp_path)
    found, problems = reported.read(tmp_path)
    assert problems == []
    assert [(each.model, each.metric.name, each.value) for each in found] == [
        ("one", "own_score", 81.0),
        ("one", "own_error", 0.5),
        ("two", "own_score", 79.5),
    ]
    table = reported.table(found, "Own 1")
    assert list(table.columns) == [
        "model",
        "own_score",
        "own_error",
        "evidence",
        "citation",
        "link",
        "date",
        "note",
        "is_doubtful",
    ]
    two = table.set_index("model").loc["two"]
    assert math.isnan(two["own_error"])
    assert two["note"] == "no error given"
    assert len(reported.table(found, "no such")) == 0


def test_columns_stand_in_the_order_of_the_fullest_row(tmp_path: Path) -> None:
    """Model two, with one number of the second metric, comes first in this file."""
    two = FILE[FILE.index('[[row]]\nmodel = "two"') :].replace("own_score", "own_error")
    head, one = (
        FILE[: FILE.index("[[row]]")],
        FILE[FILE.index("[[row]]") : FILE.index('[[row]]\nmodel = "two"')],
    )
    found = reported.read_file(_file(tmp_path, head + two + one))
    assert [each.model for each in found] == ["two", "one", "one"]
    assert [metric.title for metric in reported.metrics(found, "Own 1")] == ["Score", "Error"]


def test_a_broken_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    _file(tmp_path)
    broken = _file(tmp_path, "benchmark = ", "broken.toml")
    found, problems = reported.read(tmp_path)
    assert len(found) == 3
    (problem,) = problems
    assert str(problem).startswith(f"{broken} is not TOML: ")
    assert reported.read(tmp_path / "nowhere") == ([], [])


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("own_error = 0.5", "own_error = nan", "model one: own_error is a finite number, not nan"),
        ("own_error = 0.5", "own_error = inf", "own_error is a finite number, not inf"),
        ("own_error = 0.5", "own_error = 1" + "0" * 400, "own_error is a finite number, not 1000"),
        ("own_error = 0.5", 'own_error = "0.5"', "own_error is a finite number, not '0.5'"),
        ("own_error = 0.5", "own_error = true", "own_error is a finite number, not True"),
        ("own_error = 0.5", "own_eror = 0.5", "model one: no [[metric]] is called own_eror"),
        *(
            (
                'name = "own_error"',
                f'name = "{name}"',
                f"no metric is called {name}: a column of the table is",
            )
            for name in sorted(tables.TAKEN)
        ),
        ("https://", "javascript:", "source a: a link is http(s)://…, not 'javascript:arxiv.org"),
        ('"https://arxiv.org/abs/2401.00001"', '"https://x y"', "a link is http"),
        ('model = "two"', 'model = "one"', "model one occurs twice"),
        ('name = "own_error"', 'name = "own_score"', "metric own_score occurs twice"),
        ('title = "Error"', 'title = "Score"', "title Score occurs twice"),
        ('source = "a"', 'source = "b"', "model one: no [source.b]"),
        ('evidence = "paper"', 'evidence = "hearsay"', "source.a.evidence: Input should be 'paper'"),
        ('direction = "lower"', 'direction = "down"', "metric.1.direction: "),
        ('unit = "%"', 'units = "%"', "metric.0.units: Unexpected keyword"),
        ("{ own_score = 79.5 }", "{}", "row.1.values: "),
        ('model = "two"', "model = 2", "row.1.model: Input should be a valid string"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    assert was in FILE
    path = _file(tmp_path, FILE.replace(was, becomes))
    with pytest.raises(BadResults) as caught:
        reported.read_file(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize("text", [f"own = 1{'0' * 5000}", "own = " + "[" * 900], ids=["5,001 digits", "deep"])
def test_what_the_parser_chokes_on_is_set_aside(tmp_path: Path, text: str) -> None:
    """tomllib has a bare ValueError for the one, and a RecursionError for the other."""
    _file(tmp_path)
    broken = _file(tmp_path, text, "broken.toml")
    found, (problem,) = reported.read(tmp_path)
    assert len(found) == 3
    assert str(problem).startswith(f"{broken} is not TOML: ")


def test_one_benchmark_is_one_file(tmp_path: Path) -> None:
    _file(tmp_path)
    second = _file(tmp_path, name="second.toml")
    found, problems = reported.read(tmp_path)
    assert len(found) == 3
    assert [str(each) for each in problems] == [
        f"{second}: another file has the benchmark Own 1: use one file per benchmark"
    ]


def test_a_huge_file_is_not_opened(tmp_path: Path) -> None:
    path = _file(tmp_path, FILE + "#" * toml_files.MOST_BYTES)
    with pytest.raises(BadResults, match="over the limit"):
        reported.read_file(path)


def test_what_is_not_text_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "folder.toml").mkdir()
    found, problems = reported.read(tmp_path)
    assert (found, len(problems)) == ([], 2)


def test_the_documents_example_is_a_file(tmp_path: Path) -> None:
    text = (COMMITTED.parents[1] / "docs" / "reported.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    (number,) = reported.read_file(_file(tmp_path, block))
    assert (number.model, number.metric.name, number.value) == ("svd", "mine_score", 12.5)
    for path in COMMITTED.glob("*.toml"):
        assert f"`{path.name}`" in text
