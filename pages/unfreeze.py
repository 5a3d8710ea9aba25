"""The schedule as a timeline, the unfreeze epoch swept, and the proof that frozen layers did not move."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("unfreeze")  # before the imports that take a while, so that the title is there at once

import streamlit as st

from transfer_core import RunResult
from transfer_ui import downloads, sentences
from transfer_ui.articles.unfreeze import (
    DECAY_PRESETS,
    Timelines,
    moved_sentence,
    sweep_epochs,
    sweep_evidence,
    sweep_sentence,
    three_on_validation,
)
from transfer_ui.charts import sweep
from transfer_ui.controls import sidebar
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.runs import ahead, cached
from transfer_ui.shell import frame, visit

config = sidebar.draw("unfreeze")

# The answer needs the sweep; its place is reserved above the evidence.
place = st.container(key="answer_place_short")
schedule = st.container()

# Drawn first: a click that reaches a server that has forgotten the session acts before old settings are computed.
st.subheader("All at once, or layer by layer?", anchor=False)
st.markdown("Systems disagree about how much slower the lower layers should learn. One click sets their rule:")
with st.container(horizontal=True):
    for preset in DECAY_PRESETS:
        sidebar.button(
            preset.title,
            sidebar.choose,
            config.but(gradual=preset.gradual, layer_decay=preset.layer_decay),
            key=f"decay_{preset.title}",
            help=preset.comment,
            type="primary" if preset.is_on(config) else "secondary",
        )

with schedule:
    st.subheader("The schedule, and what the weights did", anchor=False)
    st.markdown(
        "Ice blue with a lock means frozen; warm means trained, deeper for a higher rate (the number). "
        "The timelines are drawn from the same objects that train the network."
    )
    timelines = Timelines(config, theme())
    if visit.page_is_new() and not cached.is_known(config):
        timelines.draw_nothing()
    st.caption(
        "Upper row: the schedule. Lower row: the measured relative change of each layer's weights per epoch, mean over the "
        "seeds; ice blue means that not a single bit changed."
    )
    outcome = cached.comparison(config, timelines.draw, [cached.sweep_of(config, sweep_epochs(config))])
    results = outcome.results
    if not results:
        frame.stop_without_results()
    progressive = results["progressive_unfreezing"]
    timelines.draw(results, complete=True)
    st.markdown(moved_sentence(progressive))

st.subheader("The unfreeze epoch, swept", anchor=False)
references = {name: results[name] for name in ("feature_extraction", "end_to_end")}
sweep_charts = sweep.Charts(
    references, chosen=config.unfreeze_epoch, last=config.n_epochs, knob_title="Unfreeze epoch", mode=theme()
)


def with_present(swept: dict[str, RunResult]) -> dict[str, RunResult]:
    """Add the current choice, which has already been trained, to the others."""
    points = swept | {str(config.unfreeze_epoch): progressive}
    return {epoch: points[epoch] for epoch in sorted(points, key=int)}


swept = cached.unfreeze_sweep(
    config, sweep_epochs(config), lambda so_far: sweep_charts.draw(with_present(so_far), complete=False)
)
if swept.results:
    points = with_present(swept.results)
    sweep_charts.draw(points)
    st.caption(
        "Each point is a full training run. Dashed: the two pure approaches, which have no unfreeze epoch. Compared on the "
        "validation images, because this is a choice."
    )
    downloads.offer(
        "Sweep",
        lambda: sweep.sweep_table(points, references, chosen=config.unfreeze_epoch, last=config.n_epochs),
        Origin("unfreeze", [config], swept=("unfreeze_epoch",)),
        "sweep",
    )
    with place:
        frame.answer(sweep_sentence(points, config), [*sweep_evidence(points, config), three_on_validation(results)])
frame.show_origin(outcome.made)
with place:
    for sentence in sentences.trouble(results):
        st.error(sentence, icon=":material/warning:")

frame.try_next(
    config,
    [
        ("unfreeze", {"unfreeze_epoch": 0}, "Never freeze", "what does the old task pay for a random head?"),
        (
            "unfreeze",
            {"hidden_sizes": (64, 64, 64), "gradual": True},
            "Three hidden layers, one at a time",
            "see the staircase in the timeline",
        ),
        ("compare", {}, "The curves", "the same run against all controls"),
    ],
)
ahead.prepare(config)
