"""What a vision-language model says of a clip: a fixed question about frames and prompt, and one about the input image.

The model is any behind an OpenAI-compatible address, or in a folder of transformers' format. Its name is part of the
metrics' names, the digest of the questions part of their version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated
from urllib.parse import urlsplit

from annotated_types import Ge, Gt, Le

from bench import evaluators
from bench.base import credentials, network, packages, reading
from bench.base.retries import Timing
from bench.errors import BenchError, NotMeasurable, Unavailable, UsageError
from bench.evaluators.judging import asking, checkpoint, pictures, questions, server
from bench.evaluators.judging.asking import Judge as Asked
from bench.evaluators.judging.checkpoint import Local
from bench.evaluators.judging.pictures import Picture
from bench.evaluators.judging.questions import Answer, Form, Subject
from bench.evaluators.judging.server import Prices, Server
from bench.evaluators.nets import DType
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import MetricCard, Value

KEY = "JUDGE_API_KEY"

_WHO = (
    "The judge gets 8 frames (judge.frames), evenly spaced, the longer side at most 512 pixels (judge.side), as JPEG "
    "of quality 95, in one message at temperature 0"
)
_HOW = (
    "the probability that its first word is yes, in any spelling; spellings beyond the 20 likeliest that a server "
    "tells count 0. With judge.answer=grade it is (grade - 1) / 4, the grade being 1 to 5 by a fixed rubric. An answer "
    "that is neither, or a refusal, has no value"
)
_BLIND = (
    "What lies between the frames. Depends on the model, and on a server's version and numbers: compare values of one "
    "judge only; temperature 0 is not always repeatable on a server."
)


@dataclass(frozen=True)
class Settings:
    """Which model judges, and what it is shown.

    Attributes:
        address: of an OpenAI-compatible server: what /chat/completions comes after.
        model: as the server calls it.
        checkpoint: a folder with a model of transformers' format, instead of a server.
        answer: the probability of yes, for which a server must give log-probabilities, or a grade from 1 to 5.
        frames: how many the judge is shown.
        side: pixels that the longer side of a frame has at most.
        dtype: what numbers a checkpoint computes with.
        api_key_variable: name of the environment variable that holds the key; never the key itself.
        input_price, output_price: US dollars per million tokens; None if unknown.
        max_cost: US dollars that this judge may cost in all; None for no cap.
        timeout: seconds that one question is waited for, retries included.
    """

    address: str = ""
    model: str = ""
    checkpoint: Path | None = None
    answer: Form = "probability"
    frames: Annotated[int, Ge(2), Le(64)] = 8
    side: Annotated[int, Ge(32), Le(4096)] = 512
    dtype: DType = "float32"
    api_key_variable: str = KEY
    input_price: Annotated[float, Ge(0)] | None = None
    output_price: Annotated[float, Ge(0)] | None = None
    max_cost: Annotated[float, Gt(0)] | None = None
    timeout: Annotated[float, Gt(0), Le(86400)] = 120.0

    def __post_init__(self) -> None:
        _check_who(self)
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", self.api_key_variable):
            raise UsageError(
                "judge.api_key_variable is the name of an environment variable, as MY_KEY, never a key"
            )
        if (self.input_price is None) != (self.output_price is None):
            raise UsageError(
                "judge.input_price and judge.output_price go together: dollars per million tokens"
            )
        if self.max_cost is not None and self.input_price is None:
            raise UsageError(
                "judge.max_cost needs judge.input_price and judge.output_price: dollars per million tokens"
            )


@evaluators.add
class Judge(evaluators.ClipEvaluator):
    """Answers of a vision-language model to fixed questions; three requests per clip."""

    name = "judge"
    opt_in = True
    Settings = Settings
    neutral = frozenset({"address", "api_key_variable", "input_price", "output_price", "max_cost", "timeout"})
    cards = (
        MetricCard(
            name="judge_match", title="Prompt match, judged", group="Text", is_main=True, is_native_only=True,
            version=1, direction="higher", unit="", low=0.0, high=1.0,
            definition=f"{_WHO}, and is asked: {questions.TEXTS['probability']['match']} The value is {_HOW}.",
            source="VQAScore of Lin et al. 2024 (arXiv 2404.01291), eq. 1, as t2v-metrics asks models of several "
            "frames; there only the spelling 'Yes' counts, and no answer is refused.",
            blind_to=f"{_BLIND} Motion that single frames do not show.",
        ),
        MetricCard(
            name="judge_keep", title="Image kept, judged", group="Input image", is_main=True, is_native_only=True,
            version=1, direction="higher", unit="", low=0.0, high=1.0,
            definition=f"{_WHO}, with the input image ({AT_CLIP_SIZE}) before them, and is asked: "
            f"{questions.TEXTS['probability']['keep']} Then the same with the image after the frames. The value is the "
            f"mean over both orders of {_HOW}.",
            source="Own.",
            blind_to=f"{_BLIND} A frozen clip keeps everything. Details smaller than the frames that are sent.",
        ),
        MetricCard(
            name="judge_cost", title="Price of judging", group="Cost", is_native_only=True,
            version=1, direction="lower", unit="$", low=0.0, high=None,
            definition="US dollars that the answers about the clip cost when they were asked for: tokens that the "
            "server says it used, by judge.input_price and judge.output_price. 0 for a checkpoint, and for a server "
            "that is asked without key and price.",
            source="The server's replies.",
            blind_to="Requests that failed: the account in the cache folder has them.",
        ),
    )  # fmt: skip

    def check(self) -> None:
        chosen = self.settings
        if chosen.checkpoint is not None:
            packages.check("torch", "transformers")
            checkpoint.digest(chosen.checkpoint)
        elif not chosen.address:
            raise Unavailable(
                "it has no model to ask", "--metric-set judge.address=http://HOST/v1 --metric-set judge.model=NAME, "
                "or judge.checkpoint=FOLDER, says which",
            )  # fmt: skip
        elif network.is_offline():
            raise Unavailable(
                "its model is behind a server, and --offline forbids asking it", "leave --offline out"
            )
        elif chosen.api_key_variable != KEY and not server.key(chosen.api_key_variable):
            raise Unavailable(f"{chosen.api_key_variable} is empty", f"export {chosen.api_key_variable}=…")

    def marks(self) -> tuple[str, ...]:
        folder = self.settings.checkpoint
        return (questions.digest(self.settings.answer), *([checkpoint.digest(folder)[:8]] if folder else ()))

    def load(self) -> None:
        self.check()
        self._judge: Asked = self._local() if self.settings.checkpoint is not None else self._server()

    def _local(self) -> Local:
        return Local(self.settings.checkpoint, self.device, self.settings.dtype)

    def _server(self) -> Server:
        chosen, key = self.settings, server.key(self.settings.api_key_variable)
        prices = None if key else server.FREE
        if chosen.input_price is not None:
            prices = Prices(chosen.input_price, chosen.output_price)
        timing = Timing(timeout=chosen.timeout, limit=chosen.timeout)
        return Server(chosen.address, chosen.model, key, prices, chosen.max_cost, timing)

    def look(self, view: View) -> Picture:
        return pictures.picture(view.frame, self.settings.side)

    def conclude(self, frames: Sequence[Picture], sample: Sample) -> evaluators.Values:
        shown = pictures.evenly(frames, self.settings.frames)
        answers: list[Answer] = []
        match = _value_or_error(lambda: self._match(shown, sample, answers))
        keep = _value_or_error(lambda: self._keep(shown, sample, answers))
        return {"judge_match": match, "judge_keep": keep, "judge_cost": cost(answers, keep)}

    def _match(self, shown: Sequence[Picture], sample: Sample, answers: list[Answer]) -> Value:
        prompt = sample.case.prompt.strip()
        if not prompt:
            raise NotMeasurable(f"case '{sample.case.id}' has no prompt")
        return self._asked({"match": shown}, answers, prompt)

    def _keep(self, shown: Sequence[Picture], sample: Sample, answers: list[Answer]) -> Value:
        given = pictures.picture(sample.input.pixels, self.settings.side)
        return self._asked({"keep": [given, *shown], "keep swapped": [*shown, given]}, answers)

    def _asked(
        self, shown: Mapping[Subject, Sequence[Picture]], answers: list[Answer], prompt: str = ""
    ) -> Value:
        """The mean over questions; answers are added to those of the clip."""
        numbers: list[float] = []
        for subject, each in shown.items():
            question = questions.question(subject, each, self.settings.answer, prompt)
            number, answer = asking.answered(self._judge, question)
            numbers.append(number)
            answers.append(answer)
        return Value(fmean(numbers), measured_with={"judge": answers[-1].judge})


def _value_or_error(value: Callable[[], Value]) -> Value | BenchError:
    """A question's failure costs its own metric only: another may be answered already, and paid for."""
    try:
        return value()
    except BenchError as error:
        reading.refuse(error)
        return error


def cost(answers: Sequence[Answer], last: Value | BenchError) -> Value | BenchError:
    """What the answers about a clip cost, US dollars; why that is unknown.

    >>> cost([Answer("Yes", None, "m", 0.25), Answer("No", None, "m", 0.5)], Value(0.0)).value
    0.75
    """
    if not answers:
        return last if isinstance(last, BenchError) else NotMeasurable("nothing was asked")
    costs = [answer.cost for answer in answers if answer.cost is not None]
    if len(costs) < len(answers):
        return NotMeasurable(
            "the price is unknown: set judge.input_price and judge.output_price, dollars per million tokens, and use a "
            "server that states its usage"
        )
    return Value(sum(costs), measured_with={"judge": answers[-1].judge})


def _check_who(chosen: Settings) -> None:
    """Refuses a choice of judge that is none, or that holds a secret: names are published."""
    if chosen.checkpoint is not None and (chosen.address or chosen.model):
        raise UsageError(
            "judge.checkpoint is a model on this machine: leave judge.address and judge.model out"
        )
    if chosen.checkpoint is None and bool(chosen.address) != bool(chosen.model):
        raise UsageError("judge.address and judge.model go together: a server, and what it calls the model")
    if chosen.dtype != "float32" and chosen.checkpoint is None:
        raise UsageError("judge.dtype is that of a judge.checkpoint: a server computes as it does")
    _check_address(chosen.address)
    _check_model(chosen.model)


def _check_address(address: str) -> None:
    if not address:
        return
    try:
        parts = urlsplit(address)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right:
        raise UsageError("judge.address is an http address, as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError("judge.address holds no name, password or query: see judge.api_key_variable")


def _check_model(model: str) -> None:
    if model and not re.fullmatch(r"[\w.@+:-][\w./@+:-]{0,119}", model, re.ASCII):
        raise UsageError(
            "judge.model is what the server calls it, of letters, digits and ./@+:-, not a path: servers take another "
            "name for one (vllm serve --served-model-name)"
        )
    if credentials.redacted(model) != model:
        raise UsageError("judge.model looks like a key: it would be part of the metrics' names")
