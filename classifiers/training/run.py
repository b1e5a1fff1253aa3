"""The steps of a training, from folders to model files and the results for the card."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from classifiers.encoder.model import Encoder, load_encoder
from classifiers.evaluation import Report, evaluate, read_labelled
from classifiers.fairness import FairnessReport, gap_report
from classifiers.features import PUBLIC
from classifiers.hashing import hash_texts
from classifiers.interface import Comment, Register
from classifiers.joined import F64, Joined, save_joined
from classifiers.judge import EmbeddedJudge, load_judge
from classifiers.linear import LinearModel, load, save
from classifiers.normalising import normalise
from classifiers.panel import ENCODER, JOINED, SCHOOL, Panel, opinions_of
from classifiers.reading import mask_plain
from classifiers.training.contrast import contrast_school
from classifiers.training.data import HEADS, PublicRow, School, public_rows, school
from classifiers.training.encoder.teacher import Teacher
from classifiers.training.fit import fit_public, fit_schools
from classifiers.training.joining import Heard, fit_joined
from classifiers.training.matrices import ReadSchool, read_school
from config.words import Label

VERSION = "2"
_CHUNK = 2048
Say = Callable[[str], None]


@dataclass(frozen=True)
class Results:
    public_rows: Mapping[tuple[str, str], int]
    """Rows trained on, by source and licence."""
    public_auc: Mapping[str, float]
    """Area under the ROC curve of the abuse score on public rows held out: pooled, mean, and each source."""
    public_auc_alone: Mapping[str, float]
    """The same of the public model alone."""
    schools: Mapping[str, int]
    contrast: int
    left_out: Mapping[str, Report]
    """Each training school judged by models trained on the others."""
    validation: Report
    """The school that nothing is ever trained on, judged by the shipped models."""
    alone: Report
    """The same by the linear models alone, as where the encoder cannot run."""
    fairness: FairnessReport
    sizes: Mapping[str, int]
    """Bytes of each model file."""


@dataclass(frozen=True)
class _Given:
    """What every training of the school models begins with."""

    public: LinearModel
    teacher: Teacher
    read: Sequence[ReadSchool]
    contrast: ReadSchool
    say: Say


@dataclass(frozen=True)
class _Fold:
    """One school, and what models that never saw it make of it."""

    school: School
    linear: LinearModel
    encoder: Encoder
    heard: Heard


def train(data: Path, corpus: Path, models: Path, scratch: Path, say: Say) -> Results:
    """Write the model files. `scratch` takes what is learned on the way, and gives it to a second try."""
    models.mkdir(parents=True, exist_ok=True)
    rows = list(public_rows(data / "train.jsonl.gz"))
    say(f"public abuse model: {len(rows)} rows …")
    save(fit_public(rows, VERSION), models / f"{PUBLIC}.npz")
    public = load(models / f"{PUBLIC}.npz")
    schools = [school(folder) for folder in sorted((corpus / "train").iterdir()) if folder.is_dir()]
    contrast = contrast_school()
    teacher = Teacher(rows, contrast, scratch, say)
    given = _Given(
        public, teacher, [read_school(one, public) for one in schools], read_school(contrast, public), say
    )
    folds = [_left_out(one, given) for one in given.read]
    _write_shipped(given, folds, models)
    validation = school(corpus / "dev")
    held_out = list(public_rows(data / "dev.jsonl.gz"))
    shipped = load_judge(validation.register, models=models)
    return Results(
        public_rows=Counter((row.source, row.licence) for row in rows),
        public_auc=_areas(_scores(load_judge(Register(), models=models), held_out), held_out),
        public_auc_alone=_areas(_margins(public, held_out), held_out),
        schools={one.name: len(one.comments) for one in (*schools, validation)},
        contrast=len(contrast.comments),
        left_out={fold.school.name: _left_out_report(fold, folds, public) for fold in folds},
        validation=_judged(shipped, validation),
        alone=_judged(
            EmbeddedJudge(validation.register, Panel(public, load(models / f"{SCHOOL}.npz"))), validation
        ),
        fairness=gap_report(shipped),
        sizes={path.name: path.stat().st_size for path in sorted(models.iterdir())},
    )


def _left_out(one: ReadSchool, given: _Given) -> _Fold:
    given.say(f"school {one.school.name} left out …")
    rest = [other for other in given.read if other is not one]
    linear = fit_schools(rest, given.contrast, VERSION)
    encoder = load_encoder(given.teacher.encoder_file([other.school for other in rest], VERSION))
    return _Fold(one.school, linear, encoder, _heard(one, linear, encoder))


def _heard(one: ReadSchool, linear: LinearModel, encoder: Encoder) -> Heard:
    truth = np.stack([one.truth(head) for head in HEADS], axis=1)
    return Heard(encoder.logits(one.wordings), opinions_of(linear, one.buckets, one.features), truth)


def _together(folds: Sequence[_Fold]) -> Heard:
    heard = folds[0].heard
    for fold in folds[1:]:
        heard = heard + fold.heard
    return heard


def _write_shipped(given: _Given, folds: Sequence[_Fold], models: Path) -> None:
    given.say("all training schools …")
    save(fit_schools(given.read, given.contrast, VERSION), models / f"{SCHOOL}.npz")
    encoder = given.teacher.encoder_file([one.school for one in given.read], VERSION, shipped=True)
    shutil.copyfile(encoder, models / f"{ENCODER}.onnx")
    made_for = {
        SCHOOL: load(models / f"{SCHOOL}.npz").sha256,
        ENCODER: load_encoder(models / f"{ENCODER}.onnx").sha256,
    }
    save_joined(fit_joined(_together(folds), HEADS, VERSION, made_for), models / f"{JOINED}.npz")


def _left_out_report(fold: _Fold, folds: Sequence[_Fold], public: LinearModel) -> Report:
    """Neither the models, nor how they are weighed, nor the thresholds have seen this school's labels."""
    others = [other for other in folds if other is not fold]
    joined: Joined = fit_joined(_together(others), HEADS, VERSION, {})
    panel = Panel(public, fold.linear, (fold.encoder, joined))
    return _judged(EmbeddedJudge(fold.school.register, panel), fold.school)


def _judged(judge: EmbeddedJudge, one: School) -> Report:
    rows, bad = read_labelled(json.dumps(row) for row in one.rows)
    if bad:
        raise ValueError(f"school {one.name}: {bad[0]}")
    return evaluate(judge, rows)


def _scores(judge: EmbeddedJudge, rows: list[PublicRow]) -> F64:
    judged = judge.judge([Comment(str(place), row.text) for place, row in enumerate(rows)])
    return np.array([judgement.scores[Label.ABUSE] for judgement in judged])


def _margins(public: LinearModel, rows: list[PublicRow]) -> F64:
    texts = [mask_plain(normalise(row.text).lower) for row in rows]
    parts = []
    for start in range(0, len(texts), _CHUNK):
        part = texts[start : start + _CHUNK]
        nothing = np.zeros((len(part), 0), dtype=np.float32)
        parts.append(public.margins(hash_texts(part, public.bits), nothing)[:, 0])
    return np.concatenate(parts)


def _areas(scores: F64, rows: list[PublicRow]) -> dict[str, float]:
    truth = np.array([row.abuse for row in rows])
    sources = np.array([row.source for row in rows])
    each = {}
    for name in sorted(set(sources.tolist())):
        here = sources == name
        if 0 < truth[here].sum() < here.sum():
            each[name] = float(roc_auc_score(truth[here], scores[here]))
    pooled = float(roc_auc_score(truth, scores))
    return {"pooled": pooled, "mean over sources": float(np.mean(list(each.values()))), **each}
