"""What a larger register costs: building it, its memory, and reading comments with it, with synthetic names.

`python -m monitor.bench_register` prints it alone. Reading a comment means spelling, people, places, cues and
which pupils are meant; the models that follow never see the register.
"""

import gc
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from classifiers.interface import Comment, Pupil, Register, StaffMember
from classifiers.pupil_information.identify import identify
from classifiers.reading import Reader
from monitor.demo.story import read_story

SIZES = (1_000, 100_000, 1_000_000)
_COMMENTS = 1_000
_ROUNDS = 3
_BEGINNINGS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "v",
    "w",
    "z",
)
_SYLLABLES = [a + b for a, b in itertools.product(_BEGINNINGS, "aeiou")]
_PUPILS_A_MEMBER = 20
_MOST_STAFF = 2_000
_PAGE = 4096
"""Bytes of a page of memory on every machine that this runs on."""


@dataclass(frozen=True)
class Cost:
    names: int
    build_s: float
    memory_mib: float
    per_second: float


def measure(sizes: Sequence[int] = SIZES) -> list[Cost]:
    """One row a size; comments per second are the best of several rounds."""
    return [_cost(size) for size in sizes]


def table(costs: Sequence[Cost]) -> Table:
    shown = Table(
        box=None, title=f"Registers of synthetic names, {_COMMENTS:,} comments, best of {_ROUNDS} rounds"
    )
    for column in (
        "names",
        "build, s",
        "index, MiB",
        "comments read per second",
        "cost of one, times the first",
    ):
        shown.add_column(column, justify="right")
    for cost in costs:
        times = costs[0].per_second / cost.per_second
        figures = (f"{cost.names:,}", f"{cost.build_s:.2f}", f"{cost.memory_mib:,.0f}")
        shown.add_row(*figures, f"{cost.per_second:,.0f}", f"{times:.2f}")
    return shown


def _cost(size: int) -> Cost:
    register = synthetic_register(size)
    gc.collect()
    before, started = _memory(), time.process_time()
    reader = Reader(register)
    built = time.process_time() - started
    memory = (_memory() - before) / 2**20
    comments = _comments(register)
    gc.freeze()  # a million names must not be walked through by the collector while comments are read
    best = max(_per_second(reader, comments) for _ in range(_ROUNDS))
    gc.unfreeze()
    return Cost(size, built, memory, best)


def _per_second(reader: Reader, comments: Sequence[Comment]) -> float:
    started = time.process_time()
    for comment in comments:
        identify(reader.read(comment), reader, b"")
    return len(comments) / (time.process_time() - started)


def synthetic_register(size: int) -> Register:
    """Pupils of `size` names in ordinary classes; a member of staff to twenty pupils, to a limit."""
    dice = random.Random(size)  # noqa: S311  no secret
    firsts = [_name(dice, 2) for _ in range(min(size, 3_000))]
    surnames = [_name(dice, 3) for _ in range(min(size, 50_000))]
    pupils = tuple(
        Pupil(f"p-{n}", dice.choice(firsts), "", dice.choice(surnames), f"{n % 13 + 1}{'ABCDEFGH'[n % 8]}",
              f"Year {n % 13 + 1}")
        for n in range(size)
    )  # fmt: skip
    staff = tuple(
        StaffMember(f"s-{n}", dice.choice(("Mr", "Mrs", "Miss")), _name(dice, 2), dice.choice(surnames),
                    "Headteacher" if n == 0 else "Teaching assistant")
        for n in range(min(size // _PUPILS_A_MEMBER, _MOST_STAFF))
    )  # fmt: skip
    return Register("Fernhill Primary School", ("Fernhill",), pupils, staff)


def _name(dice: random.Random, syllables: int) -> str:
    spoken = "".join(dice.choice(_SYLLABLES) for _ in range(syllables))
    return spoken.capitalize() + dice.choice(("n", "l", "s", ""))


def _comments(register: Register) -> list[Comment]:
    """The demo's comments; a third names a pupil, a third a mistyped member of staff, a third nobody more."""
    texts = [line.text for line in read_story() if line.text.strip()]
    dice = random.Random(1)  # noqa: S311  no secret
    result = []
    for number in range(_COMMENTS):
        pupil, member = dice.choice(register.pupils), dice.choice(register.staff)
        named = (
            f"{pupil.first_name} {pupil.surname} in {pupil.class_name}",
            f"Mrs {member.surname[:-1]}x",
            "",
        )
        result.append(Comment(str(number), f"{texts[number % len(texts)]} {named[number % 3]}"))
    return result


def _memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def main() -> None:
    Console(width=110).print(table(measure()))


if __name__ == "__main__":
    main()
