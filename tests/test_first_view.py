"""What a first visitor waits for: a first view imports nothing that can wait, and trains nothing."""

import json
import subprocess
import sys

import pytest

from tests.app import PAGE_FILES, ROOT

# What a bare Streamlit page with pandas and Altair imports, and what little we add to it.
OURS = {"transfer_core", "transfer_ui", "threadpoolctl"}
BROUGHT_BY_STREAMLIT = {"streamlit", "PIL", "narwhals", "pyarrow"}
LOOK = """
import json, sys, streamlit, altair, pandas, pyarrow
from streamlit.testing.v1 import AppTest
bare = set(sys.modules)
shown = AppTest.from_file("streamlit_app.py", default_timeout=60)
{link}
shown.run()
assert not shown.exception, shown.exception
import transfer_core.training as training
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - bare}})))
"""


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
def test_first_view_imports_nothing_that_can_wait(page, third_party):
    script = LOOK.format(link=f"shown.switch_page('pages/{page}.py')" if page != "home" else "")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert not imported & third_party
    drawing = {"segno"} if page == "class_links" else set()  # the QR code: no other page pays for it
    assert imported - set(sys.stdlib_module_names) <= OURS | BROUGHT_BY_STREAMLIT | drawing
