"""The visitor's schedule to take away: as a script, for the shell, for a notebook."""

from __future__ import annotations

import streamlit as st

from transfer_core import RunConfig, RunResult
from transfer_ui.controls import sidebar, yours
from transfer_ui.controls.link import to_query, to_text
from transfer_ui.runs.waiting import Outcome

ON_OWN_DATA = (
    "Scripts of a schedule of your own run on the lab's data. On yours, “Export” has scripts of the strategies."
)


def draw(outcome: Outcome, result: RunResult, text: str) -> None:
    """Draw the choice of a framework, and the script if it can say the schedule."""
    if yours.is_own(result.config.scenario):
        st.caption(ON_OWN_DATA)
        return
    from transfer_ui.export import FRAMEWORKS  # only whoever asks for code waits for it
    from transfer_ui.export.notebook import to_notebook
    from transfer_ui.export.recipe import recipe_of, to_npz

    st.subheader("Take it with you", anchor=False)
    titles = {name: framework.title for name, framework in FRAMEWORKS.items()}
    name = sidebar.choose_in_link("code", titles, st.segmented_control, default=None, label="As a script")
    if name:
        recipe = outcome.once("recipe", lambda: recipe_of(result))
        obstacle = FRAMEWORKS[name].obstacle(recipe)
        if obstacle:
            st.warning(f"{obstacle} Another framework can express it.", icon=":material/block:")
        else:
            script = FRAMEWORKS[name].write(recipe)
            with st.container(horizontal=True):
                for label, make, ending, mime in (
                    ("Script", lambda: script, "py", "text/x-python"),
                    ("Weights and images", lambda: to_npz(recipe), "npz", "application/octet-stream"),
                    ("Notebook", lambda: to_notebook(script), "ipynb", "application/x-ipynb+json"),
                ):
                    file = recipe.data_file if ending == "npz" else f"{recipe.stem}_{name}.{ending}"
                    st.download_button(
                        label, make, file, mime, icon=":material/download:", on_click="ignore", help=file
                    )
            st.code(script, language="python", height=420)
    with st.expander("The same from a shell or a notebook", icon=":material/terminal:"):
        st.code(in_shell(result.config, text), language="bash", wrap_lines=True)
        st.code(in_notebook(result.config, text), language="python")


def in_shell(config: RunConfig, text: str) -> str:
    """Write the command that repeats the comparison.

    Examples
    --------
    >>> in_shell(RunConfig(images_per_class=5), "5-f-f-0.1")
    "python -m transfer_ui compare --link 'scenario=off_centre&images_per_class=5' --schedule 5-f-f-0.1"
    """
    return f"python -m transfer_ui compare --link '{to_text(config)}' --schedule {text}"


def in_notebook(config: RunConfig, text: str) -> str:
    """Write the lines that repeat the comparison.

    Examples
    --------
    >>> print(in_notebook(RunConfig(images_per_class=5), "5-f-f-0.1"))
    from transfer_core import Arm, arm_of, compare, scenario_config
    from transfer_core.schedule_text import from_text
    <BLANKLINE>
    config = scenario_config("off_centre", images_per_class=5)
    mine = Arm(from_text("5-f-f-0.1", config.n_layers))
    results = compare(config, {"mine": mine, "theirs": arm_of(config, "progressive_unfreezing")})
    """
    changed = {name for name in to_query(config) if name != "scenario"}
    if changed & {"hidden_layers", "hidden_width"}:
        changed = changed - {"hidden_layers", "hidden_width"} | {"hidden_sizes"}
    fields = "".join(f", {name}={getattr(config, name)!r}" for name in sorted(changed))
    return (
        "from transfer_core import Arm, arm_of, compare, scenario_config\n"
        "from transfer_core.schedule_text import from_text\n\n"
        f'config = scenario_config("{config.scenario}"{fields})\n'
        f'mine = Arm(from_text("{text}", config.n_layers))\n'
        'results = compare(config, {"mine": mine, "theirs": arm_of(config, "progressive_unfreezing")})'
    )
