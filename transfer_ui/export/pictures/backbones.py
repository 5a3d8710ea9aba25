"""Real backbones by name: where a library has them, what their stages are called, and what they were trained with."""

from __future__ import annotations

from typing import NamedTuple

Triple = tuple[float, float, float]
IMAGENET: tuple[Triple, Triple] = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALVES: tuple[Triple, Triple] = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
Stages = tuple[tuple[str, ...], ...]


class Backbone(NamedTuple):
    """A pretrained network.

    Attributes
    ----------
    title : str
    library : {"torchvision", "timm", "keras"}
    model : str
        What the library calls it.
    stages : tuple of tuple of str
        From the pictures up: how the names of the parameters or layers of each begin. Whatever begins otherwise
        belongs to the lowest.
    n_features : int
    classifier : str
        In PyTorch: the part that is taken off.
    scale : tuple of tuple of float
        Mean and deviation of red, green and blue, from 0 to 1, that it was trained with.
    preprocess : str
        In Keras: the module whose ``preprocess_input`` it needs; empty if it scales its inputs itself.
    """

    title: str
    library: str
    model: str
    stages: Stages
    n_features: int
    classifier: str = ""
    scale: tuple[Triple, Triple] = IMAGENET
    preprocess: str = ""

    @property
    def home(self) -> str:
        """Where it is found, for people."""
        return "keras.applications" if self.library == "keras" else self.library


def _numbered(name: str, n: int, last: tuple[str, ...] = ()) -> Stages:
    """Name stages by their number; the last has more parts."""
    found = [(f"{name}{number}.",) for number in range(n)]
    return (*found[:-1], (*found[-1], *last))


_RESNET: Stages = (("conv1.", "bn1."), ("layer1.",), ("layer2.",), ("layer3.",), ("layer4.",))
_LITE: Stages = (("conv_stem.", "bn1."), *_numbered("blocks.", 7), ("conv_head.", "bn2."))
_VIT: Stages = (("patch_embed.", "cls_token", "pos_embed"), *_numbered("blocks.", 12, ("norm.",)))

TORCH = {
    "resnet18": Backbone("ResNet-18", "torchvision", "resnet18", _RESNET, 512, "fc"),
    "resnet50": Backbone("ResNet-50", "torchvision", "resnet50", _RESNET, 2048, "fc"),
    "efficientnet_b0": Backbone(
        "EfficientNet-B0", "torchvision", "efficientnet_b0", _numbered("features.", 9), 1280, "classifier"
    ),
    "convnext_tiny": Backbone(
        "ConvNeXt-Tiny",
        "torchvision",
        "convnext_tiny",
        _numbered("features.", 8, ("classifier.",)),
        768,
        "classifier.2",
    ),
    "efficientnet_lite0": Backbone("EfficientNet-Lite0", "timm", "tf_efficientnet_lite0", _LITE, 1280, scale=HALVES),
    "vit_small": Backbone("ViT-Small", "timm", "vit_small_patch16_224", _VIT, 384, scale=HALVES),
}
"""For the frameworks based on PyTorch, in the order in which they are offered."""

KERAS = {
    "efficientnet_b0": Backbone(
        "EfficientNet-B0",
        "keras",
        "EfficientNetB0",
        (("stem_",), *((f"block{number}",) for number in range(1, 8)), ("top_",)),
        1280,
    ),
    "resnet50": Backbone(
        "ResNet-50",
        "keras",
        "ResNet50",
        tuple((f"conv{number}_",) for number in range(1, 6)),
        2048,
        preprocess="resnet",
    ),
    "mobilenet_v3_small": Backbone(
        "MobileNetV3-Small",
        "keras",
        "MobileNetV3Small",
        (
            ("conv_bn",),
            ("expanded_conv_depthwise", "expanded_conv_squeeze", "expanded_conv_project"),
            *((f"expanded_conv_{number}_",) for number in range(1, 11)),
            ("conv_1",),
        ),
        576,
    ),
}
"""For Keras."""
