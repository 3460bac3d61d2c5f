"""Servers that repeat keys, ask for hours of patience or answer with bombs: no key is kept, and limits hold."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest

from bench.base.progress import Progress
from bench.engine.generation import Generation, generate
from bench.errors import RemoteFailed
from bench.models.hosted import fetching
from bench.runs import RunFolder
from tests.models.hosted.fake_servers import SECRET, Asked, Reply
from tests.models.hosted.stages import KEYED, LINKING, VENDORS, Stage, each


@each(KEYED)
def test_keys_never_reach_a_message_or_a_file(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(401, {"error": {"message": f"bad key {SECRET} / Bearer {SECRET}"}})]
    model = stage.model()
    with pytest.raises(RemoteFailed, match="401") as caught:
        model.generate(stage.case, 0)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__, "a traceback would show the request"
    model.generate(stage.case, 0)
    assert SECRET not in json.dumps([model.effective_settings(), model.plan(stage.case).notes])
    assert all(SECRET not in path.read_text() for path in stage.folder.rglob("*.json"))


@each(LINKING)
def test_a_store_of_clips_at_another_host_gets_no_key(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = stage.fake.link().replace("127.0.0.1", "localhost")
    monkeypatch.setattr(stage.fake, "link", lambda: stored)
    assert len(stage.model().generate(stage.case, 0)) == 6
    (asked,) = stage.fake.asked["file"]
    assert asked.headers["host"].startswith("localhost")
    assert not {"authorization", "x-goog-api-key"} & set(asked.headers)


@each(KEYED)
@pytest.mark.parametrize("where", ["refusal", "cut", "plain", "failure", "status", "kind"])
def test_a_server_that_repeats_what_it_was_sent_is_not_believed_with_it(stage: Stage, where: str) -> None:
    """Kling's token is signed anew for every request, so that no variable holds it: what was sent is not repeated."""
    sent: set[str] = set()
    true = stage.fake.answer

    def echoing(asked: Asked) -> Reply:
        told = " ".join(
            value for name, value in asked.headers.items() if name in ("authorization", "x-goog-api-key")
        )
        sent.update(told.split()[-1:])
        if where == "failure":
            stage.fake.moderation, stage.fake.statuses = f"not with {told}", [stage.fake.failed]
        replies = {
            "refusal": Reply(
                401, {"error": {"message": f"bad headers {asked.headers}"}, "code": 7, "message": told}
            ),
            "cut": Reply(400, {"message": "x" * 270 + " " + told}),  # a message is cut at 300 characters
            "plain": Reply(403, f"<p>{told}</p>".encode(), kind="text/html"),
            "status": Reply(200, {"id": "t", "status": told, "state": told, "code": told, "message": told}),
            "kind": Reply(200, b"[]", kind=f"text/{told.split()[-1] if told else 'x'}"),
        }
        return replies[where] if where in replies else true(asked)

    stage.fake.answer = echoing  # type: ignore[method-assign]
    model = stage.model()
    folder = RunFolder(stage.folder / "run")
    generate(Generation(model, [(stage.case, 0)], folder, Progress()))
    record = folder.record("duck", 0)
    assert record is not None
    assert record.error
    assert any(len(secret) > 8 for secret in sent)
    for path in folder.path.rglob("*.json"):
        for secret in sent:
            assert secret[:24] not in path.read_text()


def test_a_server_that_asks_for_hours_is_not_waited_for(stage: Stage) -> None:
    """`Retry-After: 100000` slept for as long as five clips may take, two and a half hours."""
    stage.fake.faults["create"] = [Reply(429, {"message": "later"}, {"Retry-After": "100000"})] * 9
    with pytest.raises(
        RemoteFailed,
        match=r"429: later, and asks to wait for 100000 s, longer than the 150 s of BENCH_TASK_SECONDS; --re",
    ):
        stage.model().generate(stage.case, 0)
    assert (stage.made(), stage.clock.slept) == (1, [])


@pytest.mark.parametrize("kind", ["create", "poll", "file"])
@pytest.mark.parametrize("wished", ["140", "inf", "nan", "-5", "1e400", "soon"])
def test_all_pauses_together_last_as_long_as_a_clip_may(stage: Stage, kind: str, wished: str) -> None:
    stage.fake.faults[kind] = [Reply(503, {"message": "later"}, {"Retry-After": wished})] * 99
    with pytest.raises(RemoteFailed, match="503"):
        stage.model().generate(stage.case, 0)
    assert stage.clock.time <= stage.clock.timing.limit


@each(VENDORS)
def test_a_reply_that_grows_when_it_is_unpacked_is_cut_off(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply of 2.7 MB took 2.4 GB."""
    small, limit = gzip.compress(b" " * (8 << 20), 1), 1 << 20
    monkeypatch.setattr(type(stage.model()), "reply_limit", limit)
    bomb = Reply(200, small, {"Content-Encoding": "gzip"})
    for kind in ("create", "poll"):
        stage.fake.faults[kind] = [bomb]
        with pytest.raises(RemoteFailed, match=r"its answer has more than 1048576 bytes"):
            stage.model().generate(stage.case, 0)
        assert stage.clock.slept == []


def test_a_bomb_costs_no_more_memory_than_the_limit(stage: Stage) -> None:
    import tracemalloc

    stage.fake.faults["create"] = [
        Reply(401, gzip.compress(b" " * (96 << 20), 9), {"Content-Encoding": "gzip"})
    ]
    model = stage.model()
    model.load()
    tracemalloc.start()
    with pytest.raises(RemoteFailed):
        model.generate(stage.case, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 << 20  # three copies of the usual limit, where the reply has 96 MB


def test_an_answer_in_a_packing_that_was_not_asked_for_is_refused(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(200, b"x", {"Content-Encoding": "br"})]
    with pytest.raises(RemoteFailed, match="its answer is packed as 'br', which was not asked for"):
        stage.model().generate(stage.case, 0)
    assert stage.fake.asked["create"][0].headers["accept-encoding"] == "gzip, deflate"


def test_packed_answers_are_read(stage: Stage) -> None:
    true = stage.fake.answer

    def packed(asked: Asked) -> Reply:
        reply = true(asked)
        return replace(reply, content=gzip.compress(reply.body), headers={"Content-Encoding": "gzip"})

    stage.fake.answer = packed  # type: ignore[method-assign]
    assert len(stage.model().generate(stage.case, 0)) == 6


def test_a_clip_has_a_limit_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100)
    with pytest.raises(
        RemoteFailed, match="cannot be asked for the clip: its answer has more than 100 bytes"
    ):
        stage.model().generate(stage.case, 0)


def test_a_task_named_by_the_key_is_not_noted(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(200, {"id": f"task-{SECRET}"})]
    with pytest.raises(RemoteFailed, match="names a task by the key") as caught:
        stage.model().generate(stage.case, 0)
    assert SECRET not in str(caught.value)
    assert not list(stage.folder.rglob("*.json"))
