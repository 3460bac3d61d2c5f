"""Names and shapes of the tensors in files that are published, so that random ones can be written in their format."""

from __future__ import annotations

from collections.abc import Iterator

Shapes = dict[str, tuple[int, ...]]


def alexnet() -> Shapes:
    """The convolutions of torchvision's AlexNet; its file has a classifier as well."""
    kernels = {
        0: (64, 3, 11, 11),
        3: (192, 64, 5, 5),
        6: (384, 192, 3, 3),
        8: (256, 384, 3, 3),
        10: (256, 256, 3, 3),
    }
    return {
        name: shape
        for step, kernel in kernels.items()
        for name, shape in _layer(f"features.{step}", kernel).items()
    }


def musiq(width: int, hidden: int, depth: int) -> Shapes:
    """IQA-PyTorch's file has a width of 384, 1152 hidden numbers and a depth of 14."""
    encoder = "transformer_encoder"
    found: Shapes = {
        f"{encoder}.cls": (1, 1, width),
        f"{encoder}.posembed_input.position_emb": (1, 100, width),
        f"{encoder}.scaleembed_input.scale_emb": (3, width),
        "conv_root.weight": (64, 3, 7, 7),
        "block1.conv1.weight": (64, 64, 1, 1),
        "block1.conv2.weight": (64, 64, 3, 3),
        "block1.conv3.weight": (256, 64, 1, 1),
        "block1.conv_proj.weight": (256, 64, 1, 1),
    }
    norms = {"gn_root": 64, "block1.gn1": 64, "block1.gn2": 64, "block1.gn3": 256, "block1.gn_proj": 256}
    norms |= {f"{encoder}.encoder_norm": width}
    layers = {"embedding": (width, 256 * 8 * 8), "head": (1, width)}
    for number in range(depth):
        block = f"{encoder}.transformer.encoderblock_{number}"
        norms |= {f"{block}.norm1": width, f"{block}.norm2": width}
        layers |= {f"{block}.attention.{part}": (width, width) for part in ("query", "key", "value", "out")}
        layers |= {f"{block}.mlp.fc1": (hidden, width), f"{block}.mlp.fc2": (width, hidden)}
    for name, size in norms.items():
        found |= _layer(name, (size,))
    for name, shape in layers.items():
        found |= _layer(name, shape)
    return found


def raft_things() -> Shapes:
    """The paper's large RAFT; its file has every name after 'module.'."""
    found: Shapes = {}
    for net, is_batch in (("fnet", False), ("cnet", True)):
        for name, shape in _encoder(is_batch):
            found |= (
                _batch_norm(f"{net}.{name}", *shape) if len(shape) == 1 else _layer(f"{net}.{name}", shape)
            )
    block = "update_block"
    layers = {
        "encoder.convc1": (256, 324, 1, 1), "encoder.convc2": (192, 256, 3, 3), "encoder.convf1": (128, 2, 7, 7),
        "encoder.convf2": (64, 128, 3, 3), "encoder.conv": (126, 256, 3, 3), "flow_head.conv1": (256, 128, 3, 3),
        "flow_head.conv2": (2, 256, 3, 3), "mask.0": (256, 128, 3, 3), "mask.2": (576, 256, 1, 1),
    }  # fmt: skip
    for gate in "zrq":
        layers |= {f"gru.conv{gate}1": (128, 384, 1, 5), f"gru.conv{gate}2": (128, 384, 5, 1)}
    for name, shape in layers.items():
        found |= _layer(f"{block}.{name}", shape)
    return found


def amt_s() -> Shapes:
    """AMT-S: its file has them in the table 'state_dict'."""
    widths = (20, 32, 44, 56)
    layers = dict(_amt_features()) | {"comb_block.0": (18, 9, 3, 3), "comb_block.2": (3, 18, 3, 3)}
    slopes = {"comb_block.1": 18}
    for number, (before, width) in enumerate(zip((3, *widths), widths, strict=False), start=1):
        for step, inputs in enumerate((before, width)):
            layers[f"encoder.pyramid{number}.{step}.0"] = (width, inputs, 3, 3)
            slopes[f"encoder.pyramid{number}.{step}.1"] = width
    transposed = {}
    for number, inputs, width, outputs in (
        (4, 113, 112, 48),
        (3, 136, 132, 36),
        (2, 100, 96, 24),
        (1, 64, 60, 24),
    ):
        block = f"decoder{number}.convblock"
        layers |= {f"{block}.0.0": (width, inputs, 3, 3), f"{block}.1.conv5": (width, width, 3, 3)}
        slopes |= {f"{block}.0.1": width, f"{block}.1.prelu": width}
        for step, channels in ((1, width), (2, 20), (3, width), (4, 20)):
            layers[f"{block}.1.conv{step}.0"] = (channels, channels, 3, 3)
            slopes[f"{block}.1.conv{step}.1"] = channels
        transposed |= {f"{block}.2.weight": (width, outputs, 4, 4), f"{block}.2.bias": (outputs,)}
    for number, width in ((4, 44), (3, 32), (2, 20)):
        parts = {
            "convc1": (64, 392, 1, 1), "convf1": (40, 4, 7, 7), "convf2": (20, 40, 3, 3), "conv": (68, 84, 3, 3),
            "gru.0": (76, 72 + width, 3, 3), "gru.2": (76, 76, 3, 3), "feat_head.0": (76, 76, 3, 3),
            "feat_head.2": (width, 76, 3, 3), "flow_head.0": (76, 76, 3, 3), "flow_head.2": (4, 76, 3, 3),
        }  # fmt: skip
        layers |= {f"update{number}.{name}": shape for name, shape in parts.items()}
    found = transposed | {f"{name}.weight": (size,) for name, size in slopes.items()}
    for name, shape in layers.items():
        found |= _layer(name, shape)
    return found


def _amt_features() -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "feat_encoder.conv1", (32, 3, 7, 7)
    yield "feat_encoder.conv2", (84, 96, 1, 1)
    before = 32
    for number, width in ((1, 32), (2, 64), (3, 96)):
        for block, inputs in enumerate((before, width)):
            name = f"feat_encoder.layer{number}.{block}"
            yield f"{name}.conv1", (width // 4, inputs, 1, 1)
            yield f"{name}.conv2", (width // 4, width // 4, 3, 3)
            yield f"{name}.conv3", (width, width // 4, 1, 1)
        if number > 1:
            yield f"feat_encoder.layer{number}.0.downsample.0", (width, before, 1, 1)
        before = width


def _encoder(is_batch: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Layers of an encoder; a batch norm has one number as its shape. Instance norms have no tensors."""
    yield "conv1", (64, 3, 7, 7)
    yield "conv2", (256, 128, 1, 1)
    norms = [("norm1", 64)]
    before = 64
    for number, width in ((1, 64), (2, 96), (3, 128)):
        for block in (0, 1):
            name = f"layer{number}.{block}"
            yield f"{name}.conv1", (width, before, 3, 3)
            yield f"{name}.conv2", (width, width, 3, 3)
            norms += [(f"{name}.norm1", width), (f"{name}.norm2", width)]
            if before != width:
                yield f"{name}.downsample.0", (width, before, 1, 1)
                norms += [(f"{name}.norm3", width), (f"{name}.downsample.1", width)]
            before = width
    if is_batch:
        yield from ((name, (width,)) for name, width in norms)


def _layer(name: str, shape: tuple[int, ...]) -> Shapes:
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}


def _batch_norm(name: str, size: int) -> Shapes:
    parts = ("weight", "bias", "running_mean", "running_var")
    return {**{f"{name}.{part}": (size,) for part in parts}, f"{name}.num_batches_tracked": ()}
