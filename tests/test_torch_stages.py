"""Models taken apart: chains of stages are found, anything else gets one sentence."""

import pytest
import torch
from torch import nn

from tests.tiny_backbone import stages
from transfer_torch import backbones
from transfer_torch.errors import MeasureError
from transfer_torch.stages import PROBE, stages_of


def _block(fan_in, fan_out):
    return nn.Sequential(nn.Conv2d(fan_in, fan_out, 3, 2), nn.BatchNorm2d(fan_out), nn.ReLU())


class Residual(nn.Module):
    """As torchvision writes it: the pictures are flattened unseen, between two parts."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu = nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU()
        self.layer1, self.layer2, self.layer3 = _block(4, 5), _block(5, 6), _block(6, 7)
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(7, 10)

    def forward(self, pictures):
        passed = self.relu(self.bn1(self.conv1(pictures)))
        passed = self.avgpool(self.layer3(self.layer2(self.layer1(passed))))
        return self.fc(torch.flatten(passed, 1))


class Mobile(nn.Module):
    """All of the backbone in one part, pooled unseen before a classifier of two layers."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(_block(3, 4), _block(4, 5), _block(5, 6), _block(6, 7))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(7, 10))

    def forward(self, pictures):
        return self.classifier(self.features(pictures).mean((2, 3)))


class Skipping(Residual):
    """A way around a part."""

    def forward(self, pictures):
        passed = self.relu(self.bn1(self.conv1(pictures)))
        return self.fc((self.layer3(self.layer2(self.layer1(passed))) + passed.mean()).mean((2, 3)))


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (Residual, ["conv1", "layer1", "layer2", "layer3"]),
        (Mobile, ["features_0", "features_1", "features_2", "features_3"]),
    ],
)
def test_the_stages_give_what_the_model_gave_its_last_layer(make, names):
    model, probe = make(), torch.rand(PROBE)
    model.eval()
    with torch.no_grad():
        wanted, head = model(probe), [part for part in model.modules() if isinstance(part, nn.Linear)][-1]
        found = stages_of(model, "model")
        assert [name for name, _ in found.named_children()] == names
        torch.testing.assert_close(head(found(probe)), wanted)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (Skipping(), "--backbone must be a chain of stages, got 'odd', whose parts do more than follow one another"),
        (stages(), "--backbone must end in a linear layer, got 'odd', which has none"),
        (
            nn.Sequential(nn.Flatten(), nn.Linear(9, 4), nn.Linear(4, 2)),
            "--backbone must take pictures of any size, got 'odd'",
        ),
    ],
    ids=["skipping", "no head", "fixed size"],
)
def test_what_does_not_fit_gets_one_sentence(model, sentence):
    with pytest.raises(MeasureError, match=f"^{sentence}"):
        stages_of(model, "odd")


def test_a_model_of_a_library_starts_from_its_weights_or_from_others(monkeypatch):
    def find(name):
        torch.manual_seed(1)
        return backbones._found(name, Mobile, Mobile, backbones.IMAGENET)

    monkeypatch.setattr(backbones, "HOMES", {"ours": lambda name: find(name) if name == "mobile" else None})
    for name in ("mobile", "ours/mobile"):
        loaded = backbones.load(name)
        assert (loaded.n_features, len(loaded.stages), loaded.mean) == (7, 4, (0.485, 0.456, 0.406))
    assert loaded.key == find("mobile").key
    assert not torch.equal(*(next(one.parameters()) for one in (loaded.stages, loaded.fresh())))
    with pytest.raises(
        MeasureError, match=r"^--backbone must be efficientnet_lite0 or a model of ours, .* got 'other/mobile'"
    ):
        backbones.load("other/mobile")


def test_weights_that_cannot_be_had_get_one_sentence():
    def fail():
        raise OSError("no route to host")

    with pytest.raises(
        MeasureError, match=r"^--backbone must have pretrained weights here, got 'far' \(no route to host\)$"
    ):
        backbones._found("far", fail, Mobile, backbones.IMAGENET)
