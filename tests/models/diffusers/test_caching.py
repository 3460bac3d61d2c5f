"""Accelerations on tiny checkpoints in the real format: they save work, repeat, and leave no state behind."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.engine.clip_maker import ClipMaker
from bench.errors import UsageError
from bench.media import pictures
from bench.models.diffusers import DiffusersModel, caching, loading
from bench.models.diffusers.caching import METHODS, Acceleration
from bench.models.diffusers.caching.calls import replaced
from bench.models.diffusers.caching.teacache import polynomial
from bench.runs import RunFolder
from bench.types import Case, Frames
from tests.models.diffusers.accelerations import LINEAR, accel, asked
from tests.tiny_checkpoints import Of

NAMES = ("wan2.1-i2v-480p", "hunyuanvideo-i2v", "cogvideox-5b-i2v", "ltx-video")


TRIED = {
    "first-block:0.5": NAMES[:2],  # the other two have one block
    "pab": NAMES,
    "faster-cache": NAMES,
    "taylorseer": NAMES,
    f"teacache:0.5:{LINEAR}": NAMES,
    "mag-cache:0.06:1,1": NAMES,
}
PAIRS = [(words, name) for words, names in TRIED.items() for name in names]


@dataclass
class Loaded:
    """A model of 12 steps that stays loaded, and its clip without acceleration."""

    model: DiffusersModel
    case: Case
    base: Frames = field(init=False)

    def __post_init__(self) -> None:
        self.base = self.make("")

    def make(self, words: str) -> Frames:
        """The clip with an acceleration, on the loaded pipeline."""
        self.model._acceleration = caching.parse(words)
        return self.model.generate(self.case, 0).frames

    @property
    def saved(self) -> float:
        return float(self.model.effective_settings()["compute_saved"])


@pytest.fixture(scope="session")
def loaded(of: Of, case: Case) -> Callable[[str], Loaded]:
    found: dict[str, Loaded] = {}

    def load(name: str) -> Loaded:
        if name not in found:
            found[name] = Loaded(of(name, **asked(name)), case)
        return found[name]

    return load


@pytest.mark.parametrize(("words", "name"), PAIRS)
def test_work_is_saved_and_the_clip_repeats(words: str, name: str, loaded: Callable[[str], Loaded]) -> None:
    one = loaded(name)
    frames = one.make(words)
    saved = one.saved
    assert 0.005 < saved < 0.9
    assert frames.shape == one.base.shape
    assert not np.array_equal(frames, one.base), "what is left out leaves a trace"
    assert np.array_equal(one.make(words), frames), "nothing is kept from clip to clip"
    assert one.saved == saved
    assert np.array_equal(one.make(""), one.base), "nothing stays behind"
    assert "compute_saved" not in one.model.effective_settings()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", ["teacache:0:1,0", "mag-calibration", "pab:1", "taylorseer:1"])
def test_nothing_left_out_is_the_very_clip(
    words: str, name: str, loaded: Callable[[str], Loaded], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching.Savings, "check", lambda self: None)
    one = loaded(name)
    assert np.array_equal(one.make(words), one.base)
    assert one.saved == 0


@pytest.mark.parametrize("words", ["teacache:0:1,0", "first-block:0", "pab:1"])
def test_what_saved_nothing_is_refused_and_does_not_cost_the_pipeline(
    words: str, loaded: Callable[[str], Loaded]
) -> None:
    one = loaded(NAMES[0])
    name = words.split(":", maxsplit=1)[0]
    with pytest.raises(UsageError, match=f"acceleration {name} saved nothing on this model: leave it out or"):
        one.make(words)
    assert one.model.effective_settings()["compute_saved"] == 0
    pipeline = one.model._pipeline
    one.model.recover(UsageError("it saved nothing"))
    assert one.model._pipeline is pipeline is not None
    assert np.array_equal(one.make(""), one.base)


def test_the_refusal_becomes_the_clips_record(of: Of, case: Case, tmp_path: Path) -> None:
    model = of(NAMES[0], **asked(NAMES[0]), accel="first-block:0")
    record = ClipMaker(model, RunFolder(tmp_path)).make(case, 0)
    assert record.path is None
    assert "first-block saved nothing" in record.error
    assert record.settings["accel"] == "first-block:0"
    assert record.settings["compute_saved"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_count_agrees_with_torchs_own(name: str, loaded: Callable[[str], Loaded], case: Case) -> None:
    """FlopCounterMode counts products and attentions below all layers, 2 per multiplication."""
    model = loaded(name).model
    request = model._request(case, model.plan(case))
    totals = []
    for words in ("mag-calibration", "pab"):
        with caching.applied(accel(words), model._pipeline, model._teacache) as savings:
            seen: list[int] = []
            denoiser = savings.calls[0].denoiser
            with replaced(denoiser, "forward", counted(denoiser.forward, seen)):
                model._pipeline(**model.arguments(request), output_type="latent")
        assert 2 * savings.calls[0].work.done == pytest.approx(sum(seen), rel=0.02)
        totals.append(sum(seen))
    assert savings.saved == pytest.approx(1 - totals[1] / totals[0], abs=0.01)


def counted(forward: Callable[..., Any], seen: list[int]) -> Callable[..., Any]:
    from torch.utils.flop_counter import FlopCounterMode

    def call(*args: Any, **kwargs: Any) -> Any:
        with FlopCounterMode(display=False) as counter:
            made = forward(*args, **kwargs)
        seen.append(counter.get_total_flops())
        return made

    return call


@pytest.mark.parametrize("words", ["pab", "faster-cache"])
def test_passes_with_and_without_a_prompt_are_kept_apart(
    words: str, loaded: Callable[[str], Loaded], case: Case
) -> None:
    """With one state for both, as diffusers has it, one pass computes each attention and the other reuses it."""
    model = loaded("wan2.1-i2v-480p").model
    request = model._request(case, model.plan(case))
    assert model.resolved.guidance > 1
    with caching.applied(accel(words), model._pipeline, model._teacache) as savings:
        (calls,) = savings.calls
        computed: dict[int, list[int]] = {0: [], 1: []}
        queries = calls.denoiser.blocks[0].attn1.to_q
        hook = queries.register_forward_hook(lambda *_: computed[calls.pass_number].append(calls.clock.step))
        model._pipeline(**model.arguments(request), output_type="latent")
        hook.remove()
    assert computed[0] == computed[1]
    assert 1 < len(computed[0]) < 12


def test_words_become_an_acceleration() -> None:
    assert caching.parse("") is None
    assert caching.parse("first-block") == Acceleration("first-block", 0.08)
    assert caching.parse("first-block:0.2") == Acceleration("first-block", 0.2)
    assert caching.parse("teacache:0.15:1,0.5") == Acceleration("teacache", 0.15, (1.0, 0.5))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("taylor", r"unknown acceleration 'taylor': did you mean taylorseer\?"),
        (
            "pab:1.5",
            r"'pab:1.5': how many steps an attention serves is a whole number from 1 to 100, not '1.5'",
        ),
        ("teacache:-1", r"threshold is a number from 0 to 10, not '-1'"),
        ("teacache:nan", r"numbers are written 1.5, or 1.5,0.3,2, not 'nan'"),
        ("teacache:", r"numbers are written 1.5, or 1.5,0.3,2, not ''"),
        ("teacache:1,2", r"threshold is a number from 0 to 10, not '1,2'"),
        ("first-block:0.1:2", r"has a number too many; it is written accel=first-block:0.08"),
        ("mag-cache:0.06", r"needs the ratios of the checkpoint, which accel=mag-calibration records"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_loaded(words: str, message: str) -> None:
    cls = models.registry["wan2.1-i2v-480p"]
    with pytest.raises(UsageError, match=message):
        cls(cls.Settings(accel=words))


def test_a_unet_is_refused_before_its_weights_are_read(of: Of, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load", lambda *_: pytest.fail("weights were read"))
    for name in ("svd", "animatediff-sparsectrl", "i2vgen-xl"):
        model = of(name, on="svd", accel="pab")
        with pytest.raises(UsageError, match="has a UNet, which nothing accelerates: leave it out"):
            model.load()
    model = of("easyanimate-5.1", on="svd", accel="pab")
    with pytest.raises(UsageError, match="pab does not know the layers of EasyAnimateTransformer3DModel"):
        model.load()


def test_a_denoiser_that_a_method_does_not_know_is_refused_before_the_first_clip(
    of: Of,
) -> None:
    with pytest.raises(
        UsageError, match="first-block does not know the layers of LTXVideoTransformer3DModel"
    ):
        of("ltx-video", **asked("ltx-video"), accel="first-block").load()  # the tiny one has a single block
    with pytest.raises(
        UsageError, match=r"TeaCache's coefficients are not known for model 'wan2\.2-i2v-a14b'"
    ):
        of("wan2.2-i2v-a14b", **asked("wan2.2-i2v-a14b"), accel="teacache").load()


def test_both_experts_are_accelerated(of: Of, case: Case) -> None:
    model = of("wan2.2-i2v-a14b", **asked("wan2.2-i2v-a14b"), accel="first-block:0.9")
    model.generate(case, 0)
    experts = model._savings.calls
    assert len(experts) == 2
    assert all(0 < calls.work.done < calls.work.due for calls in experts)


def test_coefficients_are_of_the_models_to_which_they_were_fitted() -> None:
    """A subclass has other weights: Wan 2.2 inherits Wan 2.1's adapter and not its coefficients."""
    fitted = {name: getattr(models.registry[name], "teacache_coefficients", None) for name in models.registry}
    known = {name: coefficients for name, coefficients in fitted.items() if coefficients is not None}
    assert set(known) == {
        "hunyuanvideo-i2v", "hunyuanvideo-i2v-33ch", "framepack", "framepack-f1", "wan2.1-i2v-480p", "wan2.1-i2v-720p",
        "cogvideox-5b-i2v", "cogvideox1.5-5b-i2v", "ltx-video",
    }  # fmt: skip
    assert all(len(coefficients.values) == 5 for coefficients in known.values())
    assert polynomial((2.0, 0.0, -1.0), 3.0) == 17
    assert all(math.isfinite(method.default) for method in METHODS.values())


def test_a_plan_says_that_a_unet_cannot_be_accelerated(tmp_path: Path) -> None:
    """Before any weights are needed: `bench run -m svd --set accel=teacache --dry-run`."""
    pictures.write(tmp_path / "a.png", np.zeros((64, 64, 3), np.uint8))
    svd = models.registry["svd"]
    with pytest.raises(UsageError, match="has a UNet, which nothing accelerates"):
        svd(svd.Settings(accel="teacache")).plan(Case("a", tmp_path / "a.png"))
