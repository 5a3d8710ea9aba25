"""What is said of the real network: the answer, where the lab agrees, and what was and was not measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transfer_core.real_network.evidence import FROZEN, FULL, SCRATCH, count_of, pixels_words
from transfer_core.real_network.results import PLANNED_SIZES, Results
from transfer_core.statistics import Gap
from transfer_core.studies.rules import INCONCLUSIVE, UNTESTED
from transfer_core.wording import join_words, points_words, side_words, verdict_evidence, verdict_sentence

NO_RESULTS = "Nothing is stored for the real network; `python -m tools.build_real_network` measures it."
ABOUT_PICTURES = (
    "Every class is a kind of emoji. The network learns them as one house draws them, and is tested on those and on the same "
    "ones drawn by another."
)
CREDIT = (
    "Pictures: [Noto Emoji](https://github.com/googlefonts/noto-emoji), Google, Apache-2.0; "
    "[Twemoji](https://github.com/twitter/twemoji), Twitter and contributors, CC BY 4.0."
)


def headline(found: Results) -> str:
    """Say in one line what happens to the question on a real network."""
    return headline_of(found.gaps(FULL, FROZEN))


def headline_of(gaps: Mapping[int, Gap]) -> str:
    """Say which approach is clearly ahead where.

    Examples
    --------
    >>> from transfer_core.studies.summaries import gap_of
    >>> gaps = {size: gap_of([lead] * 6) for size, lead in ((1, -0.03), (5, 0.0), (10, 0.04))}
    >>> headline_of(gaps)
    'On a real network, freezing leads with 1 picture per class, fine-tuning from 10.'
    """
    if not gaps:
        return "On a real network, freezing and fine-tuning are not measured side by side yet."
    frozen, tuned = ([size for size, gap in gaps.items() if gap.sign == side] for side in (-1, 1))
    most = max(gaps)
    if frozen and tuned and max(frozen) < min(tuned):
        return f"On a real network, freezing leads {_up_to(frozen)}, fine-tuning from {min(tuned)}."
    if tuned and not frozen:
        return f"On a real network, fine-tuning is ahead from {count_of(min(tuned))} per class on."
    if frozen and not tuned:
        return f"On a real network, freezing leads {_up_to(frozen)}, fine-tuning nowhere."
    if not frozen:
        return f"On a real network, freezing and fine-tuning are level up to {count_of(most)} per class."
    return "On a real network, freezing and fine-tuning take turns in the lead."


def resolutions(measured: Mapping[str, Results]) -> dict[str, str]:
    """Title each measurement by what sets it apart: the size of its pictures, how many arms it has, and up to where it has them.

    Parameters
    ----------
    measured : mapping of str to Results
        By resolution.
    """
    return {key: f"{pixels_words(one.resolution)}: {_reach(one)}" for key, one in measured.items()}


def _reach(found: Results) -> str:
    """Say how many arms there are, and up to which size; if the largest size has fewer of them, how many."""
    all_at, last = found.fullest_size, max(found.sizes)
    fewer = f"; {len(found.arms_at(last))} up to {last}" if last > all_at else ""
    return f"{len(found.arms_at(all_at))} arms, up to {count_of(all_at)}{fewer}"


def note(found: Results) -> str:
    """Say which networks are compared."""
    backbone = found.made["asked"]["backbone"]
    return (
        f"{BACKBONES.get(backbone, backbone)}, on emoji of {pixels_words(found.resolution)}; this lab’s network of two "
        "layers, on digits."
    )


def evidence(found: Results, others: Sequence[Results] = ()) -> list[str]:
    """Say what the headline rests on, how it was measured, and what was not.

    Parameters
    ----------
    found : Results
    others : sequence of Results
        Other measurements, which may have what this one lacks.
    """
    gaps = found.gaps(FULL, FROZEN)
    said = "; ".join(f"with {count_of(size)} per class {side_words(gap)}" for size, gap in gaps.items())
    lead = [f"End-to-end is, against feature extraction: {said}."] if gaps else []
    return [*lead, protocol(found), *left_out(found, others)]


def protocol(found: Results) -> str:
    """Say what was measured."""
    made, asked = found.made, found.made["asked"]
    per_class = made["per_class"]
    anew = " From scratch, it takes those of the training pictures." if SCRATCH in found.arms else ""
    return (
        f"{BACKBONES.get(asked['backbone'], asked['backbone'])}, {pixels_words(found.resolution)}, "
        f"{len(found.classes)} classes, {found.best['seed'].nunique()} paired seeds, {asked['epochs']} epochs of SGD "
        f"(momentum {made['momentum']:g}, batches of {made['batch_size']}). Each arm chooses its rates among six settings on "
        f"each seed’s {per_class['validation']} validation pictures per class, and is tested on {per_class['test']} others; "
        f"pictures of the same thing never part. Batch norm keeps the statistics of ImageNet unless an arm says otherwise.{anew}"
    )


def left_out(found: Results, others: Sequence[Results] = ()) -> list[str]:
    """Say what the whole study has and this measurement lacks: size by size, which arms; and who has some of it."""
    arms = [name for name in found.planned if name not in found.arms]
    sizes = [size for size in PLANNED_SIZES if size not in found.sizes]
    lines = [f"Not measured: {_quoted(found, arms)}."] if arms else []
    for size in found.sizes:
        lacking = [name for name in found.arms if name not in found.arms_at(size)]
        if lacking:
            lines.append(f"Not measured with {count_of(size)} per class: {_quoted(found, lacking)}.")
    if sizes:
        lines.append(f"Not measured: {join_words([str(size) for size in sizes])} pictures per class.")
    more = [pixels_words(one.resolution) for one in others if _measured(one) - _measured(found)]
    return [*lines, f"More of it is measured at {join_words(more)}."] if lines and more else lines


def _quoted(found: Results, names: Sequence[str]) -> str:
    return join_words([f"“{found.planned[name]}”" for name in names])


def _measured(found: Results) -> set[tuple[str, int]]:
    return {(name, size) for size in found.sizes for name in found.arms_at(size)}


def at_size(found: Results, size: int) -> str:
    """Compare all arms at a size."""
    here = found.arms_at(size)
    if len(here) == 1:
        return f"With {count_of(size)} per class, “{found.arms[here[0]].title}” alone was measured."
    titles = {name: arm.title for name, arm in found.arms.items()}
    one = found.verdict(size)
    return f"{verdict_sentence(one, titles)} {verdict_evidence(one, titles)}".rstrip()


def style_words(found: Results, size: int) -> str:
    """Say what the other style costs each arm at a size."""
    costs = {name: found.cost_of_style(name, size) for name in found.arms_at(size)}
    least, most = (pick(costs, key=lambda name: costs[name].interval.mean) for pick in (min, max))
    gap = found.gaps(FULL, FROZEN, "other").get(size)
    said = (
        f"The other style costs “{found.arms[most].title}” most, {_lost(costs[most])}, and "
        f"“{found.arms[least].title}” least, {_lost(costs[least])}."
    )
    return said + (f" In it, end-to-end is {side_words(gap, 'feature extraction')}." if gap else "")


def moves_words(found: Results, size: int) -> str:
    """Say where fine-tuning moved the weights most."""
    drift = found.drift(size)
    tuned = drift[(drift["arm"] == FULL) & (drift["stage"] != "head")]
    if tuned.empty:
        return "What is frozen does not move by a single bit."
    most, least = (tuned.loc[getattr(tuned["mean"], pick)()] for pick in ("idxmax", "idxmin"))
    return (
        f"End-to-end moves the stage “{most['stage']}” most, by {100 * most['mean']:.1f} % of its weights, and "
        f"“{least['stage']}” least, by {100 * least['mean']:.1f} %."
    )


def work_words(found: Results, size: int) -> str:
    """Say what the backward pass of end-to-end costs, against the cheapest arm that tunes the backbone, if there is one."""
    here = found.work[(found.work["size"] == size) & found.work["arm"].isin(found.arms_at(size))]
    work = here.set_index("arm")["backward"]
    if FULL not in work or FROZEN not in work:
        return ""
    top = f", the top third {work[FULL] / work['top_third']:.1f} times less than that" if "top_third" in work else ""
    return f"The backward pass of end-to-end takes {work[FULL] / work[FROZEN]:,.0f} times the work of that of the head{top}."


def agreement(found: Results, lab: Mapping[str, str]) -> str:
    """Count where the lab and the real network agree.

    Parameters
    ----------
    found : Results
    lab : mapping of str to str
        Verdicts of the lab by claim.
    """
    both = {name: one.verdict for name, one in found.findings.items() if name in lab}
    settled = {name for name, verdict in both.items() if verdict not in OPEN and lab[name] not in OPEN}
    same = sum(both[name] == lab[name] for name in settled)
    if not settled:
        return f"{len(both)} claims could be put to both networks; none is settled by both so far."
    return (
        f"{len(both)} claims could be put to both networks. On {same} of the {len(settled)} that both settle, they agree; "
        f"{len(both) - len(settled)} stay open in one or both."
    )


def made_words(made: Mapping[str, Any]) -> str:
    """Say when and with what it was measured, in one line."""
    versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
    return f"Measured on {made['date'][:10]} by `python -m tools.build_real_network` on {made['device']}; {versions}."


def _lost(gap: Gap) -> str:
    return points_words(gap.interval.mean)


def _up_to(sizes: list[int]) -> str:
    return f"{'with' if len(sizes) == 1 else 'up to'} {count_of(sizes[-1])} per class"


OPEN = (INCONCLUSIVE, UNTESTED)
BACKBONES = {"efficientnet_lite0": "EfficientNet-Lite0 with its weights from ImageNet"}
