"""Runs every test that serves a clause with its rule in force, and again with the rule switched off."""

from collections.abc import Iterator

import pytest
from support.policy import MARKER, Switch, cases, noticed

_RULE = "_rule"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker(MARKER)
    if marker is not None:
        runs = cases(marker)
        metafunc.fixturenames.append(_RULE)
        metafunc.parametrize(_RULE, list(runs.values()), ids=list(runs))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    rule: Switch | None = pyfuncitem.callspec.params.get(_RULE) if hasattr(pyfuncitem, "callspec") else None
    if rule is not None:
        monkeypatch: pytest.MonkeyPatch = pyfuncitem._request.getfixturevalue("monkeypatch")
        rule.turn(monkeypatch)
    with noticed(rule):
        return (yield)
