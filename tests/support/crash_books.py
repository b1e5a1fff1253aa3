"""What must hold once a school that was killed many times has come to rest: each fault as one line."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from support.crash_school import CrashSchool, untold
from support.mail_server import Accepted

from monitor.evidence.leaf import LeafKind
from monitor.evidence.verify import verify_store
from monitor.evidence.verify_log import Outside
from monitor.store.models import (
    SEALED_STATES,
    EvidenceItem,
    Holding,
    Incident,
    IncidentItem,
    Item,
    ItemState,
    Leaf,
    MailState,
    OutgoingMail,
    School,
)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Books:
    """Everything that is compared, read once."""

    items: list[Item]
    leaves: list[Leaf]
    evidence: list[EvidenceItem]
    incidents: list[Incident]
    joined: list[IncidentItem]
    mails: list[OutgoingMail]
    held: set[int]
    copies: Counter[str]
    """Message-ID → how often the mail server took it."""


def _message_id(accepted: Accepted) -> str:
    return str(accepted.message["Message-ID"]).strip()


def read_books(school: CrashSchool) -> Books:
    def rows(model: type[Row]) -> list[Row]:
        return list(session.scalars(select(model)))

    with school.database.read() as session:
        return Books(
            rows(Item), rows(Leaf), rows(EvidenceItem), rows(Incident), rows(IncidentItem),
            rows(OutgoingMail), set(session.scalars(select(Holding.item_id))),
            Counter(_message_id(one) for one in school.mail.accepted),
        )  # fmt: skip


def faults(school: CrashSchool, folder: Path) -> list[str]:
    """Every way in which what is stored, sealed and mailed differs from what the servers know."""
    books = read_books(school)
    return [
        *_against_the_platforms(school),
        *_in_the_log(books),
        *_in_the_evidence(school, folder, books),
        *_in_the_incidents(books),
        *_in_the_mail(school, books),
    ]


def _against_the_platforms(school: CrashSchool) -> Iterator[str]:
    written, stored = school.written(), school.stored()
    yield from (f"never stored: {one}" for one in written - stored)
    yield from (f"stored more than once, or never written: {one}" for one in stored - written)


def _in_the_log(books: Books) -> Iterator[str]:
    numbers = sorted(leaf.seq for leaf in books.leaves)
    if numbers != list(range(len(numbers))):
        yield f"log lines are missing or double: {numbers}"
    seen = Counter(leaf.item_uid for leaf in books.leaves if leaf.kind == LeafKind.ITEM)
    if seen != Counter(item.uid for item in books.items):
        yield "an item has no log line, or more than one"
    sealed = Counter(leaf.item_uid for leaf in books.leaves if leaf.kind == LeafKind.EVIDENCE)
    if sealed != Counter(row.item_uid for row in books.evidence):
        yield "a sealed item has no log line, or more than one"


def _in_the_evidence(school: CrashSchool, folder: Path, books: Books) -> Iterator[str]:
    sealed = {item.uid for item in books.items if item.state in SEALED_STATES}
    if sealed != {row.item_uid for row in books.evidence}:
        yield "what is marked as sealed is not what has evidence"
    yield from (f"waits for ever: {item.uid}" for item in books.items if item.state == ItemState.WAITING)
    if books.held & {row.item_id for row in books.evidence}:
        yield "a sealed item is still held"
    # `verify_store` would clear these away.
    yield from (f"left behind: {part}" for part in folder.rglob("*.part"))
    with school.database.read() as session:
        school_id = session.scalars(select(School.id)).one()
    yield from (
        f"verify: {one.item} {one.why}"
        for one in verify_store(
            school.database, folder / "evidence", school_id, Outside(second_log=folder / "second")
        ).faults
    )


def _in_the_incidents(books: Books) -> Iterator[str]:
    """A sealed item belongs to one incident, and somebody was told of every incident."""
    if Counter(one.item_id for one in books.joined) != Counter(row.item_id for row in books.evidence):
        yield "a sealed item belongs to no incident, or to two"
    if len({one.reference for one in books.incidents}) != len(books.incidents):
        yield "two incidents have one reference"
    yield from (f"nobody was told of {one}" for one in untold(books.incidents, books.mails))


def _in_the_mail(school: CrashSchool, books: Books) -> Iterator[str]:
    by_id = {mail.message_id: mail for mail in books.mails}
    if len(by_id) != len(books.mails):
        yield "two mails have one Message-ID"
    told = [_told_by(mail, {one.id: one for one in books.mails}) for mail in books.mails]
    yield from (
        f"{mail.kind} mail {mail.id} is {mail.state}" for mail in told if mail.state != MailState.SENT
    )
    yield from (
        f"never arrived: {mail.kind} mail {mail.id}" for mail in told if not books.copies[mail.message_id]
    )
    for accepted in school.mail.accepted:
        mail = by_id.get(_message_id(accepted))
        if mail is None:
            yield f"a mail arrived that no row knows: {accepted.message['Subject']}"
        elif (accepted.recipients, accepted.message["Subject"]) != ((mail.recipient,), mail.subject):
            yield f"copies of mail {mail.id} differ"


def _told_by(mail: OutgoingMail, by_number: Mapping[int, OutgoingMail]) -> OutgoingMail:
    """The mail itself, or the one that tells its matter together with others."""
    while mail.state == MailState.FOLDED and mail.folded_into is not None:
        mail = by_number[mail.folded_into]
    return mail
