"""A judge behind an address: what it is asked, how its answers become numbers, what is kept, what it may cost."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bench
from bench.base import network
from bench.engine import resolve_metrics
from bench.engine.requests import MetricRequest
from bench.errors import BenchError, NotMeasurable, Unavailable, UsageError
from bench.evaluators import catalogue
from bench.evaluators.judge import Judge, Settings
from bench.evaluators.judging import questions
from bench.evaluators.judging.questions import Answer
from bench.types import Case, Frames, Value
from tests.evaluators.judging.fake_judge import MODEL, FakeJudge, reason, reply
from tests.made import answers, moving_clip, photograph
from tests.models.hosted.fake_servers import SECRET

FRAMES = moving_clip(20).frames


def settings(fake: FakeJudge, **changes: object) -> Settings:
    return replace(Settings(address=f"{fake.address}/v1", model=MODEL), **changes)  # type: ignore[arg-type]


def judged(fake: FakeJudge, case: Case, shown: Frames = FRAMES, **changes: object) -> Mapping[str, Value]:
    """By a new judge, as in a new process: only the cache folder is kept."""
    return answers(Judge(settings(fake, **changes)), shown, case=case)


def test_is_the_probability_of_yes_in_any_spelling(fake: FakeJudge, case: Case) -> None:
    found = judged(fake, case)
    assert found["judge_match"].value == pytest.approx(0.75)
    assert found["judge_keep"].value == pytest.approx(0.75)
    assert found["judge_cost"].value == 0.0
    where = fake.address.removeprefix("http://")
    assert found["judge_match"].measured_with == {"judge": f"{MODEL}-2026-11 at {where}"}


def test_the_question_is_vqascores_about_frames_evenly_spaced(fake: FakeJudge, case: Case) -> None:
    wide = photograph(96, 160)[None].repeat(20, axis=0).copy()
    wide[:, :, :, 0] = (10 * np.arange(20, dtype=np.uint8))[:, None, None]
    judged(fake, case, wide, frames=4, side=80)
    match = fake.questions[0].json
    assert fake.text(fake.questions[0]) == (
        'Does this figure show "a duck turns its head"? Please answer Yes or No.'
    )
    assert (match["model"], match["temperature"], match["max_tokens"]) == (MODEL, 0, 1)
    assert (match["logprobs"], match["top_logprobs"]) == (True, 20)
    sent = [Image.open(io.BytesIO(each)) for each in fake.pictures(fake.questions[0])]
    assert [each.size for each in sent] == [(80, 48)] * 4
    reds = [np.asarray(each)[..., 0].mean() for each in sent]
    assert reds == pytest.approx([0, 60, 130, 190], abs=3)  # frames 0, 6, 13 and 19 of 20


def test_the_image_is_shown_first_and_then_last(fake: FakeJudge, case: Case) -> None:
    fake.says = lambda text, count: reply(
        "Yes", [("Yes", 0.9 if "first picture" in text else 0.5), ("No", 0.1)]
    )
    found = judged(fake, case, frames=3)
    assert found["judge_keep"].value == pytest.approx(0.7)
    first, last = (fake.pictures(asked) for asked in fake.questions[1:])
    assert len(first) == len(last) == 4
    assert (first[0], first[1:]) == (last[-1], last[:-1])


def test_a_grade_is_a_number_by_itself(fake: FakeJudge, case: Case) -> None:
    fake.says = lambda text, count: reply("Score: **4**")
    found = judged(fake, case, answer="grade")
    assert found["judge_match"].value == 0.75
    assert "logprobs" not in fake.questions[0].json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 1.0),
        (" 1.\n", 0.0),
        ("Grade: 3", 0.5),
        ("4/5", 0.75),
        ("2 out of 5", 0.25),
        ("<think>6?</think>5", 1.0),
    ],
)
def test_grades_are_read(text: str, value: float) -> None:
    assert questions.value(Answer(text, None, "judge", 0.0), "grade") == value


@pytest.mark.parametrize("text", ["", "6", "0", "4 or 5", "I cannot see persons.", "4.5", "45", "five"])
def test_what_is_no_grade_is_no_number(text: str) -> None:
    with pytest.raises(BenchError, match="judge gives no grade from 1 to 5"):
        questions.value(Answer(text, None, "judge", 0.0), "grade")


def test_quotes_braces_and_lines_of_a_prompt_arrive_as_they_are(fake: FakeJudge, case: Case) -> None:
    prompt = 'a sign "{prompt}" \\n {0} %s </s>\n“ü” \U0001f986'
    judged(fake, replace(case, prompt=prompt))
    assert fake.text(fake.questions[0]) == f'Does this figure show "{prompt}"? Please answer Yes or No.'


def test_nothing_is_asked_twice(fake: FakeJudge, case: Case) -> None:
    before = judged(fake, case, frames=5)
    assert len(fake.questions) == 3
    again = judged(fake, case, frames=5, timeout=7.0)
    assert len(fake.questions) == 3
    assert again == before
    assert again["judge_match"].measured_with == before["judge_match"].measured_with


@pytest.mark.parametrize("change", [{"model": "other"}, {"frames": 4}, {"side": 32}, {"answer": "grade"}])
def test_another_judge_or_setting_is_another_question(
    fake: FakeJudge, case: Case, change: dict[str, object]
) -> None:
    fake.says = lambda text, count: reply("5", [("Yes", 1.0)])
    judged(fake, case)
    judged(fake, case, **change)
    assert len(fake.questions) == 6


def test_clips_that_differ_in_a_pixel_share_no_answer(fake: FakeJudge, case: Case) -> None:
    other = FRAMES.copy()
    other[0, 0, 0, 0] ^= 1
    judged(fake, case)
    judged(fake, case, other)
    judged(fake, replace(case, prompt="a duck turns its head."))
    assert len(fake.questions) == 7  # the last has its answers about the image already


def test_an_answer_that_was_damaged_on_the_disk_is_asked_for_again(
    fake: FakeJudge, case: Case, tmp_path: Path
) -> None:
    judged(fake, case)
    for kept in (tmp_path / "cache" / "judge").glob("??/*.json"):
        kept.write_text(kept.read_text()[:-40])
    assert judged(fake, case)["judge_match"].value == pytest.approx(0.75)
    assert len(fake.questions) == 6


def test_an_interrupted_clip_asks_only_for_the_rest(fake: FakeJudge, case: Case) -> None:
    def interrupted(text: str, count: int) -> object:
        if "last picture" in text:
            return {"error": "out"}
        return reply("Yes", [("Yes", 1.0)])

    fake.says = interrupted
    found = judged(fake, case)
    assert found["judge_match"].value == 1.0
    assert "no choices" in reason(found["judge_keep"])
    fake.says = FakeJudge().says
    assert judged(fake, case)["judge_keep"].value == pytest.approx((1 + 0.75) / 2)
    assert len(fake.questions) == 4


def test_a_case_without_a_prompt_is_asked_about_its_image_only(fake: FakeJudge, case: Case) -> None:
    found = judged(fake, replace(case, prompt="  "))
    assert isinstance(found["judge_match"], NotMeasurable)
    assert found["judge_keep"].value == pytest.approx(0.75)
    assert len(fake.questions) == 2


def test_the_key_comes_from_the_environment_and_is_repeated_nowhere(
    fake: FakeJudge, case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake.key = SECRET
    assert "401: wrong key None (is its key right?)" in reason(judged(fake, case)["judge_match"])
    monkeypatch.setenv("JUDGE_API_KEY", f"{SECRET}x")
    told = reason(judged(fake, case)["judge_match"])
    assert "wrong key ***" in told and SECRET not in told
    monkeypatch.setenv("OTHER_KEY", SECRET)
    fake.says = lambda text, count: reply("Yes", [("Yes", 1.0)], model=f"model of {SECRET}")
    found = judged(fake, case, api_key_variable="OTHER_KEY")
    assert found["judge_match"].value == 1.0
    assert "***" in found["judge_match"].measured_with["judge"]
    assert not [
        each for each in (tmp_path / "cache").rglob("*") if each.is_file() and SECRET in each.read_text()
    ]


def test_dollars_are_tokens_by_price(fake: FakeJudge, case: Case) -> None:
    found = judged(fake, case, input_price=2.0, output_price=8.0)
    assert found["judge_cost"].value == pytest.approx(3 * (1000 * 2 + 1 * 8) / 1e6)
    assert judged(fake, case)["judge_cost"].value == found["judge_cost"].value  # what the answers did cost


def test_an_unknown_price_is_no_price(fake: FakeJudge, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_API_KEY", SECRET)
    assert "the price is unknown" in reason(judged(fake, case)["judge_cost"])


def test_the_cap_holds_over_clips_and_commands(fake: FakeJudge, case: Case) -> None:
    price = {"input_price": 1000.0, "output_price": 0.0}  # a dollar per question
    fake.says = lambda text, count: reply("Yes", [("Yes", 1.0)])
    first = judged(fake, case, max_cost=4.5, **price)
    assert first["judge_cost"].value == pytest.approx(3.0)
    second = judged(fake, case, FRAMES[:6], max_cost=4.5, **price)
    assert second["judge_match"].value == 1.0
    assert "has cost $4 so far, one more question up to $1, and judge.max_cost is 4.5" in reason(
        second["judge_keep"]
    )
    third = judged(fake, case, FRAMES[:7], max_cost=4.5, **price)
    assert "raise that, and --retry-failed asks on" in reason(third["judge_match"])
    assert len(fake.questions) == 4
    assert judged(fake, case, FRAMES[:6], max_cost=6.5, **price)["judge_keep"].value == 1.0
    assert len(fake.questions) == 6


def test_a_request_that_was_killed_counts_as_the_dearest(fake: FakeJudge, case: Case) -> None:
    judge = Judge(settings(fake, input_price=1000.0, output_price=0.0, max_cost=6.5))
    answers(judge, FRAMES, case=case)
    for _ in range(3):
        judge._judge.spending.begin()  # type: ignore[attr-defined]  # and nothing more is heard of it
    assert judge._judge.spending.spent() == pytest.approx(6.0)  # type: ignore[attr-defined]
    found = answers(judge, FRAMES[:6], case=case)
    assert "has cost $6 so far" in reason(found["judge_match"])


def test_the_name_has_the_model_and_the_version_the_questions(fake: FakeJudge) -> None:
    judge = Judge(settings(fake, max_cost=5.0, input_price=1.0, output_price=1.0))
    card = judge.cards[0]
    assert catalogue.full_name(card, judge) == f"judge_match[model={MODEL}]"
    assert catalogue.full_version(card, judge) == f"1+{questions.digest('probability')}"
    graded = Judge(settings(fake, answer="grade"))
    assert catalogue.full_name(card, graded) == f"judge_match[model={MODEL},answer=grade]"
    assert catalogue.full_version(card, graded) != catalogue.full_version(card, judge)


def test_the_texts_are_those_of_this_version() -> None:
    """Another text is another metric: this fails until the cards' version is raised, and these with it."""
    assert {form: questions.digest(form) for form in questions.TEXTS} == {
        "probability": "e2c6e710", "grade": "dbea77b4",
    }  # fmt: skip


def test_a_row_says_who_judged_and_a_second_run_asks_nothing(
    fake: FakeJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUDGE_API_KEY", SECRET)
    fake.key = SECRET
    found = [
        bench.evaluate(
            frames={"duck": FRAMES[:6]}, images={"duck": FRAMES[0]}, prompts={"duck": 'a "duck"'}, metrics="judge",
            metric_settings={"judge.address": f"{fake.address}/v1", "judge.model": "org/tiny"}, show_progress=False,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert len(fake.questions) == 3
    rows = found[0].set_index("metric")
    match = rows.loc["judge_match[model=org/tiny]"]
    assert match["value"] == found[1].set_index("metric").loc[match.name, "value"] == pytest.approx(0.75)
    assert json.loads(match["software"])["judge"].startswith(f"{MODEL}-2026-11 at 127.0.0.1:")
    assert "numpy" in json.loads(match["software"])
    assert rows.loc["judge_cost[model=org/tiny]", "error"].startswith("the price is unknown")
    assert SECRET not in found[0].to_json()


def test_it_is_left_out_unless_it_is_named() -> None:
    by_default, _ = resolve_metrics.resolve(MetricRequest(), "cpu")
    named, _ = resolve_metrics.resolve(MetricRequest(("judge_match",)), "cpu")
    assert "judge" not in [each.name for each in by_default]
    assert [each.name for each in named] == ["judge"]


def test_offline_refuses_before_anything_is_read(fake: FakeJudge) -> None:
    with network.offline(), pytest.raises(Unavailable, match="--offline forbids asking it"):
        Judge(settings(fake)).check()
    assert not fake.questions


def test_without_a_judge_it_says_how_to_name_one() -> None:
    with pytest.raises(Unavailable, match=r"no model to ask; --metric-set judge\.address=http://HOST/v1"):
        Judge().check()


def test_a_variable_that_was_named_must_hold_a_key(fake: FakeJudge) -> None:
    with pytest.raises(Unavailable, match="MY_KEY is empty; export MY_KEY=…"):
        Judge(settings(fake, api_key_variable="MY_KEY")).check()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"address": "ftp://a/v1", "model": "m"}, "http address"),
        ({"address": "http://[::1/v1", "model": "m"}, "http address"),
        ({"address": "http://me:hush@a/v1", "model": "m"}, "no name, password or query"),
        ({"address": "http://a/v1?key=b", "model": "m"}, "no name, password or query"),
        ({"address": "http://a/v1"}, "go together"),
        ({"model": "m"}, "go together"),
        ({"address": "http://a/v1", "model": "/home/me/model"}, "not a path"),
        ({"address": "http://a/v1", "model": "a,b=c]"}, "not a path"),
        ({"address": "http://a/v1", "model": "sk-abcdefghijklmnopqrstuvwx"}, "looks like a key"),
        (
            {"address": "http://a/v1", "model": "m", "api_key_variable": "sk-abc"},
            "name of an environment variable",
        ),
        ({"address": "http://a/v1", "model": "m", "max_cost": 5.0}, "max_cost needs"),
        ({"address": "http://a/v1", "model": "m", "input_price": 5.0}, "go together"),
        ({"address": "http://a/v1", "model": "m", "dtype": "bfloat16"}, "of a judge.checkpoint"),
        ({"address": "http://a/v1", "model": "m", "checkpoint": Path("x")}, "leave judge.address"),
    ],
)
def test_settings_that_make_no_judge_are_refused(words: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        Settings(**words)  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert "hush" not in str(refused.value) and "sk-" not in str(refused.value)


def test_an_account_is_read_past_a_line_that_was_cut_off(fake: FakeJudge, case: Case, tmp_path: Path) -> None:
    price = {"input_price": 1000.0, "output_price": 0.0}
    judged(fake, case, **price)
    (account,) = (tmp_path / "cache" / "judge" / "spent").iterdir()
    lines = account.read_text().splitlines()
    assert [json.loads(line)["is_paid"] for line in lines] == [False, True] * 3
    account.write_text("\n".join(lines) + '\n{"id": "ab')
    assert "has cost $3 so far" in reason(
        judged(fake, case, FRAMES[:6], max_cost=3.5, **price)["judge_match"]
    )
    assert math.isclose(sum(json.loads(line)["usd"] for line in lines[1::2]), 3.0)
