"""`kill -9` at each step that makes something durable: never a fork, no sealed item missing, nothing left over.

`./run stress` kills before every such step of every act; here it is a few of them.
"""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from support import stress_report
from support.crash_school import Victim
from support.durable_acts import ACTS
from support.durable_school import KILLED, DurableSchool, durable_school

SAMPLE = {
    "seal a page": (9,), "sign a checkpoint": (2,), "have it stamped": (3,), "capture": (6,),
    "lock": (7,), "unlock": (5,), "erase": (4,), "export": (6,),
}  # fmt: skip
"""Before which steps a life ends in the short form; each lies in the middle of its act."""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DurableSchool]:
    folder = tmp_path_factory.mktemp("durable") / "school"
    with durable_school(folder, f"sqlite:///{folder / 'schoolwatch.db'}") as one:
        yield one


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with Victim(tmp_path_factory.mktemp("victim") / "log") as one:
        yield one


def ended(school: DurableSchool, victim: Victim, act: str, before: int | None) -> int:
    school.start(victim, act, before)
    status = victim.wait(60)
    assert status is not None, f"{act} hangs; log:\n{victim.log.read_text()[-2000:]}"
    assert status in (0, KILLED), f"{act}, {before}: {status}; log:\n{victim.log.read_text()[-2000:]}"
    return status


@pytest.mark.parametrize("act", list(ACTS))
def test_a_kill_in_the_middle_would_tear_the_evidence(
    school: DurableSchool, victim: Victim, tmp_path: Path, act: str
) -> None:
    for number in SAMPLE[act]:
        copy = school.copy(tmp_path / str(number))
        assert ended(copy, victim, act, number) == KILLED
        assert copy.faults_after(act) == []


def test_a_second_writer_would_fork_what_the_first_left_half_done(
    tmp_path: Path, database_url: str, victim: Victim
) -> None:
    """The service seals and a person exports: one of them dies, the other goes on, and the log is one."""
    with durable_school(tmp_path / "school", database_url) as one, Victim(tmp_path / "log") as other:
        for number in (5, 14):
            one.start(other, "sign a checkpoint", None)
            assert ended(one, victim, "export", number) == KILLED
            assert other.wait(60) == 0
            assert one.faults_after("seal a page") == []


@pytest.mark.stress
@pytest.mark.parametrize("act", list(ACTS))
def test_a_kill_before_any_step_would_tear_the_evidence(
    school: DurableSchool, victim: Victim, tmp_path: Path, act: str, steps: list[tuple[str, int, float]]
) -> None:
    began = time.monotonic()
    for number in count(1):
        copy = school.copy(tmp_path / str(number))
        status = ended(copy, victim, act, number)
        assert copy.faults_after(act) == [], (act, number)
        if status == 0:
            break
    assert number > max(SAMPLE[act])
    steps.append((act, number - 1, time.monotonic() - began))


@pytest.fixture(scope="module")
def steps() -> Iterator[list[tuple[str, int, float]]]:
    """Written only when every act is there: a part of the runs proves nothing about the rest."""
    done: list[tuple[str, int, float]] = []
    yield done
    if len(done) == len(ACTS):
        stress_report.write_steps(done)
