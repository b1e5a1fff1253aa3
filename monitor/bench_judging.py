"""How many comments one core judges in a second, and how that divides between the models.

Two kinds of traffic, from the labelled sample: `ordinary`, the harmless comments that nobody wrote to trip a
filter, and `sample`, all of it, of which half must be looked at and a third was written to trip a filter. A
real page lies between them, near the first. The register has 1,000 pupils. Times are processor time.
"""

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from rich.table import Table

from classifiers.encoder.model import load_encoder
from classifiers.evaluation import read_labelled
from classifiers.interface import Comment
from classifiers.joined import Joined, load_joined
from classifiers.judge import MODELS, EmbeddedJudge
from classifiers.linear import load
from classifiers.panel import Panel
from classifiers.pupil_information.identify import identify
from classifiers.reading import Reader
from monitor.bench_register import synthetic_register
from monitor.demo.story import SCHOOL

PUPILS = 1_000
_COMMENTS, _SINGLE, _BATCH = 1_024, 128, 256


@dataclass(frozen=True)
class Rates:
    what: str
    single: float | None
    """Comments per second, one by one; None for a peer that is only asked in batches."""
    batch: float
    read_again: float
    """Share of the comments that the encoder reads as well."""


def table(rates: Sequence[Rates]) -> Table:
    shown = Table(box=None, title=f"Judging on one core, {PUPILS:,} pupils, comments per second")
    for column in ("what", "one by one", f"in batches of {_BATCH}", "read by the encoder"):
        shown.add_column(column, justify="left" if column == "what" else "right")
    for rate in rates:
        single = "" if rate.single is None else f"{rate.single:,.0f}"
        shown.add_row(rate.what, single, f"{rate.batch:,.0f}", f"{rate.read_again:.0%}")
    return shown


def measure() -> list[Rates]:
    """All models together and the linear ones alone on both kinds of traffic, and a peer where installed."""
    public, school = load(MODELS / "public_abuse.npz"), load(MODELS / "school.npz")
    joined = load_joined(MODELS / "joined.npz")
    panel = Panel(public, school, (load_encoder(MODELS / "encoder.onnx"), joined))
    register = synthetic_register(PUPILS)
    both, linear = EmbeddedJudge(register, panel), EmbeddedJudge(register, Panel(public, school))
    rates = []
    for name, comments in _traffic().items():
        share = _read_again(panel, joined, Reader(register), comments)
        rates.append(_rates(f"all models, {name}", both, comments, share))
        rates.append(_rates(f"linear models alone, {name}", linear, comments, 0.0))
    return [*rates, *_peer([comment.text for comment in _traffic()["sample"]])]


def _traffic() -> dict[str, list[Comment]]:
    with (SCHOOL / "comments.jsonl").open(encoding="utf-8") as lines:
        rows, _ = read_labelled(lines)
    ordinary = [row.comment for row in rows if row.harmless and not row.hard]
    return {"ordinary": _repeated(ordinary), "sample": _repeated([row.comment for row in rows])}


def _repeated(comments: Sequence[Comment]) -> list[Comment]:
    return list(islice(cycle(comments), _COMMENTS))


def _rates(what: str, judge: EmbeddedJudge, comments: Sequence[Comment], read_again: float) -> Rates:
    judge.judge(comments[:_BATCH])  # caches are warm in a daemon
    single = _per_second(_SINGLE, lambda: [judge.judge([comment]) for comment in comments[:_SINGLE]])
    return Rates(what, single, _per_second(len(comments), lambda: judge.judge(comments)), read_again)


def _per_second(count: int, work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return count / (time.process_time() - started)


def _read_again(panel: Panel, joined: Joined, reader: Reader, comments: Sequence[Comment]) -> float:
    readings = [reader.read(comment) for comment in comments]
    found = [identify(one, reader, b"") for one in readings]
    return len(joined.unclear(panel.linear_opinions(readings, found))) / len(comments)


def _peer(texts: Sequence[str]) -> list[Rates]:
    """alt-profanity-check over the same texts, where it is installed: abuse only, no register, no reasons."""
    if importlib.util.find_spec("profanity_check") is None:
        return []
    from profanity_check import predict_prob  # noqa: PLC0415  a peer to measure beside, no part of the program

    batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    rate = _per_second(len(texts), lambda: [predict_prob(batch) for batch in batches])
    return [Rates("alt-profanity-check (abuse only)", None, rate, 0.0)]
