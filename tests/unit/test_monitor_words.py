"""Every word of the system has somebody who understands it."""

import ast
from pathlib import Path

import pytest

import monitor
from alerts.ladder.tasks import ENDED
from config.words import TaskState
from monitor.pipeline.at_rest import retention
from monitor.pipeline.telling import operator_alerts
from monitor.pipeline.telling.operator_alerts import headline
from monitor.store.models import SEALED_STATES, ItemState, MailState

SOURCES = sorted(Path(monitor.__file__).parent.rglob("*.py"))


def kinds_told() -> set[str]:
    """The first argument of every `Trouble(...)` and the kind of every `all_clear(...)` in the code."""
    found = set()
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            place = {"Trouble": 0, "all_clear": 2}.get(name)
            if place is None:
                continue
            kind = call.args[place]
            if isinstance(kind, ast.Constant):
                found.add(kind.value)
            elif isinstance(kind, ast.Name) and kind.id in constants:
                found.add(constants[kind.id])
    return found


def test_every_trouble_has_a_headline_and_every_headline_a_trouble() -> None:
    """A fault without a headline would break the very mail that tells of it."""
    kinds = kinds_told()
    assert len(kinds) >= 6, "the search itself would see them"
    for kind in kinds:
        assert headline(kind, "x-mentions")
    assert set(operator_alerts._HEADLINES) - kinds == set()


def test_an_unknown_trouble_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        headline("unheard_of", "x")


def test_every_state_of_an_item_is_either_erased_waited_for_or_evidence() -> None:
    """A state that nobody erases would keep a parent's words for ever."""
    assert set(retention._NEVER_RAISED) | {ItemState.WAITING, *SEALED_STATES} == set(ItemState)


@pytest.mark.parametrize("words", [MailState, TaskState])
def test_every_state_is_used_by_somebody(words: type) -> None:
    """A state that no code sets or asks for is a hole through which a mail or a task can fall."""
    said = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    said += "\n".join(
        path.read_text(encoding="utf-8") for path in (SOURCES[0].parent.parent / "alerts").rglob("*.py")
    )
    for state in words:
        assert f"{words.__name__}.{state.name}" in said, state


def test_every_task_is_either_undecided_silent_or_ended() -> None:
    undecided = {TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING}
    assert ENDED | undecided | {TaskState.SILENT} == set(TaskState)
    assert not ENDED & undecided
