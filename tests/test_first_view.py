"""What a first visitor waits for: a first view imports nothing that can wait, and trains nothing."""

import json
import subprocess
import sys

import pytest

from tests.app import PAGE_FILES, ROOT

# What a bare Streamlit page with pandas and Altair imports, and what little we add to it.
OURS = {"transfer_core", "transfer_takeaway", "transfer_ui", "threadpoolctl"}
BROUGHT_BY_STREAMLIT = {"streamlit", "PIL", "narwhals", "numpy", "pyarrow"}
BARE = (
    "import sys, json, streamlit, altair, pandas, pyarrow, streamlit.testing.v1; print(json.dumps(list(sys.modules)))"
)
LOOK = """
import json, sys
from streamlit.testing.v1 import AppTest
from transfer_ui.controls import sidebar
show_notices = sidebar.show_notices
def watched():
    show_notices()
    with_controls.update(sys.modules)
with_controls = set()
sidebar.show_notices = watched
shown = AppTest.from_file("{file}", default_timeout=60)
{link}
shown.run()
assert not shown.exception, shown.exception
import transfer_core.training as training
print(json.dumps([sorted(with_controls), sorted(sys.modules)]))
"""


def modules(script):
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def bare():
    return set(modules(BARE))


@pytest.fixture(scope="module")
def third_party():
    return {
        "sklearn",
        "scipy",
        "joblib",
        "torch",
        "keras",
        "distributed",
        "tqdm",
        "vl_convert",
        "matplotlib",
        "mlxtend",
    }


@pytest.mark.parametrize("page", PAGE_FILES)
def test_first_view_imports_nothing_that_can_wait_and_its_controls_need_no_charts(page, bare, third_party):
    link = f"shown.switch_page('pages/{page}.py')" if page != "home" else ""
    with_controls, at_last = modules(LOOK.format(file=ROOT / "streamlit_app.py", link=link))
    assert "numpy" in with_controls
    assert not {"pandas", "altair"} & set(with_controls)
    imported = {name.partition(".")[0] for name in set(at_last) - bare}
    assert "altair" not in at_last  # the charts of a first view ship ready made
    assert page == "class_links" or "pandas" in at_last
    assert not imported & third_party
    drawing = {"segno"} if page == "class_links" else set()  # the QR code: no other page pays for it
    assert imported - set(sys.stdlib_module_names) <= OURS | BROUGHT_BY_STREAMLIT | drawing
