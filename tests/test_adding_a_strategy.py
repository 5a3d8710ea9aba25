"""A strategy is one entry: CONTRIBUTING's recipe, followed to the letter in a copy, where the new one wins."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.app import PAGE_FILES, ROOT

ENTRY = """
    "keen": Strategy(
        title="Keen training",
        short="Keen",
        summary="Train every layer at a rate of its own.",
        best_for="a test",
        advice="train keenly",
        build=lambda config: (
            Phase("all layers", config.n_epochs, freeze_to(config.n_layers, 0), (0.05,) * config.n_layers),
        ),
        rate_field="backbone_learning_rate",
        look=Look("#8B5CF6", "#B79CFF", (4, 2)),
    ),
    "held": Strategy(
        title="Held training",
        short="Held",
        summary="Train every layer, held to its start.",
        best_for="a test",
        advice="hold on",
        build=end_to_end,
        rate_field="backbone_learning_rate",
        look=Look("#BE185D", "#F472B6", (2, 2)),
        anchor=0.001,
    ),
}
"""
# At these rates nothing else gets anywhere within its epochs.
LINK = {
    "scenario": "off_centre",
    "head_learning_rate": "0.0005",
    "backbone_learning_rate": "0.0005",
    "unfrozen_learning_rate": "0.0005",
    "n_epochs": "20",
    "unfreeze_epoch": "2",
    "images_per_class": "20",
    "hidden_width": "64",
    "pretrain_epochs": "10",
    "n_seeds": "6",
}
# Where nobody asks who wins.
QUICK = LINK | {"n_epochs": "5", "images_per_class": "5", "hidden_width": "16", "pretrain_epochs": "1", "n_seeds": "2"}
JUDGED = ("home", "compare", "decide")
LINKS = {page: LINK if page in JUDGED else QUICK for page in PAGE_FILES}
LINKS["decide"] = LINK | {"guess": "50"}
LINKS["export"] = QUICK | {"strategy": "held"}
OPEN_PAGES = f"""
from functools import cache
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
for page, link in {LINKS!r}.items():
    app = AppTest.from_file(f"pages/{{page}}.py", default_timeout=300)
    app.query_params.update(link)
    app.run()
    said = " ".join(element.value for element in [*app.markdown, *app.caption, *app.warning, *app.error])
    assert not app.exception, (page, app.exception)
    print(page, "|", said.replace("\\n", " "))
"""


@pytest.fixture
def copy(tmp_path):
    for folder in ("transfer_core", "transfer_takeaway", "transfer_ui", "pages", ".streamlit"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "transfer_core" / "strategies.py"
    source = path.read_text(encoding="utf-8").rstrip()
    assert source.endswith("}")
    path.write_text(source.removesuffix("}") + ENTRY, encoding="utf-8")
    return tmp_path


def test_a_new_strategy_wins_on_every_page_and_breaks_none(copy):
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "FREEZE_OR_FINE_TUNE_STORE": str(copy / "cells.sqlite"),
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", OPEN_PAGES], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-6000:]
    said = dict(line.split(" | ", 1) for line in done.stdout.splitlines() if " | " in line)
    assert set(said) == set(PAGE_FILES)
    assert "Keen training wins" in said["compare"]
    assert "Keen training wins" in said["home"]
    assert "keen training wins" in said["decide"]
    assert "No script supports decay towards the pretrained weights" in said["export"]
