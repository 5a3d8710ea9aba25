"""Numbers that people read have a true minus sign, whatever words stand around them."""

import re

import numpy as np
import pytest

from tests.present import present
from transfer_core import compare
from transfer_core.statistics import Gap, Interval
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import read
from transfer_core.wording import change_words, evidence_words, interval_words, lead_words, number_words, size_words
from transfer_ui import sentences, verdicts
from transfer_ui.articles.learn import lesson_claims
from transfer_ui.articles.unfreeze import words

HYPHEN = re.compile(r"(?:^|[\s(\[“])-\d")
NEGATIVE = Gap(Interval(-0.031, -0.052, -0.012), 0, 9, 9)


def worded(study):
    """All that a study says of its results, and of the same with its accuracies dealt out anew."""
    shipped = present(read(study.name))
    rows = shipped.rows(study.cells(study.default_configs()))
    dealt = rows.copy()
    for column in rows.columns:
        if column.endswith(("accuracy", "_after", "_before")):
            dealt[column] = np.random.default_rng(1).permutation(rows[column])
    for table in (rows, dealt):
        for finding in study.summarise(table).findings.values():
            yield finding.sentence
    yield from (finding.sentence for finding in shipped.summary.findings.values())


def test_the_sign_of_a_number_is_a_minus():
    assert number_words(-1.25, ".2f") == "\u22121.25"
    assert number_words(-0.04) == "0.0"


@pytest.mark.parametrize("words", [change_words, evidence_words, lead_words, size_words])
def test_no_phrase_about_a_loss_has_a_hyphen_for_a_minus(words):
    assert not HYPHEN.search(words(NEGATIVE))
    assert not HYPHEN.search(interval_words(*NEGATIVE.interval[1:], digits=3))


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
@pytest.mark.no_cover
def test_no_verdict_has_a_hyphen_for_a_minus(study):
    said = list(worded(study))
    assert len(said) >= 3 * len(study.claims)
    assert [sentence for sentence in said if HYPHEN.search(sentence)] == []


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_no_rule_has_a_hyphen_for_a_minus(study):
    said = [words for claim in study.claims.values() for words in (claim.confirmed_if, claim.refuted_if, claim.same_if)]
    assert len(said) == 3 * len(study.claims)
    assert [words for words in said if HYPHEN.search(words or "")] == []


def test_no_sentence_about_a_run_has_a_hyphen_for_a_minus(small):
    results = compare(small.but(scenario="digits_to_permuted", backbone_learning_rate=1.0))
    said = [row.measure(results) for row in lesson_claims.TABLE]
    said += [sentences.price(results), verdicts.worth_of_pretraining(results, {}), *sentences.trouble(results)]
    said += [words.moved_sentence(result) for result in results.values()]
    assert [sentence for sentence in said if HYPHEN.search(sentence)] == []
