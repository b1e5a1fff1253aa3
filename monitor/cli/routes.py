"""`routes`: where a report about a page goes, and who hosts the site it stands on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from alerts.export.writer import write_flushed
from alerts.routes.providers import NotForProviders
from config.policy import Host, helplines, host_for_url
from monitor.cli.shared import JsonOption, UserError, login_name, london, print_records, say, site
from monitor.pipeline.incidents.providers import NothingToLookUp, Provider, exposed_data, provider_of
from monitor.site import Site


def add_to(app: typer.Typer) -> None:
    app.command()(routes)


def routes(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address of the page.")],
    look_up: Annotated[
        bool, typer.Option("--look-up", help="Ask DNS and the registries who hosts the site (not the site).")
    ] = False,
    incident: Annotated[
        str | None, typer.Option("--incident", help="Keep the answer with the evidence of this incident.")
    ] = None,
    xarf: Annotated[
        Path | None, typer.Option("--xarf", help="Write the report of exposed data there, to be attached.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who asks; your login name unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Where a report about a page goes. Nothing is sent: a person decides that, and does it."""
    host = host_for_url(address)
    if not look_up:
        print_records([_host(host)], (), as_json=True) if as_json else _say_host(host)
        return
    with site() as opened:
        try:
            reference = incident.upper() if incident else None
            provider = provider_of(opened, address, by=by or login_name(), reference=reference)
            if xarf is not None:
                _write(opened, xarf, address, reference, provider)
        except (NothingToLookUp, NotForProviders) as no:
            raise UserError(str(no)) from no
    if as_json:
        print_records(list(_contacts(provider)), (), as_json=True)
    else:
        _say_provider(provider)


def _write(opened: Site, path: Path, address: str, reference: str | None, provider: Provider) -> None:
    if reference is None:
        raise UserError("--xarf needs --incident: it reports what one incident is about")
    if path.exists():
        raise UserError(f"--xarf {path}: this file exists already; choose another name")
    report = exposed_data(opened, address, reference, provider.found)
    write_flushed(path, (json.dumps(report, indent=2) + "\n").encode())
    say(f"Wrote {path}. It holds no sample of the data. Attach it to the letter; nothing is sent by itself.")


def _host(host: Host) -> dict[str, Any]:
    shown = {"route": host.shown_route(), "who_may_report": host.shown_who_may_report()}
    return host.model_dump(mode="json") | shown


def _say_host(host: Host) -> None:
    say(f"Host: {host.title}")
    say(f"Route: {host.shown_route()}")
    if host.url:
        say(f"Starts at: {host.url}")
    say(f"Who may report: {host.shown_who_may_report()}")
    say(f"Name one of its rules: {', '.join(host.rules)}")
    for words in (host.limits, host.warning):
        if words:
            say(f"Mind: {words}")
    posh = helplines()["posh"]
    say(f"If it refuses or does not answer: {posh.title}. {posh.shown_contact()}")
    if host.escalates_to_provider:
        say("After that: schoolwatch routes ADDRESS --look-up says who hosts the site.")


def _contacts(provider: Provider) -> Iterator[dict[str, Any]]:
    for contact in provider.contacts:
        yield {
            "kind": str(contact.kind),
            "email": contact.email,
            "of": contact.of,
            "can": contact.kind.can,
            "note": contact.note,
            "asked_at": provider.found.asked_at,
        }


def _say_provider(provider: Provider) -> None:
    found = provider.found
    age = "now" if provider.fresh else f"on {london(found.asked_at)}, kept for a week"
    say(f"{found.site}: asked {age}. Addresses: {', '.join(found.addresses) or 'none found'}.")
    for number, contact in enumerate(provider.contacts, start=1):
        say(f"{number}. {contact.email} ({contact.of}) {contact.kind.can}.")
        if contact.note:
            say(f"   {contact.note}")
    for problem in found.problems:
        say(f"Not learned: {problem}.")
    say("Write to the first; ask for the page, never for a whole site. The host has to have refused first.")
