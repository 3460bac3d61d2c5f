"""A judge on this machine: a tiny random model in transformers' format, with its own tokenizer and chat template."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from bench.errors import BenchError, Unavailable
from bench.evaluators import catalogue
from bench.evaluators.judge import Judge, Settings
from bench.evaluators.judging import asking, pictures as sent, questions
from bench.evaluators.judging.checkpoint import Local
from bench.types import Case
from tests import tiny_judge
from tests.made import answers, moving_clip, photograph


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_judge.write(tmp_path_factory.mktemp("judge") / "tiny")


def test_is_the_networks_own_probability_of_yes(folder: Path) -> None:
    """By a forward pass that is written out here, without generate."""
    import torch
    from PIL import Image

    judge = Local(folder, "cpu", "float32")
    shown = [sent.picture(photograph(seed=seed), 512) for seed in range(3)]
    question = questions.question("match", shown, "probability", "a duck")
    number = questions.value(judge.ask(question), "probability")
    files = [Image.open(io.BytesIO(each.jpeg)) for each in shown]
    inputs = judge.processor(
        images=files, text=f"<image><image><image> {question.text} a", return_tensors="pt"
    )
    with torch.inference_mode():
        shares = judge.net(**inputs).logits[0, -1].double().softmax(-1)
    words = [tiny_judge.WORDS.index(word) for word in ("Yes", "yes", "ĠYes")]
    assert number == pytest.approx(float(shares[words].sum()), abs=1e-6)
    assert 0.5 < number < 0.999


def test_a_clip_is_judged_for_nothing_and_once(
    folder: Path, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = moving_clip(12).frames
    found = answers(Judge(Settings(checkpoint=folder)), frames, case=case)
    assert found["judge_cost"].value == 0.0
    assert 0.0 < found["judge_keep"].value < 1.0
    assert found["judge_match"].measured_with == {"judge": "tiny on this machine"}
    monkeypatch.setattr(Local, "ask", None)
    assert answers(Judge(Settings(checkpoint=folder)), frames, case=case) == found


def test_an_answer_has_no_more_words_than_its_form_allows(folder: Path, case: Case) -> None:
    found = answers(Judge(Settings(checkpoint=folder, answer="grade")), moving_clip(3).frames, case=case)
    assert isinstance(found["judge_match"], BenchError)
    said = str(found["judge_match"]).partition("but '")[2].strip("'").split()
    assert 0 < len(said) <= questions.LENGTH["grade"]
    assert set(said) <= {"Yes", "No"}


def test_another_checkpoint_is_another_version(folder: Path, tmp_path: Path) -> None:
    judge = Judge(Settings(checkpoint=folder))
    name, version = (part(judge.cards[0], judge) for part in (catalogue.full_name, catalogue.full_version))
    assert name == "judge_match[checkpoint=tiny]"
    copy = shutil.copytree(folder, tmp_path / "tiny")
    twin = Judge(Settings(checkpoint=copy))
    assert catalogue.full_version(twin.cards[0], twin) == version
    (copy / "generation_config.json").write_text("{}")
    assert catalogue.full_version(twin.cards[0], twin) != version
    assert version.startswith(f"1+{questions.digest('probability')}+")


def test_answers_of_two_checkpoints_are_kept_apart(folder: Path, case: Case, tmp_path: Path) -> None:
    other = tiny_judge.write(tmp_path / "other", seed=2)
    question = questions.question("match", [sent.picture(photograph(), 512)], "probability", "a duck")
    numbers = [
        asking.answered(Local(each, "cpu", "float32"), question)[0] for each in (folder, other, folder)
    ]
    assert numbers[0] == numbers[2] != numbers[1]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("config.json", "has no config.json; judge.checkpoint is a folder of transformers' format"),
        ("model.safetensors", "is no model of images and text"),
        ("chat_template.jinja", "has no chat template; use a checkpoint that was tuned for instructions"),
    ],
)
def test_a_folder_that_is_no_judge_is_unavailable(
    folder: Path, tmp_path: Path, spoil: str, said: str
) -> None:
    broken = shutil.copytree(folder, tmp_path / "broken")
    (broken / spoil).unlink()
    with pytest.raises(Unavailable) as reason:
        Judge(Settings(checkpoint=broken)).load()
    assert said in str(reason.value)
    assert "\n" not in str(reason.value)
