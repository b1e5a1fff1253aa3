"""Who hosts a site: real DNS and RDAP questions to registries on this machine."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import xarf
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import rows
from support.registries import ADDRESS, SITE, Running, entity, registries
from support.school import TestSchool, running_school

from alerts.routes.providers import Kind, NotForProviders
from config.loading import load_settings
from monitor.pipeline.incidents.providers import NothingToLookUp, exposed_data, provider_of
from monitor.site import Site, open_site
from monitor.store.models import CustodyEvent, Incident, ObservationRow, ProviderLookup

PAGE = f"https://{SITE}/thread/7#post3"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Running]:
    with registries(tmp_path) as running:
        yield running


@pytest.fixture
def school(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, outside: Running
) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database, names=["x"]) as running:
        yield running


@pytest.fixture
def site(school: TestSchool, outside: Running) -> Iterator[Site]:
    path = school.folder / "schoolwatch.toml"
    path.write_text(path.read_text() + outside.settings)
    opened = open_site(load_settings(path), school.clock.now)
    yield opened
    opened.close()


def test_a_letter_to_the_provider_would_have_no_address(site: Site, outside: Running) -> None:
    provider = provider_of(site, PAGE, by="A. Head")
    assert [(one.kind, one.email) for one in provider.contacts] == [
        (Kind.SITE_OPERATOR, "abuse@village.org.uk"),
        (Kind.HOSTING, "abuse@hosting.org.uk"),
        (Kind.REGISTRAR, "abuse@registrar.co.uk"),
    ]
    assert provider.found.addresses == (ADDRESS,)
    assert provider.found.problems == ()


def test_the_site_itself_would_learn_that_somebody_looks(site: Site, outside: Running) -> None:
    """Only registries are asked, and only for a name and an address: no path, no page."""
    provider_of(site, PAGE, by="A. Head")
    assert all(path.split("/")[1] in ("ip", "domain") for path in outside.world.asked)
    assert not any("thread" in path for path in outside.world.asked)


def test_a_registry_would_be_asked_over_and_over(site: Site, school: TestSchool, outside: Running) -> None:
    first = provider_of(site, PAGE, by="A. Head")
    asked = len(outside.world.asked)
    again = provider_of(site, f"http://{SITE.upper()}/other", by="A. Head")
    assert (first.fresh, again.fresh) == (True, False)
    assert len(outside.world.asked) == asked
    school.clock.advance(timedelta(days=7, minutes=1))
    assert provider_of(site, PAGE, by="A. Head").fresh
    assert len(rows(school, ProviderLookup)) == 2


def test_a_silent_registry_would_look_like_a_site_without_a_host(site: Site, outside: Running) -> None:
    outside.world.silent = True
    provider = provider_of(site, PAGE, by="A. Head")
    assert any("did not answer" in problem for problem in provider.found.problems)
    assert [one.email for one in provider.contacts] == [f"abuse@{SITE}", f"postmaster@{SITE}"]


def test_a_name_that_is_gone_would_stop_the_command(site: Site, outside: Running) -> None:
    provider = provider_of(site, "https://gone.village.org.uk/", by="A. Head")
    assert "DNS knows no gone.village.org.uk" in provider.found.problems


def test_a_letter_would_go_to_the_registry_instead_of_the_host(site: Site, outside: Running) -> None:
    """Placeholders in the registries' data are no abuse desk."""
    outside.world.network_abuse = [
        entity("abuse", "RIPE", "hostmaster@ripe.net"),
        entity("abuse", "Redacted", "redacted@hosting.org.uk"),
    ]
    provider = provider_of(site, PAGE, by="A. Head")
    assert Kind.HOSTING not in [one.kind for one in provider.contacts]


def test_a_delivery_network_would_pass_for_the_host(site: Site, outside: Running) -> None:
    outside.world.network_name = "CLOUDFLARENET"
    provider = provider_of(site, PAGE, by="A. Head")
    [hosting] = [one for one in provider.contacts if one.kind is Kind.HOSTING]
    assert "who the host is" in hosting.note


@pytest.mark.parametrize("address", ["https://www.facebook.com/p/1", "youtu.be/abc"])
def test_a_large_platform_would_be_reported_to_its_own_provider(site: Site, address: str) -> None:
    with pytest.raises(NotForProviders, match="own host"):
        provider_of(site, address, by="A. Head")


@pytest.mark.parametrize("address", ["", "no address", "localhost", "https://"])
def test_a_slip_of_the_pen_would_be_looked_up(site: Site, outside: Running, address: str) -> None:
    with pytest.raises(NothingToLookUp, match="names no site"):
        provider_of(site, address, by="A. Head")
    assert outside.world.asked == []


def test_the_answer_of_that_day_could_not_be_shown_later(site: Site, school: TestSchool) -> None:
    school.x.mention("@fernhillprimary HIGH he steals", "stranger", school.clock.now())
    school.look("x")
    [incident] = rows(school, Incident)
    provider_of(site, PAGE, by="A. Head", reference=incident.reference)
    [seen] = [row for row in rows(school, ObservationRow) if row.observed == "provider"]
    record = json.loads(seen.record or b"{}")
    assert json.loads(record["proof"])["networks"][0]["abuse"] == ["abuse@hosting.org.uk"]
    assert [row.actor for row in rows(school, CustodyEvent) if row.action == "provider_looked_up"] == [
        "A. Head"
    ]


def test_a_suspected_address_would_be_looked_up(site: Site, school: TestSchool, outside: Running) -> None:
    """Of a possible indecent image nobody but the police goes on (QC 2.7.4)."""
    school.x.mention("@fernhillprimary IMAGE here", "stranger", school.clock.now())
    school.look("x")
    [incident] = rows(school, Incident)
    with pytest.raises(NothingToLookUp, match="police"):
        provider_of(site, PAGE, by="A. Head", reference=incident.reference)
    assert outside.world.asked == []


def test_the_command_says_whom_to_write_to_and_what_not_to_ask(site: Site, school: TestSchool) -> None:
    ran = run("--config", school.folder / "schoolwatch.toml", "routes", PAGE, "--look-up", "--by", "A. Head")
    assert ran.status == 0, ran.err
    assert "1. abuse@village.org.uk" in ran.out
    assert "never for a whole site" in ran.out


def test_the_command_needs_no_settings_to_name_a_platforms_route() -> None:
    ran = run("routes", "https://www.netmums.com/coffeehouse/x")
    assert ran.status == 0, ran.err
    assert "Host: Netmums" in ran.out


def test_an_abuse_desk_would_get_a_form_it_cannot_read_or_a_pupils_data(
    site: Site, school: TestSchool
) -> None:
    """The report is for exposed data only, is whole, and holds no sample of what was exposed."""
    for words in ("PUPIL Aisha is in 4B", "ABUSE you lot"):
        school.x.mention(f"@fernhillprimary {words}", "stranger", school.clock.now())
    school.look("x")
    abuse, data = sorted(rows(school, Incident), key=lambda incident: incident.categories)
    found = provider_of(site, PAGE, by="A. Head").found
    report = exposed_data(site, PAGE, data.reference, found)
    assert not xarf.parse(report).errors
    assert "Aisha" not in json.dumps(report)
    with pytest.raises(NothingToLookUp, match="plain letter"):
        exposed_data(site, PAGE, abuse.reference, found)
