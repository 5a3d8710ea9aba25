import re
from dataclasses import replace

import numpy as np
import pytest

from tests.app import QUICK, links, open_page, widget
from transfer_core import RunConfig, compare
from transfer_core.bibliography import SOURCES
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, UNTESTED
from transfer_core.studies.study import Finding
from transfer_ui.articles import claims
from transfer_ui.articles.badges import LOOKS
from transfer_ui.articles.learn import advice, glossary, lesson_claims, reading, theory
from transfer_ui.articles.learn.sections import bullets

LESSON_URLS = (
    "https://arxiv.org/abs/1512.03385",
    "https://arxiv.org/abs/1411.1792",
    "https://pytorch.org/tutorials/beginner/transfer_learning_tutorial.html",
    "https://course.fast.ai/",
    "https://www.tensorflow.org/tutorials/images/transfer_learning",
    "https://cs231n.github.io/transfer-learning/",
    "https://builtin.com/data-science/transfer-learning",
    "https://pytorch.org/vision/stable/models.html",
    "https://huggingface.co/docs/transformers/index",
    "https://www.tensorflow.org/hub",
    "https://www.image-net.org/",
    "https://www.cs.toronto.edu/~kriz/cifar.html",
    "http://vision.stanford.edu/aditya86/ImageNetDogs/",
)
READINGS = [*(one for shelf in reading.LESSON_READINGS.values() for one in shelf), *reading.PAPERS]


@pytest.fixture
def results(small):
    return compare(small)


@pytest.mark.parametrize("url", LESSON_URLS)
def test_every_resource_of_the_lesson_is_there_once(url):
    assert [one.url for one in READINGS].count(url) == 1


def test_the_page_lists_every_source_once():
    assert sorted(one.key for one in READINGS) == sorted(SOURCES)


def test_papers_come_with_author_and_year():
    assert all(paper.authors and paper.year for paper in reading.PAPERS)


def test_the_glossary_is_sorted_and_without_duplicates():
    words = [term.word.casefold() for term in glossary.GLOSSARY]
    assert words == sorted(set(words))


def test_the_glossary_is_searched_in_all_that_it_says():
    assert glossary.search("") == glossary.GLOSSARY
    assert [term.word for term in glossary.search(" LIGHTNING ")] == [
        term.word for term in glossary.GLOSSARY if "Lightning" in term.also
    ]
    assert glossary.search("no such word") == ()


@pytest.mark.parametrize("row", lesson_claims.TABLE, ids=lambda row: row.aspect)
def test_each_row_is_measured_with_a_figure(row, results):
    verdict, sentence, *_ = row.measure(results)
    assert verdict in LOOKS
    assert re.search(r"\d", sentence)
    assert sentence.endswith(".")


@pytest.mark.parametrize("row", lesson_claims.TABLE, ids=lambda row: row.aspect)
def test_each_row_can_be_measured_with_one_seed_and_without_a_source(row):
    lonely = RunConfig(scenario="lesson", hidden_sizes=(8,), n_epochs=2, unfreeze_epoch=1, n_seeds=1, batch_size=None)
    verdict, sentence, *_ = row.measure(compare(lonely))
    assert verdict in LOOKS
    assert "nan" not in sentence


def _arm(result, test_accuracy, config=None, train=1.0, val_loss=(1.0, 0.5)):
    n = len(test_accuracy)
    history = {"train_accuracy": np.full((n, 2), train), "val_loss": np.tile(val_loss, (n, 1))}
    return replace(result, test_accuracy=test_accuracy, config=config or result.config, history=history)


def _arms(results, n=8, **changed):
    """Both approaches and random features, each at 0.5 with the same spread, unless changed."""
    spread = 0.001 * np.arange(n)
    made = {}
    for name in ("feature_extraction", "end_to_end", "random_features"):
        accuracy, train, val_loss = changed.get(name, (0.5, 1.0, (1.0, 0.5)))
        made[name] = _arm(results[name], accuracy + spread, RunConfig(images_per_class=5), train, val_loss)
    return made


LEARNT, DEAD, FALLING = 1.0, 0.1, (1.0, 0.5)


@pytest.mark.parametrize(
    ("gain", "n", "verdict"), [(0.4, 6, CONFIRMED), (0.0, 6, SAME), (-0.4, 6, REFUTED), (0.4, 1, INCONCLUSIVE)]
)
def test_the_verdict_of_a_row_follows_the_interval(results, gain, n, verdict):
    arms = _arms(results, n, feature_extraction=(0.5 + gain, LEARNT, FALLING))
    assert lesson_claims.data_requirements(arms).verdict == verdict


@pytest.mark.parametrize(
    ("frozen", "full", "verdict"),
    [(0.7, 0.6, CONFIRMED), (0.7, 0.8, REFUTED), (0.7, 0.7, SAME), (0.5, 0.7, CONFIRMED), (0.5, 0.5, SAME)],
)
def test_performance_is_judged_by_whether_the_features_fit_and_a_null_gap_never_holds(results, frozen, full, verdict):
    arms = _arms(results, feature_extraction=(frozen, LEARNT, FALLING), end_to_end=(full, LEARNT, FALLING))
    assert lesson_claims.performance(arms).verdict == verdict


@pytest.mark.parametrize(("risen", "verdict"), [(0.9, CONFIRMED), (0.5, SAME)])
def test_overfitting_is_a_validation_loss_that_rises(results, risen, verdict):
    found = lesson_claims.overfitting(_arms(results, end_to_end=(0.5, LEARNT, (0.5, risen))))
    assert found.verdict == verdict
    assert f"0.00 nats frozen, by {risen - 0.5:.2f} end-to-end" in found.sentence


def test_a_loss_that_broke_down_has_no_bound_and_is_not_judged(results):
    found = lesson_claims.overfitting(_arms(results, end_to_end=(0.1, DEAD, (1.0, np.nan))))
    assert found.verdict == UNTESTED
    assert "by ∞ end-to-end" in found.sentence


COMPARING = (lesson_claims.data_requirements, lesson_claims.performance, lesson_claims.overfitting)


@pytest.mark.parametrize("measure", COMPARING)
@pytest.mark.parametrize("name", ["feature_extraction", "end_to_end"])
def test_an_arm_that_has_not_learnt_its_training_images_is_not_judged(results, measure, name):
    finding = measure(_arms(results, **{name: (0.1, DEAD, FALLING)}))
    assert finding.verdict == UNTESTED
    assert "10.0\xa0% of its own training images right" in finding.sentence


@pytest.mark.parametrize("measure", COMPARING)
def test_nothing_is_said_of_pretrained_features_where_nothing_is_pretrained(measure):
    config = RunConfig(
        scenario="lesson",
        hidden_sizes=(8,),
        n_epochs=2,
        unfreeze_epoch=1,
        images_per_class=5,
        n_seeds=6,
        batch_size=None,
    )
    finding = measure(compare(config))
    assert finding.verdict == UNTESTED
    assert "Nothing is pretrained" in finding.sentence


def test_the_tally_counts_what_holds_and_names_the_rest():
    found = {
        "Speed": Finding(CONFIRMED, ""),
        "Work": Finding(CONFIRMED, ""),
        "Accuracy": Finding(REFUTED, ""),
        "Rate": Finding(SAME, ""),
    }
    said = "2 of 4 claims are confirmed here, with these settings. Refuted here: accuracy. No difference here: rate."
    assert lesson_claims.tally(found) == said


def test_the_worth_of_features_is_said_with_a_figure(results):
    assert re.search(r"\d\.\d points", lesson_claims.features_sentence(results))


def test_gradients_cost_most_end_to_end_and_least_with_kept_features():
    sentence = theory.chain_sentence(RunConfig())
    full, frozen, kept = (int(number.replace(",", "")) for number in re.findall(r"\d+,\d{3}", sentence))
    assert full > frozen > kept


def test_formulas_and_paragraphs_are_told_apart():
    assert set(theory.FORMULAS) <= set(theory.MATHEMATICS)
    assert all("$$" not in part for part in theory.MATHEMATICS)


def test_tables_are_rectangular():
    assert {len(row) for row in advice.RATES} == {len(advice.RATE_COLUMNS)}
    assert list(advice.ADVICE) == [approach.strategy for approach in theory.APPROACHES]


def test_lists_are_markdown():
    assert bullets(["a", "b"], "1.") == "1. a\n1. b"


@pytest.mark.parametrize("section", theory.SECTIONS)
def test_every_section_opens_by_its_link(section):
    app = open_page("learn", QUICK | {"section": section})
    assert not app.exception
    assert not app.warning
    assert app.subheader[0].value == theory.SECTIONS[section]
    assert app.query_params.get("section", next(iter(theory.SECTIONS))) == section


def test_another_section_goes_into_the_link():
    app = open_page("learn", QUICK)
    widget(app, "section").set_value("rates").run()
    assert not app.exception
    assert app.subheader[0].value == theory.SECTIONS["rates"]
    assert app.query_params["section"] == "rates"


def test_a_section_that_does_not_exist_is_said_and_replaced():
    app = open_page("learn", QUICK | {"section": "`gold`"})
    assert not app.exception
    assert "gold" in app.warning[0].value
    assert app.subheader[0].value == theory.SECTIONS["approaches"]


def test_the_rule_of_thumb_stands_beside_what_was_measured():
    app = open_page("learn", QUICK | {"section": "when"})
    stored = claims.entry("crossover", "rule_of_thumb")
    assert f"#### The rule of thumb is {stored.verdict}." in [element.value for element in app.markdown]
    assert any("Find your own crossing" in label for label in links(app))


def test_the_glossary_is_searched_on_the_page():
    app = open_page("learn", QUICK | {"section": "glossary"})
    widget(app, "word").set_value("linear probe").run()
    said = " ".join(element.value for element in app.markdown)
    assert "**feature extraction**" in said
    assert "**zero-shot**" not in said
