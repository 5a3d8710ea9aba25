"""Scripts for somebody's own pictures: written for every backbone, linted, and run on a few small pictures."""

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.app import QUICK, ROOT, open_page, texts
from tests.tiny_backbone import CLASSES, write_pictures
from transfer_core import STRATEGIES, RunConfig, compare
from transfer_core.statistics import paired_gap
from transfer_core.student import student_quantile
from transfer_ui.export import FRAMEWORKS
from transfer_ui.export.notebook import to_notebook
from transfer_ui.export.pictures import PICTURES
from transfer_ui.export.pictures.backbones import TORCH
from transfer_ui.export.pictures.plan import plan_of

CONFIG = RunConfig(
    scenario="low_to_high",
    hidden_sizes=(16, 12),
    pretrain_epochs=1,
    n_epochs=4,
    unfreeze_epoch=2,
    n_seeds=2,
    gradual=True,
    layer_decay=0.385,
    weight_decay=0.001,
    batch_size=16,
    seed=3,
)
DEEP = CONFIG.but(hidden_sizes=(8,) * 6, n_epochs=40)
# In place of torchvision: the parts of a ResNet by name, with the same weights at every call, or random ones.
TORCHVISION = """
import torch
from torch import nn

def block(fan_in, fan_out):
    return nn.Sequential(nn.Conv2d(fan_in, fan_out, 3, 2, 1, bias=False), nn.BatchNorm2d(fan_out), nn.ReLU())

class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4)
        self.layer1, self.layer2, self.layer3, self.layer4 = block(4, 4), block(4, 4), block(4, 8), block(8, 512)
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)).relu()))))
        return self.fc(x.mean(dim=(2, 3)))

class models:
    @staticmethod
    def get_model(name, weights):
        assert name == "resnet18" and weights in ("DEFAULT", None)
        with torch.random.fork_rng(devices=[]):
            if weights:
                torch.manual_seed(0)
            return ResNet()
"""


@cache
def results(deep=False):
    return compare(DEEP if deep else CONFIG)


def script(framework, strategy="progressive_unfreezing", backbone=None, deep=False):
    form = PICTURES[framework]
    backbone = backbone or next(iter(form.backbones))
    return form.write(plan_of(results(deep)[strategy]), form.backbones[backbone])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with pictures and the stand-in."""
    path = tmp_path_factory.mktemp("pictures on disk")
    write_pictures(path / "pictures")
    path.joinpath("stand_in.py").write_text(TORCHVISION, encoding="utf-8")
    return path


def run(folder, text, name, backend=""):
    """Run a script beside its pictures, with sizes that suit a test."""
    text = text.replace("SIDE = 224", "SIDE = 32").replace("from torchvision import", "from stand_in import")
    folder.joinpath(name).write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(folder), "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", name],
        cwd=folder,
        env=environment | ({"KERAS_BACKEND": backend} if backend else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout.splitlines()


def fewer_rates(text, n=1):
    """Leave each arm fewer rates to choose from."""
    return text.replace("# %% Data", f'for arm in ARMS.values():\n    arm["rates"] = arm["rates"][:{n}]\n# %% Data', 1)


def test_scripts_for_every_strategy_and_backbone_are_well_formatted_and_linted(tmp_path):
    for framework, form in PICTURES.items():
        for backbone in form.backbones:
            for strategy in STRATEGIES if backbone == "resnet50" else ["progressive_unfreezing"]:
                for deep in (False, True):
                    text = script(framework, strategy, backbone, deep)
                    compile(text, framework, "exec")
                    assert max(map(len, text.splitlines())) <= 88
                    name = f"{framework}_{backbone}_{strategy}_{deep}.py"
                    tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    for options in (
        ("format", "--check", "--isolated"),
        ("check", "--config", str(ROOT / "pyproject.toml")),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *options, "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("framework", PICTURES)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_schedule_of_the_arm_is_in_the_script_as_shares_of_the_backbone(framework, strategy):
    assigned = {
        ast.unparse(node.targets[0]): node.value
        for node in ast.parse(script(framework, strategy)).body
        if isinstance(node, ast.Assign)
    }
    chosen, rival = ast.literal_eval(assigned["ARMS"]).values()
    phases = {
        "feature_extraction": [(4, 1.0)],
        "random_features": [(4, 1.0)],
        "progressive_unfreezing": [(2, 1.0), (1, 0.5), (1, 0.0)],
    }
    assert chosen["phases"] == phases.get(strategy, [(4, 0.0)])
    assert chosen["pretrained"] == STRATEGIES[strategy].pretrained
    assert rival["phases"] == ([(4, 0.0)] if strategy == "feature_extraction" else [(4, 1.0)])
    assert len(chosen["rates"]) == len(rival["rates"])  # neither has more to choose from
    assert all((backbone > 0) == any(share < 1 for _, share in chosen["phases"]) for _, backbone in chosen["rates"])


@pytest.mark.parametrize("framework", ["pytorch", "lightning"])
def test_a_script_runs_on_a_folder_of_pictures_and_its_verdict_is_that_of_the_lab(folder, framework):
    said = run(folder, fewer_rates(script(framework), 2), f"{framework}_run.py")
    found: dict[str, list[float]] = {}
    for title, accuracy in re.findall(r"seed \d+, (.*?): test accuracy ([\d.]+) at rates", "\n".join(said)):
        found.setdefault(title, []).append(float(accuracy))
    assert {len(values) for values in found.values()} == {6}
    ours, theirs = map(np.array, found.values())
    gap = paired_gap(ours, theirs)
    *_, verdict = said
    if gap.interval.low > 0 or gap.interval.high < 0:
        assert "wins" in verdict
    else:
        assert verdict.startswith("Too close to call between progressive unfreezing and feature extraction (")
    low, high = map(float, re.findall(r"\((-?[\d.]+) to (-?[\d.]+) points", verdict)[0])
    assert low == pytest.approx(100 * gap.interval.low, abs=0.15)
    assert high == pytest.approx(100 * gap.interval.high, abs=0.15)
    assert f"ahead in {gap.wins} of 6 seeds" in verdict


def test_pairs_share_their_head_and_frozen_stages_do_not_move_by_a_bit(folder):
    # Without the measurement at its end: the test calls what trains.
    text, _, _ = script("pytorch").partition("# %% Measurement")
    text += """
places, _, _ = split(0)
start = new_backbone(True).state_dict()
for share, n_frozen in ((1.0, 5), (0.6, 3), (0.0, 0)):
    arm = {"pretrained": True, "phases": [(1, 1.0), (2, share)]}
    backbone, head = train(0, arm, (0.1, 0.1), places)
    for name, values in backbone.state_dict().items():
        stage = next((i for i, starts in enumerate(STAGES) if name.startswith(starts)), 0)
        same = torch.equal(values, start[name])
        still = stage < n_frozen or "running" in name or "num_batches" in name  # batch norm keeps its statistics
        assert same == still, (share, name)
arm = {"pretrained": True, "phases": [(1, 1.0)]}
a, b = (train(0, arm, (rate, 0.0), places)[1].weight for rate in (1e-12, 2e-12))
assert torch.allclose(a, b, atol=1e-9)  # one head, one order of minibatches
scratch, _ = train(0, {"pretrained": False, "phases": [(1, 0.0)]}, (0.1, 0.1), places)
assert (scratch.bn1.running_mean != 0).all()  # it has no statistics but those of its minibatches
once, again = (train(1, {"pretrained": True, "phases": [(2, 0.0)]}, (0.1, 0.1), places)[0] for _ in range(2))
assert all(torch.equal(a, b) for a, b in zip(once.parameters(), again.parameters()))
print("as it should be")
"""
    assert run(folder, text, "frozen.py") == ["as it should be"]


def reading():
    """What a script reads its pictures with, and cuts them in three with."""
    text = script("pytorch")
    part = text[text.index("SUFFIXES = ") : text.index("# A notebook has no")]
    names = {
        "np": np,
        "Image": Image,
        "ImageOps": ImageOps,
        "Path": Path,
        "SIDE": 24,
        "TEST_SHARE": 0.3,
        "VAL_SHARE": 0.15,
    }
    exec(part, names)
    return names


def test_arrays_are_read_like_a_folder_and_no_picture_is_in_two_parts(folder):
    files = sorted((folder / "pictures").glob("*/*.png"))
    names = reading()
    names["images"], names["labels"] = names["read"](folder / "pictures")
    stored = np.stack([np.asarray(Image.open(file)) for file in files])
    np.savez(folder / "pictures.npz", images=stored, labels=np.array([file.parent.name for file in files]))
    images, labels = names["read"](folder / "pictures.npz")
    assert np.array_equal(images, names["images"])
    assert np.array_equal(labels, names["labels"])
    names["n_classes"] = len(CLASSES)
    parts = names["split"](0)
    assert sorted(np.concatenate(parts)) == list(range(len(files)))
    assert [np.bincount(labels[part]).tolist() for part in parts] == [[5] * 4, [2] * 4, [3] * 4]
    assert not np.array_equal(parts[0], names["split"](1)[0])


def test_only_the_classes_that_were_measured_are_read_and_a_missing_one_is_named(folder):
    form = PICTURES["pytorch"]
    plan = plan_of(results()["end_to_end"])

    def reader(classes):
        text = form.write(plan._replace(classes=classes), form.backbones["resnet18"]).replace("SIDE = 224", "SIDE = 32")
        start, end = text.index("# %% Settings"), text.index("# A notebook has no")
        found = {"Path": Path, "np": np, "Image": Image, "ImageOps": ImageOps}
        exec(text[start:end], found)
        return found["read"]

    few = CLASSES[:2]
    _, every = reader(())(folder / "pictures")
    _, labels = reader(few)(folder / "pictures")
    assert len(np.unique(every)) == len(CLASSES)
    assert len(np.unique(labels)) == 2
    with pytest.raises(SystemExit, match="folders \\['fish\\\"s'\\]"):
        reader((*few, 'fish"s'))(folder / "pictures")


def test_missing_or_too_few_pictures_are_one_sentence(folder):
    read = reading()["read"]
    with pytest.raises(SystemExit, match=r"^Missing: .*nowhere, a folder or an NPZ file\.$"):
        read(folder / "nowhere")
    few = folder / "few"
    for name, n in (("one", 3), ("two", 2)):
        few.joinpath(name).mkdir(parents=True)
        for number in range(n):
            Image.new("RGB", (30, 20)).save(few / name / f"{number}.png")
    with pytest.raises(SystemExit, match=r"^There must be two classes or more, with 3 pictures each\.$"):
        read(few)


STAGES_CHECKED = """
for name, n_features, stages in CHECKED:
    base = getattr(keras.applications, name)(weights=None, include_top=False, pooling="avg", input_shape=(64, 64, 3))
    assert base.output_shape[-1] == n_features
    layers = [layer for layer in base.layers if layer.weights]
    found = [next((i for i, starts in enumerate(stages) if layer.name.startswith(starts)), 0) for layer in layers]
    assert found == sorted(found) and set(found) == set(range(len(stages))), name
"""


def test_the_keras_script_runs_and_its_stages_hold_every_weight_in_their_order(folder):
    backbones = PICTURES["keras"].backbones
    text = script("keras", backbone="mobilenet_v3_small").replace("PRETRAINED = True", "PRETRAINED = False")
    text = fewer_rates(text).replace("SEEDS = range(3, 9)", "SEEDS = range(1)")
    text += f"CHECKED = {[(one.model, one.n_features, one.stages) for one in backbones.values()]}{STAGES_CHECKED}"
    said = run(folder, text, "keras_run.py", backend="torch")
    assert said[-1] == "Inconclusive: fewer than 6 seeds."
    assert sum(line.startswith("seed 0, ") for line in said) == 2


def test_the_reach_of_students_t_is_that_of_the_lab():
    text, _, _ = script("pytorch").partition("\n\ndef verdict")
    names: dict[str, object] = {}
    exec("def reach" + text.partition("def reach")[2], names)
    reach = names["reach"]
    assert callable(reach)
    for degrees in (5, 9, 19, 99):
        assert reach(degrees) == pytest.approx(student_quantile(degrees), rel=2e-3)


@pytest.mark.parametrize("framework", PICTURES)
def test_a_notebook_of_it_has_the_same_code(framework):
    text = script(framework)
    cells = json.loads(to_notebook(text))["cells"]
    code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    assert ast.dump(ast.Module(ast.parse(text).body[1:], [])) == ast.dump(ast.parse(code))


def test_a_script_says_why_where_a_real_network_differs():
    for framework in ("pytorch", "lightning", "fastai", "keras"):
        text = script(framework)
        assert "we lost 2 to 6 points of accuracy up to 20 pictures" in text
        assert "ULMFiT has 0.385" in text
        assert "WARM_UP = 1" in text
    assert "train_bn=False" in script("lightning")
    assert "train_bn=False" in script("fastai")
    assert "training=False if pretrained" in script("keras")


def test_the_page_offers_both_forms_and_the_link_keeps_the_choice():
    app = open_page("export", QUICK | {"strategy": "end_to_end"})
    digits = next(block.value for block in app.code if block.language == "python")
    app.segmented_control(key="subject").set_value("pictures").run()
    assert not app.exception
    assert app.query_params["subject"] == "pictures"
    shown = next(block.value for block in app.code if block.language == "python")
    assert shown.startswith('"""End-to-end fine-tuning on your pictures, in PyTorch.')
    assert shown != digits
    app.selectbox(key="backbone").set_value("vit_small").run()
    assert app.query_params["backbone"] == "vit_small"
    assert "vit_small_patch16_224" in next(block.value for block in app.code if block.language == "python")
    app.segmented_control(key="framework").set_value("plain_numpy").run()
    assert not app.exception
    assert "Scripts for your own pictures exist for PyTorch, Keras, PyTorch Lightning and fastai." in texts(app.warning)
    again = open_page("export", QUICK | {"subject": "pictures", "framework": "keras", "backbone": "<b>alexnet"})
    assert not again.exception
    assert "backbone in the link must be one of efficientnet_b0, resnet50" in texts(again.warning)


def test_a_backbone_of_one_framework_does_not_stay_where_another_has_none():
    assert "resnet18" in TORCH
    app = open_page("export", QUICK | {"subject": "pictures", "backbone": "resnet18"})
    app.segmented_control(key="framework").set_value("keras").run()
    assert not app.exception
    assert set(PICTURES) < set(FRAMEWORKS)
    assert any(block.language == "python" for block in app.code)
