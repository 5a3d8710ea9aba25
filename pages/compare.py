"""All strategies on one scenario: the verdict, the curves, the table."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("compare")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("compare")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_core import STRATEGIES
from transfer_ui import downloads, nouns, sentences, tables, verdicts
from transfer_ui.articles import comparison, saved_run
from transfer_ui.articles.class_links import room
from transfer_ui.charts import curves
from transfer_ui.charts.strip import Strip, described
from transfer_ui.controls.presets import PRESETS
from transfer_ui.definitions import DEFINITIONS
from transfer_ui.downloads import Origin
from transfer_ui.on_the_way import N_IMAGES
from transfer_ui.palette import theme
from transfer_ui.runs import ahead, baseline_scores, cached
from transfer_ui.shell import frame, slider, visit

room.draw(config)
place = st.container(key="answer_place")
mode = theme()
to_come = [*STRATEGIES, *baseline_scores.to_come(config)]
strip = Strip(st.columns([11, 9], gap="medium"), to_come, mode)

# The evidence: a curve, and the choice of an earlier run to overlay.
metric = sidebar.choose_in_link("curve", curves.TITLES, st.segmented_control) or "val_accuracy"
chart = curves.Chart(config.n_epochs, metric, mode)
slider.draw("at_epoch", curves.shown_epochs(config.n_epochs), f"compare {config.key}", mode)
numbers = st.container(key="readings")
numbers.empty()  # an empty container would not keep its height
pinned_config = visit.choose_pinned(config)
if pinned_config:
    st.caption(f"Dotted lines: an earlier run with {sentences.differences(pinned_config, config)}.")
costs = st.container()
frame.show_presets(PRESETS, config)
st.caption(config.pair.look_for)
veiled = room.is_veiled(config)
if veiled or (visit.page_is_new() and not cached.is_known(config)):
    # Axes at once: the browser prepares the charts while the server trains. Later, the previous run's curves stay.
    strip.draw({})
    chart.draw_rows(None)
if veiled:
    room.wait(place)
with place:
    outcome = cached.comparison(
        config,
        lambda so_far: chart.draw_rows(curves.curve_rows(so_far, {}, metric)),
        [*baseline_scores.requests_of(config).values()],
    )
    results = outcome.results
    if not results:
        frame.stop_without_results()
    if not outcome.stopped:
        visit.keep(config)
    pinned = cached.comparison(pinned_config).results if pinned_config else {}

    rows = outcome.once(metric, lambda: curves.curve_rows(results, {}, metric))
    words = outcome.once(f"{metric} in words", lambda: sentences.described(results, curves.PANELS[metric], metric))
    if pinned:
        chart.draw_rows(curves.curve_rows(results, pinned, metric), words)
    else:
        chart.draw(outcome.once(f"{metric}, drawn", lambda: chart.filled(rows, words)))

    baselines = comparison.answer(
        config,
        results,
        lambda baselines: outcome.once(
            "evidence",
            lambda: [
                *verdicts.behind_it(results, baselines),
                verdicts.worth_of_pretraining(results, baselines),
                sentences.price(results),
            ],
        ),
        lambda scores: strip.draw_filled(
            outcome.once(f"strip of {len(scores)}", lambda: strip.filled(scores, described(scores)))
        ),
    )
    frame.show_trouble(sentences.trouble(results))
with numbers:
    comparison.draw_readings(outcome, rows, metric, mode)
with costs:
    comparison.draw_costs(outcome, mode)
st.caption(
    nouns.said(
        config.pair,
        f"{sentences.about_lines(config.n_seeds)} Epoch 0 is before any training. The slider moves the curves, the numbers "
        "and the costs; test accuracy is measured once, at the end. Between the ends of a run, the old task is measured "
        f"on {N_IMAGES} of its test images per seed. The menu in a chart's corner saves it as PNG or SVG, or shows its data. "
        "Losses are in nats.",
    ),
    help=DEFINITIONS["nats"],
)

# The evidence in numbers.
pretraining = cached.pretraining_of(results)
views = {"summary": "Summary", "costs": "Costs", "seeds": "Seed by seed"}
view = sidebar.choose_in_link("numbers", views, st.segmented_control)
if view == "seeds":
    tables.show_per_seed(tables.per_seed(results, baselines))
else:
    draw_table = tables.show_costs if view == "costs" else tables.show_summary
    draw_table(outcome.once("summary", lambda: tables.summary(results, baselines, pretraining)))
frame.show_origin(outcome.made)
with st.container(horizontal=True):
    origin = Origin("compare", [config], notes=("stopped before the end",) if outcome.stopped else ())
    downloads.offer("Summary", lambda: tables.summary(results, baselines, pretraining), origin, "summary")
    downloads.offer("Seed by seed", lambda: tables.per_seed(results, baselines), origin, "per_seed")
    downloads.offer("Curves", lambda: tables.per_epoch(results), origin, "curves")
    saved_run.offer(results, baselines, outcome.made, origin)

saved_run.open_one()
comparison.draw_samples(config)

frame.try_next(
    config,
    [
        ("compare", {"images_per_class": 1}, "One image per class", "does freezing take the lead?"),
        ("compare", {"backbone_learning_rate": 0.5}, "Ten times the end-to-end rate", "what happens to the old task?"),
        ("unfreeze", {}, "When to unfreeze", "sweep the unfreeze epoch with these settings"),
        ("export", {}, "Take the code", comparison.code_words(config)),
    ],
)
room.tell(config)
ahead.prepare(config, [preset.config for preset in PRESETS])
