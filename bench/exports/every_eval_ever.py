"""Every Eval Ever: one JSON file per run, in schema 0.3.0 of PyPI's `every-eval-ever`, laid out as its datastore is.

    <folder>/data/i2v-bench/<developer>/<model>/<uuid>.json

Source: eval.schema.json 0.3.0 (EvalEval coalition). A score there says whether lower is better: metrics that have no
better direction are left out, and named. Its companion for single samples is about text, and is not written.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.base import files
from bench.errors import UsageError
from bench.exports import moments, names
from bench.scoring import summary
from bench.types import SuiteId

if TYPE_CHECKING:
    from bench.exports.gathering import Gathered
    from bench.types import MetricCard, ModelCard

SCHEMA_VERSION = "0.3.0"
NAMESPACE = uuid.UUID("8c0a4c1e-6f0b-5d0e-9a53-2f1d3c5b7a90")
"""Namespace of our file names: the same run in the same state has the same name."""

AVAILABILITY = {"open": "open_weights", "hosted": "closed_weights"}
DEPLOYMENT = {"open": "self_deployed", "hosted": "externally_managed", "program": "self_deployed"}


def write(folder: Path, gathered: Gathered) -> list[Path]:
    """Writes one file per run that has a value of a metric with a direction.

    Raises:
        UsageError: folder is a file.
    """
    if folder.is_file():
        raise UsageError(f"{folder} is a file: every-eval-ever needs a folder")
    written = []
    for run in gathered.paths:
        content = record(gathered, run)
        if content["evaluation_results"]:
            developer, _, model = content["model_info"]["id"].partition("/")
            name = uuid.uuid5(NAMESPACE, files.digest(content))
            path = folder / "data" / "i2v-bench" / names.safe(developer) / names.safe(model) / f"{name}.json"
            files.write_json(path, content)
            written.append(path)
    return written


def record(gathered: Gathered, run: str) -> dict[str, Any]:
    """The content of one run's file; its times are those of its rows, so that the same rows give the same file."""
    rows = gathered.rows[gathered.rows["run"] == run]
    first = rows.iloc[-1]
    measured = moments.newest(rows["created"].unique())
    moment = moments.moment(measured)
    seconds = str(int(moment.timestamp())) if moment else "0"  # the schema requires digits
    model = _model(first, summary.model_card(gathered.rows, str(first["model"])))
    suite = str(SuiteId(first["suite"], first["suite_version"]))
    found, directionless = _results(gathered, run, suite)
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": f"i2v-bench-{suite}/{model['id']}/{seconds}",
        **({"evaluation_timestamp": measured} if moment else {}),
        "retrieved_timestamp": seconds,
        "source_metadata": {
            "source_name": "I2V Bench",
            "source_type": "evaluation_run",
            "source_organization_name": "I2V Bench",
            "evaluator_relationship": "other",
            "additional_details": _texts({"run": run, "no_better_direction": ", ".join(directionless)}),
        },
        "eval_library": {
            "name": "i2v-bench",
            "version": str(first["bench_version"]),
            "additional_details": _texts({"commit": first["commit"], "software": first["software"]}),
        },
        "model_info": model,
        "evaluation_results": found,
    }


def _model(row: Any, card: ModelCard) -> dict[str, Any]:
    """The model that made the clips, under its name on the hub if the row has one."""
    checkpoint, name = str(row["checkpoint"]), str(row["model"])
    is_model = card.role == "model"  # a baseline has no weights
    access = card.access if is_model else ""
    developer = "unknown" if is_model else "i2v-bench"
    details = {
        "adapter": name,
        "adapter_version": row["adapter_version"],
        "checkpoint": checkpoint,
        "checkpoint_digest": row["checkpoint_digest"],
        "settings": row["settings"],
        "device": row["device"],
        "made_with": row["made_with"],
        "kind": card.role,
        "deployment_type": DEPLOYMENT.get(access, "unknown"),
        "model_availability": AVAILABILITY.get(access, "unknown"),
    }
    hub = re.fullmatch(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", checkpoint)
    return {
        "name": str(row["label"]),
        "id": checkpoint if hub else f"{developer}/{row['label']}",
        "additional_details": _texts(details),
    }


def _results(gathered: Gathered, run: str, suite: str) -> tuple[list[dict[str, Any]], list[str]]:
    """One result per metric, and the metrics that have no better direction."""
    known, found, directionless = summary.catalogue_of(gathered.rows), [], []
    for score in gathered.measured(run):
        card = known.card(score["metric"], score["metric_version"])
        if card.direction == "none":
            directionless.append(score["metric"])
        else:
            found.append(_result(score, card, suite))
    return found, directionless


def _result(score: dict[str, Any], card: MetricCard, suite: str) -> dict[str, Any]:
    counts = {name: score[name] for name in ("cases", "clips", "failed", "unmeasurable")}
    details: dict[str, Any] = {"score": score["mean"], "details": _texts(counts)}
    if score["low"] is not None:
        interval = {"lower": score["low"], "upper": score["high"], "confidence_level": 0.95}
        details["uncertainty"] = {"confidence_interval": interval, "num_samples": score["cases"]}
    return {
        "evaluation_result_id": f"{score['metric']}@{score['metric_version']}",
        "evaluation_name": score["metric"],
        "source_data": {"dataset_name": suite, "source_type": "other"},
        "metric_config": {
            "evaluation_description": card.definition,
            "metric_id": f"i2v-bench.{score['metric']}",
            "metric_name": score["metric"],
            **({"metric_unit": card.unit} if card.unit else {}),
            "lower_is_better": card.direction == "lower",
            "score_type": "continuous",
            "min_score": "-Infinity" if card.low is None else card.low,
            "max_score": "Infinity" if card.high is None else card.high,
            "additional_details": _texts({"version": score["metric_version"], "source": card.source}),
        },
        "score_details": details,
    }


def _texts(details: dict[str, Any]) -> dict[str, str]:
    """Values as text, which is all that the schema takes there; empty ones are left out."""
    return {name: str(value) for name, value in details.items() if str(value) not in {"", "None", "nan"}}
