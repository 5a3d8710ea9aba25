"""Helpers of the page tests."""

from collections.abc import Mapping
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parent.parent
PAGE_FILES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


def open_page(page: str, query: Mapping[str, str]) -> AppTest:
    """Open a page by a link."""
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    app.query_params.update(query)
    return app.run()


def texts(elements) -> str:
    """All that these elements say."""
    return "\n".join(element.value for element in elements)
