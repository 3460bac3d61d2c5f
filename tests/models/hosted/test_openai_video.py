"""A server of OpenAI's video API in every dialect, well and badly behaved; it is a fake on this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from bench.base.progress import Progress
from bench.engine.generation import Generation, generate
from bench.errors import RemoteFailed, Unavailable, UsageError
from bench.media import pictures, video
from bench.models.hosted.openai_video import DIALECTS, OpenAIVideo, Settings
from bench.models.hosted.polling import Timing
from bench.runs import Ledger, RunFolder
from bench.types import Case, Clip
from tests.models.hosted.fake_servers import SECRET, FakeOpenAI, Reply, serving


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("case") / "duck.png"
    pictures.write(path, np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8))
    return Case("duck", path, prompt="it turns")


@pytest.fixture
def server(mp4: Path) -> Iterator[FakeOpenAI]:
    with serving(FakeOpenAI(mp4.read_bytes())) as fake:
        assert isinstance(fake, FakeOpenAI)
        yield fake


class Model(OpenAIVideo):
    """The adapter, with a clock of the test."""

    def __init__(self, server: FakeOpenAI, timeout: float = 20.0, **chosen: Any) -> None:
        super().__init__(Settings(base_url=f"{server.address}/v1", **chosen))
        self.time = 0.0
        self.timing = Timing(
            lambda: self.time, self.wait, lambda: 0.0, interval=5.0, timeout=timeout, limit=300.0, attempts=2
        )

    def wait(self, seconds: float) -> None:
        self.time += seconds


def sent(server: FakeOpenAI) -> dict[str, Any]:
    (asked,) = server.asked["create"]
    if asked.headers["content-type"].startswith("application/json"):
        return dict(asked.json)
    return {name: value.decode() for name, value in asked.form.items() if name != "input_reference"}


def test_create_poll_download(server: FakeOpenAI, case: Case, mp4: Path) -> None:
    server.extra = {"inference_time_s": 41.5, "peak_memory_mb": 2048.0}
    model = Model(server)
    clip = model.generate(case, 0)
    assert np.array_equal(clip.frames, video.read_clip(mp4).frames)
    assert model.receipt is not None
    assert (model.receipt.seconds, model.receipt.peak_memory) == (41.5, 2 * 2**30)
    assert (model.receipt.cost, model.receipt.cost_basis) == (None, "")
    assert model.receipt.device == f"server {server.address.removeprefix('http://')}"


def test_a_prompt_that_the_server_rewrote_is_told(server: FakeOpenAI, case: Case) -> None:
    model = Model(server)
    model.generate(case, 0)
    assert model.prompt_sent == ""
    server.extra = {"prompt": " A duck swims, in the style of a film. "}
    model.generate(case, 1)
    assert model.prompt_sent == "A duck swims, in the style of a film."
    server.extra = {"prompt": None}
    model.generate(case, 2)
    assert model.prompt_sent == ""


def test_what_is_not_set_is_not_sent(server: FakeOpenAI, case: Case) -> None:
    Model(server).generate(case, 0)
    assert set(sent(server)) == {"prompt", "seed"}


FULL = {
    "width": 64, "height": 48, "num_frames": 17, "fps": 8, "steps": 4, "guidance": 2.5, "negative_prompt": "blur",
    "model": "wan",
}  # fmt: skip


@pytest.mark.parametrize(
    ("dialect", "size"),
    [
        ("vllm_omni", {"width": "64", "height": "48"}), ("sglang", {"size": "64x48"}), ("fastvideo", {"size": "64x48"}),
    ],
)  # fmt: skip
def test_engines_get_everything_by_their_names(
    server: FakeOpenAI, case: Case, dialect: str, size: dict[str, str]
) -> None:
    Model(server, dialect=dialect, extra='{"flow_shift": 12}', **FULL).generate(case, 0)
    fields = sent(server)
    assert 0 <= int(fields.pop("seed")) < 2**31
    assert fields == size | {
        "prompt": "it turns", "model": "wan", "num_frames": "17", "fps": "8", "num_inference_steps": "4",
        "guidance_scale": "2.5", "negative_prompt": "blur", "flow_shift": "12",
    }  # fmt: skip


def test_the_picture_is_sent_at_the_clips_size(server: FakeOpenAI, case: Case, tmp_path: Path) -> None:
    pictures.write(tmp_path / "wide.png", np.zeros((48, 96, 3), np.uint8))
    wide = replace(case, image=tmp_path / "wide.png")
    model = Model(server, width=64, height=48)
    assert model.plan(wide).crop == (16, 0, 64, 48)
    model.generate(wide, 0)
    (asked,) = server.asked["create"]
    path = tmp_path / "sent.png"
    path.write_bytes(asked.form["input_reference"])
    assert pictures.read(path).shape == (48, 64, 3)


def test_dynamo_gets_json_with_an_object_of_its_own(server: FakeOpenAI, case: Case) -> None:
    Model(server, dialect="dynamo", **FULL).generate(case, 0)
    fields = sent(server)
    assert fields["input_reference"].startswith("data:image/png;base64,")
    assert (fields["size"], fields["model"]) == ("64x48", "wan")
    own = fields["nvext"]
    assert own.pop("seed") >= 0
    assert own == {
        "num_frames": 17, "fps": 8, "num_inference_steps": 4, "guidance_scale": 2.5, "negative_prompt": "blur",
    }  # fmt: skip


@pytest.mark.parametrize("dialect", ["openai", "litellm"])
def test_a_setting_that_the_dialect_has_not_is_refused(server: FakeOpenAI, case: Case, dialect: str) -> None:
    with pytest.raises(UsageError, match=f"dialect '{dialect}' takes no num_frames, steps; leave it unset"):
        Model(server, dialect=dialect, num_frames=17, steps=3).generate(case, 0)
    model = Model(server, dialect=dialect, seconds=4, width=64, height=48)
    assert "takes no seed" in " ".join(model.plan(case).notes)
    model.generate(case, 0)
    assert sent(server) == {"prompt": "it turns", "seconds": "4", "size": "64x48"}


def test_what_a_proxy_says_it_cost_is_what_it_cost(server: FakeOpenAI, case: Case) -> None:
    server.extra_headers = {"x-litellm-response-cost": "0.35"}
    model = Model(server, dialect="litellm", seconds=4)
    assert model.is_paid
    model.generate(case, 0)
    assert model.receipt is not None
    assert (model.receipt.cost, model.receipt.cost_basis) == (0.35, "vendor")


def test_every_dialect_is_a_choice() -> None:
    assert set(get_args(get_type_hints(Settings)["dialect"])) == set(DIALECTS)


def test_memory_that_a_server_does_not_know_is_none(server: FakeOpenAI, case: Case) -> None:
    server.extra = {"inference_time_s": None, "peak_memory_mb": 0.0}
    server.extra_headers = {"X-Inference-Time-S": "3.25"}
    model = Model(server)
    model.generate(case, 0)
    assert model.receipt is not None
    assert (model.receipt.seconds, model.receipt.peak_memory) == (3.25, None)


def test_a_key_is_named_and_never_told(
    server: FakeOpenAI, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.needs_key = True
    model = Model(server, api_key_variable="MY_SERVER_KEY")
    monkeypatch.delenv("MY_SERVER_KEY", raising=False)
    with pytest.raises(Unavailable, match="MY_SERVER_KEY is empty; export MY_SERVER_KEY=…"):
        model.load()
    monkeypatch.setenv("MY_SERVER_KEY", SECRET)
    model.generate(case, 0)
    assert SECRET not in str(model.effective_settings())
    monkeypatch.setenv("MY_SERVER_KEY", SECRET + "-old")
    with pytest.raises(RemoteFailed, match="401") as caught:
        Model(server, api_key_variable="MY_SERVER_KEY").generate(case, 0)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"base_url": "127.0.0.1:8000"}, "base_url is an http address"),
        ({"base_url": "http://me:secret@host/v1"}, "base_url holds no name, password or query"),
        ({"base_url": "http://host/v1?key=secret"}, "base_url holds no name, password or query"),
        ({"api_key_variable": "sk-123abc"}, "never a key itself"),
        ({"width": 64}, "width and height go together"),
        ({"extra": "[1]"}, "extra is a JSON object"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(chosen: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        Settings(**chosen)
    assert "secret" not in str(caught.value)
    assert "sk-123" not in str(caught.value)


# Servers that misbehave.


def test_a_server_that_hangs_is_given_up(server: FakeOpenAI, case: Case) -> None:
    server.faults["poll"] = [Reply(hang=True)] * 2
    with pytest.raises(RemoteFailed, match=r"cannot be asked for task task-1: ReadTimeout.*, 2 times"):
        Model(server, timeout=0.2).generate(case, 0)
    server.faults["create"] = [Reply(hang=True)]
    with pytest.raises(RemoteFailed, match="it may have been accepted"):
        Model(server, timeout=0.2).generate(case, 0)


def test_a_task_that_never_ends_is_left_for_later(server: FakeOpenAI, case: Case, tmp_path: Path) -> None:
    server.statuses = ["in_progress"]
    model = Model(server)
    model.ledger = Ledger(tmp_path)
    with pytest.raises(RemoteFailed, match="the server has task task-1 still in_progress after 300 s"):
        model.generate(case, 0)
    server.statuses = ["completed"]
    assert len(model.generate(case, 0)) == 6
    assert len(server.asked["create"]) == 1


def test_a_server_that_calls_it_done_without_a_clip_is_a_failure(server: FakeOpenAI, case: Case) -> None:
    server.statuses = ["completed"]
    server.faults["file"] = [Reply(404, {"detail": "Video still being generated"})] * 99
    with pytest.raises(RemoteFailed, match="no longer has the clip where it says: 404"):
        Model(server).generate(case, 0)


def test_a_file_that_is_not_there_yet_is_waited_for(server: FakeOpenAI, case: Case) -> None:
    server.statuses = ["completed"]
    server.faults["file"] = [Reply(404, {"detail": "Generation is still in-progress"})]
    assert len(Model(server).generate(case, 0)) == 6


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"<html>hello</html>", "text/html"), (b"", "video/mp4"), (b'{"error": "gone"}', "application/json")],
)
def test_what_is_no_video_is_a_failure(
    server: FakeOpenAI, case: Case, content: bytes, kind: str, tmp_path: Path
) -> None:
    server.faults["file"] = [Reply(content=content, kind=kind)] * 99
    with pytest.raises(
        RemoteFailed, match=f"task-1 is completed: {len(content)} bytes of {kind} came"
    ) as caught:
        Model(server).generate(case, 0)
    assert "/tmp" not in str(caught.value), "the temporary path is not shown"


def test_moderation_and_failure_say_why(server: FakeOpenAI, case: Case) -> None:
    server.statuses[-1] = "failed"
    with pytest.raises(RemoteFailed, match="server_error it broke"):
        Model(server).generate(case, 0)
    server.moderation = "not this picture"
    with pytest.raises(RemoteFailed, match="moderation_blocked not this picture"):
        Model(server).generate(case, 0)


def test_an_unknown_status_is_named(server: FakeOpenAI, case: Case) -> None:
    server.statuses = ["almost"]
    with pytest.raises(RemoteFailed, match="is 'almost', which is not one of queued"):
        Model(server).generate(case, 0)


def test_a_free_server_that_forgot_a_task_is_asked_again(
    server: FakeOpenAI, case: Case, tmp_path: Path
) -> None:
    model = Model(server)
    model.ledger = ledger = Ledger(tmp_path)
    model.generate(case, 0)
    server.polls.clear()  # it was restarted
    server.polls["another"] = 0
    assert len(model.generate(case, 0)) == 6
    assert [task.is_over for task in ledger.tasks("duck", 0)] == [True, False]


def test_a_run_goes_on_past_what_fails(server: FakeOpenAI, case: Case, tmp_path: Path) -> None:
    server.statuses = ["completed"]
    server.extra = {"inference_time_s": 7.0}
    server.faults["create"] = [Reply(400, {"error": {"message": "bad size"}})]
    folder = RunFolder(tmp_path)
    done = generate(Generation(Model(server), [(case, 0), (case, 1)], folder, Progress(), max_cost=0.0))
    assert (done.made, done.failed, done.spent) == (2, 1, 0.0)
    lost, whole = folder.records()
    assert lost.error == "the server answers a new clip with 400: bad size"
    assert (whole.seconds, whole.cost, whole.peak_memory) == (7.0, None, None)
    stored: Clip = video.read_clip(folder.locate(whole))
    assert len(stored) == 6
    assert json.loads((tmp_path / "tasks" / "duck-1.json").read_text())[0]["id"] == "task-1"


def test_a_server_that_does_not_listen_is_a_failure(case: Case) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        fake = FakeOpenAI(b"")
        fake.address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(
            RemoteFailed, match=r"the server cannot be asked for a new clip: ConnectError.*, 2 times"
        ):
            Model(fake).generate(case, 0)
