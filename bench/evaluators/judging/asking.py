"""Answers that are kept: what was asked once is not asked, nor paid for, again, whichever command asks.

An answer is known by all that decides it: the text, the pixels of the pictures, the form of the answer, and who was
asked. Only answers that could be read are kept: a refusal is asked for again where the user says --retry-failed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from bench.base import documents, files, reading
from bench.errors import StorageFailed
from bench.evaluators.judging import questions
from bench.evaluators.judging.questions import Answer, Question


class Judge(Protocol):
    """A model that answers questions about pictures."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """What distinguishes it from other judges, JSON-like."""
        ...

    def ask(self, question: Question) -> Answer:
        """Its answer.

        Raises:
            BenchError: it does not answer, or may not be asked.
        """
        ...


def folder() -> Path:
    """Where answers and accounts are."""
    return files.cache() / "judge"


def answered(judge: Judge, question: Question) -> tuple[float, Answer]:
    """The number in [0, 1] that an answer means, and the answer itself, as it was kept or else asked for.

    Raises:
        BenchError: there is no answer, or none that can be read.
    """
    key = files.digest({
        "judge": dict(judge.identity), "text": question.text, "form": question.form, "length": question.length,
        "pictures": [picture.digest for picture in question.pictures],
    })  # fmt: skip
    path = folder() / key[:2] / f"{key}.json"
    if (kept := _kept(path, key)) is not None:
        return questions.value(kept, question.form), kept
    answer = judge.ask(question)
    number = questions.value(answer, question.form)
    try:
        files.write_json(path, {"key": key, "answer": asdict(answer)})
    except StorageFailed as error:  # the answer is paid for
        logging.getLogger(__name__).warning("an answer could not be kept: %s", error)
    return number, answer


def _kept(path: Path, key: str) -> Answer | None:
    """What was kept of an answer; None if nothing was, or it is damaged."""
    with suppress(*reading.ABSENT, ValueError, KeyError, TypeError):
        content = documents.json_value(files.content(path))
        kept = content["answer"]
        first = kept["first"]
        if content["key"] == key:
            return Answer(
                text=str(kept["text"]),
                first=None if first is None else tuple((str(token), float(each)) for token, each in first),
                judge=str(kept["judge"]),
                cost=None if kept["cost"] is None else float(kept["cost"]),
            )
    return None
