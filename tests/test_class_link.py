"""What a link for a class may carry, without a page: read, written, and harmless whatever it is."""

import random
import re
from urllib.parse import parse_qsl, urlencode

import pytest

from tools.odd_links import ODD, odd_value
from transfer_core import RunConfig, scenario_config
from transfer_ui.articles.class_links import answers, builder, handout
from transfer_ui.articles.class_links.builder import Made
from transfer_ui.articles.class_links.questions import QUESTIONS
from transfer_ui.controls.class_link import (
    MAX_ASK,
    PREDICTIONS,
    ClassLink,
    controls_words,
    mark,
    plain,
    read,
    reveal_by,
    write,
)
from transfer_ui.controls.knobs import KNOB
from transfer_ui.controls.parameters import CLASS_PARAMETERS, PLACE_PARAMETERS

FULL = ClassLink(
    "Who wins, and why?",
    "gap",
    frozenset(["seed", "n_epochs"]),
    frozenset(["momentum"]),
    reveal_by("tree"),
    "projector",
)


@pytest.mark.parametrize("link", [ClassLink(), FULL, FULL._replace(lock=frozenset(KNOB), reveal="prediction")])
def test_what_is_written_is_read_again(link):
    assert read(dict(parse_qsl(urlencode(write(link))))) == (link, [])


def test_all_controls_are_one_word():
    assert write(ClassLink(lock=frozenset(KNOB))) == {"lock": "all"}
    assert controls_words(frozenset(KNOB), "off_centre") == "all controls"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"ask": "x" * 10_000}, f"ask in the link must be a question of 1 to {MAX_ASK} characters, got `{'x' * 30}…`."),
        ({"ask": "\u200b\u202e"}, "ask in the link must be a question of 1 to 200 characters, got nothing."),
        (
            {"predict": "everything"},
            "predict in the link must be one of winner, gap, forgotten, crossing, got `everything`.",
        ),
        ({"lock": "epochs"}, "such as n_epochs.seed, got `epochs`."),
        ({"hide": "seed,n_epochs"}, "such as n_epochs.seed, got `seed,n_epochs`."),
        ({"reveal": "word.tree"}, "or word. and the mark of a word, got `word.tree`."),
        ({"view": "cinema"}, "view in the link must be projector, got `cinema`."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_breaks_a_rule_is_left_out_in_one_sentence_and_the_rest_is_kept(query, sentence):
    link, (notice,) = read(write(FULL) | query)
    assert sentence.removesuffix(".") in notice.replace("characters that cannot be shown", "nothing")
    assert notice.endswith("It was left out.")
    (name,) = query
    assert link == FULL._replace(**{name: ClassLink()._asdict()[name]})


def test_a_prediction_that_opens_the_answer_is_about_something():
    assert read({"reveal": "prediction"})[0].predict == "winner"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Who\u202ewins\u2066?\u2069", "Whowins?"),
        ("Who\u200b wins\ufeff\u00ad?", "Who wins?"),
        (" Who \n\n wins\t? ", "Who wins ?"),
        ("a" + 20 * "\u0301" + "b", "\u00e1" + 2 * "\u0301" + "b"),
        ("\x00\x1b[31mred", "[31mred"),
    ],
    ids=["bidi", "zero width", "lines", "accents", "control"],
)
def test_nothing_unseen_is_left_in_a_question(typed, kept):
    assert plain(typed) == kept
    assert read({"ask": typed})[0].ask == kept


def test_a_word_is_not_in_the_link_and_opens_it_however_it_is_spelt():
    link, _ = read({"reveal": reveal_by("Open sesame")})
    assert link.is_opened_by("OPEN  SESAME ")
    assert not link.is_opened_by("open")
    assert "sesame" not in urlencode(write(link))


def test_the_veil_of_a_prediction_is_opened_by_no_word():
    assert not ClassLink(reveal="prediction").is_opened_by("prediction")
    assert not ClassLink().is_opened_by("")


def test_a_mark_belongs_to_one_question_at_one_setting():
    asked = [ClassLink("Who?", "winner"), ClassLink("Whom?", "winner"), ClassLink("Who?", "gap")]
    marks = {mark(link, config) for link in asked for config in (RunConfig(), RunConfig(seed=7))}
    assert len(marks) == 6
    assert mark(asked[0], RunConfig()) == mark(asked[0]._replace(view="projector", lock=frozenset(KNOB)), RunConfig())


def test_parameters_for_a_class_are_no_place_and_no_setting():
    assert set(CLASS_PARAMETERS).isdisjoint(PLACE_PARAMETERS | KNOB.keys())
    assert set(ClassLink._fields) < set(CLASS_PARAMETERS)


def test_hundreds_of_odd_links_are_read_without_a_fault():
    rng = random.Random(0)
    for _ in range(600):
        query = {name: odd_value(rng) for name in CLASS_PARAMETERS}
        link, notices = read(query)
        assert read(write(link)) == (link, [])
        assert len(link.ask) <= MAX_ASK
        assert link.ask.isprintable()
        for notice in notices:
            assert re.fullmatch(r"\w+ in the link must be .+, got .+\. It was left out\.", notice, re.DOTALL)
            assert len(notice) < 250
        answers.read(" ".join(query.values()))


@pytest.mark.parametrize("name", PREDICTIONS)
def test_every_answer_comes_back_from_a_line(name):
    for answer in QUESTIONS[name].check.options:
        written = answers.Predicted(answer, "0a1b2c")
        assert answers.read(written.text) == written
        assert answers.read(f"[10:15] Ada B.: {written.text}") == written
        assert (
            answers.read(f"http://10.0.0.1:8501/compare?{urlencode({'predicted': written.text, 'ask': 'x.abcdef'})}")
            == written
        )


def test_predictions_are_counted_and_damaged_lines_are_told_in_few_sentences():
    lines = ["a.0a1b2c", "", "Ada: b.0a1b2c", "a.ffffff", "c.0a1b2c", "<script>x()</script>", "![x](y)", "zz", "zzz"]
    found = answers.collect("\n".join(lines), "0a1b2c", {"a": "Ours", "b": "Theirs"})
    assert found.counts == {"a": 1, "b": 1}
    assert found.trouble == [
        "Line 4 must answer the question of this page at these settings, got `a.ffffff`. It does not count.",
        "Line 5 must hold one of the answers to choose from, got `c.0a1b2c`. It does not count.",
        "Line 6 must hold a prediction, got `<script>x()</script>`. It does not count.",
        "3 more lines do not count either.",
    ]


def test_more_lines_than_a_class_are_not_read():
    found = answers.collect("a.0a1b2c\n" * 2000, "0a1b2c", {"a": "Ours"})
    assert found.counts == {"a": answers.MAX_LINES}
    assert found.trouble == ["At most 500 lines and 100,000 characters are read; the rest does not count."]


def test_hundreds_of_odd_lines_are_read_without_a_fault():
    text = "\n".join(odd for odd in ODD for _ in range(4))
    found = answers.collect(text, "0a1b2c", {"a": "Ours"})
    assert not found.counts
    assert len(found.trouble) <= answers.MAX_TOLD


def test_the_link_that_is_made_opens_what_was_chosen():
    made = Made("home", FULL)
    config = scenario_config("low_to_high", n_epochs=20)
    for_class, for_projector, unveiled = handout.addresses(made, config, "https://lab.example/app/")
    page, _, query = for_class.partition("?")
    assert page == "https://lab.example/app/"
    assert read(dict(parse_qsl(query)))[0] == FULL
    assert "n_epochs=20" in query
    assert "view=projector" in for_projector
    assert "reveal" not in unveiled


@pytest.mark.parametrize("made", [builder.START, Made("decide", FULL), Made("learn", ClassLink())])
def test_choices_of_the_maker_are_kept_in_its_address(made):
    assert builder.from_text(builder.to_text(made)) == (made, [])


def test_odd_choices_of_the_maker_are_said():
    assert builder.from_text("x" * 4000)[0] == builder.START
    made, (notice,) = builder.from_text("page=class_links&ask=Who")
    assert made == Made("compare", ClassLink("Who"))
    assert "got `class_links`. Using compare." in notice


@pytest.mark.parametrize("url", ["https://lab.example/class_links", "https://lab.example/class_links/"])
def test_the_address_of_the_app_is_what_the_browser_shows(url):
    assert handout.base_of(url, "class_links") == "https://lab.example/"
