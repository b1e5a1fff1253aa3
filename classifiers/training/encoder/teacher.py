"""The whole course of the encoder: public data and contrast lines, then schools with some of both again."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from classifiers.encoder.pieces import Pieces
from classifiers.encoder.wording import plain_wording
from classifiers.training.data import HEADS, PublicRow, School
from classifiers.training.encoder.graph import write_graph
from classifiers.training.encoder.lessons import Lessons, public_lessons, school_lessons
from classifiers.training.encoder.network import Network
from classifiers.training.encoder.scratch import digest_of, written_whole
from classifiers.training.encoder.starting_point import starting_network, vocabulary
from classifiers.training.encoder.teaching import Course, teach

Say = Callable[[str], None]
_THREADS = 2
"""Always as many: sums over another number of threads round otherwise."""
_PUBLIC_ROWS = 20_000
_FIRST = Course(rounds=1, rate=1.5e-4, batch=32)
"""Public rows and every contrast line: they belong to no school, so they are learned once for all of them."""
_LEFT_OUT = Course(rounds=3, rate=1.5e-4)
_SHIPPED = Course(rounds=4, rate=1.5e-4)
"""The shipped encoder learns longer than those that only tell how well a school left out is judged."""
_REPLAYED, _REPLAY_WEIGHT = 600, 0.7
"""Public rows in each later round: what was learned from them is not to be forgotten, nor to lead."""
_CONTRASTED = 1_500
"""Contrast lines in each later round, others each time: many are variants of one another."""


class Teacher:
    """Holds what is the same for every school left out: the words and the first course.

    Everything learned is written to `scratch` at once, under a name that holds a digest of what it was
    learned from; what stands there already is taken up again, so that a training that was cut off goes on.
    """

    def __init__(self, rows: Sequence[PublicRow], contrast: School, scratch: Path, say: Say) -> None:
        torch.set_num_threads(_THREADS)
        self._say = say
        self._scratch = scratch
        self._vocabulary = vocabulary(plain_wording(row.text).text for row in rows)
        self._pieces = Pieces(self._vocabulary)
        self._known: dict[str, Lessons] = {}
        mixed = list(rows)
        random.Random(1).shuffle(mixed)  # noqa: S311  a fixed shuffle, no secret
        self._public = public_lessons(mixed[:_PUBLIC_ROWS], self._pieces)
        self._contrast = school_lessons(contrast, self._pieces)
        say(f"encoder: {len(self._public)} public rows, {len(self._vocabulary)} pieces …")
        self._origin = digest_of(self._public, self._contrast, _FIRST, _REPLAYED, _CONTRASTED)
        self._first = self._first_course(scratch / f"first-{self._origin}.pt")

    def _first_course(self, path: Path) -> dict[str, torch.Tensor]:
        if not path.exists():
            network = self._started()
            teach(network, lambda _: self._public + self._contrast, _FIRST, self._say)
            with written_whole(path) as part:
                torch.save(network.state_dict(), part)
        weights: dict[str, torch.Tensor] = torch.load(path, weights_only=True)
        return weights

    def _started(self) -> Network:
        torch.manual_seed(0)
        return starting_network(self._vocabulary, len(HEADS))

    def encoder_file(self, schools: Sequence[School], version: str, *, shipped: bool = False) -> Path:
        """The encoder that has seen these schools and no other, in the form that is shipped."""
        course = _SHIPPED if shipped else _LEFT_OUT
        read = [self._lessons(school) for school in schools]
        names = "-".join(school.name for school in schools)
        path = self._scratch / f"{names}-{digest_of(self._origin, version, course, *read)}.onnx"
        if not path.exists():
            header = {"version": version, "heads": HEADS, "vocabulary": self._vocabulary}
            with written_whole(path) as part:
                write_graph(self._taught(read, course), part, header)
        return path

    def _taught(self, read: Sequence[Lessons], course: Course) -> Network:
        network = self._started()
        network.load_state_dict(self._first)
        lessons = sum(read[1:], start=read[0])
        dice = np.random.default_rng(0)
        teach(network, lambda _: lessons + self._beside(dice), course, self._say)
        return network

    def _beside(self, dice: np.random.Generator) -> Lessons:
        """What is read in one round beside the schools."""
        contrast = self._contrast.some(_CONTRASTED, dice)
        return contrast + self._public.some(_REPLAYED, dice, _REPLAY_WEIGHT)

    def _lessons(self, school: School) -> Lessons:
        if school.name not in self._known:
            self._known[school.name] = school_lessons(school, self._pieces)
        return self._known[school.name]
