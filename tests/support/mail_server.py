"""A real SMTP server that does what a bad day brings: refuses, greylists, stalls, drips, drops, asks for TLS."""

import asyncio
import base64
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from alerts.mail.loop_thread import SmtpThread
from config.schema import MailServer, Security
from config.secrets import SecretReference

Stage = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "message"]
"""`data` is the command before the message, `message` the answer after its last dot."""


@dataclass
class Fault:
    stage: Stage
    do: Literal["answer", "stall", "drip", "drop", "garbage"]
    answer: str = ""
    times: int | None = None
    recipient: str | None = None


@dataclass(frozen=True)
class Accepted:
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool
    login: str | None
    options: tuple[str, ...]
    hello: str
    """The name that the client gave itself."""

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class RealMailServer:
    """`with RealMailServer() as server:` listens on 127.0.0.1; order faults at any time, read `accepted`."""

    security: Security = Security.NONE
    login: tuple[str, str] | None = None
    smtputf8: bool = True
    mechanisms_off: tuple[str, ...] = ()
    folder: Path | None = None
    """Where the certificate authority's file is put; needed for TLS."""
    port: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    reached: list[Stage] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _greylist_until: dict[tuple[str, str], float] = field(default_factory=dict)
    _greylist: float | None = None
    _thread: SmtpThread | None = None

    def refuse(
        self, stage: Stage, answer: str, *, times: int | None = None, recipient: str | None = None
    ) -> None:
        """E.g. `refuse("rcpt", "550 5.1.1 no such mailbox")`; `times` None means always."""
        self.faults.append(Fault(stage, "answer", answer, times, recipient))

    def stall(self, stage: Stage, *, times: int | None = None) -> None:
        """Never answers; the connection stays open."""
        self.faults.append(Fault(stage, "stall", times=times))

    def drip(self, stage: Stage, *, times: int | None = None) -> None:
        """Answers for ever, a line now and then: no single read runs out of time."""
        self.faults.append(Fault(stage, "drip", times=times))

    def drop(self, stage: Stage, *, times: int | None = None) -> None:
        """Breaks the connection off. At `message` the mail has been taken: only the answer is lost."""
        self.faults.append(Fault(stage, "drop", times=times))

    def garbage(
        self, stage: Stage, answer: str = "HTTP/1.1 400 Bad Request", *, times: int | None = None
    ) -> None:
        self.faults.append(Fault(stage, "garbage", answer, times))

    def greylist(self, seconds: float) -> None:
        """The first try of each sender and recipient gets 451 until this much later."""
        self._greylist = seconds

    def behave(self) -> None:
        self.faults.clear()
        self._greylist = None

    def settings(self, **changes: Any) -> MailServer:
        """How a school would write this server into its settings."""
        values: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "security": self.security}
        if self.security is not Security.NONE and self.folder is not None:
            values["ca_bundle"] = self.folder / "authority.pem"
        if self.login is not None:
            values |= {"username": self.login[0], "password": SecretReference(env="SMTP_PASSWORD")}
        return MailServer(**(values | changes))

    def __enter__(self) -> Self:
        tls = self._certificate() if self.security is not Security.NONE else None
        at_once = tls if self.security is Security.TLS else None
        after = tls if self.security is Security.STARTTLS else None
        self._thread = SmtpThread(lambda: self._protocol(after), port=self.port, tls=at_once)
        self.port = self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._thread is not None
        self._thread.stop()

    def _certificate(self) -> ssl.SSLContext:
        assert self.folder is not None, "TLS needs a folder for the certificate authority"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.folder / "authority.pem"))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        return context

    def _protocol(self, starttls: ssl.SSLContext | None) -> "_Protocol":
        return _Protocol(
            self,
            tls_context=starttls,
            require_starttls=starttls is not None,
            # Implicit TLS is TLS too, but aiosmtpd only counts STARTTLS.
            auth_require_tls=starttls is not None,
            auth_exclude_mechanism=self.mechanisms_off,
            authenticator=self._authenticate,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False, auth_data=given[0])

    def fault(self, stage: Stage, recipient: str | None = None) -> Fault | None:
        for fault in self.faults:
            if fault.stage == stage and fault.times != 0 and fault.recipient in (None, recipient):
                fault.times = None if fault.times is None else fault.times - 1
                return fault
        return None

    def greylisted(self, sender: str, recipient: str) -> bool:
        if self._greylist is None:
            return False
        until = self._greylist_until.setdefault((sender, recipient), time.monotonic() + self._greylist)
        return time.monotonic() < until

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        fault = self.fault("message")
        if fault is None or fault.do == "drop":
            self.accepted.append(
                Accepted(
                    sender=envelope.mail_from or "",
                    recipients=tuple(envelope.rcpt_tos),
                    content=bytes(envelope.original_content or b""),
                    encrypted=server.transport.get_extra_info("ssl_object") is not None,
                    login=str(session.auth_data) if session.authenticated else None,
                    options=tuple(envelope.mail_options),
                    hello=str(session.host_name),
                )
            )
        self.reached.append("message")
        return await server.misbehave(fault) or "250 2.0.0 accepted"  # type: ignore[attr-defined]  # always our _Protocol


class _Protocol(SMTP):
    """aiosmtpd's protocol with a hand in front of every command."""

    def __init__(self, owner: RealMailServer, **options: Any) -> None:
        super().__init__(
            owner,
            hostname="localhost",
            enable_SMTPUTF8=owner.smtputf8,
            loop=asyncio.get_running_loop(),
            **options,
        )
        self._owner = owner
        self._greeted = False

    async def push(self, status: str | bytes) -> None:
        if not self._greeted:
            self._greeted = True
            if await self._stopped_at("greeting"):
                self._writer.close()
                return
        await super().push(status)

    async def misbehave(self, fault: Fault | None) -> str:
        """The answer to give instead, or "" when nothing is the matter."""
        if fault is None:
            return ""
        if fault.do == "stall":
            await asyncio.Event().wait()
        while fault.do == "drip":
            await super().push("250-still here")
            await asyncio.sleep(0.02)
        if fault.do == "drop":
            self.transport.abort()
            await asyncio.Event().wait()
        return fault.answer

    async def _stopped_at(self, stage: Stage, recipient: str | None = None) -> bool:
        self._owner.reached.append(stage)
        answer = await self.misbehave(self._owner.fault(stage, recipient))
        if answer:
            await super().push(answer)
        return bool(answer)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802  aiosmtpd's name
        if not await self._stopped_at("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802  aiosmtpd's name
        if not await self._stopped_at("starttls"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802  aiosmtpd's name
        if not await self._stopped_at("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802  aiosmtpd's name
        if await self._stopped_at("mail"):
            return
        if self._owner.login is not None and not self.session.authenticated:
            await super().push("530 5.7.0 authentication required")
            return
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802  aiosmtpd's name
        address = (arg or "").partition("<")[2].partition(">")[0]
        if await self._stopped_at("rcpt", address):
            return
        if self._owner.greylisted(str(self.envelope.mail_from), address):
            await super().push("451 4.7.1 greylisted, please try again later")
            return
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  aiosmtpd's name
        if not await self._stopped_at("data"):
            await super().smtp_DATA(arg)


def as_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextmanager
def running(**options: Any) -> Iterator[RealMailServer]:
    with RealMailServer(**options) as server:
        yield server
