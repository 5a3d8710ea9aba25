"""From a plan to text: what all scripts for somebody's own pictures have in common."""

from __future__ import annotations

import json
from string import Template

from transfer_core.wording import inside
from transfer_ui.export.code import WIDTH, number, plain
from transfer_ui.export.pictures.backbones import Backbone
from transfer_ui.export.pictures.plan import Plan, Planned, Rates

HEAD = '''\
"""$title on your pictures, in $framework.

Compared with: $rival
Per seed, both have the same split, new head and minibatches, and choose their rates
on validation pictures. The verdict is printed at the end.
Needs: pip install $needs
Data: a folder "pictures" beside this file with one folder of pictures per class,
or a file "pictures.npz" with "images" (n, height, width, 3), 0 to 255, and "labels"
"""
'''

SETTINGS = """
# %% Settings
DATA = "pictures"  # or "pictures.npz"
${classes}BACKBONE = "$model"  # $backbone, from $library
PRETRAINED = True  # False: random weights, to try this script without a download
SIDE = 224  # pixels, as most backbones were trained with; 128 takes a third of the time
SEEDS = range($seeds)  # $n_seeds paired repetitions; fewer than 6 decide nothing
TEST_SHARE, VAL_SHARE = 0.3, 0.15  # of each class; the rest is trained on
BATCH_SIZE = $batch_size
MOMENTUM = $momentum
WEIGHT_DECAY = $weight_decay
# Each stage learns at this share of the rate of the stage above it. ULMFiT has 0.385,
# timm 0.75; no gain was shown for few pictures, so this is as set in the lab.
STAGE_DECAY = $stage_decay
# Epochs in which the rates grow whenever a phase trains the backbone: the first
# gradients that a new head sends down are large, and transformers need it anyway.
WARM_UP = 1

# The stages of the backbone, from the pictures up: how the names in it begin.
STAGES = [
$stages
]

# Each phase has its epochs and the share of the stages that stays frozen, from the
# bottom up. Rates are pairs of head and backbone; those that the lab's small network
# was trained with would not do here, so each arm chooses its own.
ARMS = {
$arms
}
"""

DATA = '''
# %% Data: pictures in memory, all of one size
SUFFIXES = {".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


def fitted(source):
    """Bring a picture, a file or an array, to one size, upright and in colour."""
    is_file = isinstance(source, Path)
    with Image.open(source) if is_file else Image.fromarray(source) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    return np.asarray(ImageOps.fit(upright, (SIDE, SIDE)))


def read(path):
    """Give pictures (n, SIDE, SIDE, 3) of bytes, and labels from 0."""
    if not path.exists():
        raise SystemExit(f"Missing: {path.resolve()}, a folder or an NPZ file.")
    if path.is_dir():
        folders = sorted(one for one in path.iterdir() if one.is_dir())
${only}        inside = [(i, file) for i, one in enumerate(folders) for file in one.iterdir()]
        kept = sorted(one for one in inside if one[1].suffix.lower() in SUFFIXES)
        labels, found = np.array([i for i, _ in kept], dtype=int), [f for _, f in kept]
    else:
        with np.load(path, allow_pickle=False) as stored:
            _, labels = np.unique(stored["labels"], return_inverse=True)
            found = list(stored["images"])
    counts = np.bincount(labels)
    if len(counts) < 2 or counts.min() < 3:
        raise SystemExit("There must be two classes or more, with 3 pictures each.")
    return np.stack([fitted(one) for one in found]), labels


def split(seed):
    """Give the places of the pictures to train, validate and test with.

    If several pictures show one thing, keep them together: split the things instead.
    """
    rng, parts = np.random.default_rng(seed), ([], [], [])
    for label in range(n_classes):
        mine = rng.permutation(np.flatnonzero(labels == label))
        n_test, n_val = (max(1, round(s * len(mine))) for s in (TEST_SHARE, VAL_SHARE))
        for part, places in zip(
            parts, np.split(mine, [n_test, n_test + n_val]), strict=True
        ):
            part.append(places)
    test, val, train = map(np.concatenate, parts)
    return train, val, test


# A notebook has no `__file__` and runs in its folder.
images, labels = read(Path(globals().get("__file__", "")).parent / DATA)
n_classes = labels.max() + 1
'''

ONLY = """\
        missing = {*CLASSES} - {one.name for one in folders}
        if missing:
            raise SystemExit(f"Missing in {path}: folders {sorted(missing)}.")
        folders = [one for one in folders if one.name in CLASSES]
"""

MEASURE = """

# %% Measurement: arms share split, new head and minibatches of a seed
scores = {title: [] for title in ARMS}
for seed in SEEDS:
    train_places, val_places, test_places = split(seed)
    for title, arm in ARMS.items():
        best = -1.0
        for rates in arm["rates"]:
            network = train(seed, arm, rates, train_places)
            val = accuracy(network, val_places)
            if val > best:  # chosen on validation pictures alone
                best, test, chosen = val, accuracy(network, test_places), rates
        scores[title].append(test)
        print(f"seed {seed}, {title}: test accuracy {test:.4f} at rates {chosen}")
"""

VERDICT = '''

# %% Verdict
def reach(degrees):
    """Find how far 95 % of Student's t reach, for 5 degrees of freedom or more."""
    z = 1.959964
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / degrees + second / degrees**2 + third / degrees**3


def verdict(scores):
    """Compare the two arms seed by seed."""
    (ours, mine), (theirs, other) = scores.items()
    gaps = 100 * (np.array(mine) - np.array(other))
    if len(gaps) < 6:
        return "Inconclusive: fewer than 6 seeds."
    half = reach(len(gaps) - 1) * gaps.std(ddof=1) / len(gaps) ** 0.5
    low, high = gaps.mean() - half, gaps.mean() + half
    seeds = f"ahead in {(gaps > 0).sum()} of {len(gaps)} seeds"
    interval = f"{low:.1f} to {high:.1f} points, 95 % interval; {seeds}"
    if low > 0:
        return f"{ours.capitalize()} wins against {theirs} ({interval})."
    if high < 0:
        return f"{theirs.capitalize()} wins ({interval} for {ours})."
    return f"Too close to call between {ours} and {theirs} ({interval} for {ours})."


for title, found in scores.items():
    print(f"{title}: mean $accuracy {np.mean(found):.4f}")
print(verdict(scores))
'''


def fill(template: str, plan: Plan, backbone: Backbone, framework: str, needs: str) -> str:
    """Fill a template of a script.

    Parameters
    ----------
    template : str
        Names ``$model`` and the like, and those of the parts above.
    plan : Plan
    backbone : Backbone
    framework : str
    needs : str
        What to install, besides the library of the backbone.
    """
    mean, deviation = backbone.scale
    chosen, rival = plan.arms
    named = [f"    {json.dumps(name, ensure_ascii=False)}," for name in plan.classes]
    return Template(template).substitute(
        title=plain(chosen.title),
        rival=plain(inside(rival.title)),
        framework=framework,
        needs=f"{needs} {backbone.library} pillow" if backbone.library != "keras" else f"{needs} pillow",
        model=backbone.model,
        classes="\n".join(["CLASSES = [  # folders to read", *named, "]\n"]) if named else "",
        only=ONLY if named else "",
        backbone=backbone.title,
        library=backbone.home,
        seeds=f"{plan.seed}, {plan.seed + plan.n_seeds}" if plan.seed else number(plan.n_seeds),
        n_seeds=number(plan.n_seeds),
        batch_size=number(plan.batch_size),
        momentum=number(plan.momentum),
        weight_decay=number(plan.weight_decay),
        stage_decay=number(plan.stage_decay),
        stages="\n".join(f"    {_tuple(stage)}," for stage in backbone.stages),
        arms="\n".join(map(_arm, plan.arms)),
        n_features=number(backbone.n_features),
        classifier=backbone.classifier,
        mean=", ".join(map(number, mean)),
        deviation=", ".join(map(number, deviation)),
        accuracy="test accuracy",
    )


def _tuple(names: tuple[str, ...]) -> str:
    quoted = [f'"{name}"' for name in names]
    return f"({quoted[0]},)" if len(quoted) == 1 else f"({', '.join(quoted)})"


def _arm(arm: Planned) -> str:
    """Write an arm as an entry of a dictionary."""
    phases = [f"({epochs}, {number(round(share, 4))})" for epochs, share in arm.phases]
    return "\n".join(
        [
            f'    "{plain(inside(arm.title))}": {{',
            f'        "pretrained": {arm.pretrained},',
            _listed('"phases": ', phases),
            _listed('"rates": ', list(map(_rates, arm.rates))),
            "    },",
        ]
    )


def _rates(rates: Rates) -> str:
    return f"({number(rates[0])}, {number(rates[1])})"


def _listed(opening: str, items: list[str]) -> str:
    """Write a list on one line, or one item per line if that is too long."""
    line = f"        {opening}[{', '.join(items)}],"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"        {opening}[", *(f"            {item}," for item in items), "        ],"])
