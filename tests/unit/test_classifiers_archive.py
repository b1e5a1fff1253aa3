"""Model files: what was written comes back, and what was damaged on the way is told and never judged with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from classifiers.archive import Archive, read_archive, write_archive
from classifiers.errors import ModelBroken

HEADER = {"format": 3, "version": "2", "heads": ["one", "two"]}
ARRAYS = {"weights": np.arange(24, dtype=np.float32).reshape(8, 3), "rows": np.arange(5, dtype=np.int8)}
NUMBERS = arrays_of.arrays(
    st.sampled_from([np.dtype(kind) for kind in ("int8", "uint32", "int64", "float32", "float64")]),
    arrays_of.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6),
)
NAMES = st.text("abcdefg_", min_size=1, max_size=8)


def as_read(path: Path) -> Archive:
    return read_archive(path, 3, lambda archive: archive)


def same(one: Archive, arrays: dict[str, np.ndarray], header: dict[str, Any]) -> bool:
    return (
        one.header == header
        and one.arrays.keys() == arrays.keys()
        and all(
            one.arrays[name].dtype == array.dtype and np.array_equal(one.arrays[name], array, equal_nan=True)
            for name, array in arrays.items()
        )
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_archive(tmp_path / "model.npz", HEADER, ARRAYS)
    return tmp_path / "model.npz"


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place that many examples may write to, one after another."""
    return tmp_path_factory.mktemp("archives") / "model.npz"


@given(st.dictionaries(NAMES, NUMBERS, max_size=4), st.text(max_size=20))
def test_a_model_would_come_back_as_another_one(
    anywhere: Path, arrays: dict[str, np.ndarray], version: str
) -> None:
    header = {"format": 3, "version": version}
    write_archive(anywhere, header, arrays)
    assert same(as_read(anywhere), arrays, header)


def test_the_same_numbers_would_be_written_as_other_bytes(path: Path, tmp_path: Path) -> None:
    """A technician compares the hash of a model with the one in the model card."""
    turned = {name: np.asfortranarray(array) for name, array in ARRAYS.items()}
    write_archive(tmp_path / "again.npz", dict(reversed(HEADER.items())), turned)
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()
    assert as_read(tmp_path / "again.npz").sha256 == as_read(path).sha256


def test_a_missing_model_would_be_told_without_place_or_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=r"gone\.npz: the model cannot be read \(No such file") as caught:
        as_read(tmp_path / "gone.npz")
    assert caught.value.place == str(tmp_path / "gone.npz")
    assert "./run train" in caught.value.mend


def test_a_model_that_was_copied_in_part_would_judge(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelBroken, match=r"model\.npz: the model is damaged"):
            as_read(path)


def test_a_model_with_one_wrong_byte_would_judge_or_stop_the_daemon(path: Path) -> None:
    """A bad disk changes a byte: the model is refused by name, or the byte was none that counts."""
    whole = path.read_bytes()
    for place in range(len(whole)):
        for change in (0x01, 0x80, 0xFF):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
            try:
                found = as_read(path)
            except ModelBroken as broken:
                assert "the model is damaged" in broken.what  # noqa: PT017  it need not be raised
            else:
                # Zip keeps dates and the names of members outside its checksums.
                assert found.header == HEADER
                assert all(np.array_equal(found.arrays[name], ARRAYS[name]) for name in found.arrays)


def without_header(path: Path) -> None:
    np.savez(path, **ARRAYS)


def with_objects(path: Path) -> None:
    np.savez(path, header=np.array([{"format": 3}], dtype=object))


def a_lone_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.arange(3))


def with_another_header(content: bytes) -> Callable[[Path], None]:
    return lambda path: np.savez(path, header=np.frombuffer(content, dtype=np.uint8))


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(without_header, id="no header"),
        pytest.param(with_objects, id="pickled objects"),
        pytest.param(with_another_header(b'{"format": 3'), id="half a header"),
        pytest.param(with_another_header(b"[3]"), id="a header that is a list"),
        pytest.param(with_another_header(b"{}"), id="no format"),
        pytest.param(with_another_header(b'{"format": 4}'), id="a later format"),
        pytest.param(with_another_header(b"\xff\xfe\xfd"), id="a header that is no text"),
        pytest.param(lambda path: path.write_bytes(b"<html>"), id="an error page"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(a_lone_array, id="a lone array"),
    ],
)
def test_what_is_no_model_would_be_taken_for_one(tmp_path: Path, write: Callable[[Path], Any]) -> None:
    write(tmp_path / "model.npz")
    with pytest.raises(ModelBroken, match="the model is damaged") as caught:
        as_read(tmp_path / "model.npz")
    assert "Install schoolwatch again" in caught.value.mend


@pytest.mark.parametrize("fault", [ValueError("shape"), KeyError("weights"), TypeError(), IndexError()])
def test_what_the_model_says_of_itself_would_be_quoted_in_the_log(path: Path, fault: Exception) -> None:
    def refuse(_: Archive) -> None:
        raise fault

    with pytest.raises(ModelBroken) as caught:
        read_archive(path, 3, refuse)
    assert caught.value.what == f"the model is damaged ({type(fault).__name__})"
