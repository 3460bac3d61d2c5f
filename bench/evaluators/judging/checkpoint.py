"""A judge on this machine: any checkpoint that transformers loads as a model of images and text to text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.base import files
from bench.base.wording import first_line
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.evaluators.judging import questions
from bench.evaluators.judging.questions import Answer, Question

if TYPE_CHECKING:
    import torch

LIKELIEST = 5
"""First tokens that are kept beside those that read as yes and no."""


def digest(folder: Path) -> str:
    """The digest of a checkpoint's files; each is read once per process and when it changes.

    Raises:
        Unavailable: there is no such folder.
    """
    if not (folder / "config.json").is_file():
        raise Unavailable(
            f"{folder} has no config.json", "judge.checkpoint is a folder of transformers' format"
        )
    found = sorted((file.relative_to(folder).as_posix(), file) for file in files.below(folder))
    return files.digest([[name, files.sha256_once(file)] for name, file in found if not name.startswith(".")])


class Local:
    """A model in memory, greedy, with its processor's own chat template.

    Args:
        folder: of the checkpoint; code that it brings is not run.
        device: where it computes.
        dtype: with what numbers.

    Raises:
        Unavailable: it cannot be loaded, or has no chat template.
    """

    def __init__(self, folder: Path, device: str, dtype: str) -> None:
        self.folder, self.device, self.dtype, self._digest = folder, device, dtype, digest(folder)
        try:
            with _without_bars():
                self.processor, net = self._loaded()
        except (OSError, ValueError, KeyError) as error:
            raise Unavailable(
                f"{folder} is no model of images and text: {first_line(error)}", "see docs/judges.md"
            ) from error
        if getattr(self.processor, "chat_template", None) is None:
            raise Unavailable(
                f"{folder} has no chat template", "use a checkpoint that was tuned for instructions"
            )
        self.net = net.eval().requires_grad_(False).to(device)
        for name in ("temperature", "top_p", "top_k"):  # else transformers warns that greedy needs none
            setattr(self.net.generation_config, name, None)
        vocabulary = self.processor.tokenizer.get_vocab()
        self.words = {token: number for token, number in vocabulary.items() if questions.is_word(token)}

    def _loaded(self) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        return (
            AutoProcessor.from_pretrained(self.folder, local_files_only=True),
            AutoModelForImageTextToText.from_pretrained(
                self.folder, local_files_only=True, dtype=getattr(torch, self.dtype)
            ),
        )

    @property
    def identity(self) -> Mapping[str, Any]:
        """The checkpoint's digest, and the numbers that it computes with."""
        return {"checkpoint": self._digest, "dtype": self.dtype}

    def ask(self, question: Question) -> Answer:
        """The model's answer; costs nothing."""
        said = self._generated(question)
        start = said.sequences.shape[1] - len(said.logits)
        text = self.processor.tokenizer.decode(said.sequences[0, start:], skip_special_tokens=True)
        first = self._first(said.logits[0][0]) if question.form == "probability" else None
        return Answer(text, first, f"{self.folder.name} on this machine", 0.0)

    def _generated(self, question: Question) -> Any:
        from PIL import Image as pillow

        content: list[dict[str, Any]] = [
            {"type": "image", "image": pillow.open(io.BytesIO(picture.jpeg))} for picture in question.pictures
        ]
        content.append({"type": "text", "text": question.text})
        inputs = self.processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt",
        ).to(self.device, dtype=self.net.dtype)  # fmt: skip
        with nets.exact():
            return self.net.generate(
                **inputs, do_sample=False, num_beams=1, max_new_tokens=question.length,
                output_logits=True, return_dict_in_generate=True,
            )  # fmt: skip

    def _first(self, logits_V: torch.Tensor) -> tuple[tuple[str, float], ...]:
        """What the first token could be: every token that reads as yes or no, and the likeliest ones."""
        logarithms = logits_V.double().log_softmax(-1).cpu()
        likeliest = logarithms.topk(min(LIKELIEST, len(logarithms))).indices.tolist()
        named = dict(zip(likeliest, self.processor.tokenizer.convert_ids_to_tokens(likeliest), strict=True))
        named |= {number: token for token, number in self.words.items()}
        return tuple((str(token), max(float(logarithms[number]), -1e4)) for number, token in named.items())


@contextmanager
def _without_bars() -> Iterator[None]:
    """transformers draws bars of its own while it loads."""
    from transformers.utils import logging

    is_on = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if is_on:
            logging.enable_progress_bar()
