"""A schedule of the visitor's own: drawn, predicted, trained, and compared with all others."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("your_schedule")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("your_schedule")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_core.schedule_text import to_text
from transfer_ui import downloads, sentences, tables, verdicts
from transfer_ui.articles import comparison
from transfer_ui.articles.class_links import room
from transfer_ui.articles.your_schedule import bet, code, draft, editor, questions, tries
from transfer_ui.articles.your_schedule.figures import Figures
from transfer_ui.articles.your_schedule.standing import evidence, headline, standing, to_beat
from transfer_ui.controls import address
from transfer_ui.downloads import Origin
from transfer_ui.rows import OWN
from transfer_ui.runs import ahead, baseline_scores, cached
from transfer_ui.sentences import test_scores
from transfer_ui.shell import frame, visit

schedule = draft.current(config)
text = to_text(schedule)

room.draw(config)
veiled = room.is_veiled(config)
place = st.container(key="answer_place")
editor.draw_buttons(config)
editor.draw_timeline(schedule, config)
questions.draw_length(schedule, config)
is_trained = draft.is_to_be_trained() or text in tries.at(config)
if is_trained:
    draft.train()
predicted = None if veiled else questions.draw_bet(is_trained=is_trained)
editor.draw_table(schedule)

figures = Figures(config, schedule)
if veiled or (visit.page_is_new() and not cached.is_known(config)):
    figures.draw_nothing()
if veiled:
    room.wait(place)
with place:
    answer = frame.Answer()
    theirs = cached.comparison(config, figures.draw_curves, [*baseline_scores.requests_of(config).values()])
    results = theirs.results
    if not results:
        frame.stop_without_results()
    is_new = not is_trained or text not in tries.at(config)  # otherwise all is drawn at once, below
    if is_new:
        figures.draw_curves(results, None if theirs.stopped else theirs)
    baselines = baseline_scores.measured(config, lambda: figures.draw_scores(test_scores(results)))
    scores = test_scores(results) | dict(baselines)
    if is_new:
        figures.draw_scores(scores)
        answer.say(to_beat(scores), verdicts.behind_it(results, baselines), comparison.note(config))
    if is_trained and not theirs.stopped:
        outcome = cached.own_schedule(config, schedule, lambda so_far: figures.draw_curves(results | so_far))
        results = results | outcome.results
        if outcome.stopped:
            answer.say("Your schedule was stopped: continue it to compare.")
            figures.draw_curves(results)
        else:
            tries.keep(config, text, outcome.results[OWN], predicted)
            scores = scores | test_scores(outcome.results)
            found = standing(scores, tries.scores_beside(config, text))
            said = tries.at(config)[text].bet
            answer.say(
                headline(found, scores, config.layer_sizes[-1]),
                evidence(found, results[OWN], results["end_to_end"]),
                bet.feedback(said, found) if said else comparison.note(config),
            )
            figures.draw_scores(scores)
            figures.draw_curves(results, outcome)
    frame.show_trouble(sentences.trouble(results))

attempts = tries.at(config)
figures.draw_costs(results, attempts, text)
if attempts:
    tries.show(tries.table(attempts))
    with st.container(horizontal=True, vertical_alignment="center"):
        for drawn, one in attempts.items():
            if drawn != text:
                sidebar.button(f"Back to {one.number}", draft.take, drawn, key=f"back_{one.number}", type="tertiary")
        origin = Origin("your_schedule", [config], address.place())
        downloads.offer("Your attempts", lambda: tries.table(attempts), origin, "attempts")
        pretraining = cached.pretraining_of(results)  # here: a download is made outside the session
        downloads.offer("Summary", lambda: tables.summary(results, baselines, pretraining), origin, "summary")
        downloads.offer("Seed by seed", lambda: tables.per_seed(results, baselines), origin, "per_seed")
        downloads.offer("Curves", lambda: tables.per_epoch(results), origin, "curves")
if text in attempts:
    code.draw(outcome, results[OWN], text)
frame.show_origin(theirs.made)
frame.try_next(
    config,
    [
        ("your_schedule", {"images_per_class": 1}, "One image per class", "does your schedule still hold?"),
        ("unfreeze", {}, "When to unfreeze", "sweep the unfreeze epoch with these settings"),
        ("forgetting", {}, "The old task", "what the strategies forget, and which classes go first"),
        ("compare", {}, "The curves", "the strategies against all controls"),
    ],
)
room.tell(config)
ahead.prepare(config)
