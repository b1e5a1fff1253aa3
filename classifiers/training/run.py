"""The steps of a training, from folders to model files and the results for the card."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from classifiers.evaluation import Report, evaluate, read_labelled
from classifiers.features import PUBLIC
from classifiers.hashing import hash_texts
from classifiers.judge import EmbeddedJudge, load_judge
from classifiers.linear import LinearModel, load, save
from classifiers.normalising import normalise
from classifiers.reading import mask_plain
from classifiers.training.data import PublicRow, School, public_rows, school
from classifiers.training.fit import fit_public, fit_schools
from classifiers.training.matrices import read_school

VERSION = "1"
_CHUNK = 2048


@dataclass(frozen=True)
class Results:
    public_rows: Mapping[tuple[str, str], int]
    """Rows trained on, by source and licence."""
    public_auc: Mapping[str, float]
    """Area under the ROC curve on public rows held out: pooled, mean over sources, and each source."""
    schools: Mapping[str, int]
    left_out: Mapping[str, Report]
    """Each training school judged by a model trained on the others."""
    validation: Report
    """The school that nothing is ever trained on, judged by the shipped models."""
    sizes: Mapping[str, int]
    """Bytes of each model file."""


def train(data: Path, corpus: Path, models: Path, say: Callable[[str], None]) -> Results:
    models.mkdir(parents=True, exist_ok=True)
    rows = list(public_rows(data / "train.jsonl.gz"))
    say(f"public abuse model: {len(rows)} rows …")
    save(fit_public(rows, VERSION), models / f"{PUBLIC}.npz")
    public = load(models / f"{PUBLIC}.npz")
    schools = [school(folder) for folder in sorted((corpus / "train").iterdir()) if folder.is_dir()]
    say(f"school models: {len(schools)} schools, each left out once …")
    read = [read_school(one, public) for one in schools]
    left_out = {}
    for place, one in enumerate(schools):
        without = fit_schools(read[:place] + read[place + 1 :], VERSION)
        left_out[one.name] = _judged(EmbeddedJudge(one.register, public, without), one)
        say(f"left out: school {one.name}")
    save(fit_schools(read, VERSION), models / "school.npz")
    validation = school(corpus / "dev")
    shipped = load_judge(validation.register, models=models)
    return Results(
        public_rows=Counter((row.source, row.licence) for row in rows),
        public_auc=_areas(public, list(public_rows(data / "dev.jsonl.gz"))),
        schools={one.name: len(one.comments) for one in (*schools, validation)},
        left_out=left_out,
        validation=_judged(shipped, validation),
        sizes={path.name: path.stat().st_size for path in sorted(models.glob("*.npz"))},
    )


def _judged(judge: EmbeddedJudge, one: School) -> Report:
    rows, bad = read_labelled(json.dumps(row) for row in one.rows)
    if bad:
        raise ValueError(f"school {one.name}: {bad[0]}")
    return evaluate(judge, rows)


def _areas(public: LinearModel, rows: list[PublicRow]) -> dict[str, float]:
    texts = [mask_plain(normalise(row.text).lower) for row in rows]
    nothing = np.zeros((_CHUNK, 0), dtype=np.float32)
    parts = []
    for start in range(0, len(texts), _CHUNK):
        part = texts[start : start + _CHUNK]
        parts.append(public.margins(hash_texts(part, public.bits), nothing[: len(part)])[:, 0])
    margins = np.concatenate(parts)
    truth = np.array([row.abuse for row in rows])
    sources = np.array([row.source for row in rows])
    each = {}
    for name in sorted(set(sources.tolist())):
        here = sources == name
        if 0 < truth[here].sum() < here.sum():
            each[name] = float(roc_auc_score(truth[here], margins[here]))
    pooled = float(roc_auc_score(truth, margins))
    return {"pooled": pooled, "mean over sources": float(np.mean(list(each.values()))), **each}
