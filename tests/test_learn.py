import re

import numpy as np
import pytest

from tests.app import QUICK, links, open_page, widget
from transfer_core import RunConfig, compare
from transfer_core.statistics import paired_gap
from transfer_ui.articles import claims
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


def test_nothing_is_listed_twice_and_each_entry_says_something():
    assert len({one.title for one in READINGS}) == len(READINGS)
    urls = [one.url for one in READINGS if one.url]
    assert len(set(urls)) == len(urls)
    assert all(one.line.endswith(".") and (one.url or one.cited) for one in READINGS)


def test_papers_come_with_author_and_year():
    assert all(re.search(r"\D (19|20)\d\d$", paper.cited) for paper in reading.PAPERS)


def test_what_the_text_cites_is_in_the_list():
    assert all(reading.citation(cited) for cited, _ in theory.LIMITS)
    assert reading.citation("Saxe et al. 2011") == "Saxe et al. 2011"


def test_the_glossary_is_sorted_and_without_duplicates():
    words = [term.word.casefold() for term in glossary.GLOSSARY]
    assert words == sorted(set(words))


def test_the_glossary_is_searched_in_all_that_it_says():
    assert glossary.search("") == glossary.GLOSSARY
    assert [term.word for term in glossary.search(" LIGHTNING ")] == [
        term.word for term in glossary.GLOSSARY if "Lightning" in term.also
    ]
    assert glossary.search("no such word") == ()


@pytest.mark.parametrize("claim", lesson_claims.CLAIMS, ids=lambda claim: claim.aspect)
def test_each_claim_is_measured_with_a_figure(claim, results):
    verdict, sentence = claim.measure(results)
    assert verdict in lesson_claims.BADGES
    assert re.search(r"\d", sentence)
    assert sentence.endswith(".")


@pytest.mark.parametrize("claim", lesson_claims.CLAIMS, ids=lambda claim: claim.aspect)
def test_each_claim_can_be_measured_with_one_seed_and_without_a_source(claim):
    lonely = RunConfig(scenario="lesson", hidden_sizes=(8,), n_epochs=2, unfreeze_epoch=1, n_seeds=1, batch_size=None)
    verdict, sentence = claim.measure(compare(lonely))
    assert verdict in lesson_claims.BADGES
    assert "nan" not in sentence


@pytest.mark.parametrize(
    ("ours", "word"), [(0.9, lesson_claims.HOLDS), (0.5, lesson_claims.OPEN), (0.1, lesson_claims.FAILS)]
)
def test_a_verdict_follows_the_interval(ours, word):
    assert lesson_claims.by_gap(paired_gap(np.full(6, ours), np.full(6, 0.5))) == word


def test_one_seed_tests_nothing():
    assert lesson_claims.by_gap(paired_gap(np.array([0.9]), np.array([0.5]))) == lesson_claims.UNTESTED


def test_the_tally_counts_what_holds_and_names_the_rest():
    found = {
        "Speed": lesson_claims.Finding(lesson_claims.HOLDS, ""),
        "Work": lesson_claims.Finding(lesson_claims.HOLDS, ""),
        "Accuracy": lesson_claims.Finding(lesson_claims.FAILS, ""),
    }
    assert lesson_claims.tally(found) == "2 of 3 claims hold with these settings. Does not hold: accuracy."


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
