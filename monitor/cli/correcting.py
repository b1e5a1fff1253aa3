"""`incidents correct`, `close`, `note`: what a person found out about an incident, and how it ended."""

from typing import Annotated, NoReturn

import typer

from alerts.ladder.correcting import Correction
from alerts.ladder.matter import OutOfSchool
from alerts.ladder.state import Findings
from alerts.ladder.words import Standing
from config.concerns import concern_named
from config.schema import Role
from config.words import CommunityRole, Outcome, Remover, Situation
from monitor.cli.incidents import Reference, incidents_app
from monitor.cli.shared import UserError, say, site
from monitor.cli.tasks import By, Reason, refusals, say_opened, who
from monitor.pipeline.incidents.correcting import add_note
from monitor.pipeline.incidents.correcting import correct as correct_incident
from monitor.pipeline.incidents.decisions import close_incident


def add_to(app: typer.Typer) -> None:
    """Its commands hang on `incidents`."""


@incidents_app.command()
def correct(
    reference: Reference,
    author_role: Annotated[CommunityRole | None, typer.Option("--author-role", help="Who wrote it.")] = None,
    affected_role: Annotated[
        CommunityRole | None, typer.Option("--affected-role", help="Who it is about; a group counts.")
    ] = None,
    group: Annotated[str | None, typer.Option("--group", help="What the group is called.")] = None,
    situation: Annotated[
        list[Situation] | None, typer.Option("--situation", help="What no program can tell; may be repeated.")
    ] = None,
    not_situation: Annotated[
        list[Situation] | None, typer.Option("--not-situation", help="One that was named by mistake.")
    ] = None,
    about_child_harm: Annotated[
        bool | None,
        typer.Option("--about-child-harm/--not-about-child-harm", help="Whether it alleges harm to a child."),
    ] = None,
    own_children: Annotated[
        bool | None,
        typer.Option("--own-children/--other-children", help="Whether every child pictured is the author's."),
    ] = None,
    out_of_school: Annotated[
        list[OutOfSchool] | None,
        typer.Option("--out-of-school", help="Why a pupil's post elsewhere is the school's business."),
    ] = None,
    concern: Annotated[
        list[str] | None, typer.Option("--concern", help="What is alleged, as in NEU 5.2: defamatory …")
    ] = None,
    attribution: Annotated[
        Standing | None, typer.Option("--attribution", help="How surely it is known who wrote it.")
    ] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="On what that rests.")] = None,
    policy_breach: Annotated[
        str | None, typer.Option("--policy-breach", help="The clause of the school's policy.")
    ] = None,
    host_rule: Annotated[str | None, typer.Option("--host-rule", help="The host's own rule.")] = None,
    law: Annotated[str | None, typer.Option("--law", help="A law that somebody may consider.")] = None,
    reason: Reason = None,
    by: By = None,
) -> None:
    """Record what is known better now; lane and tasks follow, and whoever must hear of it does."""
    correction = Correction(
        author_role=author_role,
        affected_role=affected_role,
        affected_group=group,
        about_harm_to_child=about_child_harm,
        only_own_children=own_children,
        situations=frozenset(situation or ()),
        no_longer=frozenset(not_situation or ()),
        out_of_school=frozenset(out_of_school or ()),
        concerns=frozenset(concern_named(name) or _no_concern(name) for name in concern or ()),
        attribution=attribution,
        basis=basis,
        findings=Findings(policy_breach, host_rule, law),
    )
    with site() as opened, refusals():
        done = correct_incident(opened, reference.upper(), correction, reason=reason or "", by=who(by))
    say(f"{done.reference}: {done.severity}, {done.lane.replace('_', ' ')}.")
    say_opened(done.opened)


def _no_concern(name: str) -> NoReturn:
    raise UserError(f"there is no concern {name!r}; choose one of NEU 5.2, such as defamatory or bullying")


@incidents_app.command()
def close(
    reference: Reference,
    outcome: Annotated[
        Outcome | None, typer.Option("--outcome", help="How it ended, where the ladder cannot tell.")
    ] = None,
    removed_by: Annotated[
        Remover | None, typer.Option("--removed-by", help="Who took it away, where somebody knows.")
    ] = None,
    reason: Reason = None,
    by: By = None,
) -> None:
    """End an incident. What is still owed is named, and keeps it open."""
    with site() as opened, refusals():
        ended = close_incident(
            opened, reference.upper(), reason=reason or "", by=who(by), outcome=outcome, remover=removed_by
        )
    say(f"{reference.upper()} is closed: {ended.replace('_', ' ')}.")


@incidents_app.command()
def note(
    reference: Reference,
    text: Annotated[str, typer.Option("--text", help="The note; no pupil's name.")],
    role: Annotated[Role, typer.Option("--role", help="In which role it is written.")],
    by: By = None,
) -> None:
    """Add a note to the record; after a hand-over only the head and the DSL do."""
    with site() as opened, refusals():
        add_note(opened, reference.upper(), text, by=who(by), role=role)
    say(f"{reference.upper()}: noted.")
