"""Classes that have names of several words."""

import pytest

from classifiers.interface import Comment, Pupil, Register
from classifiers.reading import Reader


@pytest.mark.parametrize(
    "text", ["He is in oak tree now", "Lovely day in Oak Tree", "oak  tree class", "class Oak Tree rocks"]
)
def test_a_class_called_oak_tree_would_stop_the_judge(text: str) -> None:
    pupil = Pupil("p-1", "Ayaan", "Ayaan", "Birch", "Oak Tree", "Year 4")
    reading = Reader(Register("", (), (pupil,))).read(Comment("1", text, text))
    assert all(place.value for place in (*reading.places, *reading.context_places))
