"""`check-post`: may this be published? Asked before, not after."""

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from classifiers.pupil_information.own_posts import OwnPostReader
from config.schema import Role
from monitor.cli.shared import JsonOption, UserError, login_name, print_records, say, site
from monitor.pipeline.judgement.judges import site_judge
from monitor.pipeline.judgement.register import load_register
from monitor.pipeline.own_pages.post_checks import Answer, Asker, CheckRefused, Draft, Spot, check_post
from monitor.site import Site

_KINDS = {
    "name_with_picture": "a pupil's name stands with a picture",
    "full_name": "a pupil's full name",
    "surname": "a pupil's surname",
    "one_child": "class, teacher or family make it one child",
    "pupil_number": "a unique pupil number",
    "date_of_birth": "a date of birth",
    "email": "an e-mail address",
    "phone": "a phone number",
    "address": "an address or postcode",
    "username": "a user name",
    "speaks_ill": "hard words about a person",
}


class Medium(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    TEXT = "text"


class MaySee(StrEnum):
    """The roles that may be told which pupil has no consent."""

    HEADTEACHER = Role.HEADTEACHER.value
    SENIOR_MANAGER = Role.SENIOR_MANAGER.value
    DSL = Role.DSL.value


def add_to(app: typer.Typer) -> None:
    app.command("check-post")(check_post_)


Channel = Annotated[str, typer.Option("--channel", help="website, x, facebook, newsletter …")]
File = Annotated[
    Path | None, typer.Argument(help="The draft's text; - for stdin; left out for a picture alone.")
]
MediumOption = Annotated[Medium | None, typer.Option("--medium", help="What is shown.")]
PupilIds = Annotated[
    list[str] | None, typer.Option("--pupil", help="Id of a pupil who is shown (repeatable).")
]
Image = Annotated[bool, typer.Option("--image", help="A picture goes with it.")]
Alternatives = Annotated[list[str] | None, typer.Option("--alt", help="Alternative text (repeatable).")]
FileNames = Annotated[
    list[str] | None, typer.Option("--file-name", help="Name of a picture's file; it is not opened.")
]
RoleOption = Annotated[
    MaySee | None, typer.Option("--role", help="Recorded; shows which pupils have no consent.")
]
Record = Annotated[
    bool, typer.Option("--record", help="It will be published: keep who is shown, open the checklist.")
]
By = Annotated[str | None, typer.Option("--by", help="Who asks; your login if left out.")]


def check_post_(
    channel: Channel,
    file: File = None,
    medium: MediumOption = None,
    pupil: PupilIds = None,
    image: Image = False,
    alt: Alternatives = None,
    file_name: FileNames = None,
    role: RoleOption = None,
    record: Record = False,
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """May this be published? Exit status 0 yes, 1 not as it is. Every answer is logged."""
    pictures = bool(image or pupil or alt or file_name)
    draft = Draft(
        text=_text(file),
        channel=channel,
        medium=str(medium or (Medium.IMAGE if pictures else Medium.TEXT)),
        pupils=tuple(pupil or ()),
        alternative_texts=tuple(alt or ()),
        file_names=tuple(file_name or ()),
    )
    if draft.medium == Medium.TEXT and pictures:
        raise UserError("--medium text does not go with pictures or pupils who are shown; leave it out")
    asker = Asker(by or login_name(), Role(role) if role else None, record)
    with site() as opened:
        answer = _checked(opened, draft, asker)
        if as_json:
            print_records([_record(answer)], (), as_json=True)
        else:
            _say(answer, recorded=record and draft.has_picture)
    if not answer.ok:
        raise typer.Exit(1)


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(
            f"{file}: {error.strerror}; give a file with the draft's text, or - for stdin"
        ) from error


def _checked(opened: Site, draft: Draft, asker: Asker) -> Answer:
    try:
        return check_post(opened, draft, asker, OwnPostReader(load_register(opened)), site_judge(opened))
    except CheckRefused as refused:
        raise UserError(str(refused)) from refused


def _say(answer: Answer, *, recorded: bool) -> None:
    say(f"Check {answer.number}: {'ok' if answer.ok else 'NOT as it is'}.")
    if answer.shown:
        without = f"{answer.without_consent} of {answer.shown} shown"
        say(f"  Consent for this channel: missing for {without}." if answer.without_consent
            else f"  Consent for this channel: there for all {answer.shown} shown.")  # fmt: skip
    if answer.ids_without:
        say(
            f"  Without consent: {', '.join(answer.ids_without)}. Do not pass this on, and do not display it."
        )
    for line in _lines(answer.problems):
        say(f"  Change: {line}")
    for line in _lines(answer.look_at):
        say(f"  Look: {line}, if it is a pupil's")
    if answer.without_consent:
        say("  Leave those pictures out, crop or blur them, or ask the office who can be shown.")
    if recorded and answer.ok:
        say(f"  Now tick the checklist: schoolwatch consent tick {answer.number} --help")
    elif recorded:
        say(f"  If you drop it: schoolwatch consent tick {answer.number} --not-published; then check again.")


def _lines(spots: Sequence[Spot]) -> Iterator[str]:
    """One line for each stretch of words, with all that it is."""
    together: dict[tuple[str, str], list[str]] = {}
    for spot in spots:
        together.setdefault((spot.words, spot.where), []).append(_KINDS[spot.kind])
    for (words, where), kinds in together.items():
        yield f"“{words}” ({where}): {', '.join(dict.fromkeys(kinds))}"


def _record(answer: Answer) -> dict[str, Any]:
    return {
        "number": answer.number,
        "ok": answer.ok,
        "problems": [spot.__dict__ for spot in answer.problems],
        "look_at": [spot.__dict__ for spot in answer.look_at],
        "shown": answer.shown,
        "without_consent": answer.without_consent,
        "ids_without": list(answer.ids_without) if answer.ids_without else None,
    }
