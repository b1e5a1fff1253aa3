"""What an incident tells its letters: its rows, its ladder, and the sealed words through the one door."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from alerts.export.sheets import Exhibit
from alerts.ladder.matter import UNKNOWN
from alerts.ladder.state import Ladder
from alerts.ladder.words import ConsentScope, Step
from alerts.ladder.words import Standing as Attributed
from alerts.letters.case import Case, Standing
from alerts.letters.kinds import RULES, LetterKind
from alerts.mail.wording import shown
from config.policy import Host, host_for, host_for_url
from config.policy.hosts import OTHER
from config.schema import Person, Role
from config.words import Lane, TaskState
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.letters.letter_further import further, host_answer
from monitor.pipeline.letters.letter_names import PupilNames
from monitor.pipeline.sealing_up.cards import NoCard, card_facts
from monitor.site import Site
from monitor.store.evidence_door import EXPORTED, Access
from monitor.store.models import EvidenceItem, Incident, IncidentItem, Item

RECHECKED_FOR = timedelta(days=30)
_ROLES = {
    "staff": "a member of staff",
    "pupil": "a pupil",
    "parent": "a parent or carer",
    "governor": "a governor",
    "volunteer": "a volunteer",
    "school": "the school",
    "group": "a group of people",
    "ex_pupil": "a former pupil",
    "local": "a neighbour of the school",
    "adult": "an adult",
}


@dataclass(frozen=True)
class _Rows:
    """What is read in one go, before the sealed files are opened."""

    incident_id: int
    reference: str
    platform: str
    state: str
    ladder: Ladder
    uids: tuple[str, ...]
    ids: tuple[str, ...]


def standing(site: Site) -> Standing:
    settings = site.settings.letters
    return Standing(
        reply_to=settings.reply_to,
        complaints_procedure=settings.complaints_procedure,
        data_protection=f"Our privacy notice: {settings.privacy_notice}" if settings.privacy_notice else None,
        policy_clause=settings.policy_clause,
        support=site.settings.support.eap,
        union=site.settings.support.union,
        head_contact=_contact(site.settings.people, Role.HEADTEACHER),
        dpo_contact=_contact(site.settings.people, Role.DPO),
    )


def _contact(people: Sequence[Person], role: Role) -> str | None:
    person = next((one for one in people if one.role is role), None)
    return ", ".join(filter(None, (person.name, person.phone or person.email))) if person else None


def case_of(site: Site, incident_id: int, kind: LetterKind, by: str) -> Case:
    """The case for one letter. That its words were read for it is in the custody record before."""
    rows = _read(site, incident_id)
    ladder, matter = rows.ladder, rows.ladder.matter
    access = Access(by, "command line", f"the letter “{RULES[kind].title}”", "the school", EXPORTED)
    exhibits = list(_exhibits(site, rows.uids, access))
    first = exhibits[0] if exhibits else None
    more = further(site, incident_id, ladder, first.url if first else None)
    return Case(
        urls=tuple(dict.fromkeys(one.url for one in exhibits)),
        platform=rows.platform,
        host=_host(rows.platform, first),
        post_id=", ".join(rows.ids),
        handle=_handle(first),
        words=_words(site, rows, kind, exhibits),
        posted_at=first.posted_at if first else None,
        seen_at=ladder.first_seen_at,
        opened_at=ladder.opened_at,
        affected_role=_ROLES.get(matter.affected_role, ""),
        about_a_pupil=True if matter.is_about_pupil else False if matter.affected_role != UNKNOWN else None,
        author=_author(ladder, first),
        labels=matter.labels,
        severity=str(ladder.severity),
        state=rows.state,
        events=tuple(_events(ladder)),
        evidence=_evidence(ladder, exhibits),
        consent=_police_consent(ladder, site.now()),
        checks=_checks(ladder),
        checks_until=_checks_until(ladder),
        overdue=ladder.closing is None and site.now() >= ladder.host_due_at,
        reopened=ladder.re_opened > 0,
        refused_by_host=_refused(ladder),
        occasions=more.occasions,
        consider=more.consider,
        host_rule=ladder.findings.host_rule_breach,
        policy_clause=ladder.findings.policy_breach,
        author_confirmed_by=_confirmed_by(ladder),
        provider=more.provider,
        host_answer=host_answer(ladder),
        handed_in=first is not None and first.handed_in,
        answer_by=_answer_by(ladder, site.now()),
    )


def _host(platform: str, exhibit: Exhibit | None) -> Host:
    """What was handed in by its address has no platform of its own."""
    known = host_for(platform)
    return host_for_url(exhibit.url) if known.platform == OTHER and exhibit else known


def _confirmed_by(ladder: Ladder) -> str | None:
    return ladder.attributions[-1].by if ladder.attributed is Attributed.CONFIRMED else None


def _read(site: Site, incident_id: int) -> _Rows:
    with site.database.read() as session:
        incident = session.get_one(Incident, incident_id)
        query = (
            select(Item.uid, Item.external_id)
            .join(IncidentItem, IncidentItem.item_id == Item.id)
            .join(EvidenceItem, EvidenceItem.item_id == Item.id)
            .where(IncidentItem.incident_id == incident_id)
            .order_by(Item.id)
        )
        found = session.execute(query).all()
        # What was handed in without a platform's id goes by one of our own, which tells a host nothing.
        ids = dict.fromkeys(external_id for uid, external_id in found if not external_id.endswith(uid))
        return _Rows(
            incident.id, incident.reference, incident.platform, incident.state, read_ladder(incident),
            tuple(uid for uid, _ in found), tuple(ids),
        )  # fmt: skip


def _exhibits(site: Site, uids: Sequence[str], access: Access) -> Iterator[Exhibit]:
    """Of a suspected indecent image the reference alone; what cannot be opened is left out, not guessed."""
    for uid in uids:
        try:
            yield card_facts(site, uid, access)
        except NoCard:
            continue


def _words(site: Site, rows: _Rows, kind: LetterKind, exhibits: Sequence[Exhibit]) -> str:
    if rows.ladder.lane is Lane.INDECENT_IMAGE:
        return ""
    words = "\n\n".join(one.text for one in exhibits if one.text)
    if not words or not RULES[kind].names_no_pupil:
        return words
    return PupilNames(site, rows.incident_id).masked(words)


def _evidence(ladder: Ladder, exhibits: Sequence[Exhibit]) -> tuple[str, ...]:
    if ladder.lane is Lane.INDECENT_IMAGE:
        return ("nothing was copied: only address, time and handle are kept",)
    return tuple(f"{one.item_id}/{file.name} {file.sha256}" for one in exhibits for file in one.hashes)


def _handle(exhibit: Exhibit | None) -> str | None:
    return (exhibit.handle or exhibit.display_name or None) if exhibit else None


def _author(ladder: Ladder, exhibit: Exhibit | None) -> str:
    role = ladder.matter.author_role
    known = "not known who that is" if role == UNKNOWN else f"said to be {_ROLES.get(role, role)}"
    return f"{_handle(exhibit) or 'handle not shown'}; {known}"


def _events(ladder: Ladder) -> Iterator[str]:
    found = [(ladder.first_seen_at, "first seen by the school"), (ladder.opened_at, "incident opened")]
    for task in ladder.tasks:
        if task.sent_at is not None:
            found.append((task.sent_at, f"{task.step.shown_as}: sent"))
        if task.decided_at is not None:
            found.append((task.decided_at, f"{task.step.shown_as}: {task.state.value}"))
    for at, what in sorted(found):
        yield f"{shown(at)}: {what}"


def _police_consent(ladder: Ladder, at: datetime) -> str | None:
    if not ladder.consent_holds(ConsentScope.POLICE, at):
        return None
    given = [consent for consent in ladder.consents if consent.scope is ConsentScope.POLICE][-1]
    return f"given on {shown(given.asked_at)} ({given.method})"


def _answer_by(ladder: Ladder, now: datetime) -> datetime | None:
    due = [task.due_at for task in ladder.tasks if task.step is Step.AUTHOR_REQUEST and task.undecided]
    return next((at for at in due if at is not None and at > now), None)


def _checks(ladder: Ladder) -> tuple[datetime, datetime] | None:
    presence = ladder.presence
    if presence.gone_since is None or presence.gone_confirmed_at is None:
        return None
    return presence.gone_since, presence.gone_confirmed_at


def _checks_until(ladder: Ladder) -> datetime | None:
    since = ladder.presence.rechecks_from
    return since + RECHECKED_FOR if since else None


def _refused(ladder: Ladder) -> bool:
    return any(
        task.step is Step.HOST_REPORT and task.state in (TaskState.REFUSED, TaskState.SILENT)
        for task in ladder.tasks
    )
