"""The pages behind single-purpose links. GET changes nothing, because mail scanners open links, too."""

from datetime import datetime, timedelta
from io import BytesIO

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from alerts.ladder.words import ConsentScope
from monitor.console.throttle import Throttle
from monitor.pipeline.handing_in.links import LinkPurpose, check_code, open_link
from monitor.pipeline.handing_in.packs import make_pack, may_have_pack
from monitor.pipeline.handing_in.wishes import asked_of, check_asked, questions, record_wishes
from monitor.pipeline.incidents.acknowledging import acknowledge, call_sheet_for, matter_of_link
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.site import Site
from monitor.store.models import Incident, SinglePurposeLink

SITE, THROTTLE = "schoolwatch_site", "schoolwatch_throttle"
PAST_CODE = timedelta(hours=2)
"""How long a browser that gave the code may go on, whatever it does."""
pages = Blueprint("links", __name__)


def _site() -> Site:
    found: Site = current_app.extensions[SITE]
    return found


def _throttle() -> Throttle:
    found: Throttle = current_app.extensions[THROTTLE]
    return found


def _link(purpose: LinkPurpose, token: str) -> SinglePurposeLink:
    with _site().database.read() as opened:
        return open_link(opened, _site(), purpose, token)


@pages.get("/acknowledge/<token>")
def see_alert(token: str) -> ResponseReturnValue:
    link = _link(LinkPurpose.ACKNOWLEDGE, token)
    with _site().database.read() as opened:
        matter = matter_of_link(opened, _site(), link)
    return render_template("acknowledge.html", matter=matter, person=link.person, done=False, call_sheet=None)


@pages.post("/acknowledge/<token>")
def acknowledge_alert(token: str) -> ResponseReturnValue:
    link = _link(LinkPurpose.ACKNOWLEDGE, token)
    matter = acknowledge(_site(), link)
    sheet = call_sheet_for(_site(), link, matter.reference)
    return render_template("acknowledge.html", matter=matter, person=link.person, done=True, call_sheet=sheet)


@pages.get("/<any(wishes, pack):purpose>/<token>")
def see_own_page(purpose: str, token: str) -> ResponseReturnValue:
    link = _link(LinkPurpose(purpose), token)
    if not _past_code(link):
        return render_template("code.html", wrong=False)
    return _own_page(link, saved="saved" in request.args)


@pages.post("/<any(wishes, pack):purpose>/<token>/code")
def give_code(purpose: str, token: str) -> ResponseReturnValue:
    """The code that was given in person, beside the link that came by mail."""
    place = request.remote_addr or "unknown"
    if _throttle().is_closed_to(place):
        abort(429)
    link = _link(LinkPurpose(purpose), token)
    with _site().database.write() as opened:
        right = check_code(opened, _site(), link, request.form.get("code", ""))
    if not right:
        _throttle().note_wrong(place)
        _link(LinkPurpose(purpose), token)  # says so when that was one wrong code too many
        return render_template("code.html", wrong=True), 403
    session.permanent = True
    session["past_code"] = {**session.get("past_code", {}), str(link.id): _site().now().isoformat()}
    return redirect(url_for(".see_own_page", purpose=purpose, token=token), 303)


@pages.post("/wishes/<token>")
def answer(token: str) -> ResponseReturnValue:
    link = _link_past_code(LinkPurpose.WISHES, token)
    record_wishes(_site(), link, _answers())
    return redirect(url_for(".see_own_page", purpose="wishes", token=token, saved=""), 303)


@pages.post("/<any(wishes, pack):purpose>/<token>/copy")
def take_copy(purpose: str, token: str) -> ResponseReturnValue:
    pack = make_pack(_site(), _link_past_code(LinkPurpose(purpose), token))
    return send_file(
        BytesIO(pack.data), mimetype="application/zip", as_attachment=True, download_name=pack.name
    )


def _own_page(link: SinglePurposeLink, *, saved: bool) -> ResponseReturnValue:
    wishes = link.purpose == LinkPurpose.WISHES
    with _site().database.read() as opened:
        incident = opened.get_one(Incident, link.incident_id)
        check_asked(read_ladder(incident))
        return render_template(
            "own_page.html",
            reference=incident.reference,
            invited_by=link.made_by,
            asked=asked_of(read_ladder(incident), link, _site()) if wishes else (),
            pack=may_have_pack(incident),
            support=_site().settings.support,
            saved=saved,
        )


def _answers() -> dict[ConsentScope, bool]:
    """Only a clear yes or no; whatever else a form may hold is no answer."""
    said = {one.scope: request.form.get(str(one.scope)) for one in questions(_site())}
    return {scope: word == "yes" for scope, word in said.items() if word in ("yes", "no")}


def _past_code(link: SinglePurposeLink) -> bool:
    at = session.get("past_code", {}).get(str(link.id))
    return at is not None and _site().now() < datetime.fromisoformat(at) + PAST_CODE


def _link_past_code(purpose: LinkPurpose, token: str) -> SinglePurposeLink:
    link = _link(purpose, token)
    if not _past_code(link):
        abort(403)
    return link
