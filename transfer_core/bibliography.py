"""Every source that a study, a page or a docstring refers to, each with a line on what it offers."""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple


class Source(NamedTuple):
    """A paper, or a page worth reading.

    Attributes
    ----------
    key : str
        How the code refers to it.
    authors : str
        Names as cited; empty for a page that goes by its title.
    year : int or None
    title : str
    line : str
        What it is good for, in one sentence.
    arxiv : str
        Number on arXiv; empty if there is none.
    page : str
        Address of whatever is not on arXiv; empty for a paper that is only in print.
    """

    key: str
    authors: str
    year: int | None
    title: str
    line: str
    arxiv: str = ""
    page: str = ""

    @property
    def words(self) -> str:
        """Name in running text.

        Examples
        --------
        >>> SOURCES["kim2022"].words, LESSON.words, SOURCES["imagenet"].words
        ('Kim et al. 2022', 'The lesson', 'ImageNet')
        """
        return f"{self.authors} {self.year}" if self.year else self.authors or self.title

    @property
    def url(self) -> str:
        """Address of the paper or page; empty if there is none."""
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else self.page

    @property
    def citation(self) -> str:
        """Citation as Markdown, with its link.

        Examples
        --------
        >>> SOURCES["kim2022"].citation, SOURCES["saxe2011"].citation
        ('[Kim et al. 2022](https://arxiv.org/abs/2205.07874)', 'Saxe et al. 2011')
        """
        return f"[{self.words}]({self.url})" if self.url else self.words


LESSON = Source("lesson", "The lesson", None, "The lesson", "What this lab grew from: advice, a table and a notebook.")

_LISTED = (
    Source(
        "he2015",
        "He et al.",
        2015,
        "Deep residual learning for image recognition",
        "ResNet: shortcuts around the layers make very deep backbones trainable. A common backbone ever since.",
        arxiv="1512.03385",
    ),
    Source(
        "yosinski2014",
        "Yosinski et al.",
        2014,
        "How transferable are features in deep neural networks?",
        "Cuts a network at every depth and measures what carries over. Read it first.",
        arxiv="1411.1792",
    ),
    Source(
        "pytorch_tutorial",
        "",
        None,
        "PyTorch: transfer learning",
        "Both approaches on a small image set, with the training loop written out.",
        page="https://pytorch.org/tutorials/beginner/transfer_learning_tutorial.html",
    ),
    Source(
        "fastai_course",
        "",
        None,
        "fast.ai course",
        "A whole course that fine-tunes from the first lesson; `fine_tune` is freeze, then unfreeze.",
        page="https://course.fast.ai/",
    ),
    Source(
        "tensorflow_tutorial",
        "",
        None,
        "TensorFlow: transfer learning and fine-tuning",
        "The same two steps in Keras: first the head, then the upper layers at a lower rate.",
        page="https://www.tensorflow.org/tutorials/images/transfer_learning",
    ),
    Source(
        "cs231n",
        "Karpathy, notes of CS231n",
        2015,
        "CS231n: transfer learning",
        "Advice by size and similarity, without numbers, and a fourth case: small and different, use earlier layers.",
        page="https://cs231n.github.io/transfer-learning/",
    ),
    Source(
        "builtin_guide",
        "",
        None,
        "A guide to transfer learning",
        "A broad first overview, for readers who do not want formulas.",
        page="https://builtin.com/data-science/transfer-learning",
    ),
    Source(
        "torchvision",
        "",
        None,
        "torchvision.models",
        "Pretrained image networks for PyTorch, with the preprocessing each one expects.",
        page="https://pytorch.org/vision/stable/models.html",
    ),
    Source(
        "transformers",
        "",
        None,
        "Hugging Face Transformers",
        "Pretrained networks for text, images and sound behind one interface.",
        page="https://huggingface.co/docs/transformers/index",
    ),
    Source(
        "tensorflow_hub",
        "",
        None,
        "TensorFlow Hub",
        "Pretrained networks for TensorFlow as layers to plug in.",
        page="https://www.tensorflow.org/hub",
    ),
    Source(
        "imagenet",
        "",
        None,
        "ImageNet",
        "The large collection of labelled photographs that most image backbones were pretrained on.",
        page="https://www.image-net.org/",
    ),
    Source(
        "cifar",
        "",
        None,
        "CIFAR-10 and CIFAR-100",
        "Small colour images in 10 or 100 classes: quick to train on, and a natural next step after digits.",
        page="https://www.cs.toronto.edu/~kriz/cifar.html",
    ),
    Source(
        "stanford_dogs",
        "",
        None,
        "Stanford Dogs",
        "120 breeds that look alike. The photographs come from ImageNet: mind the overlap with pretraining.",
        page="http://vision.stanford.edu/aditya86/ImageNetDogs/",
    ),
    Source(
        "kirkpatrick2017",
        "Kirkpatrick et al.",
        2017,
        "Overcoming catastrophic forgetting in neural networks",
        "EWC: hold on to the weights that mattered to the old task.",
        arxiv="1612.00796",
    ),
    Source(
        "li2018",
        "Li, Grandvalet and Davoine",
        2018,
        "Explicit inductive bias for transfer learning with convolutional networks",
        "L2-SP: pull the weights towards where they started, not towards zero.",
        arxiv="1802.01483",
    ),
    Source(
        "howard2018",
        "Howard and Ruder",
        2018,
        "Universal language model fine-tuning for text classification",
        "ULMFiT: unfreezing from the top, with a smaller rate for each lower layer. Table 7 tests each part separately.",
        arxiv="1801.06146",
    ),
    Source(
        "he2019",
        "He, Girshick and Dollár",
        2019,
        "Rethinking ImageNet pre-training",
        "With enough training, from scratch catches up on object detection.",
        arxiv="1811.08883",
    ),
    Source(
        "kornblith2019",
        "Kornblith, Shlens and Le",
        2019,
        "Do better ImageNet models transfer better?",
        "Sixteen networks, twelve data sets: frozen, fine-tuned and from scratch.",
        arxiv="1805.08974",
    ),
    Source(
        "kornblith2019_cka",
        "Kornblith et al.",
        2019,
        "Similarity of neural network representations revisited",
        "Centred kernel alignment: how alike two sets of features are, whatever their axes.",
        arxiv="1905.00414",
    ),
    Source(
        "raghu2019",
        "Raghu et al.",
        2019,
        "Transfusion: understanding transfer learning for medical imaging",
        "On large medical tasks, pretraining helped little, and part of the help was the scale of the weights.",
        arxiv="1902.07208",
    ),
    Source(
        "wang2019",
        "Wang et al.",
        2019,
        "Characterizing and avoiding negative transfer",
        "When earlier learning does harm, and how to filter out the source data responsible.",
        arxiv="1811.09751",
    ),
    Source(
        "li2020",
        "Li et al.",
        2020,
        "Rethinking the hyperparameters for fine-tuning",
        "The best rate and momentum depend on how close the two tasks are.",
        arxiv="2002.11770",
    ),
    Source(
        "neyshabur2020",
        "Neyshabur, Sedghi and Zhang",
        2020,
        "What is being transferred in transfer learning?",
        "Networks fine-tuned from the same start stay in one basin of the loss.",
        arxiv="2008.11687",
    ),
    Source(
        "tian2020",
        "Tian et al.",
        2020,
        "Rethinking few-shot image classification: a good embedding is all you need?",
        "A linear classifier on good frozen features beats elaborate few-shot methods.",
        arxiv="2003.11539",
    ),
    Source(
        "bouthillier2021",
        "Bouthillier et al.",
        2021,
        "Accounting for variance in machine learning benchmarks",
        "Why one seed proves nothing, and what to vary together.",
        arxiv="2103.03098",
    ),
    Source(
        "agostinelli2022",
        "Agostinelli et al.",
        2022,
        "How stable are transferability metrics evaluations?",
        "Scores that promise to predict transfer change places from one experiment to the next.",
        arxiv="2204.01403",
    ),
    Source(
        "davari2022",
        "Davari et al.",
        2022,
        "Probing representation forgetting in supervised and unsupervised continual learning",
        "Lost accuracy often does not mean lost features: train a new head and look again.",
        arxiv="2203.13381",
    ),
    Source(
        "kim2022",
        "Kim et al.",
        2022,
        "How to fine-tune models with few samples",
        "Freezing wins with extremely few images; fine-tuning overtakes as they grow in number.",
        arxiv="2205.07874",
    ),
    Source(
        "kumar2022",
        "Kumar et al.",
        2022,
        "Fine-tuning can distort pretrained features and underperform out-of-distribution",
        "LP-FT: head first, then everything, because a random head sends harmful gradients down.",
        arxiv="2202.10054",
    ),
    Source(
        "hess2023",
        "Hess et al.",
        2023,
        "Knowledge accumulation in continually learned representations and the issue of feature forgetting",
        "The other side of Davari: features can be forgotten as badly as outputs.",
        arxiv="2304.00933",
    ),
    Source(
        "lee2023",
        "Lee et al.",
        2023,
        "Surgical fine-tuning improves adaptation to distribution shifts",
        "Which block to tune depends on what has changed: the first for the inputs, the last for the labels.",
        arxiv="2210.11466",
    ),
    Source(
        "mai2024",
        "Mai et al.",
        2024,
        "Fine-tuning is fine, if calibrated",
        "Much of what looks forgotten comes back when the logits are rescaled.",
        arxiv="2409.16223",
    ),
    Source(
        "tomihari2024",
        "Tomihari and Sato",
        2024,
        "Understanding linear probing then fine-tuning language models from NTK perspective",
        "LP-FT works in part because the first phase lets the head grow.",
        arxiv="2405.16747",
    ),
    Source(
        "rahimi2007",
        "Rahimi and Recht",
        2007,
        "Random features for large-scale kernel machines",
        "NIPS. Frozen random features and a linear head come close to a kernel method.",
    ),
    Source(
        "saxe2011",
        "Saxe et al.",
        2011,
        "On random weights and unsupervised feature learning",
        "ICML. Random features can be a strong baseline: always draw them beside pretrained ones.",
    ),
    Source(
        "he_init2015",
        "He, Zhang, Ren and Sun",
        2015,
        "Delving deep into rectifiers",
        "How large random weights must be so that a deep network with ReLU can learn: the scale of every random start here.",
        arxiv="1502.01852",
    ),
    Source(
        "hesterberg2015",
        "Hesterberg",
        2015,
        "What teachers should know about the bootstrap",
        "Why a bootstrap interval from few values is too short, and Student's t, which stands behind every interval here, is not.",
        arxiv="1411.5279",
    ),
    Source(
        "benjamini1995",
        "Benjamini and Hochberg",
        1995,
        "Controlling the false discovery rate",
        "How to judge many claims at once so that at most a given share of the findings is false: the ledger does.",
    ),
    Source(
        "benjamini2008",
        "Benjamini and Heller",
        2008,
        "Screening for partial conjunction hypotheses",
        "One test for \u201cat two or more sizes\u201d, with one error.",
    ),
)

SOURCES = MappingProxyType({source.key: source for source in _LISTED})
