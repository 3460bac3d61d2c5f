"""Every vendor's adapter, through the whole life of a task, against a fake server; no live service is called.

The scenarios here are what docs/hosted.md lists. Time is a clock of ours: nothing waits.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import pytest

from bench.errors import Cancelled, RemoteFailed, Unavailable, UsageError
from bench.media import pictures, video
from bench.models.hosted.fetching import MAX_ATTEMPTS
from bench.models.hosted.polling import Timing
from bench.runs import Ledger
from bench.types import Case
from tests.models.hosted import fake_servers
from tests.models.hosted.fake_servers import Reply, serving
from tests.models.hosted.stages import KEYED, LINKING, VENDORS, Clock, Stage, each


@each(VENDORS)
def test_create_poll_download(stage: Stage, mp4: Path) -> None:
    steps: list[tuple[int, int]] = []
    model = stage.model()
    clip = model.generate(stage.case, 0, lambda done, total: steps.append((done, total)))
    assert np.array_equal(clip.frames, video.read_clip(mp4).frames)
    assert stage.made() == 1
    assert stage.made("poll") == len(stage.fake.statuses)
    assert stage.clock.slept == [5.0] * len(stage.fake.waiting)
    assert len(steps) == len(stage.fake.waiting)
    assert all(total == 100 for _, total in steps)
    assert model.receipt is not None
    assert model.receipt.device == model.service


@each(VENDORS)
def test_throttling_is_waited_out_as_the_server_asks(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(429, {"error": "slow down"}, {"Retry-After": "37"}), Reply(503)]
    stage.fake.faults["poll"] = [Reply(502), Reply(429, {}, {"Retry-After": "11"})]
    stage.model().generate(stage.case, 0)
    assert len(stage.fake.polls) == 1
    # 503 is the second attempt and 502 the first: 2^n seconds, and a quarter of that as jitter
    assert stage.clock.slept[:4] == [37.0, 5.0, 2.5, 11.0]


@each(VENDORS)
def test_a_server_that_stays_busy_is_given_up(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(429, {"message": "too many"})] * 9
    with pytest.raises(RemoteFailed, match=r"answers a new clip with 429.*too many.*, 4 times"):
        stage.model().generate(stage.case, 0)
    assert stage.made() == 4
    assert not (stage.folder / "tasks").exists()


@each(VENDORS)
def test_moderation_is_final(stage: Stage) -> None:
    stage.fake.statuses[-1] = stage.fake.failed
    stage.fake.moderation = "the picture shows somebody"
    model = stage.model()
    with pytest.raises(RemoteFailed, match=r"ended task .* as .*: .*the picture shows somebody"):
        model.generate(stage.case, 0)
    assert (stage.made(), len(stage.fake.polls)) == (1, 1)
    assert stage.made("poll") == len(stage.fake.statuses)
    assert [task.is_over for task in Ledger(stage.folder / "tasks").tasks("duck", 0)] == [True]


@each(VENDORS)
def test_a_refusal_is_not_tried_again(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(400, {"error": {"message": "prompt refused by moderation"}})] * 9
    with pytest.raises(RemoteFailed, match=r"answers a new clip with 400.*prompt refused by moderation"):
        stage.model().generate(stage.case, 0)
    assert stage.made() == 1
    assert stage.clock.slept == []


@each(VENDORS)
def test_a_failure_says_why(stage: Stage) -> None:
    stage.fake.statuses[-1] = stage.fake.failed
    with pytest.raises(RemoteFailed, match="it broke"):
        stage.model().generate(stage.case, 0)


@each(LINKING)
@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_link_is_asked_for_anew(stage: Stage, status: int) -> None:
    stage.fake.faults["file"] = [Reply(status, b"<Error>expired</Error>", kind="application/xml")]
    stage.model().generate(stage.case, 0)
    first, second = (asked.path for asked in stage.fake.asked["file"])
    assert first != second, "the link came from another look"
    assert stage.made() == 1


@each(LINKING)
def test_a_link_that_never_works_is_a_failure(stage: Stage) -> None:
    stage.fake.faults["file"] = [Reply(403)] * 99
    with pytest.raises(RemoteFailed, match="no longer has the clip where it says: 403"):
        stage.model().generate(stage.case, 0)
    assert stage.made("file") == MAX_ATTEMPTS
    assert Ledger(stage.folder / "tasks").pending("duck", 0), "the link may work tomorrow"


@each(LINKING)
def test_a_truncated_download_is_fetched_again(stage: Stage, mp4: Path) -> None:
    broken_off = Reply(content=mp4.read_bytes(), kind="video/mp4", cut=500)
    cut_at_the_vendor = Reply(content=mp4.read_bytes()[:-900], kind="video/mp4")
    stage.fake.faults["file"] = [broken_off, cut_at_the_vendor]
    clip = stage.model().generate(stage.case, 0)
    assert len(clip) == 6
    assert (stage.made(), stage.made("file")) == (1, 3)


def test_a_truncated_answer_of_veo_is_asked_for_again(mp4: Path, case: Case, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, serving(fake_servers.FakeVeo(mp4.read_bytes())) as fake:
        assert isinstance(fake, fake_servers.FakeVeo)
        patch.setenv("GOOGLE_VERTEX_BASE_URL", fake.address)
        fake.contents = [fake.clip[:-900]]
        stage = Stage(VENDORS[2], fake, Clock(), case, tmp_path)
        assert len(stage.model().generate(case, 0)) == 6
        assert stage.made() == 1


@each(LINKING)
def test_what_is_no_video_is_a_failure(stage: Stage) -> None:
    page = Reply(content=b"<html>come back later</html>", kind="text/html")
    stage.fake.faults["file"] = [page] * 99
    with pytest.raises(RemoteFailed, match="28 bytes of text/html came, and they are not a clip"):
        stage.model().generate(stage.case, 0)
    assert Ledger(stage.folder / "tasks").pending("duck", 0) is None


@each(VENDORS)
def test_a_resumed_run_polls_and_does_not_pay_again(stage: Stage) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        stage.model().generate(stage.case, 0, stop)
    noted = json.loads((stage.folder / "tasks" / "duck-0.json").read_text())
    assert [len(noted), noted[0]["is_over"]] == [1, False]
    assert len(stage.model().generate(stage.case, 0)) == 6
    assert len(stage.model().generate(stage.case, 0)) == 6, (
        "nor when the clip is made and its record was lost"
    )
    assert stage.made() == 1


@each(VENDORS)
def test_a_task_that_does_not_end_is_left_for_later(stage: Stage) -> None:
    stage.fake.statuses = [*stage.fake.waiting]
    with pytest.raises(RemoteFailed, match=r"still \w+ after 150 s; --retry-failed goes on waiting"):
        stage.model().generate(stage.case, 0)
    assert stage.clock.time <= 150
    stage.fake.statuses.append(stage.fake.done)
    assert len(stage.model().generate(stage.case, 0)) == 6
    assert stage.made() == 1


@each(tuple(vendor for vendor in VENDORS if vendor.model != "veo"))  # Veo has no status but done or not
def test_an_unknown_status_is_named(stage: Stage) -> None:
    stage.fake.statuses = ["on holiday"]
    with pytest.raises(RemoteFailed, match="is 'on holiday', which is not one of"):
        stage.model().generate(stage.case, 0)


@each(VENDORS)
def test_a_forgotten_task_is_not_paid_for_without_a_word(stage: Stage) -> None:
    model = stage.model()
    model.ledger = ledger = Ledger(stage.folder / "tasks")
    stage.fake.faults["poll"] = [Reply(404, {"error": {"message": "no such task"}})]
    with pytest.raises(RemoteFailed, match=r"with 404.*--retry-failed pays for a new one"):
        model.generate(stage.case, 0)
    assert ledger.pending("duck", 0) is None
    stage.model().generate(stage.case, 0)
    assert stage.made() == 2


@each(KEYED)
def test_a_missing_key_says_which(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(iter(stage.vendor.keys))
    monkeypatch.delenv(name)
    with pytest.raises(Unavailable, match=f"needs a key of .*; export {name}=…"):
        stage.model().load()


@each(VENDORS)
def test_plans_need_neither_keys_nor_a_network(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*stage.vendor.keys, stage.vendor.base):
        monkeypatch.delenv(name)
    plan = stage.model().plan(stage.case)
    assert stage.made() == stage.made("poll") == 0
    listed = {"runway": 0.25, "veo": 3.2, "gemini-omni": 0.5, "kling": 0.42, "pika": 0.2}
    assert plan.cost == pytest.approx(listed.get(stage.vendor.model))
    assert any("as of 2026" in note or "its price is not listed" in note for note in plan.notes)


@each(VENDORS)
def test_prompts_are_held_to_the_vendors_limits(stage: Stage) -> None:
    model = stage.model()
    if model.prompt_limit is not None:
        model.plan(replace(stage.case, prompt="x" * model.prompt_limit))
        for prompt in ("x" * (model.prompt_limit + 1), "🦆" * (model.prompt_limit // 2 + 1)):
            with pytest.raises(
                UsageError, match=rf"characters, and {model.service} takes {model.prompt_limit}"
            ):
                model.generate(replace(stage.case, prompt=prompt), 0)
    if model.needs_prompt:
        with pytest.raises(UsageError, match="has no prompt"):
            model.generate(replace(stage.case, prompt=" "), 0)
    assert stage.made() == 0


@each(VENDORS)
def test_another_image_prompt_and_seed_reach_the_vendor(stage: Stage, tmp_path: Path) -> None:
    model = stage.model()
    model.ledger = None
    model.generate(stage.case, 0)
    pictures.write(tmp_path / "other.png", 255 - pictures.read(stage.case.image))
    for case in (replace(stage.case, image=tmp_path / "other.png"), replace(stage.case, prompt="another")):
        model.generate(case, 0)
    model.generate(stage.case, 1)
    sent = [asked.body for asked in stage.fake.asked["create"]]
    takes_seed = stage.vendor.model in ("runway", "veo", "pika")
    assert len(set(sent)) == (4 if takes_seed else 3)


# The network.


def test_a_connection_that_breaks_is_tried_again(stage: Stage) -> None:
    stage.fake.faults["poll"] = [Reply(content=b"{" + b" " * 99, cut=10)] * 2
    assert len(stage.model().generate(stage.case, 0)) == 6
    assert stage.clock.slept[:2] == [2.5, 5.0]


def test_a_request_that_may_have_been_taken_on_is_not_sent_again(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(content=b"{" + b" " * 99, cut=10)]
    with pytest.raises(RemoteFailed, match="it may have been accepted, look there before asking again"):
        stage.model().generate(stage.case, 0)
    assert stage.made() == 1


def test_a_server_that_is_not_there_is_a_failure(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWAYML_BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(RemoteFailed, match=r"Runway cannot be asked for a new clip: ConnectError.*, 4 times"):
        stage.model().generate(stage.case, 0)


def test_a_server_may_name_a_date(stage: Stage) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    stage.fake.faults["create"] = [Reply(429, {}, {"Retry-After": date})]
    stage.model().generate(stage.case, 0)
    assert 100 < stage.clock.slept[0] <= 120


def test_a_task_without_a_name_is_a_failure(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(content={"estimatedCost": {"credits": 1}})]
    with pytest.raises(RemoteFailed, match="Runway answers without 'id'"):
        stage.model().generate(stage.case, 0)


def test_an_answer_that_is_no_json_is_a_failure(stage: Stage) -> None:
    stage.fake.faults["poll"] = [Reply(content=b"<html>", kind="text/html")]
    with pytest.raises(RemoteFailed, match="Runway answers with text/html, expected a JSON object"):
        stage.model().generate(stage.case, 0)


def test_patience_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_TASK_SECONDS", "90")
    assert Timing().limit == 90
    monkeypatch.setenv("BENCH_TASK_SECONDS", "soon")
    with pytest.raises(UsageError, match="BENCH_TASK_SECONDS is a number of seconds above 0, not 'soon'"):
        Timing()
