"""Parts that several tiny checkpoints have: tokenizers made in memory, text and image encoders, VAEs.

Each is as small as its pipeline lets it be. Tokenizers know every character of English, so that any prompt differs from
any other; their special tokens are those of the published ones.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, AutoencoderKLHunyuanVideo, AutoencoderKLWan
    from transformers import (
        CLIPImageProcessor,
        CLIPTextModel,
        CLIPTokenizer,
        CLIPVisionModel,
        CLIPVisionModelWithProjection,
        PreTrainedModel,
        PreTrainedTokenizerFast,
        Qwen2Tokenizer,
        T5Tokenizer,
    )

WIDTH = 32
"""Width of the embeddings that encoders give to the denoiser."""

LLAMA_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
"""Llama 3's split of text into words, before they are looked up."""


def byte_letters() -> list[str]:
    """The 256 characters that stand for bytes in byte-level vocabularies."""
    from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())


def clip_tokenizer() -> CLIPTokenizer:
    """One token per letter, 77 at most; 514 in the vocabulary, the last two begin and end a text."""
    from transformers import CLIPTokenizer

    letters = byte_letters()
    tokens = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={token: number for number, token in enumerate(tokens)}, merges=[], model_max_length=77
    )


def clip_text(layers: int = 2) -> CLIPTextModel:
    """Reads what clip_tokenizer writes."""
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=514, hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=layers, num_attention_heads=2,
            max_position_embeddings=77, projection_dim=WIDTH, bos_token_id=512, eos_token_id=513, pad_token_id=513,
            initializer_range=0.5,  # the published 0.02 hides one prompt from another at this size
        )
    )  # fmt: skip


def clip_vision(size: int = 32, patch: int = 8) -> CLIPVisionModelWithProjection:
    """Takes images of size x size pixels, as clip_processor crops them."""
    from transformers import CLIPVisionModelWithProjection

    return CLIPVisionModelWithProjection(clip_vision_config(size, patch))


def clip_vision_config(size: int, patch: int, width: int = WIDTH) -> Any:
    """A CLIPVisionConfig of one layer."""
    from transformers import CLIPVisionConfig

    return CLIPVisionConfig(
        hidden_size=width, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, image_size=size,
        patch_size=patch, projection_dim=WIDTH,
    )  # fmt: skip


def clip_processor(size: int = 32) -> CLIPImageProcessor:
    """Crops images to size x size."""
    from transformers import CLIPImageProcessor

    return CLIPImageProcessor(size={"shortest_edge": size}, crop_size={"height": size, "width": size})


def llama_tokenizer(texts: Sequence[str]) -> PreTrainedTokenizerFast:
    """A tokenizer of Llama 3's kind, trained on texts.

    Pipelines drop a fixed number of leading tokens, which is their prompt template in the published tokenizer: with the
    template among the texts, each of its words is one token here, too, so that exactly the template is dropped.
    """
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = [
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<pad>",
        "<image>",
    ]  # fmt: skip
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA_WORDS), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])  # fmt: skip
    trainer = trainers.BpeTrainer(
        vocab_size=2000, special_tokens=special, show_progress=False, min_frequency=1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>", pad_token="<pad>",
        padding_side="right", model_max_length=2048, additional_special_tokens=["<image>"],
    )  # fmt: skip


QWEN_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}{{ part['text'] }}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def qwen_tokenizer() -> Qwen2Tokenizer:
    """One token per byte; Qwen 2's special tokens and chat template."""
    from transformers import Qwen2Tokenizer

    special = [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
        "<|video_pad|>",
    ]  # fmt: skip
    vocabulary = {token: number for number, token in enumerate([*byte_letters(), *special])}
    tokenizer = Qwen2Tokenizer(
        vocab=vocabulary, merges=[], eos_token="<|im_end|>", pad_token="<|endoftext|>", model_max_length=2048
    )
    tokenizer.chat_template = QWEN_TEMPLATE
    return tokenizer


def image_vae() -> AutoencoderKL:
    """Stable Diffusion's: four levels, eight pixels per latent."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 8, 8, 8), down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1, latent_channels=4, norm_num_groups=2,
        sample_size=64,
    )  # fmt: skip


def hunyuan_vae() -> AutoencoderKLHunyuanVideo:
    """HunyuanVideo's: eight pixels and four frames per latent."""
    from diffusers import AutoencoderKLHunyuanVideo

    return AutoencoderKLHunyuanVideo(
        latent_channels=4, block_out_channels=(8, 8, 8, 8), layers_per_block=1, norm_num_groups=4
    )


T5_LETTERS = string.ascii_letters + string.digits + string.punctuation
T5_SIZE = 4 + len(T5_LETTERS)


def t5_tokenizer(length: int) -> T5Tokenizer:
    """One token per letter, made in memory: the published vocabulary is a file of the hub.

    Args:
        length: tokens of a prompt that are read; the rest is cut off.
    """
    from transformers import T5Tokenizer

    pieces = [
        ("<pad>", 0.0),
        ("</s>", 0.0),
        ("<unk>", 0.0),
        ("▁", -2.0),
        *((one, -3.0) for one in T5_LETTERS),
    ]
    return T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=length)


def t5_encoder(is_umt5: bool = False) -> PreTrainedModel:
    """The encoder half of T5; of UMT5, where every layer has positions of its own."""
    from transformers import T5Config, T5EncoderModel, UMT5Config, UMT5EncoderModel

    config, encoder = (UMT5Config, UMT5EncoderModel) if is_umt5 else (T5Config, T5EncoderModel)
    return encoder(
        config(
            vocab_size=T5_SIZE, d_model=WIDTH, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
            feed_forward_proj="gated-gelu", pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
        )
    )  # fmt: skip


CLIP_TOKENS = 17
"""Tokens of wan_image_encoder for an image: 4 x 4 patches, and one for all of it."""


def wan_image_encoder() -> CLIPVisionModel:
    """Takes what clip_processor crops; Wan reads the last but one of its two layers."""
    from transformers import CLIPVisionModel

    return CLIPVisionModel(clip_vision_config(32, 8))


def wan_vae() -> AutoencoderKLWan:
    """Wan's: 8 pixels and 4 frames per latent, 16 channels, as published; 3 features inside instead of 96."""
    from diffusers import AutoencoderKLWan

    return AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )
