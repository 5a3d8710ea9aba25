"""Altair, imported when the first chart is made: what a first view shows stands ready (`transfer_ui.charts.ready`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__: list[str] = []  # nothing of this module's own: whoever documents it need not document Altair

if TYPE_CHECKING:
    from altair import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        import altair
        from altair.utils import schemapi

        # Checks of each part take a fifth of the time of a template; tests check the whole instead.
        schemapi.disable_debug_mode()
        globals()[name] = getattr(altair, name)
        return globals()[name]
