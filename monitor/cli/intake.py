"""`intake`: what a person hands in, sealed and raised like what was fetched; `invite`: a link and a code."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.addresses import mailbox
from config.concerns import Concern, concern_named
from config.words import CommunityRole, Lane, Severity
from monitor.cli.shared import LONDON, JsonOption, UserError, print_records, say, site
from monitor.pipeline.handing_in.handed_in import Taken, hand_in, hand_in_suspected
from monitor.pipeline.handing_in.handed_in_files import LARGEST, HandedFile
from monitor.pipeline.handing_in.handing import Channel, Handing, IntakeRefused, Kind
from monitor.pipeline.handing_in.links import LinkPurpose
from monitor.pipeline.handing_in.wishes import INVITED_HOURS, InvitationRefused
from monitor.pipeline.handing_in.wishes import invite as send_invitation
from monitor.pipeline.incidents.decisions import NoSuchTask
from monitor.pipeline.judgement.judges import site_judge
from monitor.site import Site

QUESTION = (
    "First: could a picture, film or file in this be an indecent image of a child? Answer from what you know "
    "already; do not look in order to find out."
)
NO, SUSPECTED = "no", "suspected"


def add_to(app: typer.Typer) -> None:
    app.command()(intake)
    app.command()(invite)


def intake(
    what: Annotated[list[str] | None, typer.Argument(metavar="URL|FILE…", help="Address, or files.")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="What kind of report it is.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who hands it in, by name.")] = "",
    channel: Annotated[Channel, typer.Option("--channel", help="How it came.")] = Channel.WEB,
    seen_at: Annotated[
        str, typer.Option("--seen-at", help="When it was seen or captured, UK time; or `now`.")
    ] = "",
    where: Annotated[str, typer.Option("--where", help="Where, in words, when it has no address.")] = "",
    text: Annotated[str, typer.Option("--text", help="The words; `-` reads them from standard input.")] = "",
    concern: Annotated[
        list[str] | None, typer.Option("--concern", help="What is alleged of it (NEU 5.2); may be repeated.")
    ] = None,
    affected: Annotated[str, typer.Option("--affected", help="Whom it is about: a register id.")] = "",
    affected_role: Annotated[CommunityRole, typer.Option("--affected-role")] = CommunityRole.UNKNOWN,
    author: Annotated[str, typer.Option("--author", help="The handle or name that was shown.")] = "",
    author_role: Annotated[CommunityRole, typer.Option("--author-role")] = CommunityRole.UNKNOWN,
    posted: Annotated[str, typer.Option("--posted", help="The time of posting, as it was shown.")] = "",
    severity: Annotated[Severity | None, typer.Option("--severity")] = None,
    no_indecent_image: Annotated[
        str,
        typer.Option(
            "--no-indecent-image", help="`yes`: nothing in it can be one. `suspected`: no byte is taken."
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Hand in what the program cannot see: a message, a forum, a letter; or a report of your own."""
    address, paths = _told_apart(what or [])
    handing = Handing(
        kind=kind,
        by=by,
        channel=channel,
        captured_at=None,
        place=address or where,
        concerns=tuple(_concern(name) for name in concern or []),
        affected=affected,
        affected_role=affected_role,
        author=author,
        author_role=author_role,
        posted=posted,
        severity=severity,
    )
    with site() as opened:
        handing = replace(handing, captured_at=_moment(seen_at, opened.now()))
        taken = _take(opened, handing, text, paths, _answer(no_indecent_image))
    _tell(taken, paths, as_json=as_json)


def _answer(given: str) -> str:
    """The stop before everything else (QC and Nunney 2.7.1): nothing is read before it is answered."""
    if given in ("yes", SUSPECTED):
        return NO if given == "yes" else SUSPECTED
    if given or not sys.stdin.isatty():
        raise UserError(f"{QUESTION} Say --no-indecent-image yes, or --no-indecent-image suspected.")
    said = typer.prompt(f"{QUESTION} [no/suspected]").strip().casefold()
    if said not in (NO, SUSPECTED):
        raise UserError("nothing was taken; answer no or suspected. In doubt: suspected.")
    return str(said)


def _take(opened: Site, handing: Handing, text: str, paths: list[Path], answer: str) -> Taken:
    try:
        if answer == SUSPECTED:
            return hand_in_suspected(opened, handing)
        words = sys.stdin.read() if text == "-" else text
        files = [_read(path) for path in paths]
        has_words = bool(words.strip()) or any(file.ending in ("eml", "txt") for file in files)
        judge = site_judge(opened) if has_words else None
        return hand_in(opened, judge, replace(handing, text=words), files)
    except IntakeRefused as refusal:
        raise UserError(str(refusal)) from refusal


def _told_apart(what: list[str]) -> tuple[str, list[Path]]:
    addresses = [one for one in what if one.casefold().startswith(("http://", "https://"))]
    if len(addresses) > 1:
        raise UserError("one address a report: each has a place and a ladder of its own")
    return "".join(addresses), [Path(one) for one in what if one not in addresses]


def _read(path: Path) -> HandedFile:
    if path.stat().st_size > LARGEST:
        raise UserError(f"{path}: larger than {LARGEST // 1024 // 1024} MB; keep it safe, and hand in a part")
    return HandedFile(path.name, path.read_bytes())


def _concern(name: str) -> Concern:
    found = concern_named(name)
    if found is None:
        raise UserError(f"--concern {name}: expected one of {', '.join(one.name.lower() for one in Concern)}")
    return found


def _moment(given: str, now: datetime) -> datetime | None:
    if not given.strip():
        return None
    if given.strip().casefold() == "now":
        return now
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError as error:
        raise UserError(f'--seen-at {given}: expected a time such as "2026-11-20 21:15", or now') from error
    return found if found.tzinfo else found.replace(tzinfo=LONDON)


def _tell(taken: Taken, paths: list[Path], *, as_json: bool) -> None:
    if as_json:
        record = {
            "reference": taken.reference, "item": taken.item_uid, "lane": str(taken.lane),
            "severity": str(taken.severity), "files": list(taken.files), "files_left": taken.files_left,
            "judged": taken.judged,
        }  # fmt: skip
        print_records([record], (), as_json=True)
        return
    for line in _lines(taken, paths):
        say(line)


def _lines(taken: Taken, paths: list[Path]) -> Iterator[str]:
    if taken.lane is Lane.INDECENT_IMAGE:
        yield f"{taken.reference}: kept as a reference only. No file was opened, read or copied."
        yield "Do not look, copy, send or delete. Ring the head, the DSL, the LADO and the police now:"
        yield f"  schoolwatch incidents {taken.reference} --call-sheet"
        if paths:
            yield "Leave the files where they are, tell nobody else, and ask the police what becomes of them."
        return
    yield f"{taken.reference}: sealed and raised ({taken.severity}, {taken.lane.replace('_', ' ')})."
    for number, digest in enumerate(taken.files, 1):
        yield f"  file {number}, kept byte for byte, SHA-256 {digest}"
    if taken.files_left:
        yield f"  {taken.files_left} file(s) not taken: of an intimate image only the reference is kept."
    if not taken.judged:
        yield "  not judged by the program: a person reads it, looks at it or listens to it."
    yield "Keep the original. Do not answer the post, and do not pass it on."
    yield f"What is to be done: schoolwatch incidents {taken.reference}"


def invite(
    reference: Annotated[str, typer.Argument(help="The incident, such as SW-2026-0001.")],
    person: Annotated[str, typer.Option("--person", help="Whom it is about: a register id or a role.")],
    email: Annotated[str, typer.Option("--email", help="Where the link is sent; the code is not.")],
    by: Annotated[str, typer.Option("--by", help="Who invites, by name, and gives the code in person.")],
    only_copy: Annotated[
        bool, typer.Option("--only-copy", help="Only their own copy of the evidence, no questions.")
    ] = False,
) -> None:
    """Invite the person it is about to a page of their own: wishes, and a copy of the evidence."""
    purpose = LinkPurpose.PACK if only_copy else LinkPurpose.WISHES
    with site() as opened:
        try:
            invitation = send_invitation(
                opened, reference.upper(), person=person, email=_mailbox(email), by=by, purpose=purpose
            )
        except (InvitationRefused, NoSuchTask) as refusal:
            raise UserError(str(refusal)) from refusal
    say(f"{reference.upper()}: a link leaves to {email}. It works for {INVITED_HOURS // 24} days.")
    say(f"The code, to be given in person and not by e-mail: {_in_groups(invitation.code)}")


def _in_groups(code: str) -> str:
    return " ".join((code[:4], code[4:]))


def _mailbox(given: str) -> str:
    try:
        return mailbox(given)
    except ValueError as error:
        raise UserError(f"--email {given}: {error}") from error
