"""A judge that refuses, lies, hangs, or sends what is no answer, or too much: a reason, never a number."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from bench.base.retries import Timing
from bench.errors import StorageFailed
from bench.evaluators.judge import Judge, Settings
from bench.types import Case, Value
from tests.evaluators.judging.fake_judge import MODEL, FakeJudge, as_bytes, reason, reply
from tests.made import answers, moving_clip
from tests.models.hosted.fake_servers import Reply

PRICE = {"input_price": 1000.0, "output_price": 0.0}
BUSY = Reply(429, {"error": {"message": "slow down"}}, headers={"Retry-After": "7"})


def judge(fake: FakeJudge, slept: list[float] | None = None, **words: Any) -> Judge:
    """A judge; with a list of its pauses, which then take no time."""
    made = Judge(Settings(address=f"{fake.address}/v1", model=MODEL, **words))
    made.ready()
    if slept is not None:
        timing = Timing(lambda: sum(slept), slept.append, lambda: 0.0, timeout=5.0, limit=60.0, attempts=4)
        made._judge.timing = timing  # type: ignore[attr-defined]
    return made


def match(made: Judge, case: Case, frames: int = 5) -> Value:
    return answers(made, moving_clip(frames).frames, case=case)["judge_match"]


def first(*top: tuple[Any, Any]) -> bytes:
    """A reply whose log-probabilities are these, whatever they are."""
    content = reply("Yes", [("Yes", 1.0)])
    listed = [{"token": token, "logprob": logarithm} for token, logarithm in top]
    content["choices"][0]["logprobs"]["content"][0]["top_logprobs"] = listed
    return as_bytes(content)


NO_NUMBERS = "gives no log-probabilities: --metric-set judge.answer=grade asks for a grade instead"
CASES: dict[str, tuple[Any, str]] = {
    "no log-probabilities": (reply("Yes"), NO_NUMBERS),
    "log-probabilities that are words": (first(("Yes", "high")), NO_NUMBERS),
    "log-probabilities that are truths": (first(("Yes", True)), NO_NUMBERS),
    "tokens that are numbers": (first((7, -0.1)), NO_NUMBERS),
    "more than certain": (first(("Yes", 0.5)), "gives log-probabilities that are none: 'Yes'"),
    "no number": (first(("Yes", float("nan")), ("No", -1.0)), "gives log-probabilities that are none"),
    "endless": (first(("Yes", float("inf"))), "gives log-probabilities that are none"),
    "huge": (first(("Yes", 10**400)), "gives log-probabilities that are none"),
    "a sum above 1": (reply("Yes", [("Yes", 0.9), ("No", 0.8)]), "gives probabilities that sum to 1.7"),
    "the same twice": (reply("Yes", [("Yes", 0.9), ("Yes", 0.9)]), "gives probabilities that sum to 1.8"),
    "another word": (reply("I", [("I", 0.9), ("Yes", 0.05)]), "neither yes nor no, but most likely 'I' (0.90)"),
    "a refusal": (
        {"choices": [{"message": {"content": None, "refusal": "I can't help\nwith that"}}]},
        f"judge {MODEL} at 127.0.0.1:PORT refuses: I can't help with that",
    ),
    "a filter": (
        {"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]},
        "refuses: a filter of contents",
    ),
    "no choices": ({"choices": []}, "answers with JSON that has no choices with a message"),
    "choices of another kind": ({"choices": {"0": 1}}, "no choices with a message"),
    "a message of another kind": ({"choices": [{"message": "Yes"}]}, "no choices with a message"),
    "a list": ([1, 2], "answers with application/json, expected a JSON object"),
    "brackets": (b"[" * 100_000, "expected a JSON object"),
    "nothing": (b"", "expected a JSON object"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_answer_is_no_number(fake: FakeJudge, case: Case, name: str) -> None:
    content, said = CASES[name]
    fake.says = lambda text, count: content
    found = reason(match(judge(fake), case))
    assert said.replace("PORT", fake.address.rpartition(":")[2]) in found
    assert "\n" not in found and len(found) < 300


def test_what_could_not_be_read_is_asked_for_again(fake: FakeJudge, case: Case) -> None:
    fake.says = lambda text, count: reply("I", [("I", 1.0)])
    reason(match(judge(fake), case))
    fake.says = FakeJudge().says
    assert match(judge(fake), case).value == pytest.approx(0.75)


def test_servers_that_write_zero_as_minus_infinity_are_understood(fake: FakeJudge, case: Case) -> None:
    fake.says = lambda text, count: first(("No", 0.0), ("Yes", float("-inf")), ("yes", -1e38))
    assert match(judge(fake), case).value == 0.0


def test_a_page_is_no_answer(fake: FakeJudge, case: Case) -> None:
    fake.faults["create"] = [Reply(content=b"<!doctype html><title>Sign in</title>", kind="text/html")]
    assert "answers with text/html, expected a JSON object" in reason(match(judge(fake), case))


@pytest.mark.parametrize(
    "huge",
    [
        Reply(content=b" " * (2 << 20)),
        Reply(content=gzip.compress(b" " * (64 << 20)), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["as it is", "packed"],
)
def test_a_huge_reply_is_cut_off(fake: FakeJudge, case: Case, huge: Reply) -> None:
    fake.faults["create"] = [huge]
    assert "its answer has more than 1048576 bytes" in reason(match(judge(fake), case))
    assert len(fake.questions) == 3  # not tried again: the others are about the image


def test_another_address_is_not_followed(fake: FakeJudge, case: Case) -> None:
    fake.faults["create"] = [Reply(307, {}, headers={"Location": "http://example.invalid/"})]
    assert "answers with 307" in reason(match(judge(fake), case))


def test_a_busy_server_is_asked_again_when_it_says(fake: FakeJudge, case: Case) -> None:
    slept: list[float] = []
    fake.faults["create"] = [BUSY, Reply(503, {}), Reply(cut=5, content={"choices": []})]
    assert match(judge(fake, slept), case).value == pytest.approx(0.75)
    assert slept == [7.0, 4.0, 8.0]


def test_a_server_that_stays_busy_is_given_up(fake: FakeJudge, case: Case) -> None:
    slept: list[float] = []
    fake.faults["create"] = [BUSY] * 12
    found = answers(judge(fake, slept), moving_clip(5).frames, case=case)
    assert "answers with 429: slow down, 4 times" in reason(found["judge_match"])
    assert sum(slept) <= 60 + 60


def test_a_judge_that_hangs_is_given_up_and_then_left_alone(fake: FakeJudge, case: Case) -> None:
    fake.faults["create"] = [Reply(hang=True)] * 3
    made = judge(fake, timeout=0.2)
    found = answers(made, moving_clip(5).frames, case=case)
    assert "gives no answer: ReadTimeout" in reason(found["judge_match"])
    assert "gives no answer: ReadTimeout" in reason(found["judge_keep"])
    assert "failed 2 times in a row, and is not asked again in this run" in reason(match(made, case, 6))
    assert len(fake.questions) == 2


def test_a_judge_that_is_not_there_is_said_so(fake: FakeJudge, case: Case) -> None:
    gone = Judge(Settings(address="http://127.0.0.1:9/v1", model=MODEL, timeout=1.0))
    assert "judge tiny-judge at 127.0.0.1:9 gives no answer: ConnectError" in reason(match(gone, case))


def test_what_a_hanging_judge_may_have_cost_counts(fake: FakeJudge, case: Case) -> None:
    match(judge(fake, **PRICE), case)
    fake.faults["create"] = [Reply(hang=True)] * 2
    made = judge(fake, timeout=0.2, **PRICE)
    match(made, case, 6)
    assert made._judge.spending.spent() == pytest.approx(5.0)  # type: ignore[attr-defined]


def test_a_refused_request_costs_nothing_and_an_unreadable_answer_does(fake: FakeJudge, case: Case) -> None:
    made = judge(fake, **PRICE)
    fake.faults["create"] = [Reply(400, {"error": "bad"})] * 2
    match(made, case)
    assert made._judge.spending.spent() == 0.0  # type: ignore[attr-defined]
    fake.says = lambda text, count: reply("I", [("I", 1.0)])
    match(made, case)
    assert made._judge.spending.spent() == pytest.approx(2.0)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": -5, "completion_tokens": 1}, {"prompt_tokens": "many"}]
)
def test_a_server_that_does_not_state_its_usage_has_no_price(
    fake: FakeJudge, case: Case, usage: object
) -> None:
    fake.says = lambda text, count: reply("Yes", [("Yes", 1.0)], usage=usage)
    found = answers(judge(fake, **PRICE), moving_clip(5).frames, case=case)
    assert found["judge_match"].value == 1.0
    assert "use a server that states its usage" in reason(found["judge_cost"])


def test_a_disk_that_takes_no_account_stops_the_command(fake: FakeJudge, case: Case, tmp_path: Path) -> None:
    """Else every clip would be asked about without a record of what it costs."""
    (tmp_path / "cache" / "judge").mkdir(parents=True)
    (tmp_path / "cache" / "judge" / "spent").write_text("a file in the way")
    with pytest.raises(StorageFailed):
        match(judge(fake, **PRICE), case)
    assert not fake.questions


def test_an_answer_that_cannot_be_kept_counts_all_the_same(
    fake: FakeJudge, case: Case, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "judge").write_text("a file in the way")
    assert match(judge(fake), case).value == pytest.approx(0.75)


def test_servers_that_name_the_length_otherwise_are_asked_so(fake: FakeJudge, case: Case) -> None:
    fake.faults["create"] = [Reply(400, {"error": {"message": "use 'max_completion_tokens' instead"}})]
    assert match(judge(fake), case).value == pytest.approx(0.75)
    assert [each.json.get("max_completion_tokens") for each in fake.questions] == [None, 1, 1, 1]


def test_what_to_do_about_a_refused_request_is_said(fake: FakeJudge, case: Case) -> None:
    fake.faults["create"] = [
        Reply(400, {"error": "logprobs are not supported"}),
        Reply(404, {"error": "no model"}),
    ]
    found = answers(judge(fake), moving_clip(5).frames, case=case)
    assert "(--metric-set judge.answer=grade asks without)" in reason(found["judge_match"])
    assert "(does the address end in /v1, and is the model's name right?)" in reason(found["judge_keep"])
