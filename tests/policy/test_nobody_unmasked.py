"""No page of a person is read and nobody is found out: accounts stay what the platform showed of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import NamingJudge
from support.policy import serves, switch
from support.school import TestSchool, running_school

from connectors import registry
from connectors.x.asking import newest_own_posts
from connectors.x.client import XClient
from connectors.x.connector import XConnector
from connectors.x.parse import Batch
from monitor.pipeline.reading.accounts import connect

ACTS = {
    "streams",
    "fetch",
    "recheck",
    "hide",
    "unhide",
    "delete",
    "check",
    "close",
    "platform",
    "capabilities",
}
"""All that a connector may offer: what stands on the school's own accounts or speaks of the school."""


class _Prying(XConnector):
    def author_timeline(self, author_id: str) -> list[str]:
        return [author_id]


def _of_somebody_else(client: XClient, _account_id: str) -> Batch:
    return newest_own_posts(client, "4242")


_X = replace(registry.plugins()["x"], connect=_Prying)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database, judge=NamingJudge()) as running:
        running.first_look()
        yield running


@serves("Huntington 6.4", "QC 2.3.5", without=switch("connectors.registry.plugins", lambda: {"x": _X}))
def test_a_connector_would_offer_to_read_the_page_of_a_child() -> None:
    for platform, plugin in registry.plugins().items():
        connector: Any = plugin.connect
        offered = {name for name in dir(connector) if not name.startswith("_")}
        assert offered <= ACTS, f"{platform} can do more than look at the school's own"


@serves("QC 2.3.5", without=switch("connectors.x.asking.newest_own_posts", _of_somebody_else))
def test_who_wrote_of_the_school_would_be_looked_up(school: TestSchool) -> None:
    """Strangers wrote and were looked at again; the platform was asked for nobody's account but the school's."""
    external_id = school.x.mention("@fernhillprimary ABUSE of many words", "pupil", school.clock.now())
    school.look("x")
    connector = connect(school.site, school.site.source_settings("x"))
    connector.recheck([external_id], deadline=1e12)
    connector.close()
    asked = [
        request.path.split("/")[3] for request in school.x.requests if request.path.startswith("/2/users/")
    ]
    assert set(asked) == {school.x.account_id}
    assert not any("from:pupil" in str(request.query) for request in school.x.requests)


@serves(
    "Huntington 6.4",
    without=switch(
        "monitor.pipeline.incidents.marks.author_mark", lambda _, item: item.author_handle or item.author_name
    ),
)
def test_one_name_on_two_platforms_would_pass_for_one_person(school: TestSchool) -> None:
    post = school.facebook.own_post("News from school", school.clock.now())
    school.x.mention("@fernhillprimary ABUSE of #S1 in many words", "same", school.clock.now())
    school.look()
    school.clock.advance(timedelta(days=1))
    school.facebook.comment(post, "ABUSE of #S1 in other words", "same", school.clock.now())
    school.look()
    ran = run("--config", school.folder / "schoolwatch.toml", "occasions", "--json")
    assert [json.loads(line) for line in ran.lines] == []
