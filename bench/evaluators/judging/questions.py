"""The fixed questions of a judge, and how its answers are read: an answer that cannot be read is no number."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.base import files
from bench.base.http_errors import in_one_line
from bench.errors import RemoteFailed
from bench.evaluators.judging.pictures import Picture

Form: TypeAlias = Literal["probability", "grade"]
"""How an answer is given: by the probability that its first word is yes, or as a grade from 1 to 5."""

Subject: TypeAlias = Literal["match", "keep", "keep swapped"]
"""What is asked: whether frames show the prompt, or keep what the image shows; swapped: with the image last."""

_GRADE = "Answer with the number only."
_MATCH_GRADES = (
    "5: everything that the text says is seen, with nothing against it. 4: all that matters, but for a detail. "
    "3: about half. 2: little of it. 1: nothing of it, or the opposite."
)
_KEEP_GRADES = (
    "5: everything stays what it is, whatever moves. 4: all that matters, but for a detail. 3: some things change into "
    "others, or lose their look. 2: most do. 1: the frames show something else."
)
_KEEP = (
    "Does everything that this picture shows stay what it is in the clip: the same persons, animals, things, place and "
    "style, whatever moves?"
)
_FIRST = "The first picture is what a clip was made from; the others are frames of the clip, in their order."
_LAST = "The last picture is what a clip was made from; the others are frames of the clip, in their order."

TEXTS: Mapping[Form, Mapping[Subject, str]] = {
    "probability": {
        "match": 'Does this figure show "{prompt}"? Please answer Yes or No.',
        "keep": f"{_FIRST} {_KEEP} Please answer Yes or No.",
        "keep swapped": f"{_LAST} {_KEEP} Please answer Yes or No.",
    },
    "grade": {
        "match": "These are frames of a clip, in their order. How well do they show what this text says: "
        f'"{{prompt}}"? Give a grade from 1 to 5. {_MATCH_GRADES} {_GRADE}',
        "keep": f"{_FIRST} {_KEEP} Give a grade from 1 to 5. {_KEEP_GRADES} {_GRADE}",
        "keep swapped": f"{_LAST} {_KEEP} Give a grade from 1 to 5. {_KEEP_GRADES} {_GRADE}",
    },
}
"""Every text that is sent; {prompt} stands for the case's prompt as it is, quotes and all."""

LENGTH: Mapping[Form, int] = {"probability": 1, "grade": 16}
"""Tokens that an answer may have."""

READABLE = 0.5
"""The least probability of yes and no together: below, the judge was about to say something else."""

ROUNDING = 1e-3
"""By how much probabilities may sum to more than 1: servers round them."""

_MARKS = " \t\r\n▁Ġ\"'*.,:!"
"""What surrounds a word in a token: spaces as vocabularies write them, quotes, emphasis."""

_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_ONE_GRADE = re.compile(
    r"\W*(?:(?:the\s+)?(?:grade|score|rating|answer)(?:\s+is)?\W*)?([1-5])(?:\.0)?(?:\s*(?:/|out of)\s*5)?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """One question about some pictures.

    Attributes:
        text: with the prompt in it.
        pictures: shown before the text, in this order.
        form: of the answer.
    """

    text: str
    pictures: tuple[Picture, ...]
    form: Form

    @property
    def length(self) -> int:
        """Tokens that the answer may have."""
        return LENGTH[self.form]


@dataclass(frozen=True)
class Answer:
    """What a judge said.

    Attributes:
        text: its words.
        first: what the first token could have been, and the logarithm of its probability: the likeliest, or those that
            matter; None where the judge does not tell.
        judge: who answered, in words: the model as a server names it, and where; never a secret or a path.
        cost: US dollars; None if unknown.
    """

    text: str
    first: tuple[tuple[str, float], ...] | None
    judge: str
    cost: float | None


def digest(form: Form) -> str:
    """Eight characters that tell these texts, and how answers are read, from others."""
    return files.digest([TEXTS[form], LENGTH[form], READABLE])[:8]


def question(subject: Subject, pictures: Sequence[Picture], form: Form, prompt: str = "") -> Question:
    """What is sent.

    Args:
        subject: what is asked.
        pictures: what is shown, in this order.
        form: of the answer.
        prompt: of the case, where the question has a place for it.
    """
    return Question(TEXTS[form][subject].replace("{prompt}", prompt), tuple(pictures), form)


def value(answer: Answer, form: Form) -> float:
    """An answer as a number in [0, 1]: the probability of yes; of a grade, (grade - 1) / 4.

    Raises:
        RemoteFailed: it cannot be read, or is a refusal.
    """
    return _probability(answer) if form == "probability" else _grade(answer)


def _probability(answer: Answer) -> float:
    if not answer.first:
        raise RemoteFailed(
            f"{answer.judge} gives no log-probabilities: --metric-set judge.answer=grade asks for a grade instead"
        )
    if any(not math.isfinite(each) or each > ROUNDING for _, each in answer.first):
        raise RemoteFailed(f"{answer.judge} gives log-probabilities that are none: {_most(answer.first)}")
    total = math.fsum(math.exp(each) for _, each in answer.first)
    if total > 1 + ROUNDING:
        raise RemoteFailed(f"{answer.judge} gives probabilities that sum to {total:.3g}")
    yes, no = (
        math.fsum(math.exp(each) for token, each in answer.first if _word(token) == word)
        for word in ("yes", "no")
    )
    if yes + no < READABLE:
        raise RemoteFailed(
            f"{answer.judge} answers neither yes nor no, but most likely {_most(answer.first)}"
        )
    return min(1.0, yes)


def _grade(answer: Answer) -> float:
    found = _ONE_GRADE.fullmatch(_THOUGHTS.sub("", answer.text))
    if found is None:
        raise RemoteFailed(f"{answer.judge} gives no grade from 1 to 5, but '{said(answer.text)}'")
    return (int(found[1]) - 1) / 4


def is_word(token: str) -> bool:
    """Whether a token reads as yes or no."""
    return _word(token) in ("yes", "no")


def said(text: str) -> str:
    """The beginning of a judge's own words, in one line, for messages."""
    line = in_one_line(text, ())
    return line if len(line) <= 80 else line[:79] + "…"


def _word(token: str) -> str:
    return token.strip(_MARKS).casefold()


def _most(first: Sequence[tuple[str, float]]) -> str:
    token, logarithm = max(first, key=lambda each: each[1])
    share = math.exp(logarithm) if logarithm < 1 else logarithm
    return f"'{said(token)}' ({share:.2f})"
