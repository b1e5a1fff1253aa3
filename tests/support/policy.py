"""Tests that serve a clause of the schools' policies, and prove that they would notice its loss.

    @serves("NEU 9.3/1", without=switch("alerts.clocks.HOST_CLOCK", timedelta(days=3)))
    def test_the_24_hours_run_through_a_weekend(...) -> None:

The test runs twice: with the rule in force, when it must pass, and with the rule switched off, when it
must fail. `without` names what to switch off: a dotted path into the product and what stands there
instead. Choose the smallest thing that is the rule. Where the rule is data, switch the data off. A test
that serves several clauses names them all; each of several switches is tried by itself.

An import such as `from alerts.clocks import HOST_CLOCK` copies the name: switch it where it is used.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

MARKER = "serves"
IN_FORCE = "in force"


@dataclass(frozen=True)
class Switch:
    """One rule of the product, and what stands in its place when it is off."""

    target: str
    """Dotted path: module, then attributes; the last may be a key of a mapping, as `module.TABLE[key]`."""
    off: Any
    key: Any = None

    def turn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        holder_path, _, name = self.target.rpartition(".")
        holder = _resolved(holder_path)
        if self.key is not None:
            monkeypatch.setitem(getattr(holder, name), self.key, self.off)
        else:
            monkeypatch.setattr(holder, name, self.off)


def switch(target: str, off: Any, *, key: Any = None) -> Switch:
    """`target` becomes `off`; with `key`, that key of the mapping `target` does."""
    return Switch(target, off, key)


def serves(*clauses: str, without: Switch | tuple[Switch, ...]) -> pytest.MarkDecorator:
    """Marks a test as serving these clauses (ids of tests/policy/clauses.toml)."""
    switches = without if isinstance(without, tuple) else (without,)
    return pytest.mark.serves(clauses=clauses, switches=switches)


def cases(marker: pytest.Mark) -> dict[str, Switch | None]:
    """Name of each run of a marked test → the rule that is off in it."""
    off = {f"without {one.target.rpartition('.')[2]}": one for one in marker.kwargs["switches"]}
    return {IN_FORCE: None, **off}


@contextmanager
def noticed(rule: Switch | None) -> Iterator[None]:
    """Around a test: passes when the rule is in force, or when the test fails because it is not."""
    if rule is None:
        yield
        return
    try:
        yield
    except (Exception, pytest.fail.Exception):  # noqa: BLE001  however a test fails, it noticed
        return
    pytest.fail(f"{rule.target} was switched off, and the test passed all the same: it shows nothing.")


def _resolved(path: str) -> Any:
    """The module or the class of a module that a dotted path names."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError as missing:
            if missing.name is None or not path.startswith(missing.name):
                raise
            continue
        for name in parts[cut:]:
            found = getattr(found, name)
        return found
    raise LookupError(f"nothing is called {path}")
