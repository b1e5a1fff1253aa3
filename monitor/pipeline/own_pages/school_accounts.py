"""The school's accounts on record: who approved them, on what assessment, what is due (Market Drayton C)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.accounts import Standing, password_due, remarks
from config.addresses import is_loopback, split
from config.schema import Role
from config.schema import Source as SourceSettings
from monitor.pipeline.letters.letter_approving import same_name
from monitor.pipeline.letters.letter_forms import approved_assessment
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import SchoolAccount

APPROVERS = frozenset({Role.HEADTEACHER})
"""Only the head approves an account (Market Drayton C)."""


class AccountRefused(Exception):
    """Something about an account that may not be recorded; the text says why, and the mend."""


@dataclass(frozen=True)
class Described:
    """A new account, or a new description of a known one."""

    platform: str
    handle: str
    purpose: str
    owner: str
    administrators: tuple[str, ...]


def describe(site: Site, account: Described, *, by: str) -> None:
    """Write an account down, or change what stands of it; a change asks for approval anew."""
    handle = plain_handle(account.handle)
    if not account.purpose.strip() or not account.owner.strip():
        raise AccountRefused("say what the account is for and who owns it: --purpose and --owner")
    with site.database.write() as session:
        row = _find(session, site, account.platform, handle) or _new(session, site, account, by)
        if (row.purpose, row.owner, tuple(row.administrators)) != _described(account):
            row.approved_by = row.approved_at = None
        row.purpose, row.owner, row.administrators = account.purpose, account.owner, [*account.administrators]
        _note(session, site, "account_described", by, row)


def approve(site: Site, platform: str, handle: str, *, by: str, role: Role) -> None:
    """The head's approval. Raises AccountRefused for anybody else, and for an account without assessment."""
    if role not in APPROVERS:
        raise AccountRefused(
            "the headteacher approves accounts (Market Drayton C); record it with --role headteacher"
        )
    if not any(person.role is role and same_name(person.name, by) for person in site.settings.people):
        raise AccountRefused(f"{by} does not stand in the settings as headteacher; name the head with --by")
    with site.database.write() as session:
        row = _get(session, site, platform, handle)
        if approved_assessment(session, site.school_id, row.platform) is None:
            raise AccountRefused(
                "its risk assessment comes first (Market Drayton A): schoolwatch letters new risk_assessment"
            )
        row.approved_by, row.approved_at = by, site.now()
        _note(session, site, "account_approved", by, row)


def record(site: Site, platform: str, handle: str, facts: Mapping[str, Any], *, by: str) -> None:
    """Ticks and dates: messages_off, password_is_complex, password_changed_at, two_factor_decision."""
    with site.database.write() as session:
        row = _get(session, site, platform, handle)
        for name, value in facts.items():
            setattr(row, name, value)
        _note(session, site, "account_recorded", by, row)
        if not password_due(standing(session, row), site.now()):
            all_clear(session, site, "password_due", _called(row), "It was changed, or no longer has to be.")


def standings(site: Site) -> list[Standing]:
    with site.database.read() as session:
        return [standing(session, row) for row in _all(session, site)]


def standing(session: Session, row: SchoolAccount) -> Standing:
    return Standing(
        platform=row.platform,
        handle=row.handle,
        administrators=tuple(row.administrators),
        approved=row.approved_at is not None,
        assessed=approved_assessment(session, row.school_id, row.platform) is not None,
        messages_off=row.messages_off,
        password_is_complex=row.password_is_complex,
        password_changed_at=row.password_changed_at,
        two_factor_decision=row.two_factor_decision,
    )


def school_domains(site: Site) -> tuple[str, ...]:
    """Where the school's own mail addresses end: its sender's domain."""
    return (site.settings.mail.sender.rpartition("@")[2],)


def remarks_of(site: Site, account: Standing) -> tuple[str, ...]:
    return remarks(account, school_domains(site), site.now())


def standing_of(session: Session, site: Site, source: SourceSettings) -> Standing | None:
    """What is on record about the account of a source; None when nothing is."""
    row = _find(session, site, source.platform, plain_handle(source.account))
    return standing(session, row) if row else None


def may_be_polled(session: Session, site: Site, source: SourceSettings) -> str | None:
    """Why an account is not read: nobody assessed or approved it (Market Drayton A, C). None when it may be.

    The platforms on this machine (demo, tests) need neither.
    """
    if source.base_url is not None and is_loopback(split(source.base_url).hostname):
        return None
    row = _find(session, site, source.platform, plain_handle(source.account))
    if row is None or approved_assessment(session, site.school_id, source.platform) is None:
        return f"{source.platform} account {source.account} has no risk assessment (Market Drayton A)"
    if row.approved_at is None:
        return (
            f"the headteacher has not approved {source.platform} account {source.account} (Market Drayton C)"
        )
    return None


def remind_of_passwords(site: Site) -> None:
    """Eight weeks after the last change, whoever runs the accounts hears it, once."""
    with site.database.write() as session:
        for row in _all(session, site):
            if row.approved_at is not None and password_due(standing(session, row), site.now()):
                mend = "Change it, then: schoolwatch accounts record … --password-changed. Mail no password."
                words = "Its password was last changed eight weeks ago or more (Market Drayton C)."
                tell_operators(
                    session, site, Trouble("password_due", _called(row), words, mend, row.password_changed_at)
                )


def plain_handle(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()


def _described(account: Described) -> tuple[str, str, tuple[str, ...]]:
    return account.purpose, account.owner, account.administrators


def _new(session: Session, site: Site, account: Described, by: str) -> SchoolAccount:
    row = SchoolAccount(
        school_id=site.school_id, platform=account.platform, handle=plain_handle(account.handle),
        purpose="", owner="", administrators=[], added_by=by, added_at=site.now(),
        messages_off=False, password_is_complex=False,
    )  # fmt: skip
    session.add(row)
    return row


def _find(session: Session, site: Site, platform: str, handle: str) -> SchoolAccount | None:
    query = select(SchoolAccount).filter_by(school_id=site.school_id, platform=platform, handle=handle)
    return session.scalars(query).one_or_none()


def _get(session: Session, site: Site, platform: str, handle: str) -> SchoolAccount:
    row = _find(session, site, platform, plain_handle(handle))
    if row is None:
        raise AccountRefused(
            f"there is no {platform} account {handle} on record; `schoolwatch accounts add` writes it down"
        )
    return row


def _all(session: Session, site: Site) -> Sequence[SchoolAccount]:
    query = select(SchoolAccount).filter_by(school_id=site.school_id).order_by(SchoolAccount.id)
    return session.scalars(query).all()


def _called(row: SchoolAccount) -> str:
    return f"{row.platform} {row.handle}"


def _note(session: Session, site: Site, action: str, by: str, row: SchoolAccount) -> None:
    now: datetime = site.now()
    custody.note(session, site.school_id, now, action, actor=by, platform=row.platform, account=row.handle)
