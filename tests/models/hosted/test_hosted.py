"""Every vendor's adapter, through the whole life of a task, against a fake server; no live service is called.

The scenarios here are what docs/hosted.md lists. Time is a clock of ours: nothing waits.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.base.progress import Progress
from bench.engine.generation import Generated, generate
from bench.errors import Cancelled, RemoteFailed, Unavailable, UsageError
from bench.media import pictures, video
from bench.models.hosted import fetching, prices
from bench.models.hosted.fetching import MAX_ATTEMPTS
from bench.models.hosted.polling import PollingModel, Timing
from bench.models.hosted.runway import Settings as RunwaySettings
from bench.runs import Ledger, RunFolder
from bench.types import Case, Keyframe
from tests.models.hosted import fake_servers
from tests.models.hosted.fake_servers import SECRET, Asked, Fake, Reply, serving

PROMPT = "a duck turns its head"


@dataclass(frozen=True)
class Vendor:
    """A model, its vendor's fake server, and the environment variables of its keys."""

    model: str
    fake: type[Fake]
    keys: dict[str, str]
    base: str
    has_links: bool = True


VENDORS = (
    Vendor("runway", fake_servers.FakeRunway, {"RUNWAYML_API_SECRET": SECRET}, "RUNWAYML_BASE_URL"),
    Vendor("luma", fake_servers.FakeLuma, {"LUMA_AGENTS_API_KEY": SECRET}, "LUMA_BASE_URL"),
    Vendor("veo", fake_servers.FakeVeo, {}, "GOOGLE_VERTEX_BASE_URL", has_links=False),
    Vendor("gemini-omni", fake_servers.FakeOmni, {"GEMINI_API_KEY": SECRET}, "GOOGLE_GEMINI_BASE_URL"),
    Vendor(
        "kling", fake_servers.FakeKling, {"KLING_ACCESS_KEY": "access-key", "KLING_SECRET_KEY": SECRET},
        "KLING_BASE_URL",
    ),
    Vendor("pika", fake_servers.FakeFal, {"FAL_KEY": SECRET}, "FAL_QUEUE_BASE_URL"),
)  # fmt: skip
LINKING = tuple(vendor for vendor in VENDORS if vendor.has_links)
KEYED = tuple(vendor for vendor in VENDORS if vendor.keys)


@dataclass
class Clock:
    """A clock that advances only during sleeps."""

    time: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def timing(self) -> Timing:
        return Timing(
            lambda: self.time, self.sleep, lambda: 0.5, interval=5.0, timeout=20.0, limit=150.0, attempts=4
        )


@dataclass
class Stage:
    """A model and the fake server of its vendor."""

    vendor: Vendor
    fake: Fake
    clock: Clock
    case: Case
    folder: Path

    def model(self, settings: Any = None) -> PollingModel:
        """A new model, as in a new process: only the folder is kept."""
        made = models.registry[self.vendor.model](settings)
        assert isinstance(made, PollingModel)
        made.timing = self.clock.timing
        made.ledger = Ledger(self.folder / "tasks")
        return made

    def made(self, kind: str = "create") -> int:
        return len(self.fake.asked[kind])


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("case") / "duck.png"
    coarse = np.random.default_rng(0).integers(0, 256, (9, 16, 3), dtype=np.uint8)
    pictures.write(
        path, coarse.repeat(80, axis=0).repeat(80, axis=1)
    )  # the size of most clips, and quick to pack
    return Case("duck", path, prompt=PROMPT)


@pytest.fixture
def stage(
    request: pytest.FixtureRequest, mp4: Path, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    vendor = getattr(request, "param", VENDORS[0])
    for other in VENDORS:
        for name in (*other.keys, other.base, "GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT", prices.OWN):
            monkeypatch.delenv(name, raising=False)
    with serving(vendor.fake(mp4.read_bytes())) as fake:
        for name, value in {**vendor.keys, vendor.base: fake.address}.items():
            monkeypatch.setenv(name, value)
        yield Stage(vendor, fake, Clock(), case, tmp_path)


def each(vendors: tuple[Vendor, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", vendors, ids=lambda vendor: vendor.model, indirect=True)


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
def test_keys_never_reach_a_message_or_a_file(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.fake.faults["create"] = [Reply(401, {"error": {"message": f"bad key {SECRET} / Bearer {SECRET}"}})]
    model = stage.model()
    with pytest.raises(RemoteFailed, match="401") as caught:
        model.generate(stage.case, 0)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__, "a traceback would show the request"
    model.generate(stage.case, 0)
    assert SECRET not in json.dumps([model.effective_settings(), model.plan(stage.case).notes])
    assert all(SECRET not in path.read_text() for path in stage.folder.rglob("*.json"))
    for asked in stage.fake.asked["file"]:
        assert "authorization" not in asked.headers or stage.fake.address in stage.model().address


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
    generate(model, [(stage.case, 0)], folder, Progress())
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


# What only one vendor has.


def test_runway_reports_what_it_charges(stage: Stage) -> None:
    model = stage.model()
    model.generate(stage.case, 0)
    assert model.receipt is not None
    assert (model.receipt.cost, model.receipt.cost_basis) == (pytest.approx(0.20), "vendor")
    (task,) = Ledger(stage.folder / "tasks").tasks("duck", 0)
    assert (task.cost, task.cost_basis) == (pytest.approx(0.20), "vendor")


def test_runway_gives_the_money_back_for_what_fails(stage: Stage) -> None:
    stage.fake.statuses = ["FAILED"]
    with pytest.raises(RemoteFailed, match=r"INTERNAL\.BAD_OUTPUT\.CODE01 it broke"):
        stage.model().generate(stage.case, 0)
    assert Ledger(stage.folder / "tasks").spent() == {("duck", 0): 0.0}


def test_runways_estimate_stands_until_the_bill(stage: Stage) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        stage.model().generate(stage.case, 0, stop)
    assert Ledger(stage.folder / "tasks").spent() == {("duck", 0): pytest.approx(0.25)}


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"duration": 11}, "duration"), ({"duration": 1}, "duration"), ({"ratio": "16:9"}, "ratio")],
)
def test_runways_limits_are_settings(changed: dict[str, Any], words: str) -> None:
    from bench.base import settings

    with pytest.raises(UsageError, match=f"setting {words} is"):
        settings.build(RunwaySettings, changed, "model 'runway'")


def test_a_picture_that_is_too_large_is_said_before_it_is_sent(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = stage.model()
    assert model.image_limit == 5 * 2**20
    monkeypatch.setattr(type(model), "image_limit", 2000)
    with pytest.raises(
        UsageError, match=r"the picture, 1280 x 720, takes \d+ bytes as PNG, and Runway takes 2000"
    ):
        model.generate(stage.case, 0)
    assert stage.made() == 0


@each((VENDORS[4],))
@pytest.mark.parametrize(
    ("size", "words"),
    [((299, 400), "takes at least 300 pixels per side"), ((1000, 399), "takes 1:2.5 to 2.5:1")],
)
def test_kling_refuses_small_and_narrow_images(
    stage: Stage, tmp_path: Path, size: tuple[int, int], words: str
) -> None:
    pictures.write(tmp_path / "odd.png", np.zeros((size[1], size[0], 3), np.uint8))
    with pytest.raises(UsageError, match=words):
        stage.model().plan(replace(stage.case, image=tmp_path / "odd.png"))


@each((VENDORS[4],))
def test_klings_own_codes_are_refusals(stage: Stage) -> None:
    stage.fake.faults["create"] = [Reply(content={"code": 1102, "message": "resource pack exhausted"})]
    with pytest.raises(RemoteFailed, match="Kling refuses: 1102 resource pack exhausted"):
        stage.model().generate(stage.case, 0)
    assert stage.made() == 1


@each((VENDORS[2], VENDORS[4]))
def test_the_last_keyframe_becomes_the_last_frame(stage: Stage) -> None:
    model = stage.model()
    model.generate(replace(stage.case, keyframes=(Keyframe(stage.case.image, 24),)), 0)
    (asked,) = stage.fake.asked["create"]
    sent = asked.json
    assert sent["instances"][0]["lastFrame"] if stage.vendor.model == "veo" else sent["image_tail"]


@each((VENDORS[1],))
def test_luma_places_keyframes(stage: Stage) -> None:
    keyframes = (Keyframe(stage.case.image, 48), Keyframe(stage.case.image, 120))
    stage.model().generate(replace(stage.case, keyframes=keyframes), 0)
    (asked,) = stage.fake.asked["create"]
    assert asked.json["video"]["keyframe_indexes"] == [0, 48, 120]
    with pytest.raises(UsageError, match="a keyframe at 121, and this clip of Luma ends at 120"):
        stage.model().plan(replace(stage.case, keyframes=(Keyframe(stage.case.image, 121),)))


@each((VENDORS[3],))
def test_omni_may_send_the_clip_with_its_answer(stage: Stage) -> None:
    assert isinstance(stage.fake, fake_servers.FakeOmni)
    stage.fake.is_inline = True
    assert len(stage.model().generate(stage.case, 0)) == 6
    assert stage.made("file") == 0


@each((VENDORS[5],))
def test_pika_says_how_long_it_computed(stage: Stage) -> None:
    model = stage.model()
    model.generate(stage.case, 0)
    assert model.receipt is not None
    assert (model.receipt.seconds, model.receipt.cost_basis) == (12.5, "estimated")


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


# Money.


class Heard(Progress):
    """Keeps every message."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


def test_a_run_stops_before_it_costs_more_than_allowed(stage: Stage) -> None:
    folder, heard = RunFolder(stage.folder), Heard()
    samples = [(stage.case, seed) for seed in range(5)]
    done = generate(stage.model(), samples, folder, heard, max_cost=0.70)
    # 0.25 is estimated for each, and 0.20 charged: after three, 0.60 + 0.25 would be above 0.70
    assert (done.made, done.failed, done.unpaid) == (3, 0, 2)
    assert done.spent == pytest.approx(0.60)
    assert heard.said == [
        "stopped before case duck, seed 3: it is estimated at $0.25, and $0.60 of $0.70 are spent; 2 clips are not made"
    ]
    record = folder.record("duck", 0)
    assert record is not None
    assert (record.cost, record.cost_basis, record.device) == (pytest.approx(0.20), "vendor", "Runway")
    assert record.peak_memory is None, "that of this process says nothing about Runway"
    again = generate(stage.model(), samples, folder, heard, max_cost=0.70)
    assert (again.made, again.kept, again.unpaid) == (0, 3, 2)
    assert generate(stage.model(), samples, folder, heard, max_cost=1.10).made == 2
    assert stage.made() == 5


def test_a_task_under_way_counts_as_spent_and_is_finished_whatever_the_limit(stage: Stage) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("stopped")

    folder = RunFolder(stage.folder)
    with pytest.raises(Cancelled):
        stage.model().generate(stage.case, 1, stop)
    assert folder.spent() == pytest.approx(0.25)
    done = generate(stage.model(), [(stage.case, 0), (stage.case, 1)], folder, Heard(), max_cost=0.30)
    assert (done.made, done.unpaid) == (0, 2)
    done = generate(stage.model(), [(stage.case, 1)], folder, Heard(), max_cost=0.10)
    assert (done.made, done.unpaid) == (1, 0)
    assert stage.made() == 1


def test_a_failure_is_a_record_with_its_cost_and_the_run_goes_on(stage: Stage) -> None:
    folder = RunFolder(stage.folder)
    stage.fake.statuses = ["SUCCEEDED"]
    stage.fake.faults["poll"] = [
        Reply(content={"id": "task-1", "status": "FAILED", "failure": "no", "cost": {"credits": 7}})
    ]
    done = generate(stage.model(), [(stage.case, 0), (stage.case, 1)], folder, Heard())
    assert (done.made, done.failed) == (2, 1)
    lost, whole = folder.records()
    assert "ended task task-1 as FAILED: no" in lost.error
    assert (lost.cost, whole.cost) == (pytest.approx(0.07), pytest.approx(0.20))
    retried = generate(stage.model(), [(stage.case, 0)], folder, Heard(), retry_failed=True)
    assert retried.made == 1
    assert retried.spent == pytest.approx(0.07 + 0.20 + 0.20), "what failed was paid for, too"


@each((VENDORS[1],))
def test_a_limit_without_a_price_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = RunFolder(stage.folder)
    with pytest.raises(UsageError, match="name a file with its price in BENCH_PRICES"):
        generate(stage.model(), [(stage.case, 0)], folder, Heard(), max_cost=5.0)
    assert stage.made() == 0
    own = tmp_path / "prices.toml"
    own.write_text(
        '[[price]]\nmodel = "luma"\nversion = "ray-3.2"\nusd = 0.9\nper = "clip"\nsource = "my contract"\n'
        'as_of = "2026-11-22"\n'
    )
    monkeypatch.setenv("BENCH_PRICES", str(own))
    assert generate(stage.model(), [(stage.case, 0)], folder, Heard(), max_cost=5.0) == Generated(
        made=1, spent=0.9
    )
    record = folder.record("duck", 0)
    assert record is not None
    assert record.cost_basis == "estimated"


def test_every_price_says_where_and_when() -> None:
    listed = prices.read(prices.LIST)
    assert len({(each.model, each.version, each.variant) for each in listed}) == len(listed) > 8
    for price in listed:
        assert price.model in models.registry
        assert price.usd > 0
        assert price.source
        assert price.as_of.startswith("2026-")


def test_a_broken_list_of_prices_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "prices.toml"
    own.write_text('[[price]]\nmodel = "luma"\n')
    monkeypatch.setenv("BENCH_PRICES", str(own))
    with pytest.raises(UsageError, match=r"prices .*prices\.toml cannot be read"):
        prices.find("luma", "ray-3.2")


@pytest.mark.parametrize(("name", "date"), [("sora", "2026-09-24"), ("gen3", "2026-07-30")])
def test_what_is_gone_says_since_when(name: str, date: str, case: Case) -> None:
    cls = models.registry[name]
    assert (cls.card.lifecycle, cls.card.as_of) == ("retired", date)
    for use in (cls().load, lambda: cls().plan(case), lambda: cls().generate(case, 0)):
        with pytest.raises(Unavailable, match=rf"{date}.*; .*--model"):
            use()
