"""What tests of the daemon's room share: a school with more settings, rows, decisions, a listening ear."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from support.clock import SettableClock
from support.mail_server import RealMailServer
from support.school import PlainJudge, TestSchool, write_settings

from alerts.ladder.state import Decision
from alerts.ladder.words import DecisionKind, Step
from classifiers.interface import Comment, Judgement
from config.words import Outcome
from connectors.registry import plugins
from monitor.pipeline.incidents.decisions import Decided, decide
from monitor.pipeline.telling.folding import tell_what_was_held
from monitor.pipeline.telling.mailing import send_next
from monitor.pipeline.telling.watchkeeping import keep_watch
from monitor.site import open_site
from monitor.store.models import MailState, OutgoingMail, Source, TakedownTask

CHAIR = """
[[people]]
role = "chair"
name = "F. Chair"
email = "chair@fernhill.example"
"""


@contextmanager
def school_with(
    folder: Path,
    clock: SettableClock,
    database: str,
    *,
    names: Sequence[str] = ("x",),
    more: str = "",
    judge: Any = None,
) -> Iterator[TestSchool]:
    """`more` is TOML that goes to the end of the settings."""
    with ExitStack() as stack:
        platforms = {name: stack.enter_context(plugins()[name].loopback(clock.now)) for name in names}
        mail = stack.enter_context(RealMailServer())
        site = open_site(write_settings(folder, database, platforms, mail.port, more), clock.now)
        stack.callback(site.close)
        yield TestSchool(site, clock, platforms, mail, folder, judge or PlainJudge())


def rows(school: TestSchool, model: Any) -> list[Any]:
    with school.site.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def mails(school: TestSchool, kind: str) -> list[OutgoingMail]:
    return [mail for mail in rows(school, OutgoingMail) if mail.kind == kind]


def send_all(school: TestSchool) -> int:
    """Everything that is due now; answers how many tries that took."""
    tell_what_was_held(school.site)
    tries = 0
    while send_next(school.site):
        tries += 1
    return tries


def beat(school: TestSchool, minutes: int, *, every: int = 1) -> int:
    """The daemon's heartbeat of watch and mail for so long; answers how many tries of mail it made.

    The sources count as read meanwhile, so that nothing but mail is the matter.
    """
    tries = 0
    for _ in range(0, minutes, every):
        school.clock.advance(timedelta(minutes=every))
        with school.site.database.write() as session:
            session.execute(update(Source).values(next_poll_at=school.clock.now()))
        keep_watch(school.site)
        tries += send_all(school)
    return tries


def delivered(school: TestSchool) -> list[tuple[str, str]]:
    """Recipient and subject of every mail that the server took."""
    return [(one.recipients[0], str(one.message["Subject"])) for one in school.mail.accepted]


def all_sent(school: TestSchool) -> bool:
    """What was folded is told by another mail, which counts here."""
    states = {mail.state for mail in rows(school, OutgoingMail)}
    return states - {MailState.FOLDED} == {MailState.SENT}


def task_of(school: TestSchool, step: Step) -> TakedownTask:
    """The latest task of a step."""
    return [task for task in rows(school, TakedownTask) if task.step == step][-1]


def settle(
    school: TestSchool,
    step: Step,
    kind: DecisionKind = DecisionKind.DONE,
    outcome: Outcome | None = None,
    by: str = "A. Manager",
) -> Decided:
    decision = Decision(kind, by, outcome, "because it is so")
    return decide(school.site, task_of(school, step).id, decision)


def say(school: TestSchool, *comments: str) -> None:
    """Each by somebody else, so that each becomes an incident; and the school looks."""
    for number, words in enumerate(comments):
        school.x.mention(f"@fernhillprimary {words}", f"u{number}", school.clock.now())
    school.look()
    school.clock.advance(timedelta(minutes=6))


def triage_all(school: TestSchool) -> None:
    """Somebody looked at everything that is open, and goes on with it."""
    for task in rows(school, TakedownTask):
        if task.step == Step.TRIAGE and task.state == "open":
            decide(school.site, task.id, Decision(DecisionKind.DONE, "A. Manager", None, "looked at it"))


class NamingJudge(PlainJudge):
    """Also says that the comment speaks of staff whose ids stand in it as `#S1`."""

    def _one(self, comment: Comment) -> Judgement:
        named = tuple(word[1:] for word in comment.text.split() if word.startswith("#S"))
        return replace(super()._one(comment), staff=named)


class _Ear(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Listen)
        self.heard: list[tuple[str, str]] = []
        self.status = 200


class _Listen(BaseHTTPRequestHandler):
    server: _Ear

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.heard.append((self.path, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer  # noqa: N815  http.server's names

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""


@contextmanager
def listening() -> Iterator[_Ear]:
    """A web server that remembers what it was told: an Apprise channel or an outside monitor."""
    server = _Ear()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
