import re
from dataclasses import replace

import numpy as np
import pytest

from tests.app import QUICK, links, open_page, widget
from transfer_core import RunConfig, compare
from transfer_core.bibliography import LESSON, SOURCES
from transfer_ui.articles import claim_row, claims
from transfer_ui.articles.badges import LOOKS
from transfer_ui.articles.learn import advice, glossary, lesson_claims, reading, reference, theory
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
    sentence = row.measure(results)
    assert re.search(r"\d", sentence)
    assert sentence.endswith(".")


@pytest.mark.parametrize("row", lesson_claims.TABLE, ids=lambda row: row.aspect)
def test_each_row_can_be_measured_with_one_seed_and_without_a_source(row):
    lonely = RunConfig(scenario="lesson", hidden_sizes=(8,), n_epochs=2, unfreeze_epoch=1, n_seeds=1, batch_size=None)
    assert "nan" not in row.measure(compare(lonely))


def test_a_row_gives_no_verdict_of_its_own_but_those_of_the_ledger(results):
    judged = [entry for row in lesson_claims.TABLE for entry in row.entries]
    assert {entry.name for entry in judged} <= {entry.name for entry in claims.ledger()}
    assert all(entry.claim.source == LESSON for entry in judged)
    assert not [word for row in lesson_claims.TABLE for word in LOOKS if word in row.measure(results)]


def test_the_table_shows_the_entries_of_claims_and_one_run_beside_them():
    app = open_page("learn", QUICK | {"section": "claims"})
    shown = [entry for row in lesson_claims.TABLE for entry in row.entries]
    drawn = [claim_row.verdict_words(entry) for entry in shown]
    html = "".join(element.proto.body for element in app.get("html"))
    assert all(words in html for words in drawn)
    assert all(links(app)["See how"] for _ in shown)
    assert f"#### {claims.tally(shown)}" in [element.value for element in app.markdown]
    runs = [element.value for element in app.caption if element.value.startswith("One run, with your settings: ")]
    assert len(runs) == len(lesson_claims.TABLE)


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


@pytest.mark.parametrize(("gain", "words"), [(0.4, "40.0 points ahead"), (-0.4, "40.0 points behind")])
def test_a_row_says_which_approach_is_ahead(results, gain, words):
    arms = _arms(results, 6, feature_extraction=(0.5 + gain, LEARNT, FALLING))
    assert words in lesson_claims.data_requirements(arms)


@pytest.mark.parametrize("risen", [0.9, 0.5])
def test_overfitting_is_a_validation_loss_that_rises(results, risen):
    said = lesson_claims.overfitting(_arms(results, end_to_end=(0.5, LEARNT, (0.5, risen))))
    assert f"0.00 nats frozen, by {risen - 0.5:.2f} end-to-end" in said


def test_a_loss_that_broke_down_has_no_bound(results):
    said = lesson_claims.overfitting(_arms(results, end_to_end=(0.1, DEAD, (1.0, np.nan))))
    assert "by ∞ end-to-end" in said


COMPARING = (lesson_claims.data_requirements, lesson_claims.performance, lesson_claims.overfitting)


@pytest.mark.parametrize("measure", COMPARING)
@pytest.mark.parametrize("name", ["feature_extraction", "end_to_end"])
def test_an_arm_that_has_not_learnt_its_training_images_says_little(results, measure, name):
    said = measure(_arms(results, **{name: (0.1, DEAD, FALLING)}))
    assert said.endswith("10.0\xa0% of its own training images right, so this says little.")


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
    assert "Nothing is pretrained" in measure(compare(config))


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


@pytest.mark.parametrize("section", reference.SHOW)
def test_every_section_opens_by_its_link(section):
    app = open_page("learn", QUICK | {"section": section})
    assert not app.exception
    assert not app.warning
    assert app.subheader[0].value == theory.SECTIONS[section]
    assert app.query_params["section"] == section


def test_every_section_is_one_click_from_the_lesson():
    app = open_page("learn", QUICK)
    carried = [query for query in links(app).values() if "section=" in query]
    assert all(any(f"section={section}" in query for query in carried) for section in reference.SHOW)


def test_another_section_goes_into_the_link_and_the_lesson_leaves_it():
    app = open_page("learn", QUICK | {"section": "why"})
    widget(app, "section").set_value("rates").run()
    assert not app.exception
    assert app.subheader[0].value == theory.SECTIONS["rates"]
    assert app.query_params["section"] == "rates"
    widget(app, "section").set_value(theory.LESSON).run()
    assert not app.exception
    assert "section" not in app.query_params
    assert widget(app, "lesson").value == "approaches"


def test_a_section_that_does_not_exist_is_said_and_the_lesson_opens():
    app = open_page("learn", QUICK | {"section": "`gold`"})
    assert not app.exception
    assert "gold" in app.warning[0].value
    assert "section" not in app.query_params
    assert widget(app, "lesson").value == "approaches"


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


def test_a_link_opens_the_glossary_at_a_word_and_follows_the_search():
    app = open_page("learn", QUICK | {"section": "glossary", "word": "zero-shot"})
    assert widget(app, "word").value == "zero-shot"
    assert "**feature extraction**" not in " ".join(element.value for element in app.markdown)
    widget(app, "word").set_value("linear probe").run()
    assert app.query_params["word"] == "linear probe"
    widget(app, "section").set_value("reading").run()
    assert "word" not in app.query_params


def test_a_word_of_a_link_that_is_too_long_is_said_and_left_out():
    app = open_page("learn", QUICK | {"section": "glossary", "word": 10_000 * "<b>x</b>"})
    assert not app.exception
    assert "word in the link must be at most" in app.warning[0].value
    assert widget(app, "word").value == ""
    assert "word" not in app.query_params


def test_words_of_the_glossary_are_linked_outside_code_and_formulas():
    said = glossary.linked(r"A head, `head`, $\text{head}$ and [a head](x) of a random features network, $$head$$.")
    assert said.count("learn?section=glossary") == 2
    assert said.startswith("A [head](learn?section=glossary&word=head ")
    assert "[random features](" in said
