"""The papers this lab stands on, each with a line of ours."""

from __future__ import annotations

from typing import NamedTuple

ARXIV = "https://arxiv.org/abs/"


class Reading(NamedTuple):
    """One entry of the list.

    Attributes
    ----------
    title, url : str
        The address is empty for a paper that is only in print.
    line : str
        What it is good for, one sentence.
    cited : str
        How the text calls a paper: authors and year.
    """

    title: str
    url: str
    line: str
    cited: str = ""


PAPERS: tuple[Reading, ...] = (
    Reading(
        "Overcoming catastrophic forgetting in neural networks",
        ARXIV + "1612.00796",
        "EWC: hold on to the weights that mattered for the old task.",
        "Kirkpatrick et al. 2017",
    ),
    Reading(
        "Explicit inductive bias for transfer learning with convolutional networks",
        ARXIV + "1802.01483",
        "L2-SP: pull the weights towards where they started, not towards zero.",
        "Li, Grandvalet and Davoine 2018",
    ),
    Reading(
        "Universal language model fine-tuning for text classification",
        ARXIV + "1801.06146",
        "ULMFiT: unfreezing from the top, with a smaller rate for each lower layer. Table 7 takes the parts apart.",
        "Howard and Ruder 2018",
    ),
    Reading(
        "Rethinking ImageNet pre-training",
        ARXIV + "1811.08883",
        "With enough training, from scratch catches up on object detection.",
        "He, Girshick and Dollár 2019",
    ),
    Reading(
        "Do better ImageNet models transfer better?",
        ARXIV + "1805.08974",
        "Sixteen networks, twelve data sets: frozen, fine-tuned and from scratch.",
        "Kornblith, Shlens and Le 2019",
    ),
    Reading(
        "Transfusion: understanding transfer learning for medical imaging",
        ARXIV + "1902.07208",
        "On large medical tasks pretraining helped little, and part of the help was the scale of the weights.",
        "Raghu et al. 2019",
    ),
    Reading(
        "Characterizing and avoiding negative transfer",
        ARXIV + "1811.09751",
        "When what was learnt before does harm, and how to filter out the source data that does it.",
        "Wang et al. 2019",
    ),
    Reading(
        "Rethinking the hyperparameters for fine-tuning",
        ARXIV + "2002.11770",
        "The best rate and momentum depend on how close the two tasks are.",
        "Li et al. 2020",
    ),
    Reading(
        "What is being transferred in transfer learning?",
        ARXIV + "2008.11687",
        "Networks fine-tuned from one start stay in one basin of the loss.",
        "Neyshabur, Sedghi and Zhang 2020",
    ),
    Reading(
        "Rethinking few-shot image classification: a good embedding is all you need?",
        ARXIV + "2003.11539",
        "A linear classifier on good frozen features beats elaborate few-shot methods.",
        "Tian et al. 2020",
    ),
    Reading(
        "Accounting for variance in machine learning benchmarks",
        ARXIV + "2103.03098",
        "Why one seed proves nothing, and what to vary at once.",
        "Bouthillier et al. 2021",
    ),
    Reading(
        "How stable are transferability metrics evaluations?",
        ARXIV + "2204.01403",
        "Scores that promise to predict transfer change places from one experiment to the next.",
        "Agostinelli et al. 2022",
    ),
    Reading(
        "Probing representation forgetting in supervised and unsupervised continual learning",
        ARXIV + "2203.13381",
        "A lost accuracy is often not a lost feature: train a new head and look again.",
        "Davari et al. 2022",
    ),
    Reading(
        "How to fine-tune models with few samples",
        ARXIV + "2205.07874",
        "Freezing wins with extremely few images; fine-tuning overtakes as they grow in number.",
        "Kim et al. 2022",
    ),
    Reading(
        "Fine-tuning can distort pretrained features and underperform out-of-distribution",
        ARXIV + "2202.10054",
        "LP-FT: head first, then everything, because a random head sends harmful gradients down.",
        "Kumar et al. 2022",
    ),
    Reading(
        "Knowledge accumulation in continually learned representations and the issue of feature forgetting",
        ARXIV + "2304.00933",
        "The other side of Davari: features can be forgotten as badly as outputs.",
        "Hess et al. 2023",
    ),
    Reading(
        "Surgical fine-tuning improves adaptation to distribution shifts",
        ARXIV + "2210.11466",
        "Which block to tune depends on what has changed: the first for the inputs, the last for the labels.",
        "Lee et al. 2023",
    ),
    Reading(
        "Fine-tuning is fine, if calibrated",
        ARXIV + "2409.16223",
        "Much of what looks forgotten comes back when the logits are rescaled.",
        "Mai et al. 2024",
    ),
    Reading(
        "Understanding linear probing then fine-tuning language models from NTK perspective",
        ARXIV + "2405.16747",
        "LP-FT works in part because the first phase lets the head grow.",
        "Tomihari and Sato 2024",
    ),
    Reading(
        "Random features for large-scale kernel machines",
        "",
        "NIPS. Frozen random features and a linear head come close to a kernel method.",
        "Rahimi and Recht 2007",
    ),
    Reading(
        "On random weights and unsupervised feature learning",
        "",
        "ICML. Random features can be a strong baseline: always draw them beside pretrained ones.",
        "Saxe et al. 2011",
    ),
)
