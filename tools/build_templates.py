"""Store the templates of the charts that first views show: ``python -m tools.build_templates``.

Run it again whenever a chart, a colour or the name of an arm changes; a test makes all of them anew and says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from transfer_ui.charts import ready

PAGES = Path(__file__).parents[1] / "pages"
LINKS: tuple[tuple[str, dict[str, str]], ...] = (
    *((path.stem, {}) for path in sorted(PAGES.glob("*.py"))),
    ("decide", {"guess": "50"}),
)
THEMES = ("light", "dark")


def made_anew() -> dict[str, Any]:
    """Open every page by its own link in both themes, and give the templates that it takes, without those that are shipped."""
    with patch.object(ready, "made", {}), patch.object(ready, "shipped_templates", dict):
        for theme in THEMES:
            for page, link in LINKS:
                app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
                app.context = {"theme": theme}
                app.query_params.update(link)
                app.run()
                if app.exception:
                    raise RuntimeError(f"{page}: {app.exception[0].message}")
        return ready.made


def main() -> None:
    """Write the file."""
    templates = made_anew()
    lines = [
        f"{json.dumps(name)}: {json.dumps(spec, separators=(',', ':'))}" for name, spec in sorted(templates.items())
    ]
    body = ",\n".join(lines)
    ready.FILE.write_text(f'{{"code": "{ready.name_of_code()}", "templates": {{\n{body}\n}}}}\n', encoding="utf-8")
    print(f"{len(templates)} templates, {ready.FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
