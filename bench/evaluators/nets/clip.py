"""CLIP by open_clip: pictures and sentences as unit vectors of one space.

Preprocessing is the model's own, open_clip's transform for PIL pictures: short side to the model's size, bicubic with
antialias, centre crop, then the mean and standard deviation of the model's training. Computed in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.base.wording import first_line
from bench.errors import Unavailable, UnknownName
from bench.evaluators import nets
from bench.evaluators.nets import clip_names
from bench.evaluators.nets.layers import Layers
from bench.evaluators.nets.vit import VisionTransformer
from bench.types import Frames, Image

if TYPE_CHECKING:
    import torch

_HUB = "https://huggingface.co"

VIT_B_32 = Weights(
    name="ViT-B-32.pt",
    urls=(
        "https://openaipublic.azureedge.net/clip/models/"
        "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af/ViT-B-32.pt",
    ),
    sha256="40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
    size=353_976_522,
    licence="MIT",
    twins=(
        Weights(
            name="ViT-B-32.open_clip.safetensors",
            urls=(
                f"{_HUB}/timm/vit_base_patch32_clip_224.openai/resolve/"
                "a6f597a30f7b82c51704746581f9a4e41421e878/open_clip_model.safetensors",
            ),
            sha256="e6d1bd7789aa45192b3bf90570a789b478bae1b74ebcce7eddd908e83a2b7c31",
            size=605_143_284,
            licence="MIT",
        ),
        Weights(
            name="ViT-B-32.transformers.bin",
            urls=(
                f"{_HUB}/openai/clip-vit-base-patch32/resolve/"
                "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268/pytorch_model.bin",
            ),
            sha256="a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            size=605_247_071,
            licence="MIT",
        ),
    ),
)
"""OpenAI's archive, which a server of theirs may no longer send; then the same numbers as open_clip and transformers
have them, by revision. Files of LAION's trainings are other networks, and other tags."""

VIT_L_14 = Weights(
    name="ViT-L-14.pt",
    urls=(
        "https://openaipublic.azureedge.net/clip/models/"
        "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836/ViT-L-14.pt",
    ),
    sha256="b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
    size=932_768_134,
    licence="MIT",
    twins=(
        Weights(
            name="ViT-L-14.open_clip.safetensors",
            urls=(
                f"{_HUB}/timm/vit_large_patch14_clip_224.openai/resolve/"
                "18d0535469bb561bf468d76c1d73aa35156c922b/open_clip_model.safetensors",
            ),
            sha256="9ce2e8a8ebfff3793d7d375ad6d3c35cb9aebf3de7ace0fc7308accab7cd207e",
            size=1_710_517_724,
            licence="MIT",
        ),
        Weights(
            name="ViT-L-14.transformers.safetensors",
            urls=(
                f"{_HUB}/openai/clip-vit-large-patch14/resolve/"
                "32bd64288804d66eefd0ccbe215aa642df71cc41/model.safetensors",
            ),
            sha256="a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb",
            size=1_710_540_580,
            licence="MIT",
        ),
    ),
)

DECLARED = {("ViT-B-32", "openai"): VIT_B_32, ("ViT-L-14", "openai"): VIT_L_14}
"""(model, tag) -> its file; open_clip fetches others by itself."""

PREPROCESSING = ("mean", "std", "interpolation", "resize_mode")
"""What open_clip states about the preprocessing of a tag."""


@dataclass(frozen=True)
class Settings:
    """Which CLIP.

    Attributes:
        model: a name of open_clip: 'ViT-B-32'.
        pretrained: a tag of open_clip: 'openai', 'laion2b_s34b_b79k'.
        checkpoint: a file to load in place of the tag's; None for the tag's. The tag still says of what kind it is: for
            'openai' a file as OpenAI published them (whose shapes decide the architecture, with QuickGELU), for any
            other tag of open_clip's for that model, a file with that tag's activation and preprocessing.
    """

    model: str = "ViT-B-32"
    pretrained: str = "openai"
    checkpoint: Path | None = None
    dtype: nets.DType = "float32"

    def weights(self) -> tuple[Weights, ...]:
        """The file that is loaded; empty where open_clip fetches a file that is not declared here.

        Raises:
            Unavailable: the checkpoint is not a file.
        """
        if self.checkpoint:
            return (weights.local(self.checkpoint),)
        declared = DECLARED.get((self.model, self.pretrained))
        return (declared,) if declared else ()

    def encoder(self, device: str) -> Encoder:
        """The network of these settings; evaluators that ask for the same have one in memory."""
        return nets.shared(Encoder, self, device)


class Encoder:
    """A CLIP in memory.

    Args:
        settings: which one; None for the defaults.
        device: where it computes.

    Raises:
        UnknownName: open_clip has no such model or tag.
        Unavailable: the weights are not on this machine and cannot be fetched, or are of another kind.
    """

    def __init__(self, settings: Settings | None = None, device: str = "cpu") -> None:
        import open_clip
        import torch

        settings = settings or Settings()
        self.device = device
        self._dtype = getattr(torch, settings.dtype)
        self._net = _load(settings, device).to(self._dtype)
        self._tower = _tower(self._net.visual) if settings.pretrained == "openai" else None
        self.context_length = int(self._net.context_length)
        """Tokens of a sentence that are read, its start and end included."""
        self._tokens = open_clip.get_tokenizer(settings.model, context_length=self.context_length)
        self._transform = open_clip.transform.image_transform_v2(
            open_clip.transform.PreprocessCfg(**self._net.visual.preprocess_cfg), is_train=False
        )

    @property
    def size(self) -> int:
        """Side of the square that the network sees, pixels."""
        side = self._net.visual.image_size
        return int(side if isinstance(side, int) else side[0])

    def images(self, frames: Frames, batch: int = nets.BATCH) -> NDArray[np.float64]:
        """(T, E) unit vectors of (T, H, W, 3) uint8 sRGB frames."""
        return self.encoded([self.prepared(frame) for frame in frames], batch)

    def prepared(self, frame: Image) -> Image:
        """(S, S, 3) uint8: an (H, W, 3) uint8 sRGB frame as the network sees it, at the network's size."""
        from PIL import Image as pillow

        *to_size, _, _ = self._transform.transforms
        picture = pillow.fromarray(frame)
        for step in to_size:
            picture = step(picture)
        return np.array(picture)

    def encoded(self, prepared: Sequence[NDArray[Any]], batch: int = nets.BATCH) -> NDArray[np.float64]:
        """(T, E) unit vectors of T frames of (S, S, 3) levels in 0 to 255, uint8 or float32.

        Raises:
            BenchError: the network gave NaN, or memory does not suffice.
        """
        return nets.unit(nets.in_batches(self._see, prepared, self.device, batch))

    def _see(self, planes: torch.Tensor) -> torch.Tensor:
        normalise = self._transform.transforms[-1]
        levels = normalise(planes.float().contiguous() / 255)
        see = self._tower or self._net.encode_image
        found: torch.Tensor = see(levels.to(self._dtype))
        return found

    def text(self, sentence: str) -> NDArray[np.float64]:
        """(E,) unit vector of a sentence; tokens beyond context_length are not read."""
        with nets.exact():
            vector = self._net.encode_text(self._tokens([sentence]).to(self.device)).double().cpu().numpy()
        return np.asarray(nets.unit(vector)[0])

    def reads_whole(self, sentence: str) -> bool:
        """Whether the sentence is short enough for context_length tokens."""
        longer = 2 * self.context_length
        whole, empty = self._tokens([sentence, ""], context_length=longer)
        return bool((whole[self.context_length :] == empty[self.context_length :]).all())


def _tower(visual: Any) -> Callable[[torch.Tensor], torch.Tensor] | None:
    """What one of OpenAI's vision towers says of images, by our own forward on its tensors; None of a ResNet.

    Equal to open_clip's forward but for rounding, and twice as fast on AMD's processors: see products.
    """
    from open_clip.transformer import QuickGELU, VisionTransformer as Tower

    if not isinstance(visual, Tower):
        return None
    layers, block = Layers(clip_names.as_dino(visual.state_dict())), visual.transformer.resblocks[0]
    head = block.attn.embed_dim // block.attn.num_heads
    is_quick = isinstance(block.mlp.gelu, QuickGELU)
    net = VisionTransformer(layers, eps=visual.ln_post.eps, is_quick=is_quick, head=head)
    return lambda images: net.summary(images) @ layers["proj"]


def _load(settings: Settings, device: str) -> Any:
    declared = settings.weights()
    if settings.pretrained == "openai" and declared:
        return _load_openai(weights.fetch(declared[0]), device)
    return _load_named(settings, device)


def _load_openai(file: Path, device: str) -> Any:
    """A file as OpenAI published them, a TorchScript archive, or its tensors as open_clip or transformers name them."""
    import open_clip

    try:
        state = _openai_state(file)
        net = open_clip.model.build_model_from_openai_state_dict(state, cast_dtype=None).float().to(device)
    except Unavailable:
        raise
    except Exception as error:  # torch and open_clip raise five kinds for files of another kind
        raise _not_loadable(file, error) from error
    open_clip.model.set_model_preprocess_cfg(
        net,
        {
            "size": net.visual.image_size,
            "mean": open_clip.OPENAI_DATASET_MEAN,
            "std": open_clip.OPENAI_DATASET_STD,
        },
    )
    return net.eval()


def _openai_state(file: Path) -> dict[str, Any]:
    """Tensors by OpenAI's names; only OpenAI's own files are run for them."""
    import torch

    declared = published()
    state_dicts.refuse_torchscript(file, declared)
    if state_dicts.is_torchscript(file):
        with nets.torchscript():
            return dict(torch.jit.load(str(file), map_location="cpu").state_dict())  # type: ignore[no-untyped-call]
    state = state_dicts.read(file)
    inner = state.get("state_dict", state)  # of a training, whose names may begin with the wrapper's
    return clip_names.as_openai(
        {str(name).removeprefix("module."): each for name, each in dict(inner).items()}
    )


def published() -> frozenset[str]:
    """The sha256 of every CLIP that OpenAI published, as its address states it."""
    import open_clip

    models = open_clip.list_pretrained_models_by_tag("openai")
    addresses = [open_clip.pretrained.get_pretrained_url(model, "openai") for model in models]
    return frozenset(address.split("/")[-2] for address in addresses)


def _load_named(settings: Settings, device: str) -> Any:
    """A model of open_clip's list, with the weights that its tag names or with a file."""
    import open_clip

    if settings.model not in open_clip.list_models():
        raise UnknownName("CLIP model", settings.model, open_clip.list_models())
    tags = open_clip.list_pretrained_tags_by_model(settings.model)
    # also beside a file, whose activation and preprocessing only the tag tells; some models have no tags at all
    if settings.pretrained not in tags and (tags or not settings.checkpoint):
        raise UnknownName(f"tag of CLIP model '{settings.model}'", settings.pretrained, tags)
    facts = open_clip.get_pretrained_cfg(settings.model, settings.pretrained) or {}
    if settings.checkpoint:
        state_dicts.refuse_torchscript(settings.checkpoint)
    try:
        net = open_clip.create_model(
            settings.model,
            pretrained=str(settings.checkpoint or settings.pretrained),
            device=device,
            weights_only=True,
            # open_clip only warns where a tag was trained with the other activation, and computes something else
            force_quick_gelu=bool(facts.get("quick_gelu")),
            # … and forgets the tag's preprocessing where a file replaces its weights
            force_preprocess_cfg={key: facts[key] for key in PREPROCESSING if key in facts},
        )
    except Exception as error:  # huggingface_hub, torch and open_clip have no common root
        if settings.checkpoint:
            raise _not_loadable(settings.checkpoint, error) from error
        raise _not_fetched(settings, first_line(error)) from error
    return net.eval()


def _not_loadable(file: Path, error: Exception) -> Unavailable:
    return Unavailable(
        f"{file} is not a checkpoint of this CLIP: {first_line(error)}",
        "name its model and tag, 'openai' only for a file as OpenAI published them",
    )


def _not_fetched(settings: Settings, reason: str) -> Unavailable:
    return Unavailable(
        f"weights '{settings.pretrained}' of CLIP model '{settings.model}' are not here: {reason}",
        "fetch them with a network, or give their file as checkpoint",
    )
