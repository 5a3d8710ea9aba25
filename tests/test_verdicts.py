"""The headline ranks every row of the table, and no sentence of a page contradicts another or itself."""

import re
from typing import Any

import numpy as np
import pytest

from tests.present import present
from transfer_core import RunConfig, compare, scenario_config
from transfer_core.baselines import BASELINES, measure_baselines
from transfer_core.experiment import sweep_steps
from transfer_ui import sentences, tables, verdicts
from transfer_ui.articles import export
from transfer_ui.articles.unfreeze import words
from transfer_ui.articles.unfreeze.swept import sweep_epochs
from transfer_ui.charts import curves

NOISE = np.array([4, -3, 2, -4, 3, -2]) / 1000
NETWORKS = ("feature_extraction", "end_to_end", "progressive_unfreezing", "from_scratch", "random_features")


def scores(**levels):
    """Six seeds around a level; strategies that are not named are at 0.7."""
    levels = dict.fromkeys(NETWORKS, 0.7) | levels
    return {name: level + np.roll(NOISE, index) for index, (name, level) in enumerate(levels.items())}


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ({"end_to_end": 0.9}, "End-to-end fine-tuning wins, at least 19."),
        ({"end_to_end": 0.9, "from_scratch": 0.95}, "From scratch wins, at least 4."),
        (
            {"end_to_end": 0.9, "zero_shot": 0.95},
            "No training needed: zero-shot wins, at least 4.",
        ),
        (
            {"end_to_end": 0.9, "zero_shot": 0.9},
            "Nothing is clearly better than zero-shot, which needs no training.",
        ),
        (
            {"end_to_end": 0.9, "logistic_regression": 0.95},
            "No network needed: logistic regression wins, at least 4.",
        ),
        (
            {"end_to_end": 0.9, "nearest_neighbour": 0.9, "logistic_regression": 0.9},
            "Nothing is clearly better than nearest neighbour, which needs no network.",
        ),
        (
            {"feature_extraction": 0.9, "end_to_end": 0.1, "progressive_unfreezing": 0.1},
            "Feature extraction wins; end-to-end fine-tuning and progressive unfreezing collapsed.",
        ),
        (
            dict.fromkeys(NETWORKS, 0.1) | {"feature_extraction": 0.9},
            "Feature extraction wins only because everything else collapsed.",
        ),
        (dict.fromkeys(NETWORKS, 0.1), "Nothing learns here: no accuracy is better than guessing."),
        (
            {"end_to_end": 0.9001, "from_scratch": 0.9},
            "Too close to call between end-to-end fine-tuning and from scratch.",
        ),
    ],
)
def test_headline_ranks_everything_and_calls_a_win_what_it_is(levels, said):
    found = verdicts.headline(scores(**levels), 10)
    assert found.startswith(said)
    assert len(found.split()) <= 15


def test_the_best_of_two_classes_is_held_against_guessing_among_two():
    guessed = scores(**dict.fromkeys(NETWORKS, 0.51))
    assert verdicts.headline(guessed, 2).startswith("Nothing learns here")
    assert verdicts.evidence(guessed, 2).endswith("guessing gives 50.0\u00a0%.")
    assert not verdicts.headline(guessed, 10).startswith("Nothing learns here")


def test_the_three_are_compared_where_something_else_is_best():
    said = verdicts.among_the_three(scores(end_to_end=0.8, zero_shot=0.9), 10)
    assert said.startswith("Of the three strategies, end-to-end fine-tuning is best. In test accuracy, ")
    collapsed = verdicts.among_the_three(scores(end_to_end=0.1, progressive_unfreezing=0.1), 10)
    assert "feature extraction wins only because the others collapsed" in collapsed
    guessed = verdicts.among_the_three(scores(**dict.fromkeys(NETWORKS, 0.1)), 10)
    assert guessed == "None of the three strategies has a test accuracy better than guessing."


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (RunConfig(images_per_class=1), "No training needed: zero-shot wins"),
        (
            scenario_config("lesson", n_epochs=20, unfreeze_epoch=10, n_seeds=6, images_per_class=50),
            "Nothing is clearly better than nearest neighbour",
        ),
        (RunConfig("mnist_to_digits"), "Nothing is clearly better than nearest neighbour"),
    ],
    ids=["one image of each class", "lesson", "mnist_to_digits"],
)
def test_headline_does_not_leave_out_the_best_row_of_the_table(config, said):
    results, baselines = compare(config), measure_baselines(config)
    table = tables.summary(results, baselines).sort_values("test_accuracy", ascending=False)
    assert verdicts.answer(results, baselines).startswith(said)
    assert table["strategy"].iloc[0].lower() in " ".join(verdicts.behind_it(results, baselines)).lower()
    of_the_three = any("Of the three strategies" in line for line in verdicts.behind_it(results, baselines))
    assert of_the_three == (table["strategy"].iloc[0] in [baseline.title for baseline in BASELINES.values()])


QUICK: dict[str, Any] = {"hidden_sizes": (16,), "pretrain_epochs": 2, "n_epochs": 6, "unfreeze_epoch": 3, "n_seeds": 6}
EXTREMES = {
    "plain": RunConfig(**QUICK),
    "two seeds": RunConfig(**QUICK).but(n_seeds=2),
    "one seed": RunConfig(**QUICK).but(n_seeds=1),
    "nothing pretrained": RunConfig(**QUICK).but(pretrain_epochs=0),
    "one image": RunConfig(**QUICK).but(images_per_class=1),
    "rate 2": RunConfig(**QUICK).but(
        backbone_learning_rate=2.0, unfrozen_learning_rate=2.0, head_learning_rate=2.0, momentum=0.99
    ),
    "rate 2 for the backbone": RunConfig(**QUICK).but(backbone_learning_rate=2.0, momentum=0.95),
    "gradual with one layer": RunConfig(**QUICK).but(gradual=True),
    "never frozen": RunConfig(**QUICK).but(unfreeze_epoch=0, unfrozen_learning_rate=0.05),
    "never unfrozen": RunConfig(**QUICK).but(unfreeze_epoch=6),
    "one epoch": RunConfig(**QUICK).but(n_epochs=1, unfreeze_epoch=1),
    "lesson": scenario_config("lesson", **QUICK, images_per_class=20),
    "other digits": RunConfig(scenario="low_to_high", **QUICK),
    "two classes": RunConfig(scenario="digits_to_parity", **QUICK).but(images_per_class=1),
    "two classes, nothing learnt": RunConfig(scenario="digits_to_ink", **QUICK).but(
        head_learning_rate=1e-6, backbone_learning_rate=1e-6, unfrozen_learning_rate=1e-6
    ),
}


@pytest.fixture(scope="module", params=EXTREMES, ids=lambda name: name.replace(" ", "_"))
def said(request):
    """Everything that the pages say of an extreme run: page -> sentences of its box; and the run itself."""
    config = EXTREMES[request.param]
    results, baselines = compare(config), measure_baselines(config)
    *_, last = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", sweep_epochs(config))
    swept = present(last.results)()
    answer = [verdicts.answer(results, baselines), *verdicts.behind_it(results, baselines)]
    worth = verdicts.worth_of_pretraining(results, baselines)
    best = export.winner(results)
    boxes = {
        "compare": [*answer, worth, sentences.price(results), *sentences.trouble(results)],
        "home": [
            *answer,
            worth,
            *(sentences.cost_words(one, results["feature_extraction"]) for one in results.values()),
        ],
        "export": [
            *answer,
            export.whose_code(best, best.leader, "Keras"),
            export.what_it_repeats(results[best.leader]),
        ],
        "unfreeze": [
            words.headline(swept, results),
            words.sweep_sentence(swept, config),
            *words.evidence(swept, results),
            words.moved_sentence(results["progressive_unfreezing"]),
        ],
        "alt": [sentences.described(results, title, metric) for metric, title in curves.PANELS.items()],
    }
    return config, boxes


def every(boxes):
    return [sentence for sentences_of_page in boxes.values() for sentence in sentences_of_page]


def test_no_sentence_shows_what_is_not_a_number(said):
    _, boxes = said
    assert not [line for line in every(boxes) if re.search(r"\bnan\b|\binf\b|None(?! of)|\d[eE][+-]", line)]


def test_headline_is_short_and_has_no_brackets(said):
    _, boxes = said
    for page in ("compare", "unfreeze"):
        assert len(boxes[page][0].split()) <= 17
        assert "(" not in boxes[page][0]


def test_few_seeds_decide_nothing_and_count_no_wins(said):
    config, boxes = said
    decided = [
        line for line in every(boxes) if re.search(r"ahead in|\bwins\b|is best|pays|hurts|clear difference", line)
    ]
    if config.n_seeds < 6:
        assert boxes["compare"][0].startswith("Inconclusive: too few seeds")
        assert decided in ([], ["Whether pretraining pays cannot be told: too few seeds."] * 2)
    else:
        assert not any("too few" in line or "so few" in line for line in every(boxes))


def test_no_clock_stands_in_an_answer(said):
    _, boxes = said
    assert not [line for line in every(boxes) if re.search(r"\bseconds\b|\bms\b", line)]


def test_where_nothing_was_pretrained_there_is_no_old_task(said):
    config, boxes = said
    words = " ".join(every(boxes))
    if config.pretrain_epochs and config.scenario != "lesson":
        assert "old task" in words
        assert "Nothing was pretrained" not in words
    else:
        assert not re.search(r"old task|retraining (pays|hurts|makes)|zero-shot", words, re.IGNORECASE)
        assert "Nothing was pretrained" in words


def test_interval_lies_on_the_side_that_the_words_name(said):
    _, boxes = said
    gaps = re.findall(r"(\d+\.\d) points[^(]*\(95\u00a0% interval (\S+) to (\S+?);", " ".join(every(boxes)))
    for mean, low, high in gaps:
        if "just" not in low + high:
            assert float(low.replace("−", "-")) - 0.11 <= float(mean) <= float(high.replace("−", "-")) + 0.11


def test_wins_and_interval_agree_with_a_call(said):
    _, boxes = said
    for line in every(boxes):
        for wins, n in re.findall(r"ahead in (\d+) of (\d+) seeds", line):
            assert int(wins) < int(n) or "no clear difference" not in line


def test_a_box_speaks_of_one_kind_of_images(said):
    _, boxes = said
    assert not re.search(r"test (images|accuracy)", " ".join(boxes["unfreeze"]))
    assert "alidation" not in " ".join(boxes["compare"] + boxes["home"])


def test_what_did_not_learn_does_not_win(said):
    _, boxes = said
    for sentences_of_page in boxes.values():
        words = " ".join(sentences_of_page)
        assert not ("Nothing learns here" in words and re.search(r"\bwins\b|is best|No training needed", words))


def test_the_old_task_does_not_go_from_a_figure_to_the_same():
    result = compare(EXTREMES["plain"], ["feature_extraction"])["feature_extraction"]
    assert "the old task stays at " in sentences.cost_words(result, result)
