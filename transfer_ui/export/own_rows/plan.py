"""What a script for somebody's own rows measures and fits: one way alone, or an arm after a source against its rival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from transfer_core import STRATEGIES, Schedule
from transfer_core.own_data.answering import Answer, Question
from transfer_core.own_data.labels import name_of
from transfer_core.own_data.rivals import HEAD_WIDTH
from transfer_ui.export.pictures.plan import OTHER_RIVAL, RIVAL


class Model(NamedTuple):
    """A way that scikit-learn fits.

    Attributes
    ----------
    imports, make : str
        Python.
    """

    imports: str
    make: str


SKLEARN: Mapping[str, Model] = {
    "logistic_regression": Model(
        "from sklearn.linear_model import LogisticRegression", "LogisticRegression(max_iter=1000)"
    ),
    "nearest_neighbour": Model(
        "from sklearn.neighbors import KNeighborsClassifier", "KNeighborsClassifier(n_neighbors=1)"
    ),
}
NETWORKS: Mapping[str, tuple[int, ...]] = {
    "linear_head": (),
    "linear_network": (),
    "hidden_head": (HEAD_WIDTH,),
    "small_network": (HEAD_WIDTH,),
}
"""Ways that are networks on the rows as they are: hidden layers of each."""
ZERO_SHOT = "zero_shot"


class Arm(NamedTuple):
    """One of the two that are compared after a source.

    Attributes
    ----------
    name, title : str
    schedule : tuple of Phase or None
        Nothing is trained on the target without one.
    pretrained : bool
        Whether it starts from the network of the source.
    """

    name: str
    title: str
    schedule: Schedule | None
    pretrained: bool = True


class Source(NamedTuple):
    """What was learnt before, and what is made of it.

    Attributes
    ----------
    arms : tuple of Arm
        What was recommended, and what it is compared with.
    hidden_sizes : tuple of int
    pretrain_epochs : int
    balanced : bool
        Whether balanced accuracy decides.
    column : str
        Whose values part source and target, perhaps the one of the labels; empty if the source is a file of its own.
    values : tuple of str
        Those of the source.
    label : str
        Column with the labels of the second file.
    """

    arms: tuple[Arm, Arm]
    hidden_sizes: tuple[int, ...]
    pretrain_epochs: int
    balanced: bool
    column: str = ""
    values: tuple[str, ...] = ()
    label: str = ""


class Rows(NamedTuple):
    """What is to be fitted.

    Attributes
    ----------
    way : str
        A key of `SKLEARN` or `NETWORKS`; after a source, what was recommended there.
    title : str
        What it is called.
    label : str
        Column with the labels.
    left_out : sequence of str
        Columns that say nothing, or too much.
    has_names : bool
        Whether the columns have names in the file.
    source : Source or None
    """

    way: str
    title: str
    label: str
    left_out: Sequence[str] = ()
    has_names: bool = True
    source: Source | None = None

    @property
    def file(self) -> str:
        """Name of the script."""
        return f"{self.way}_on_your_rows.py"

    @property
    def command(self) -> str:
        """How it is run, without the name of Python."""
        is_file = self.source is not None and not self.source.column
        return f"{self.file} DATA SOURCE" if is_file else f"{self.file} DATA"


def source_of(way: str, question: Question, answer: Answer) -> Source:
    """Say what was learnt before, and pair what was recommended with its natural rival.

    The rival is freezing, or fine-tuning where freezing was recommended.

    Parameters
    ----------
    way : str
        What was recommended: a strategy, zero-shot, or what needs no network.
    question : Question
    answer : Answer
        With runs, of which the schedules are taken.
    """
    runs, titles = answer.runs, answer.facts.titles

    def arm(name: str) -> Arm:
        if name not in runs:
            return Arm(name, titles[name], None)
        return Arm(name, STRATEGIES[name].title, runs[name].arm.schedule, STRATEGIES[name].pretrained)

    config = next(iter(runs.values())).config
    column = {"column": question.column, "classes": question.label}.get(question.before, "")
    return Source(
        arms=(arm(way), arm(OTHER_RIVAL if way == RIVAL else RIVAL)),
        hidden_sizes=config.hidden_sizes,
        pretrain_epochs=config.pretrain_epochs,
        balanced=answer.facts.balanced,
        column=column,
        values=tuple(dict.fromkeys(map(name_of, question.source))) if column else (),
        label=question.source_label,
    )
