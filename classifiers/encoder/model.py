"""The encoder as it is shipped: one ONNX file with eight-bit weights, run by ONNX Runtime on one core.

Activations are rounded row by row, a text is padded to a length of its own and never to its
neighbours', so that a comment's answer does not depend on the batch it comes in.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.archive import MEND
from classifiers.encoder.pieces import Pieces
from classifiers.encoder.wording import Wording
from classifiers.errors import ModelBroken

F64 = npt.NDArray[np.float64]
FORMAT = 1
WINDOW = 96
"""Pieces of the text that are read together; a longer text is read in several windows."""
CONTEXT = 24
"""Pieces of the context that each window is given."""
_OVERLAP = 16
_MOST_WINDOWS = 32
"""Windows of one text, some 2,500 words: what comes after them is judged by the linear models alone."""
_STEP = 8
"""Lengths are rounded up to a multiple of it, so that few different shapes are run."""
_BATCH = 16


@dataclass(frozen=True)
class Window:
    """Numbers of the pieces, and for each whether it belongs to the context (1) or the text (0)."""

    pieces: list[int]
    context: list[int]


class Encoder:
    def __init__(self, session: Any, header: dict[str, Any], sha256: str) -> None:
        self._session = session
        self._pieces = Pieces(header["vocabulary"])
        self.version: str = header["version"]
        self.heads: tuple[str, ...] = tuple(header["heads"])
        self.sha256 = sha256

    def logits(self, texts: Sequence[Wording]) -> F64:
        """One row a text and one column a head: over several windows the highest of each head."""
        result = np.full((len(texts), len(self.heads)), -np.inf)
        owners, windows = self._windows(texts)
        for places in _of_like_length(windows):
            answer = self._run([windows[place] for place in places])
            np.maximum.at(result, [owners[place] for place in places], answer)
        return result

    def _windows(self, texts: Sequence[Wording]) -> tuple[list[int], list[Window]]:
        owners: list[int] = []
        windows: list[Window] = []
        for owner, text in enumerate(texts):
            found = windows_of(self._pieces, text)
            owners += [owner] * len(found)
            windows += found
        return owners, windows

    def _run(self, windows: Sequence[Window]) -> F64:
        length = _rounded(windows[0])
        pieces = np.full((len(windows), length), self._pieces.pad, dtype=np.int64)
        context = np.zeros((len(windows), length), dtype=np.int64)
        for row, window in enumerate(windows):
            pieces[row, : len(window.pieces)] = window.pieces
            context[row, : len(window.context)] = window.context
        lengths = np.array([len(window.pieces) for window in windows], dtype=np.int32)
        given = {"pieces": pieces, "context": context, "lengths": lengths}
        answer: F64 = np.asarray(self._session.run(["logits"], given)[0], dtype=np.float64)
        return answer


def windows_of(pieces: Pieces, text: Wording) -> list[Window]:
    """At least one window, each with the beginning of the context."""
    body = pieces.numbers(text.text, WINDOW + (WINDOW - _OVERLAP) * (_MOST_WINDOWS - 1))
    after = pieces.numbers(text.context, CONTEXT)
    starts = range(0, max(len(body) - _OVERLAP, 1), WINDOW - _OVERLAP)
    return [_window(pieces, body[start : start + WINDOW], after) for start in starts]


def _window(pieces: Pieces, body: list[int], after: list[int]) -> Window:
    first = [pieces.start, *body, pieces.end]
    second = [*after, pieces.end] if after else []
    return Window(first + second, [0] * len(first) + [1] * len(second))


def _rounded(window: Window) -> int:
    return -(-len(window.pieces) // _STEP) * _STEP


def _of_like_length(windows: Sequence[Window]) -> list[list[int]]:
    """Places of the windows in batches that are padded to one length."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, window in enumerate(windows):
        by_length[_rounded(window)].append(place)
    return [
        places[start : start + _BATCH]
        for _, places in sorted(by_length.items())
        for start in range(0, len(places), _BATCH)
    ]


def load_encoder(path: Path) -> Encoder:
    """Read the model, or raise `ModelBroken` with the place and the mend."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelBroken(path, f"the encoder cannot be read ({error.strerror})", MEND) from error
    try:
        session = _session(content)
        return Encoder(session, _header(session), hashlib.sha256(content).hexdigest())
    except Exception as error:  # ONNX Runtime raises classes of its own that are no common kind
        raise ModelBroken(path, f"the encoder cannot be used ({type(error).__name__})", MEND) from error


def _header(session: Any) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(session.get_modelmeta().custom_metadata_map["header"])
    if header["format"] != FORMAT:
        raise ValueError("another format")
    return header


def _session(content: bytes) -> Any:
    import onnxruntime  # noqa: PLC0415  half a second of import that only the judge needs

    options = onnxruntime.SessionOptions()
    # One core: the watcher runs beside other things, and one thread gives the same answer every time.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
