"""Files that a training leaves on its way, so that a second try need not begin again."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classifiers.training.encoder.lessons import Lessons


def digest_of(*parts: object) -> str:
    """Twelve hexadecimal digits of all that something was learned from."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Lessons):
            digest.update(json.dumps([(window.pieces, window.context) for window in part.windows]).encode())
            digest.update(part.truth.tobytes() + part.weight.tobytes())
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()[:12]


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A place to write to; what was written stands at `path` only when it is whole."""
    part = path.with_name(f"{path.name}.part")
    yield part
    part.replace(path)
