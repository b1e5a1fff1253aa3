"""Finding out who hosts a site, when a person asks: looked up at most once a week, and kept as evidence."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.routes.exposed_data import ExposedData, exposed_data_report
from alerts.routes.providers import AbuseContact, LookedUp, abuse_contacts, check_for_providers
from config.policy import site_name
from config.words import Label, Lane
from monitor.abuse_desk.names import ask_dns
from monitor.abuse_desk.registries import Registries, RegistriesSilent
from monitor.evidence.canonical import canonical_json
from monitor.evidence.machine import tool
from monitor.evidence.observation import Observation, Observed
from monitor.site import Site
from monitor.store import custody, observations
from monitor.store.incidents import incident_called
from monitor.store.models import SEALED_STATES, ProviderLookup

KEPT_FOR = timedelta(days=7)
"""Hosting changes seldom; a registry is not asked again within a week."""
_FORM = TypeAdapter(LookedUp)


class NothingToLookUp(Exception):
    """An address that names no site, or one that nobody may look at. The text says what to do."""


@dataclass(frozen=True)
class Provider:
    found: LookedUp
    contacts: tuple[AbuseContact, ...]
    fresh: bool
    """Whether it was asked now, not taken from an earlier answer of the week."""


def provider_of(site: Site, url: str, *, by: str, reference: str | None = None) -> Provider:
    """Who can act on the page at an address. With a reference the answer becomes part of its evidence.

    DNS and the registries are asked for the site's name; the site itself is not. Raises NotForProviders
    for a platform that is its own host, and NothingToLookUp.
    """
    name = site_name(url)
    if name is None or "." not in name:
        raise NothingToLookUp(f"{url!r} names no site; give the address of the page, with its https://")
    check_for_providers(url)
    if reference is not None:
        _check_lane(site, reference)
    known = _known(site, name)
    found = known or _ask(site, name)
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        if known is None:
            _keep(session, site, found, by)
        if reference is not None:
            _as_evidence(session, site, found, reference, by)
    return Provider(found, abuse_contacts(found), fresh=known is None)


def exposed_data(site: Site, url: str, reference: str, found: LookedUp) -> dict[str, Any]:
    """The report of exposed personal data in XARF, for a person to attach. Raises NothingToLookUp.

    Only where an incident holds a pupil's data, and never where a picture may be at issue.
    """
    with site.database.read() as session:
        incident = incident_called(session, site.school_id, reference)
        lanes = (Lane.INDECENT_IMAGE, Lane.INTIMATE_IMAGE)
        if Label.PUPIL_INFORMATION not in incident.categories or incident.lane in lanes:
            raise NothingToLookUp(f"{reference} is not about personal data: write a plain letter instead")
        seen_at = incident.first_seen_at
    if not found.addresses:
        raise NothingToLookUp(f"no address of {found.site} is known, and the form asks for one")
    return exposed_data_report(
        ExposedData(
            report_id=str(uuid.uuid4()),
            seen_at=seen_at,
            url=url,
            address=found.addresses[0],
            school=site.school_name,
            contact=site.settings.mail.sender,
            meant=False,
        )
    )


def _check_lane(site: Site, reference: str) -> None:
    """Of a suspected indecent image no address is looked up any more (QC 2.7.4)."""
    with site.database.read() as session:
        incident = incident_called(session, site.school_id, reference)
        if incident.lane == Lane.INDECENT_IMAGE:
            raise NothingToLookUp(f"{reference}: nobody looks up this address; the police take it from here")


def _known(site: Site, name: str) -> LookedUp | None:
    query = (
        select(ProviderLookup)
        .filter_by(school_id=site.school_id, site=name)
        .where(ProviderLookup.asked_at > site.now() - KEPT_FOR)
        .order_by(ProviderLookup.asked_at.desc())
        .limit(1)
    )
    with site.database.read() as session:
        row = session.scalars(query).first()
        return _FORM.validate_python(row.answer) if row else None


def _ask(site: Site, name: str) -> LookedUp:
    settings, now = site.settings, site.now()
    names = ask_dns(name, nameserver=settings.registries.nameserver)
    try:
        registries = Registries(
            bootstrap=settings.registries.bootstrap,
            proxy=settings.network.proxy_url(),
            ca_bundle=settings.network.ca_bundle,
        )
    except RegistriesSilent as silent:
        return LookedUp(name, now, names.addresses, problems=(*names.problems, str(silent)))
    networks = [registries.network(address) for address in names.addresses]
    registration = registries.registration(name)
    said = [one for one in (*networks, registration) if isinstance(one, str)]
    return LookedUp(
        site=name,
        asked_at=now,
        addresses=names.addresses,
        aliases=names.aliases,
        nameservers=names.nameservers,
        networks=tuple(one for one in networks if not isinstance(one, str)),
        registration=None if isinstance(registration, str) else registration,
        problems=(*names.problems, *said),
    )


def _keep(session: Session, site: Site, found: LookedUp, by: str) -> None:
    session.add(
        ProviderLookup(
            school_id=site.school_id,
            site=found.site,
            asked_at=found.asked_at,
            asked_by=by,
            answer=_FORM.dump_python(found, mode="json"),
        )
    )


def _as_evidence(session: Session, site: Site, found: LookedUp, reference: str, by: str) -> None:
    """A leaf for each sealed item of the incident, so that the answer of that day can be shown later."""
    incident = incident_called(session, site.school_id, reference)
    proof = canonical_json(_FORM.dump_python(found, mode="json")).decode()
    seen = [
        Observation(item.uid, Observed.PROVIDER, proof=proof)
        for item in incident.items
        if item.state in SEALED_STATES
    ]
    observations.observe(session, site.school_id, site.now(), seen, tool=tool(site.settings))
    custody.note(
        session,
        site.school_id,
        site.now(),
        "provider_looked_up",
        actor=by,
        reference=reference,
        site=found.site,
    )
