"""What only one vendor has: its limits, codes, bills and keyframes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.errors import Cancelled, RemoteFailed, Unavailable, UsageError
from bench.media import pictures
from bench.models.hosted.runway import Settings as RunwaySettings
from bench.runs import Ledger
from bench.types import Case, Keyframe
from tests.models.hosted import fake_servers
from tests.models.hosted.fake_servers import Reply
from tests.models.hosted.stages import VENDORS, Stage, each


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


@pytest.mark.parametrize(("name", "date"), [("sora", "2026-09-24"), ("gen3", "2026-07-30")])
def test_what_is_gone_says_since_when(name: str, date: str, case: Case) -> None:
    cls = models.registry[name]
    assert (cls.card.lifecycle, cls.card.as_of) == ("retired", date)
    for use in (cls().load, lambda: cls().plan(case), lambda: cls().generate(case, 0)):
        with pytest.raises(Unavailable, match=rf"{date}.*; .*--model"):
            use()
