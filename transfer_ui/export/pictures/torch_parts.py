"""What the scripts based on PyTorch share: the backbone by name, its stages, and batch norm."""

from __future__ import annotations

from transfer_ui.export.pictures.backbones import Backbone
from transfer_ui.export.pictures.parts import DATA, HEAD, MEASURE, SETTINGS, VERDICT, fill
from transfer_ui.export.pictures.plan import Plan

SCALE = """
# As the backbone was trained.
MEAN = torch.tensor([$mean]).view(3, 1, 1)
DEVIATION = torch.tensor([$deviation]).view(3, 1, 1)
pixels, targets = torch.from_numpy(images).movedim(3, 1), torch.from_numpy(labels)
"""

TORCHVISION = '''

# %% Network: stages that are freed from the top, and a new head
def new_backbone(pretrained):
    """Make the backbone without its classifier."""
    weights = "DEFAULT" if PRETRAINED and pretrained else None
    model = models.get_model(BACKBONE, weights=weights)
    parent, _, last = "$classifier".rpartition(".")
    setattr(model.get_submodule(parent), last, nn.Identity())
    return model
'''

TIMM = '''

# %% Network: stages that are freed from the top, and a new head
def new_backbone(pretrained):
    """Make the backbone without its classifier."""
    return timm.create_model(
        BACKBONE, pretrained=PRETRAINED and pretrained, num_classes=0
    )
'''

STAGES = '''

def stages_of(backbone):
    """List the parameters of each stage."""
    found = [[] for _ in STAGES]
    for name, parameter in backbone.named_parameters():
        places = (i for i, starts in enumerate(STAGES) if name.startswith(starts))
        found[next(places, 0)].append(parameter)
    return found


def rates_of(rates, frozen_share):
    """Give the rate of each stage, then of the head; None is frozen."""
    lowest, top = round(frozen_share * len(STAGES)), len(STAGES) - 1
    stages = [rates[1] * STAGE_DECAY ** (top - i) for i in range(len(STAGES))]
    return [None if i < lowest else r for i, r in enumerate(stages)] + [rates[0]]


def set_mode(backbone, pretrained, is_frozen):
    """Have batch norm use the statistics that it was pretrained with.

    With those of the minibatch we lost 2 to 6 points of accuracy up to 20 pictures per
    class and gained nothing above. A network without pretraining has none to use.
    """
    backbone.train(not pretrained and not is_frozen)
'''


def write_with(imports: str, train: str, plan: Plan, backbone: Backbone, framework: str, needs: str) -> str:
    """Write a script from what a framework has of its own, its imports and its training, and from what all share.

    Parameters
    ----------
    imports : str
        With ``@timm@`` and ``@torchvision@`` where either would stand.
    train : str
    plan, backbone, framework, needs
        As for `transfer_ui.export.pictures.parts.fill`.
    """
    if backbone.library == "torchvision":
        imports = imports.replace("@timm@", "").replace("@torchvision@", "from torchvision import models\n")
        backbone_by_name = TORCHVISION
    else:
        imports = imports.replace("@timm@", "import timm\n").replace("@torchvision@", "")
        backbone_by_name = TIMM
    template = HEAD + imports + SETTINGS + DATA + SCALE + backbone_by_name + STAGES + train + MEASURE + VERDICT
    return fill(template, plan, backbone, framework, needs)
