"""`consent`: what is on record of photo consents, withdrawals, and the checklists of what is published."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.state import Decision, LadderRefused
from alerts.ladder.words import DecisionKind
from classifiers.register.consents import ALL
from config.loading import require_production
from config.schema import Role
from config.words import Outcome
from monitor.cli.shared import JsonOption, UserError, login_name, print_records, say, settings, site, warn
from monitor.cli.sweep import raise_what_was_found
from monitor.pipeline.at_rest.holds import today_in_london
from monitor.pipeline.incidents.decisions import NoSuchTask, decide
from monitor.pipeline.own_pages.checklists import POINTS, Ticks, checklists, open_points, tick
from monitor.pipeline.own_pages.own_posts import TimelineRead
from monitor.pipeline.own_pages.post_checks import CheckRefused
from monitor.pipeline.own_pages.withdrawals import Withdrawal, WithdrawalRefused, search, withdraw
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Consent, Incident, IncidentItem, Item, OwnPostFinding, PostCheck

app_ = typer.Typer(help="Photo consents: versions, withdrawals, checklists.", no_args_is_help=True)
By = Annotated[str | None, typer.Option("--by", help="Who does this; your login if left out.")]
PupilId = Annotated[str, typer.Argument(metavar="PUPIL_ID", help="The id of the pupils' list.")]


class Keeper(StrEnum):
    """The roles that may read whose consent is on record (Huntington 4.2)."""

    HEADTEACHER = Role.HEADTEACHER.value
    SENIOR_MANAGER = Role.SENIOR_MANAGER.value
    DSL = Role.DSL.value
    DPO = Role.DPO.value


KeeperOption = Annotated[Keeper | None, typer.Option("--role", help="In which role you read it; recorded.")]


class How(StrEnum):
    CROPPED = "cropped"
    BLURRED = "blurred"


def add_to(app: typer.Typer) -> None:
    app.add_typer(app_, name="consent")


@app_.callback()
def about() -> None:
    """Photo consents: versions, withdrawals, checklists."""


@app_.command("withdraw")
def withdraw_(
    pupil: PupilId,
    document_ref: Annotated[
        str, typer.Option("--document-ref", help="Where the written request is filed.")
    ] = "",
    channel: Annotated[str, typer.Option("--channel", help="Only this channel.")] = ALL,
    medium: Annotated[str, typer.Option("--medium", help="Only image, or only video.")] = ALL,
    effective: Annotated[str | None, typer.Option("--effective", metavar="DATE", help="From when.")] = None,
    by: By = None,
) -> None:
    """A parent or pupil withdraws consent, in writing. The pupil's earlier own posts are found and raised."""
    require_production(settings())
    wanted = Withdrawal(pupil, document_ref, by or login_name(), channel, medium, _day(effective))
    with site(polls=True) as opened:
        try:
            recorded = withdraw(opened, wanted)
        except WithdrawalRefused as refused:
            raise UserError(str(refused)) from refused
        say(f"Recorded as version {recorded.version} of {pupil}, effective {recorded.effective_on}.")
        reads = search(opened, recorded.search_id) if _has_come(opened, recorded.effective_on) else []
        raise_what_was_found(opened)
        _say_found(opened, reads, wanted)
    if any(not read.finished for read in reads):
        raise typer.Exit(1)


def _has_come(opened: Site, effective_on: str) -> bool:
    return effective_on <= today_in_london(opened.now()).isoformat()


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise UserError(f"--effective {written}: expected a date such as 2026-11-20") from error


def _say_found(opened: Site, reads: list[TimelineRead], wanted: Withdrawal) -> None:
    for read in reads:
        say(f"{read.source}: {read.posts} own posts read, {len(read.raised)} raised for removal.")
        for match, reference in read.known:
            say(f"  already in {reference}: {match.item.url}")
        if not read.finished:
            warn(f"{read.source}: not read to the end. {read.problem or ''} The service goes on with it.")
    with opened.database.read() as session:
        for row in _published_elsewhere(session, opened, wanted):
            say(f"By hand: check {row.number}, {row.channel}: {row.url or 'no address on record'}")
    say("Each removal is a task: `schoolwatch tasks`. Where it is not practicable, skip it with the reason.")


def _published_elsewhere(session: Session, opened: Site, wanted: Withdrawal) -> list[PostCheck]:
    """Where the pupil is on record as shown, on a channel that no source reads."""
    read = {source.platform for source in opened.settings.sources}
    return [
        row
        for row in checklists(session, opened)
        if wanted.pupil_id in row.pupils and row.channel not in read and wanted.channel in (ALL, row.channel)
    ]


@app_.command()
def show(pupil: PupilId, role: KeeperOption = None, by: By = None, as_json: JsonOption = False) -> None:
    """Every version of a pupil's consents, and the own posts that were raised for them."""
    who = by or login_name()
    with site() as opened:
        _note_read(opened, role, who)
        with opened.database.read() as session:
            versions, posts = list(_versions(session, opened, pupil)), list(_posts(session, opened, pupil))
    columns = ("version", "channel", "medium", "granted", "from", "to", "document_ref", "recorded_by")
    print_records(versions, columns, as_json=as_json)
    if posts:
        print_records(
            posts, ("incident", "found_by", "lawful_when_posted", "version", "url"), as_json=as_json
        )


def _note_read(opened: Site, role: Keeper | None, who: str) -> None:
    if role is None:
        raise UserError(
            "whose consent is on record is shown to the head, a senior manager, the DSL or the DPO only; say "
            "which you are with --role (it is recorded). To publish, use `schoolwatch check-post`"
        )
    with opened.database.write() as session:
        custody.note(session, opened.school_id, opened.now(), "consents_read", actor=who, role=str(role))


def _versions(session: Session, opened: Site, pupil: str) -> Iterator[dict[str, Any]]:
    query = select(Consent).filter_by(school_id=opened.school_id, pupil_id=pupil).order_by(Consent.version)
    for row in session.scalars(query):
        yield {
            "version": row.version,
            "channel": row.channel,
            "medium": row.medium,
            "granted": row.granted,
            "from": row.valid_from or None,
            "to": row.valid_to or None,
            "given_by": row.given_by or None,
            "document_ref": row.document_ref,
            "origin": row.origin,
            "recorded_at": row.recorded_at,
            "recorded_by": row.recorded_by or None,
        }


def _posts(session: Session, opened: Site, pupil: str) -> Iterator[dict[str, Any]]:
    query = (
        select(OwnPostFinding, Item.url, Incident.reference)
        .join(Item, Item.id == OwnPostFinding.item_id)
        .outerjoin(IncidentItem, IncidentItem.item_id == Item.id)
        .outerjoin(Incident, Incident.id == IncidentItem.incident_id)
        .where(OwnPostFinding.school_id == opened.school_id, OwnPostFinding.pupil_id == pupil)
        .order_by(OwnPostFinding.id)
    )
    for found, url, reference in session.execute(query):
        yield {
            "incident": reference,
            "found_by": found.found_by,
            "lawful_when_posted": found.lawful_when_posted,
            "version": found.consent_version,
            "url": url,
        }


@app_.command()
def checklist(as_json: JsonOption = False) -> None:
    """What is still to be ticked of the posts that were published. No ids, no names."""
    with site() as opened, opened.database.read() as session:
        records = [_checklist(row) for row in checklists(session, opened)]
    print_records(records, ("number", "at", "by", "channel", "medium", "shown", "open"), as_json=as_json)


def _checklist(row: PostCheck) -> dict[str, Any]:
    return {
        "number": row.number,
        "at": row.at,
        "by": row.by,
        "channel": row.channel,
        "medium": row.medium,
        "ok": row.ok,
        "shown": row.shown,
        "open": list(open_points(row)),
        "url": row.url,
    }


@app_.command("tick")
def tick_(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the check.")],
    appropriate: Annotated[bool, typer.Option("--appropriate", help="The pictures are appropriate.")] = False,
    no_names: Annotated[
        bool, typer.Option("--no-names", help="No name can be read in them (certificate, book, wall).")
    ] = False,
    device_cleared: Annotated[
        bool, typer.Option("--device-cleared", help="They are gone from the personal device.")
    ] = False,
    url: Annotated[str | None, typer.Option("--url", help="Where it was published.")] = None,
    not_published: Annotated[bool, typer.Option("--not-published", help="It was dropped.")] = False,
    by: By = None,
) -> None:
    """Say what only a person can say of a post that is published."""
    ticks = Ticks(appropriate, no_names, device_cleared, not_published, url)
    with site() as opened:
        try:
            left = tick(opened, number, ticks, by or login_name())
        except CheckRefused as refused:
            raise UserError(str(refused)) from refused
    say(
        f"Check {number}: "
        + (f"still open: {'; '.join(POINTS[point] for point in left)}." if left else "nothing is open.")
    )


@app_.command()
def replaced(
    task: Annotated[int, typer.Argument(metavar="TASK", help="The number that `tasks` shows.")],
    how: Annotated[How, typer.Option("--how", help="What was done to the picture.")],
    by: By = None,
) -> None:
    """Our own picture was cropped or blurred and posted again (Huntington 4.9)."""
    words = _what_was_done(how)
    with site() as opened:
        try:
            done = decide(
                opened, task, Decision(DecisionKind.DONE, by or login_name(), Outcome.REPLACED, words)
            )
        except (LadderRefused, NoSuchTask) as refusal:
            raise UserError(str(refusal)) from refusal
    say(f"{done.reference}: replaced, {words}.")


def _what_was_done(how: How) -> str:
    return f"{how.value} and posted again"
