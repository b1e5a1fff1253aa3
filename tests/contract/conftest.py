"""Every platform that the registry knows, one after the other, on its own bench."""

from collections.abc import Iterator

import pytest
from support.clock import SettableClock
from support.connector_bench import NOON, Bench

from connectors.interface import Plugin
from connectors.registry import plugins


@pytest.fixture(params=sorted(plugins()))
def plugin(request: pytest.FixtureRequest) -> Plugin:
    return plugins()[request.param]


@pytest.fixture
def bench(plugin: Plugin) -> Iterator[Bench]:
    clock = SettableClock(NOON)
    with plugin.loopback(clock.now) as platform:
        made = Bench(plugin, platform, clock)
        yield made
        made.connector.close()
