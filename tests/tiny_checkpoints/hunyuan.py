"""HunyuanVideo I2V in both layouts, and HunyuanVideo 1.5 I2V."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.tiny_checkpoints import _parts, builds

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline, HunyuanVideo15ImageToVideoPipeline
    from transformers import LlamaConfig, PreTrainedTokenizerFast


def template(call: Callable[..., Any]) -> str:
    """The prompt template that a pipeline puts around every prompt."""
    return str(inspect.signature(call).parameters["prompt_template"].default["template"])


def llama_config(tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    """Four layers: the pipelines read the third from the end."""
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=4, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=2048, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, initializer_range=0.3,
    )  # fmt: skip


@builds("hunyuanvideo-i2v")
def token_replace() -> DiffusionPipeline:
    """The image in place of the first latent frame."""
    return _hunyuan("token_replace", channels=4)


@builds("hunyuanvideo-i2v-33ch")
def latent_concat() -> DiffusionPipeline:
    """The image beside every latent frame: noise, image and a mask."""
    return _hunyuan("latent_concat", channels=9)


def _hunyuan(layout: str, channels: int) -> DiffusionPipeline:
    """The image encoder makes 576 tokens of an image, as many as the prompt template has room for."""
    from diffusers import (
        FlowMatchEulerDiscreteScheduler,
        HunyuanVideoImageToVideoPipeline,
        HunyuanVideoTransformer3DModel,
    )
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    tokenizer = _parts.llama_tokenizer([template(HunyuanVideoImageToVideoPipeline.__call__)])
    size, patch = 336, 14
    encoder = LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=_parts.clip_vision_config(size, patch, width=8), text_config=llama_config(tokenizer),
            image_token_index=tokenizer.convert_tokens_to_ids("<image>"), pad_token_id=tokenizer.pad_token_id,
        )
    )  # fmt: skip
    transformer = HunyuanVideoTransformer3DModel(
        in_channels=channels, out_channels=4, num_attention_heads=2, attention_head_dim=10, num_layers=1,
        num_single_layers=1, num_refiner_layers=1, guidance_embeds=layout == "token_replace", text_embed_dim=16,
        pooled_projection_dim=_parts.WIDTH, rope_axes_dim=(2, 4, 4), image_condition_type=layout,
    )  # fmt: skip
    return HunyuanVideoImageToVideoPipeline(
        vae=_parts.hunyuan_vae(), transformer=transformer, scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        text_encoder=encoder, tokenizer=tokenizer, text_encoder_2=_parts.clip_text(),
        tokenizer_2=_parts.clip_tokenizer(), image_processor=_parts.clip_processor(size),
    )  # fmt: skip


@builds("hunyuanvideo-1.5-i2v")
def hunyuan15() -> HunyuanVideo15ImageToVideoPipeline:
    """Its native clip has the area of 64 x 64; the VAE has 16 pixels per latent, as published."""
    from diffusers import (
        AutoencoderKLHunyuanVideo15,
        ClassifierFreeGuidance,
        FlowMatchEulerDiscreteScheduler,
        HunyuanVideo15ImageToVideoPipeline,
        HunyuanVideo15Transformer3DModel,
    )
    from transformers import (
        ByT5Tokenizer,
        Qwen2_5_VLTextConfig,
        Qwen2_5_VLTextModel,
        SiglipImageProcessor,
        SiglipVisionConfig,
        SiglipVisionModel,
        T5Config,
        T5EncoderModel,
    )

    seen, image_width, text_width = 16, 12, 16
    tokenizer, letters = _parts.qwen_tokenizer(), ByT5Tokenizer()
    transformer = HunyuanVideo15Transformer3DModel(
        in_channels=9, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1, num_refiner_layers=1,
        mlp_ratio=2.0, patch_size=1, patch_size_t=1, text_embed_dim=text_width, text_embed_2_dim=_parts.WIDTH,
        image_embed_dim=image_width, rope_axes_dim=(2, 2, 4), target_size=64, task_type="i2v",
    )  # fmt: skip
    vae = AutoencoderKLHunyuanVideo15(
        latent_channels=4, block_out_channels=(16,) * 5, layers_per_block=1, spatial_compression_ratio=16,
        temporal_compression_ratio=4, downsample_match_channel=False, upsample_match_channel=False,
    )  # fmt: skip
    text_encoder = Qwen2_5_VLTextModel(
        Qwen2_5_VLTextConfig(
            vocab_size=len(tokenizer), hidden_size=text_width, intermediate_size=16, num_hidden_layers=4,
            num_attention_heads=2, num_key_value_heads=2, initializer_range=0.3,
            rope_parameters={"mrope_section": [1, 1, 2], "rope_type": "default", "rope_theta": 1000000.0},
        )
    )  # fmt: skip
    glyph_encoder = T5EncoderModel(
        T5Config(
            vocab_size=len(letters), d_model=_parts.WIDTH, num_layers=1, num_heads=2, d_kv=16, d_ff=64,
            feed_forward_proj="gated-gelu", tie_word_embeddings=False,
        )
    )  # fmt: skip
    image_encoder = SiglipVisionModel(
        SiglipVisionConfig(
            hidden_size=image_width, image_size=seen, patch_size=seen, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=16,
        )
    )  # fmt: skip
    return HunyuanVideo15ImageToVideoPipeline(
        vae=vae, transformer=transformer, scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        text_encoder=text_encoder, tokenizer=tokenizer, text_encoder_2=glyph_encoder, tokenizer_2=letters,
        guider=ClassifierFreeGuidance(guidance_scale=2.0), image_encoder=image_encoder,
        feature_extractor=SiglipImageProcessor(size={"height": seen, "width": seen}),
    )  # fmt: skip
