"""The answer about a visitor's own data in sentences; nothing that the visitor wrote is in them."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core.own_data.advice import Recommendation
from transfer_core.own_data.answering import Answer
from transfer_core.own_data.contents import counted
from transfer_core.wording import inside
from transfer_ui.articles.your_data import facts

NOTHING_YET = "Bring your data, and the answer appears here."
ABOUT_NOTHING = "What to do with the labels you have, how certain that is, and what a hundred more would bring."
UNUSABLE = "That cannot be used as it is."
STOPPED = "Stopped by you. What you see is unfinished."
MEASURING = "Your data are being measured."
REFUSED = "These data do not allow an answer yet."
HOW = (
    "Every way is trained on the same examples, and on fewer of them: each smaller set is part of the larger. A separate part "
    "of your data is used for nothing but the test. All of it is repeated over seeds, each with its own split, and the ways are "
    "compared seed by seed."
)
BALANCED = "Your classes are uneven: balanced accuracy, the mean over the classes, decides."
NOT_END_TO_END: Mapping[str, str] = {
    "embeddings": "**End-to-end fine-tuning is not measured here**: the model that your embeddings come from is not. "
    "Feature extraction is what a head on embeddings is. “Take it home” has a script that fits what is recommended; and a command "
    "and scripts that compare both on an ImageNet network and the photos behind the embeddings, on your machine.",
    "images": "**No pretrained backbone is measured here.** “Take it home” has a command and scripts that compare freezing and "
    "fine-tuning an ImageNet network on these photos at their full size, on your machine.",
}


def headline(answer: Answer) -> str:
    """Say it in one line, and that it is not the last word while it is measured."""
    if answer.advice is None or answer.curves is None:
        return MEASURING
    said = answer.advice.headline
    return said if answer.curves.complete else f"So far, {inside(said)}"


def note(answer: Answer) -> str:
    """Say what the answer is about."""
    found, n_all = answer.curves, sum(answer.facts.counts.values())
    about = f"{counted(n_all, 'example')}, {counted(len(answer.facts.counts), 'class', 'classes')}"
    if found is None:
        return f"{about}. {facts.summary(answer.facts)}."
    seeds = next(iter(found.accuracy.values())).shape[1]
    labels = f"{counted(found.sizes[-1], 'label')} to train on, {found.n_test:,} to test on, {counted(seeds, 'seed')}"
    return f"{about}: {labels}. {facts.summary(answer.facts)}."


def behind_it(answer: Answer) -> list[str]:
    """Give the evidence."""
    certainty = [answer.advice.certainty] if answer.advice else []
    return [*certainty, *([BALANCED] if answer.facts.balanced else []), HOW]


def recommendation(advice: Recommendation) -> str:
    """Write the recommendation as a list."""
    return "\n".join(
        f"- **{title}.** {words}"
        for title, words in (
            ("Now", advice.now),
            ("With fewer labels", advice.change),
            ("With more labels", advice.more),
            ("Limits", advice.untested),
        )
    )
