"""What the settings themselves say: impact assessment, people, and who hears when everything is silent."""

from collections.abc import Iterator, Mapping
from datetime import date

from alerts.clocks import LONDON
from alerts.reviews import Review, ReviewState, reviews_of
from config.schema import Role, Settings
from config.secrets import SecretMissing, SecretReference
from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.clock import Now


def settings_lines(settings: Settings) -> list[CheckLine]:
    return [_read(settings), _impact_assessment(settings)]


def _read(settings: Settings) -> CheckLine:
    people, sources = len(settings.people), len(settings.sources)
    if not sources:
        return warning(
            "settings",
            "read without a mistake, but there is no [[sources]] table: nothing is watched",
            "Add the school's accounts; docs/setup/ has a page for each platform.",
        )
    return ok("settings", f"read without a mistake: sources {sources}, people {people}")


def _impact_assessment(settings: Settings) -> CheckLine:
    reference = settings.school.dpia_reference
    if reference is None:
        return failed(
            "impact assessment",
            "school.dpia_reference is blank; `schoolwatch run` will refuse to start",
            "Carry out the data protection impact assessment and write its reference into the settings.",
        )
    return ok("impact assessment", reference)


def review_lines(settings: Settings, now: Now) -> list[CheckLine]:
    """Which policy, or the law pack, has to be looked at again (Huntington 10, QC 4.1.1)."""
    today = now().astimezone(LONDON).date()
    return [_review(review, today) for review in reviews_of(settings.policies)]


def _review(review: Review, today: date) -> CheckLine:
    told = review.shown(today)
    if review.state(today) is ReviewState.OVERDUE:
        return warning("review", told, "Go through it, and write the new date under [[policies]].")
    return ok("review", told)


def people_lines(settings: Settings) -> list[CheckLine]:
    """Who would be told, and which absence nobody has thought of (NEU 9.3, QC 2.7)."""
    return [*_roles(settings), *_duties(settings)]


_WANTED = (
    (Role.DSL, "matters in which a child may be at risk have nobody of their own to go to"),
    (Role.HEADTEACHER, "nobody can approve what goes to a provider or the police"),
    (Role.CHAIR, "a matter about the headteacher has nobody to go to"),
    (Role.DPO, "a breach on the school's own page has nobody to assess it within the 72 hours"),
    (Role.DEPUTY, "what the senior manager does not answer has nobody to go to"),
)


def _roles(settings: Settings) -> Iterator[CheckLine]:
    for role, consequence in _WANTED:
        subject = role.shown_as
        names = [person.name for person in settings.people if person.role is role]
        if names:
            yield ok(subject, ", ".join(names))
        else:
            yield warning(
                subject, f"none named: {consequence}", f'Add a [[people]] table with role = "{role.value}".'
            )


def _duties(settings: Settings) -> Iterator[CheckLine]:
    evenings = [person.name for person in settings.people if person.out_of_hours]
    holidays = [person.name for person in settings.people if person.holiday_cover]
    yield _duty("out-of-hours contact", evenings, "out_of_hours", "in the evening and at weekends")
    yield _duty("holiday cover", holidays, "holiday_cover", "in the school holidays")


def _duty(subject: str, names: list[str], key: str, when: str) -> CheckLine:
    if names:
        return ok(subject, ", ".join(names))
    return warning(
        subject,
        f"none named: the 24 hours for removal run {when} too, and nobody would act",
        f"Write {key} = true into the [[people]] table of somebody who reads mail then.",
    )


def alarm_lines(settings: Settings, environment: Mapping[str, str]) -> list[CheckLine]:
    """Whether somebody would hear it if the mail server or this whole machine fell silent."""
    operations = settings.operations
    secrets = [*operations.apprise, *([operations.dead_man_ping] if operations.dead_man_ping else [])]
    secrets += [channel.address for channel in settings.alerts.channels]
    missing = [
        failed("alarm channel", message, "Put the secret there, or take its line out.")
        for message in (_missing(secret, environment) for secret in secrets)
        if message
    ]
    return [*missing, _another_way(settings), _outside_watcher(settings)]


def _missing(secret: SecretReference, environment: Mapping[str, str]) -> str | None:
    try:
        secret.read(environment)
    except SecretMissing as error:
        return str(error)
    return None


def _another_way(settings: Settings) -> CheckLine:
    ways = ["second mail server"] if settings.mail.second else []
    ways += [f"Apprise channels: {len(settings.operations.apprise)}"] if settings.operations.apprise else []
    if ways:
        return ok("another way to tell", ", ".join(ways))
    return warning(
        "another way to tell",
        "none: if the mail server failed, nobody would be told",
        "Add [mail.second], or a channel under operations.apprise.",
    )


def _outside_watcher(settings: Settings) -> CheckLine:
    if settings.operations.dead_man_ping:
        return ok("outside watcher", "set; it is pinged by the service, not by this check")
    return warning(
        "outside watcher",
        "none: if this machine stopped, nobody would be told",
        "Set operations.dead_man_ping to the address of a service that notices missing pings.",
    )
