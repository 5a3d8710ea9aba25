"""How every script for somebody's own rows reads a file and makes examples of it: as the lab does."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core.config import RunConfig
from transfer_core.own_data.cleaning import MIN_PER_CLASS, MOST_MISSING
from transfer_core.own_data.contents import MAX_NAME
from transfer_core.own_data.curves import BATCH_SIZE, N_SEEDS
from transfer_core.scenarios import TEST_SHARE
from transfer_ui.export.code import number

RULES: Mapping[str, object] = {
    "longest": MAX_NAME,
    "cut": MAX_NAME - 1,
    "least_known": number(1 - MOST_MISSING),
    "fewest": MIN_PER_CLASS,
    "n_seeds": N_SEEDS,
    "test_share": number(TEST_SHARE),
    "batch_size": BATCH_SIZE,
    "momentum": number(RunConfig.momentum),
}
"""The lab's own, for the templates of all scripts."""

READ = '''

# %% Data
def tidy(value):
    """Write a name as the lab shows it: no blanks around it, and not too long."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    text = "".join(one if one.isprintable() else " " for one in text)
    text = " ".join(text.split())
    return text if len(text) <= $longest else text[:$cut] + "…"


def distinct(names):
    """Name every column, and number those that have the name of an earlier one."""
    chosen = []
    for place, name in enumerate(map(tidy, names), 1):
        base = wanted = name or f"column {place}"
        number = 1
        while wanted in chosen:
            number += 1
            wanted = f"{base} ({number})"
        chosen.append(wanted)
    return chosen


def decoded(data):
    """Turn bytes into text, whatever program has written them."""
    marks = b"\\xff\\xfe", b"\\xfe\\xff"
    try:
        text = data.decode("utf-16" if data[:2] in marks else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return text.replace("\\r\\n", "\\n").replace("\\r", "\\n")


def parsed(text):
    """Read a table of text, with the mark that cuts its first rows most evenly."""
    first = text.split("\\n")[:40]

    def unevenness(mark):
        lengths = [len(row) for row in csv.reader(first, delimiter=mark) if row]
        return max(lengths, default=0) < 2, len({*lengths})

    mark = min("\\t;|,", key=unevenness)
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    names = next(row for row in reader if row) if HAS_NAMES else []
    look = {"sep": mark, "header": None, "skiprows": reader.line_num}
    look |= {"na_values": ["?"], "skipinitialspace": True, "low_memory": False}
    table = pd.read_csv(io.StringIO(text), **look)
    n_columns = table.shape[1]
    return table.set_axis(distinct([*names, *n_columns * [""]][:n_columns]), axis=1)


def unpacked(columns):
    """Make a table; a column of embeddings becomes as many as they have numbers."""
    parts = {}
    for name, column in columns.items():
        if isinstance(column[0], np.ndarray):
            several = enumerate(np.stack(column).T, 1)
            parts |= {f"{name} {place}": numbers for place, numbers in several}
        else:
            parts[name] = column
    return pd.DataFrame(dict(zip(distinct(parts), parts.values(), strict=True)))


def read(path):
    """Read a table of text, Parquet, or an NPZ file with rows and labels."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as stored:
            return unpacked({name: stored[name] for name in stored.files})
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        return unpacked({name: table[name].to_numpy() for name in table})
    return parsed(decoded(path.read_bytes()))


def named(table, name):
    """Give a column as names, whole numbers without a point; a gap stays one."""
    if name not in table:
        got = list(table)[:5]
        raise SystemExit(f"The file must have the column {name!r}, got {got}.")
    words = table[name].dropna().map(tidy).astype(str)
    is_whole = words.str.fullmatch(r"[+-]?\\d{1,14}(\\.0*)?")
    words[is_whole] = words[is_whole].map(lambda word: str(int(float(word))))
    return words[words != ""].reindex(table.index)


def numbers(table):
    """Give the columns of numbers; a comma may stand for the point."""
    kept = table.drop(columns=[LABEL, *LEFT_OUT], errors="ignore")
    for name in kept.select_dtypes(exclude=["number", "bool"]):
        text = kept[name].astype(str).str.replace(",", ".")
        kept[name] = pd.to_numeric(text, errors="coerce")
    found = kept.astype(float).replace([np.inf, -np.inf], np.nan)
    return found.loc[:, found.notna().mean() >= $least_known]


def usable(rows, labels):
    """Leave out rows with a gap, copies, and classes that are too small to split."""
    kept = rows.notna().all(axis=1) & labels.notna() & ~rows.duplicated()
    kept &= labels.map(labels[kept].value_counts()).fillna(0) >= FEWEST
    return rows[kept], labels[kept]


def arrays(rows, labels):
    """Give rows, the number of the class of each, and the classes."""
    classes, y = np.unique(labels.astype(str), return_inverse=True)
    if len(classes) < 2:
        raise SystemExit(f"There must be two classes with {FEWEST} rows each.")
    return rows.to_numpy(float), y, classes


def split(y, share, seed):
    """Give the places of the rows to train and test with, each class in proportion."""
    rng, test = np.random.default_rng(seed), np.zeros(len(y), bool)
    for label in np.unique(y):
        mine = rng.permutation(np.flatnonzero(y == label))
        test[mine[: max(1, round(share * len(mine)))]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)


def scaled(known):
    """Scale every number to mean 0 and deviation 1 over the rows that are known."""
    mean, deviation = known.mean(axis=0), known.std(axis=0)
    deviation[deviation < 1e-12] = 1.0
    return lambda values: (values - mean) / deviation


def accuracies(found, y):
    """Give the share of labels that are right, and its mean over the classes."""
    right = found == y
    return right.mean(), np.mean([right[y == label].mean() for label in np.unique(y)])
'''
