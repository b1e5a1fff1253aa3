"""A model file in which a disk or a copy changed some bytes: refused by name, whatever a library makes of it."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifiers.archive import read_archive, write_archive
from classifiers.errors import ModelBroken

NUMBERS = np.random.default_rng(3).integers(-127, 127, (6000, 5)).astype(np.int8)
"""Large enough that zipfile unpacks it in several pieces, and compares its checksum only after the last."""


def _whole() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        write_archive(path, {"format": 1, "heads": ["abuse"]}, {"weights": NUMBERS, "bias": np.zeros(5)})
        return path.read_bytes()


WHOLE = _whole()
CHANGES = st.dictionaries(st.integers(0, len(WHOLE) - 1), st.integers(1, 255), min_size=1, max_size=4)


def changed(changes: dict[int, int]) -> bytes:
    content = bytearray(WHOLE)
    for place, change in changes.items():
        content[place] ^= change
    return bytes(content)


@settings(max_examples=300)
@given(CHANGES)
@example({WHOLE.index(b"PK\x01\x02") + 8: 0x01})  # says that it is encrypted: RuntimeError
@example({WHOLE.index(b"PK\x01\x02") + 10: 0x40})  # says that it is packed otherwise: NotImplementedError
@example({len(WHOLE) // 2: 0xFF})  # zlib.error
def test_a_few_wrong_bytes_would_stop_the_daemon_or_judge_with_other_numbers(changes: dict[int, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        path.write_bytes(changed(changes))
        try:
            arrays = read_archive(path, 1, lambda archive: archive.arrays)
        except ModelBroken as broken:
            assert str(broken).startswith(f"{path}: the model is damaged (")  # noqa: PT017  it need not be raised
        else:
            # Zip keeps dates and the names of members outside its checksums.
            assert all(np.array_equal(arrays["weights"], NUMBERS) for name in arrays if name == "weights")


@pytest.mark.parametrize("fault", [AttributeError("heads"), OverflowError("bits"), MemoryError()])
def test_a_header_that_means_nothing_would_stop_the_daemon(tmp_path: Path, fault: Exception) -> None:
    """Numbers that are whole, and a header by somebody else: what is built of them fails in its own way."""
    (tmp_path / "model.npz").write_bytes(WHOLE)

    def build(_: object) -> None:
        raise fault

    with pytest.raises(ModelBroken, match=type(fault).__name__):
        read_archive(tmp_path / "model.npz", 1, build)
