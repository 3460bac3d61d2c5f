"""What others read: tables, the Hub's eval results, Every Eval Ever; a missing value is nowhere a number."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bench import exports
from bench.errors import UnknownName, UsageError
from bench.exports import names
from bench.runs import parquet
from bench.runs.cards import Cards
from bench.types import MetricCard
from tests import made
from tests.leaderboard import boards

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}

EVERY_EVAL_EVER = {  # names and types of what we write, after eval.schema.json 0.3.0, which allows no others
    "type": "object",
    "additionalProperties": False,
    "required": [
        "schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata", "model_info", "eval_library",
        "evaluation_results",
    ],
    "properties": {
        "schema_version": {"const": "0.3.0"},
        "evaluation_id": {"type": "string"},
        "evaluation_timestamp": {"type": "string"},
        "retrieved_timestamp": {"type": "string", "pattern": "^[0-9]+$"},
        "source_metadata": {
            "type": "object",
            "required": ["source_type", "source_organization_name", "evaluator_relationship"],
            "properties": {
                "source_name": {"type": "string"},
                "source_type": {"enum": ["documentation", "evaluation_run"]},
                "source_organization_name": {"type": "string"},
                "evaluator_relationship": {"enum": ["first_party", "third_party", "collaborative", "other"]},
                "additional_details": TEXTS,
            },
        },
        "eval_library": {
            "type": "object",
            "required": ["name", "version"],
            "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "additional_details": TEXTS},
        },
        "model_info": {
            "type": "object",
            "required": ["name", "id", "additional_details"],
            "properties": {
                "name": {"type": "string"},
                "id": {"type": "string"},
                "additional_details": {
                    **TEXTS,
                    "required": ["deployment_type", "model_availability"],
                    "properties": {
                        "deployment_type": {"enum": ["self_deployed", "externally_managed", "unknown"]},
                        "model_availability": {"enum": ["open_weights", "closed_weights", "unknown"]},
                    },
                },
            },
        },
        "evaluation_results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["evaluation_name", "source_data", "metric_config", "score_details"],
                "properties": {
                    "evaluation_result_id": {"type": "string"},
                    "evaluation_name": {"type": "string"},
                    "source_data": {
                        "type": "object",
                        "required": ["dataset_name", "source_type"],
                        "properties": {"source_type": {"const": "other"}},
                    },
                    "metric_config": {
                        "type": "object",
                        "required": ["lower_is_better", "min_score", "max_score"],
                        "properties": {
                            "lower_is_better": {"type": "boolean"},
                            "score_type": {"const": "continuous"},
                            "min_score": {"type": ["number", "string"]},
                            "max_score": {"type": ["number", "string"]},
                            "additional_details": TEXTS,
                        },
                    },
                    "score_details": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["score"],
                        "properties": {
                            "score": {"type": "number"},
                            "details": TEXTS,
                            "uncertainty": {
                                "type": "object",
                                "additionalProperties": False,
                                "properties": {
                                    "num_samples": {"type": "integer"},
                                    "confidence_interval": {
                                        "type": "object",
                                        "required": ["lower", "upper"],
                                        "properties": {
                                            "lower": {"type": "number"},
                                            "upper": {"type": "number"},
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Path:
    boards.two_runs(tmp_path / "runs")
    return tmp_path / "runs"


def _read(paths: list[Path]) -> Any:
    (path,) = paths
    return json.loads(path.read_text())


def test_csv_is_a_line_a_run_and_metric(out: Path, tmp_path: Path) -> None:
    exports.write("csv", tmp_path / "board.csv", exports.gather([out]))
    with (tmp_path / "board.csv").open(newline="") as file:
        lines = {(line["run"], line["metric"]): line for line in csv.DictReader(file)}
    assert len(lines) == 5
    ssim = lines["mover-tiny", "ssim_mean"]
    assert (float(ssim["mean"]), ssim["cases"], ssim["failed"], ssim["clips"]) == (0.6, "2", "1", "3")
    assert ssim["direction"] == "higher"
    assert lines["still-tiny", "ssim_mean"]["role"] == "null baseline"
    assert lines["mover-tiny", "fvd_lite0_debiased"]["high"] == "18.0"


def test_what_has_no_value_is_empty_or_null_and_never_zero(out: Path, tmp_path: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    broken = boards.run(suite, "broken")
    boards.write(out, broken, suite, [boards.row(broken, f"c{n}", "ssim_mean", None) for n in range(3)])
    gathered = exports.gather([out], ["broken"])
    exports.write("csv", tmp_path / "b.csv", gathered)
    assert ",,,0,3,0,3\n" in (tmp_path / "b.csv").read_text().splitlines(keepends=True)[1]
    content = _read(exports.write("json", tmp_path / "b.json", gathered))
    (score,) = content["suites"][0]["entries"][0]["scores"]
    assert (score["mean"], score["low"], score["failed"]) == (None, None, 3)
    assert exports.write("every-eval-ever", tmp_path / "eee", gathered) == []
    assert exports.write("eval-results", tmp_path / "hub", gathered, "org/suite") == []


def test_json_and_csv_say_the_same(out: Path, tmp_path: Path) -> None:
    content = _read(exports.write("json", tmp_path / "b.json", exports.gather([out])))
    assert [suite["suite"] for suite in content["suites"]] == [str(boards.two_runs(out)[0])]
    means = {
        (entry["name"], score["metric"]): score["mean"]
        for entry in content["suites"][0]["entries"]
        for score in entry["scores"]
    }
    assert means["still", "flicker_max_step"] == 9.0
    assert means["mover", "ssim_mean"] == pytest.approx(0.6, abs=1e-12)


def test_parquet_is_every_row_of_the_runs_and_can_be_published(out: Path, tmp_path: Path) -> None:
    exports.write("parquet", tmp_path / "some.parquet", exports.gather([out], ["still"]))
    assert parquet.read(tmp_path / "some.parquet") == parquet.read(out / "still-tiny" / "results.parquet")
    exports.write("parquet", tmp_path / "all.parquet", exports.gather([out]))
    assert {row.run for row in parquet.read(tmp_path / "all.parquet")} == {"mover-tiny", "still-tiny"}


def test_parquet_has_the_cards_of_metrics_that_are_not_installed(out: Path, tmp_path: Path) -> None:
    _, mover, still = boards.two_runs(out)
    card = MetricCard("redness", 1, "higher", "", None, None, "d", "", "")
    for run, cards in ((mover, Cards((card,))), (still, Cards())):
        parquet.write(out / run.id / "results.parquet", [boards.row(run, "c0", "redness", 0.5)], cards)
    exports.write("parquet", tmp_path / "all.parquet", exports.gather([out]))
    table = parquet.read_table(tmp_path / "all.parquet")
    assert table.num_rows == 2
    assert [found.name for found in parquet.cards([table]).metrics] == ["redness"]


def test_a_run_in_two_folders_is_exported_once_as_the_later_has_it(out: Path, tmp_path: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    published = tmp_path / "published"
    parquet.write(published / str(suite) / "old.parquet", [boards.row(mover, "c0", "ssim_mean", 0.0)])
    gathered = exports.gather([published, out])
    exports.write("parquet", tmp_path / "all.parquet", gathered)
    assert len(parquet.read(tmp_path / "all.parquet")) == 7 + 6
    assert gathered.paths["mover-tiny"] == out / "mover-tiny" / "results.parquet"


def test_eval_results_are_what_the_hub_takes(out: Path, tmp_path: Path) -> None:
    written = exports.write(
        "eval-results", tmp_path / "hub", exports.gather([out], ["mover"]), "org/tiny@abc123"
    )
    (path,) = written
    assert path.relative_to(tmp_path / "hub").as_posix() == "mover-tiny/.eval_results/i2v-bench-tiny.yaml"
    entries = yaml.safe_load(path.read_text())
    assert [entry["dataset"]["task_id"] for entry in entries] == sorted(
        ["ssim_mean", "flicker_max_step", "fvd_lite0_debiased"]
    )
    ssim = next(entry for entry in entries if entry["dataset"]["task_id"] == "ssim_mean")
    assert ssim["dataset"] == {"id": "org/tiny", "task_id": "ssim_mean", "revision": "abc123"}
    assert ssim["value"] == pytest.approx(0.6)
    assert "2 of 3 clips" in ssim["notes"]
    assert ssim["date"] == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize("dataset", ["", "tiny", "a/b/c", "https://hub/x", "org/na me"])
def test_eval_results_need_a_dataset_of_the_hub(out: Path, tmp_path: Path, dataset: str) -> None:
    with pytest.raises(UsageError, match=r"--dataset ORG/NAME\[@REVISION\]"):
        exports.write("eval-results", tmp_path / "hub", exports.gather([out]), dataset)
    assert not (tmp_path / "hub").exists()


def test_every_eval_ever_has_the_schema_s_fields(out: Path, tmp_path: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    extra = [boards.row(mover, "c0", "motion_share", 0.1), boards.row(mover, "c0", "ssim_mean", 0.5)]
    boards.write(out, mover, suite, [boards.row(mover, "c0", "clipsim", 0.3, checkpoint="org/model"), *extra])
    written = exports.write("every-eval-ever", tmp_path / "eee", exports.gather([out], ["mover"]))
    content = _read(written)
    jsonschema.Draft7Validator(EVERY_EVAL_EVER).validate(content)
    assert [found["evaluation_name"] for found in content["evaluation_results"]] == ["clipsim", "ssim_mean"]
    # no better direction, so no score there; said by name
    assert content["source_metadata"]["additional_details"]["no_better_direction"] == "motion_share"
    assert content["model_info"]["additional_details"]["model_availability"] == "open_weights"


def test_every_eval_ever_lies_as_its_datastore_does(out: Path, tmp_path: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, "c0", "ssim_mean", 0.5, checkpoint="org/model")]
    boards.write(out, mover, suite, rows, clips=False)
    once = exports.write("every-eval-ever", tmp_path / "eee", exports.gather([out]))
    assert sorted(path.relative_to(tmp_path / "eee").parts[:4] for path in once) == [
        ("data", "i2v-bench", "i2v-bench", "still"),
        ("data", "i2v-bench", "org", "model"),
    ]
    assert exports.write("every-eval-ever", tmp_path / "eee", exports.gather([out])) == once  # same names


def test_strangers_texts_make_no_paths_and_no_formulas(tmp_path: Path) -> None:
    suite = made.suite(tmp_path / "pictures")
    evil = boards.run(suite, "=1+1", "../../x", run_id="evil")
    boards.write(tmp_path / "runs", evil, suite, [boards.row(evil, "c0", "ssim_mean", 0.5)])
    gathered = exports.gather([tmp_path / "runs"])
    exports.write("csv", tmp_path / "b.csv", gathered)
    assert ",'=1+1," in (tmp_path / "b.csv").read_text()
    (path,) = exports.write("every-eval-ever", tmp_path / "eee", gathered)
    assert path.resolve().is_relative_to(tmp_path / "eee" / "data" / "i2v-bench")


@pytest.mark.parametrize("text", ["=1+1", " =1+1", "\n=1+1", "＝1+1", "@SUM(A1)", "\t-2"])
def test_no_cell_of_csv_is_computed(text: str, tmp_path: Path) -> None:
    suite = made.suite(tmp_path / "pictures")
    evil = boards.run(suite, text, "svd", run_id="evil")
    boards.write(tmp_path / "runs", evil, suite, [boards.row(evil, "c0", "ssim_mean", 0.5)], clips=False)
    exports.write("csv", tmp_path / "b.csv", exports.gather([tmp_path / "runs"]))
    with (tmp_path / "b.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["label"] == f"'{text}"


@pytest.mark.parametrize("run_id", ["../../escaped", "/tmp/escaped", "..", "a/../../../b", ".hidden", ""])
def test_no_run_writes_outside_of_its_folder(run_id: str, tmp_path: Path) -> None:
    of = replace(boards.run(made.suite(tmp_path / "pictures"), "x"), id=run_id)
    parquet.write(
        tmp_path / "published" / "tiny@0" / "rows.parquet", [boards.row(of, "c0", "ssim_mean", 0.5)]
    )
    hub = tmp_path / "a" / "b" / "hub"
    (path,) = exports.write("eval-results", hub, exports.gather([tmp_path / "published"]), "org/tiny")
    assert path.resolve().relative_to(hub).parts[1:] == (".eval_results", "i2v-bench-tiny.yaml")
    assert [each.name for each in (tmp_path / "a").rglob("*.yaml")] == ["i2v-bench-tiny.yaml"]


def test_runs_whose_names_are_made_harmless_do_not_meet() -> None:
    texts = ["a/b", "a-b", "a:b", "..", "", "svd", "SVD", "x" * 300, ".x", "x"]
    safe = [names.safe(text) for text in texts]
    assert len(set(safe)) == len(texts)
    assert names.safe("CogVideoX1.5-5B-I2V") == "CogVideoX1.5-5B-I2V"


def test_a_day_that_is_none_keeps_nothing_from_being_exported(tmp_path: Path) -> None:
    suite = made.suite(tmp_path / "pictures")
    of = boards.run(suite, "a")
    days = ("yesterday", "", "2026-01-02T00:00:00+00:00", "2025-01-01", "0001-01-01T00:00:00")
    rows = [boards.row(of, f"c{n}", "ssim_mean", 0.5, created=day) for n, day in enumerate(days)]
    parquet.write(tmp_path / "published" / "tiny@0" / "rows.parquet", rows)
    content = _read(
        exports.write("every-eval-ever", tmp_path / "e", exports.gather([tmp_path / "published"]))
    )
    assert content["evaluation_timestamp"] == "2026-01-02T00:00:00+00:00"
    assert content["retrieved_timestamp"] == "1767312000"
    parquet.write(tmp_path / "published" / "tiny@0" / "rows.parquet", rows[:2])
    gathered = exports.gather([tmp_path / "published"])
    content = _read(exports.write("every-eval-ever", tmp_path / "f", gathered))
    jsonschema.Draft7Validator(EVERY_EVAL_EVER).validate(content)
    assert "evaluation_timestamp" not in content
    (path,) = exports.write("eval-results", tmp_path / "hub", gathered, "org/tiny")
    assert "yesterday" not in path.read_text()


def test_words_name_runs_and_suites(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    assert list(exports.gather([out], ["mov"]).paths) == ["mover-tiny"]
    assert len(exports.gather([out], suite=str(suite)).paths) == 2
    with pytest.raises(UnknownName, match="unknown run 'mvoer': did you mean mover or mover-tiny"):
        exports.gather([out], ["mvoer"])
    with pytest.raises(UnknownName, match="unknown suite 'tinny'"):
        exports.gather([out], suite="tinny")


def test_nothing_measured_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to export"):
        exports.write("csv", tmp_path / "b.csv", exports.gather([tmp_path]))
    assert not (tmp_path / "b.csv").exists()


def test_a_broken_file_is_set_aside(out: Path) -> None:
    (out / "bad").mkdir()
    (out / "bad" / "results.parquet").write_bytes(b"PAR1 no")
    gathered = exports.gather([out])
    assert (len(gathered.paths), len(gathered.problems)) == (2, 1)


def test_a_run_that_was_measured_here_wins_over_a_published_file_of_several(tmp_path: Path) -> None:
    """Such a file is what `bench export --format parquet` writes."""
    old = [made.measurement(run="a", value=0.1), made.measurement(run="b", value=0.2)]
    parquet.write(tmp_path / "results" / "tiny@0" / "all.parquet", old)
    parquet.write(tmp_path / "runs" / "a" / "results.parquet", [made.measurement(run="a", value=0.9)])
    found = exports.gather([tmp_path / "results", tmp_path / "runs"])
    assert dict(zip(found.rows["run"].astype(str), found.rows["value"], strict=True)) == {"a": 0.9, "b": 0.2}
    assert found.paths["a"] == tmp_path / "runs" / "a" / "results.parquet"
