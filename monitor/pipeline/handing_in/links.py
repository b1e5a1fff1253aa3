"""Single-purpose links: made for one person, one incident and one purpose, and kept only as a hash.

A link acts only by POST; looking at it changes nothing, because mail scanners look at every link. What it
opens that is about somebody also asks for a code, which is given in person and never travels with the link.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, SinglePurposeLink

TOKEN_BYTES = 32
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that is mistaken for another when it is read out."""
CODE_LENGTH = 8
WRONG_CODES = 5
"""So many, and the link ends: whoever forwards or finds it cannot try them all."""


class LinkPurpose(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    WISHES = "wishes"
    PACK = "pack"

    @property
    def needs_code(self) -> bool:
        return self is not LinkPurpose.ACKNOWLEDGE


class LinkRefused(Exception):
    """The link does not open; the text says why, and what to do instead. It never names anybody."""


@dataclass(frozen=True)
class Invited:
    """For whom a link is, what it opens, how long, and who made it."""

    purpose: LinkPurpose
    incident_id: int
    person: str
    hours: float
    by: str = custody.DAEMON


@dataclass(frozen=True)
class Invitation:
    """What is handed to the person: the address by mail, the code by word of mouth or on paper."""

    address: str
    code: str
    link_id: int


def link_for(
    session: Session, site: Site, purpose: LinkPurpose, *, incident_id: int, person: str, hours: float = 72
) -> str | None:
    """The address of a new link; None when the settings name no `console.public_url`.

    `person` is by whose name the act is recorded. Purposes that need a code are made by `invite_link`.
    """
    if purpose.needs_code:
        raise ValueError(f"a link for {purpose} needs a code as well: use invite_link")
    made = _new(session, site, Invited(purpose, incident_id, person, hours))
    return made[1] if made else None


def invite_link(session: Session, site: Site, invited: Invited) -> Invitation | None:
    """A link with a code. Earlier ones of this person for this purpose end: only the newest opens."""
    earlier = update(SinglePurposeLink).where(
        SinglePurposeLink.school_id == site.school_id,
        SinglePurposeLink.incident_id == invited.incident_id,
        SinglePurposeLink.purpose == str(invited.purpose),
        SinglePurposeLink.person == invited.person.strip(),
        SinglePurposeLink.ended_at.is_(None),
    )
    session.execute(earlier.values(ended_at=site.now()))
    made = _new(session, site, invited)
    if made is None:
        return None
    link, address = made
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    link.code_hash = _code_hash(site, link, code)
    session.flush()
    return Invitation(address, code, link.id)


def _new(session: Session, site: Site, invited: Invited) -> tuple[SinglePurposeLink, str] | None:
    public_url = site.settings.console.public_url
    if public_url is None:
        return None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = SinglePurposeLink(
        school_id=site.school_id,
        token_hash=_token_hash(token),
        purpose=str(invited.purpose),
        incident_id=invited.incident_id,
        person=invited.person.strip(),
        made_by=invited.by,
        made_at=site.now(),
        expires_at=site.now() + timedelta(hours=invited.hours),
        wrong_codes=0,
    )
    session.add(link)
    session.flush()
    return link, f"{str(public_url).rstrip('/')}/{invited.purpose}/{token}"


def open_link(session: Session, site: Site, purpose: LinkPurpose, token: str) -> SinglePurposeLink:
    """The row of a link that is still good. Raises LinkRefused; changes nothing."""
    query = select(SinglePurposeLink).filter_by(
        school_id=site.school_id, token_hash=_token_hash(token), purpose=str(purpose)
    )
    link = session.scalars(query).one_or_none()
    if link is None:
        raise LinkRefused("This link is not known. Check that the whole address was copied.")
    if link.ended_at is not None or link.expires_at <= site.now():
        raise LinkRefused("This link no longer works. Ask whoever at school gave it to you for a new one.")
    return link


def check_code(session: Session, site: Site, link: SinglePurposeLink, code: str) -> bool:
    """Whether this is the code. A wrong one is counted; the fifth ends the link."""
    if link.code_hash is None:
        return True
    locked = select(SinglePurposeLink).where(SinglePurposeLink.id == link.id).with_for_update()
    row = session.scalars(locked, execution_options={"populate_existing": True}).one()
    if row.ended_at is not None:
        return False
    if hmac.compare_digest(row.code_hash or "", _code_hash(site, row, code)):
        return True
    row.wrong_codes += 1
    if row.wrong_codes >= WRONG_CODES:
        row.ended_at = site.now()
    return False


def mark_used(session: Session, site: Site, link: SinglePurposeLink) -> None:
    """Say when a link was used, and on whose incident, in the caller's transaction."""
    link.used_at = site.now()
    incident = session.get_one(Incident, link.incident_id)
    custody.note(
        session, site.school_id, site.now(), "link_used", actor=link.person,
        reference=incident.reference, link=link.id, link_purpose=link.purpose,
    )  # fmt: skip


def forget_links(session: Session, incident_ids: list[int]) -> None:
    """Remove the links of incidents that are erased: a link names a person, and opens nothing any more."""
    session.execute(delete(SinglePurposeLink).where(SinglePurposeLink.incident_id.in_(incident_ids)))


def _token_hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _code_hash(site: Site, link: SinglePurposeLink, code: str) -> str:
    """Keyed, because a code is short: the database alone does not tell it."""
    said = "".join(letter for letter in code.upper() if letter.isalnum())
    content = f"{link.token_hash}\0{said}".encode("utf-8", "surrogatepass")
    return hmac.digest(site.token_key, content, "sha256").hex()
