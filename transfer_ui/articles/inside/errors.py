"""What each arm gets wrong: confusions, the images behind them, and the report per class."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES
from transfer_core.arrays import Array
from transfer_core.measures import confusion
from transfer_core.wording import inside, join_words
from transfer_ui import nouns
from transfer_ui.articles.inside.anatomy import picture_shape
from transfer_ui.articles.inside.seen import Answers, Images, Seen
from transfer_ui.charts import confusion as confusion_chart
from transfer_ui.controls import address, sidebar
from transfer_ui.old_task import NO_ANSWER
from transfer_ui.sentences import count

MOST_ROWS = 40
SCALE = 6  # screen pixels per image pixel
DISAGREE = "disagree"


class Errors:
    """What some arms say about one seed's validation images.

    Parameters
    ----------
    seen : mapping of str to Seen
    images : Images
        Of that seed.
    """

    def __init__(self, seen: Mapping[str, Seen], images: Images) -> None:
        config = next(iter(seen.values())).config
        self._pair, self.classes = config.pair, config.pair.target.classes
        self._shape = picture_shape(config)
        self._drawn: dict[int, str] = {}
        self.labels, self._ink = images.labels, images.ink
        self.answers: dict[str, Answers] = {name: one.answers(images.inputs) for name, one in seen.items()}
        self.counts = {name: self._counted(one.classes) for name, one in self.answers.items()}

    def said(self, words: str) -> str:
        """Say of rows what is written of images, where they are rows."""
        return nouns.said(self._pair, words)

    def _counted(self, said: Array) -> Array:
        """Count how often each class was given as each answer, where there is one."""
        answered = said != NO_ANSWER
        return confusion(np.eye(len(self.classes))[said[answered]], self.labels[answered])

    def _words(self, answer: int) -> str:
        return self.classes[answer] if answer != NO_ANSWER else "no answer"

    @property
    def disagreed(self) -> Array:
        """Images on which the arms do not all say the same."""
        said = np.stack([one.classes for one in self.answers.values()])
        return np.flatnonzero((said != said[0]).any(axis=0))

    def sentence(self) -> str:
        """Say how many each gets wrong, and on how many they disagree."""
        n = len(self.labels)
        wrong = [
            f"{inside(STRATEGIES[name].title)} {int((one.classes != self.labels).sum())}"
            for name, one in self.answers.items()
        ]
        said = f"Wrong on {n} validation images: {join_words(wrong)}. They disagree on {count(len(self.disagreed), 'image')}."
        return self.said(said)

    def cells(self) -> dict[str, str]:
        """List what can be opened, by its words in the link: errors first, the most frequent before the others."""
        found = []
        for name, counts in self.counts.items():
            for true, answer in zip(*np.nonzero(counts), strict=True):
                true_class, answer_class = self.classes[true], self.classes[answer]
                said = "right" if true == answer else f"taken for {answer_class}"
                times = int(counts[true, answer])
                n_times = count(times, "row" if nouns.are_rows(self._pair) else "image")
                title = f"{STRATEGIES[name].short}: {true_class} {said} ({n_times})"
                found.append(((bool(true == answer), -times), f"{name},{true},{answer}", title))
        found.sort(key=lambda one: one[0])
        return {DISAGREE: "Where they disagree", **{value: title for _, value, title in found}}

    def members(self, cell: str) -> Array:
        """Images of a cell of `cells`."""
        if cell == DISAGREE:
            return self.disagreed
        name, true, answer = cell.split(",")
        return np.flatnonzero((self.labels == int(true)) & (self.answers[name].classes == int(answer)))

    def table(self, members: Sequence[int] | Array) -> pd.DataFrame:
        """One row per image: the image, unless it is a row of numbers, its class, and what each arm says and how sure it is."""
        members = np.asarray(members, int)
        said = {
            STRATEGIES[name].short: [
                self._words(one.classes[at]) + (f" ({100 * one.sure[at]:.0f} %)" if one.classes[at] >= 0 else "")
                for at in members
            ]
            for name, one in self.answers.items()
        }
        images = {"image": [self._address(int(at)) for at in members]} if not nouns.are_rows(self._pair) else {}
        return pd.DataFrame({**images, "true": [self.classes[self.labels[at]] for at in members], **said})

    def _address(self, at: int) -> str:
        """Write an image for a table, once."""
        if at not in self._drawn:
            self._drawn[at] = image_address(self._ink[at].reshape(self._shape))
        return self._drawn[at]

    def answers_table(self) -> pd.DataFrame:
        """One row per arm and image, to take away."""
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "strategy": name,
                        "image": np.arange(len(self.labels)),
                        "true": [self.classes[label] for label in self.labels],
                        "answer": [self._words(answer) for answer in one.classes],
                        "probability": np.where(one.classes == NO_ANSWER, np.nan, one.sure),
                    }
                )
                for name, one in self.answers.items()
            ],
            ignore_index=True,
        )

    def report(self) -> pd.DataFrame:
        """One row per class: precision, recall and F1 of every arm, in per cent."""
        there = np.bincount(self.labels, minlength=len(self.classes))
        columns: dict[str, Array | Sequence[str]] = {"class": list(self.classes), "images": there}
        for name, counts in self.counts.items():
            short = STRATEGIES[name].short
            for title, share in zip(("precision", "recall", "F1"), per_class(counts, there), strict=True):
                columns[f"{short} {title}"] = 100 * share
        return pd.DataFrame(columns)


def per_class(counts: Array, there: Array) -> tuple[Array, Array, Array]:
    """Give precision, recall and F1 of each class; NaN where a class was never given, or never there.

    Parameters
    ----------
    counts : int ndarray of shape (n_classes, n_classes)
        From `transfer_core.measures.confusion`.
    there : int ndarray of shape (n_classes,)
        Images of each class; a network that diverged does not answer them all.

    Examples
    --------
    >>> [part.tolist() for part in per_class(np.array([[3, 1], [0, 4]]), np.array([4, 4]))]
    [[1.0, 0.8], [0.75, 1.0], [0.8571428571428571, 0.8888888888888888]]
    """
    hits = np.diag(counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = hits / counts.sum(axis=0), hits / there
        return precision, recall, 2 * hits / (counts.sum(axis=0) + there)


def image_address(values: Array) -> str:
    """Write an image as a data address that a table can show, dark ink on white paper."""
    from PIL import Image  # Streamlit brings it, but a first view need not wait for it

    low, high = float(values.min()), float(values.max())
    grey = 255 * (1 - (values - low) / ((high - low) or 1))
    large = np.kron(grey, np.ones((SCALE, SCALE))).round().astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(large).save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def draw(errors: Errors, names: Sequence[str], mode: str) -> None:
    """Draw the tables side by side, and the images of the cell that is open."""
    picked: dict[str, str] = {}
    for start in range(0, len(names), 3):
        for column, name in zip(st.columns(min(3, len(names)), gap="medium"), names[start : start + 3], strict=False):
            counts, title = errors.counts[name], STRATEGIES[name].short
            with column:
                st.markdown(f"**{title}**: {int(np.trace(counts))} of {len(errors.labels)} right")
                cell = confusion_chart.show(
                    counts, len(errors.labels), errors.classes, title, mode, f"confusion_{name}"
                )
            if cell:
                picked[name] = ",".join([name, *(str(errors.classes.index(one)) for one in cell)])
    st.markdown(errors.sentence())
    cells = errors.cells()
    _follow_click(picked, cells)
    opened = sidebar.choose_in_link(
        "confused", cells, st.selectbox, label=errors.said("Images to look at (or click a cell)")
    )
    members = errors.members(opened)
    st.dataframe(
        errors.table(members[:MOST_ROWS]),
        hide_index=True,
        width="stretch",
        row_height=56,
        height=min(420, 40 + 56 * max(1, min(len(members), MOST_ROWS))),
        alt=f"{cells[opened]}: {errors.said('the image, its class')}, and what each strategy says and how sure it is",
        column_config={
            "image": st.column_config.ImageColumn("Image", width="small"),
            "true": st.column_config.TextColumn("True class"),
        },
    )
    with st.expander("Report per class", icon=":material/table:"):
        report = errors.report()
        shares = {name: st.column_config.NumberColumn(format="%.0f %%") for name in report.columns[2:]}
        st.dataframe(
            report,
            hide_index=True,
            width="stretch",
            alt="Precision, recall and F1 of each class, per strategy",
            column_config={
                "class": st.column_config.TextColumn("Class", pinned=True),
                "images": errors.said("Images"),
                **shares,
            },
        )


def _follow_click(picked: Mapping[str, str], cells: Mapping[str, str]) -> None:
    """Put the cell that was clicked last into the link, where the choice below reads it."""
    before: Mapping[str, str] = st.session_state.get("picked_confusion", {})
    for name, value in picked.items():
        if before.get(name) != value and value in cells:
            address.write_place("confused", None if value == DISAGREE else value)
    st.session_state.picked_confusion = dict(picked)
