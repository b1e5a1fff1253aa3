"""`tasks consent`, `tasks wishes`: what the affected person answered (QC and Nunney 2.8.5, NEU 9.5)."""

from typing import Annotated, Any

import typer

from alerts.ladder.state import Consent
from alerts.ladder.words import ConsentScope
from monitor.cli.shared import print_records, say, site
from monitor.cli.tasks import By, refusals, say_opened, tasks_app, who
from monitor.pipeline.incidents.decisions import record_consent, record_wishes
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.site import Site
from monitor.store.incidents import incident_called


def add_to(app: typer.Typer) -> None:
    """Its commands hang on `tasks`."""


@tasks_app.command()
def consent(
    reference: Annotated[str, typer.Argument(help="The incident, such as SW-2026-0001.")],
    person: Annotated[str, typer.Option("--person", help="Who was asked: a register id or a role, no name.")],
    scope: Annotated[ConsentScope, typer.Option("--scope", help="To what.")],
    answer: Annotated[bool, typer.Option("--yes/--no", help="What they answered.")],
    method: Annotated[str, typer.Option("--method", help="written, or verbal and who noted it.")] = "written",
    by: By = None,
) -> None:
    """Record what an affected person answered. Silence is no answer."""
    with site() as opened, refusals():
        tasks = record_consent(
            opened, reference, Consent(person, who(by), opened.now(), answer, scope, method)
        )
    say(f"{reference}: recorded that {person} answered {'yes' if answer else 'no'} to {scope}.")
    say_opened(tasks)


@tasks_app.command("wishes")
def wishes(
    reference: Annotated[str, typer.Argument(help="The incident, such as SW-2026-0001.")],
    person: Annotated[str, typer.Option("--person", help="Who was asked: a register id or a role.")] = "",
    act: Annotated[
        bool | None, typer.Option("--act/--nothing", help="Whether anything shall be done at all.")
    ] = None,
    author: Annotated[bool | None, typer.Option("--author/--no-author", help="Ask the author.")] = None,
    tell_author: Annotated[
        bool | None,
        typer.Option("--tell-author/--no-tell-author", help="They may learn who complained."),
    ] = None,
    host: Annotated[
        bool | None, typer.Option("--host/--no-host", help="A report to the host in their own name.")
    ] = None,
    section_5: Annotated[
        bool | None, typer.Option("--section-5/--no-section-5", help="A notice under section 5.")
    ] = None,
    provider: Annotated[
        bool | None, typer.Option("--provider/--no-provider", help="Write to the hosting provider.")
    ] = None,
    police: Annotated[bool | None, typer.Option("--police/--no-police", help="Tell the police.")] = None,
    informed: Annotated[
        bool | None, typer.Option("--informed/--not-informed", help="Be kept informed.")
    ] = None,
    method: Annotated[str, typer.Option("--method", help="written, or verbal and who noted it.")] = "written",
    by: By = None,
) -> None:
    """Record what the affected person wishes; without an answer, show what was said and when.

    Each answer stays; the latest counts. What nobody asked stays open: silence is no consent.
    """
    given = (act, author, tell_author, host, section_5, provider, police, informed)
    answers = {scope: said for scope, said in zip(_IN_ORDER, given, strict=True) if said is not None}
    with site() as opened, refusals():
        if not answers:
            print_records(_history(opened, reference.upper()), _COLUMNS, as_json=False)
            return
        tasks = record_wishes(opened, reference.upper(), answers, person=person, by=who(by), method=method)
    for scope, said in answers.items():
        say(f"{reference.upper()}: {scope.replace('_', ' ')}: {'yes' if said else 'no'}")
    say_opened(tasks)


_IN_ORDER = (
    ConsentScope.WISHES, ConsentScope.AUTHOR_REQUEST, ConsentScope.TELL_AUTHOR, ConsentScope.HOST_REPORT,
    ConsentScope.SECTION_5, ConsentScope.INFRA, ConsentScope.POLICE, ConsentScope.KEPT_INFORMED,
)  # fmt: skip
_COLUMNS = ("asked_at", "scope", "answer", "person", "asked_by", "method")


def _history(opened: Site, reference: str) -> list[dict[str, Any]]:
    with opened.database.read() as session:
        incident = incident_called(session, opened.school_id, reference)
        return [
            {
                "asked_at": said.asked_at,
                "scope": str(said.scope),
                "answer": "yes" if said.answer else "no",
                "person": said.person,
                "asked_by": said.asked_by,
                "method": said.method,
            }
            for said in read_ladder(incident).consents
        ]
