"""A backbone of three stages with random weights, and forty small pictures: all that the tests of torch need."""

import numpy as np
import torch
from PIL import Image
from torch import nn

from tests.present import present
from transfer_torch.network import Backbone

CLASSES = ("red", "green", "blue", "grey")


def stages():
    return nn.Sequential(
        *(
            nn.Sequential(nn.Conv2d(fan_in, fan_out, 3, 2, bias=False), nn.BatchNorm2d(fan_out), nn.ReLU(), *pool)
            for fan_in, fan_out, pool in ((3, 4, ()), (4, 6, ()), (6, 8, (nn.AdaptiveAvgPool2d(1), nn.Flatten())))
        )
    )


def tiny(name="tiny"):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = stages()
        for part in made.modules():
            if isinstance(part, nn.BatchNorm2d):  # statistics that a minibatch does not have
                present(part.running_mean).uniform_(-0.2, 0.2)
                present(part.running_var).uniform_(0.5, 2)
    return Backbone(name, made, 8, stages)


def write_pictures(folder, n=10, side=24):
    rng = np.random.default_rng(0)
    for place, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(n):
            pixels = rng.integers(0, 120, (side, side, 3), dtype=np.uint8)
            pixels[..., place : place + 1] += 100
            Image.fromarray(pixels).save(folder / name / f"{name}_{number}.png")
    return folder
