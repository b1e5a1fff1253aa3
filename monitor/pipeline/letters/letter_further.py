"""What other parts know of an incident that its letters should say: occasions, law to consider, provider."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.state import Ladder
from alerts.ladder.words import Step
from alerts.law import Measured, to_consider
from alerts.letters.case import HostAnswer, ProviderFacts
from alerts.mail.wording import shown
from alerts.occasions import Occasion
from alerts.routes.providers import LookedUp
from config.policy import site_name
from config.schema import Nation
from config.words import TaskState
from monitor.pipeline.incidents.occasions import occasions_of
from monitor.site import Site
from monitor.store.models import Incident, ProviderLookup

_LOOKED_UP = TypeAdapter(LookedUp)


@dataclass(frozen=True)
class Further:
    occasions: tuple[str, ...]
    consider: tuple[str, ...]
    provider: ProviderFacts | None


def further(site: Site, incident_id: int, ladder: Ladder, url: str | None) -> Further:
    with site.database.read() as session:
        found = occasions_of(session, site, session.get_one(Incident, incident_id))
        provider = _provider(session, site, url) if url else None
    lines = tuple(_occasion(one) for one in found)
    return Further(lines, tuple(_consider(ladder, site.settings.school.nation, len(found))), provider)


def _occasion(one: Occasion) -> str:
    when = (
        shown(one.began_at) if one.time_known else f"{shown(one.began_at)} (first seen; not said when posted)"
    )
    return f"{when}: {one.shown_as}, {', '.join(one.references)}"


def _consider(ladder: Ladder, nation: Nation, occasions: int) -> Iterator[str]:
    """The pack's one wording; and what a person wrote down to consider, under their name."""
    measured = Measured(ladder.matter, ladder.lane, nation, occasions)
    for one in to_consider(measured):
        yield one.text
    if ladder.findings.law_to_consider:
        yield f"Noted by the school to consider: {ladder.findings.law_to_consider}."


def _provider(session: Session, site: Site, url: str) -> ProviderFacts | None:
    """From the newest look-up of the page's site; nobody is asked here."""
    query = (
        select(ProviderLookup)
        .filter_by(school_id=site.school_id, site=site_name(url))
        .order_by(ProviderLookup.asked_at.desc())
    )
    row = session.scalars(query).first()
    if row is None:
        return None
    found = _LOOKED_UP.validate_python(row.answer)
    return ProviderFacts(
        name=found.networks[0].name if found.networks else "",
        ip=", ".join(found.addresses),
        domain=found.registration.domain if found.registration else found.site,
        asked_at=_aware(found.asked_at, row.asked_at),
    )


def _aware(said: datetime, kept: datetime) -> datetime:
    return said if said.tzinfo is not None else kept


def host_answer(ladder: Ladder) -> HostAnswer | None:
    """When the host was asked, and what it said: a provider asks for both (NEU 9.4)."""
    asked = [task for task in ladder.tasks if task.step is Step.HOST_REPORT and task.sent_at is not None]
    if not asked or asked[-1].sent_at is None:
        return None
    task = asked[-1]
    answered = task.reason or "" if task.state is TaskState.REFUSED else ""
    return HostAnswer(asked[-1].sent_at, answered or "no answer so far")
