"""What converting costs in scores and wins in speed, beside detoxify's own answers in the same run.

Rates are comments a second of processor time, all on one core: what else the machine does in the
meantime does not change them much.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from classifiers.second_opinion.manifest import Loss
from classifiers.second_opinion.scorer import F64, encodable
from classifiers.second_opinion.with_onnx import OnnxModel


def ask_detoxify(loaded: Any, texts: Sequence[str]) -> tuple[F64, float]:
    """Detoxify's own `predict(list)`: scores, a row a text and a column a class, and comments a second."""
    batch = [encodable(text) for text in texts]
    started = time.process_time()
    answer = loaded.predict(batch)
    seconds = time.process_time() - started
    columns = [np.atleast_1d(answer[name]) for name in loaded.class_names]
    return np.stack(columns, axis=1).astype(np.float64), len(texts) / seconds


def loss_of(model: OnnxModel, texts: Sequence[str], own: F64) -> Loss:
    started = time.process_time()
    scores = model.scores(texts)
    seconds = time.process_time() - started
    apart = np.abs(scores - own)
    return Loss(
        largest=float(apart.max()), mean=float(apart.mean()), per_second=round(len(texts) / seconds, 2)
    )


@contextmanager
def on_one_core() -> Iterator[None]:
    """Torch on one core, as the converted weights run, so that their speeds can be compared."""
    import torch  # noqa: PLC0415  optional, and slow to import

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
