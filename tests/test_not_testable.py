import pytest

from transfer_core.studies.not_testable import NOT_TESTABLE


def test_no_sentence_is_listed_twice():
    texts = [one.text for one in NOT_TESTABLE]
    assert len(set(texts)) == len(texts) > 0


@pytest.mark.parametrize("one", NOT_TESTABLE, ids=lambda one: one.text[:40])
def test_each_has_a_text_and_a_reason_of_its_own(one):
    assert one.text.endswith(".")
    assert one.reason.endswith(".")
    assert one.reason != one.text
    assert [other.reason for other in NOT_TESTABLE].count(one.reason) == 1
