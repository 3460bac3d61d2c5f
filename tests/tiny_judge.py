"""A tiny random model of images and text, with tokenizer, processor and chat template, as transformers saves them."""

from __future__ import annotations

from pathlib import Path

WORDS = (
    "<unk>", "<pad>", "</s>", "<image>", "Yes", "yes", "ĠYes", "No", "ĠNo", "1", "2", "3", "4", "5", "Does", "this",
    "figure", "show", "duck", "picture", "clip", "a",
)  # fmt: skip
TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>"
    "{% else %} {{ part['text'] }}{% endif %}{% endfor %}{% endfor %}{% if add_generation_prompt %} a{% endif %}"
)


def write(folder: Path, template: str | None = TEMPLATE, seed: int = 0) -> Path:
    """A LLaVA of pictures of 28 pixels: four places per picture, two layers, eight numbers per token."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
        PreTrainedTokenizerFast,
    )

    words = Tokenizer(
        models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>")
    )
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", pad_token="<pad>", eos_token="</s>",
        additional_special_tokens=["<image>"],
    )  # fmt: skip
    images = CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    processor = LlavaProcessor(
        images, tokenizer, patch_size=14, vision_feature_select_strategy="default", chat_template=template,
        image_token="<image>", num_additional_image_tokens=1,
    )  # fmt: skip
    torch.manual_seed(seed)
    sizes = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**sizes, image_size=28, patch_size=14, projection_dim=8),
        text_config=LlamaConfig(
            **sizes, vocab_size=len(WORDS), num_key_value_heads=2, pad_token_id=1, eos_token_id=2, bos_token_id=None
        ),
        image_token_index=WORDS.index("<image>"), image_seq_length=4,
    )  # fmt: skip
    net = LlavaForConditionalGeneration(config)
    with torch.no_grad():  # so that it says yes or no
        net.lm_head.weight.zero_()
        net.lm_head.weight[WORDS.index("Yes")] = torch.randn(8)
        net.lm_head.weight[WORDS.index("No")] = -net.lm_head.weight[WORDS.index("Yes")]
    net.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
