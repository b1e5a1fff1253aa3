"""Sending one message to one mail server, for real, within a time that is kept."""

import base64
import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from email import policy
from email.message import EmailMessage

from alerts.mail.addresses import needs_smtputf8, on_the_wire
from alerts.mail.answers import AUTHENTICATION, MailRefused, MailUnreachable, Receipt, Refusal, Stage
from alerts.mail.wording import one_line
from config.schema import MailServer, Security

__all__ = ["MailRefused", "MailUnreachable", "Receipt", "Refusal", "Stage", "send"]

_TEXT_LIMIT = 300
_QUIT_WAIT = 2.0
"""Seconds for a polite goodbye; the message is already accepted by then."""


def send(
    server: MailServer,
    message: EmailMessage,
    to: Sequence[str],
    *,
    password: str | None,
    timeout: float,
    deadline: float,
) -> Receipt:
    """Hand one message over. `timeout`: seconds for one step; `deadline`: seconds for all of it together
    (but for looking up the name, which the system bounds).

    Raises MailRefused, MailUnreachable, or BadAddress for a recipient that is no address. Never falls back
    from TLS to clear text. No text of an error holds the password.
    """
    recipients = [on_the_wire(address) for address in to]
    if not recipients:
        raise ValueError("a message without a recipient cannot be sent")
    _check_login(server, password)
    return _Delivery(server, password, timeout, deadline).run(message, recipients)


def _check_login(server: MailServer, password: str | None) -> None:
    if server.username is not None and password is None:
        raise MailUnreachable(
            Stage.LOGIN, "a username is set and no password", mend="Set password in [mail]."
        )


def _envelope_sender(message: EmailMessage) -> str:
    """Who hands it in; a server may refuse any other, and a refused sender would hold up all mail."""
    header = message["Sender"]
    return str(header.address.addr_spec if header is not None else message["From"].addresses[0].addr_spec)


class _Wire(smtplib.SMTP):
    """smtplib's client over a connection that was made elsewhere (smtplib knows no deadline)."""

    def __init__(self, connection: socket.socket, host: str, own_name: str) -> None:
        # A full name: strict servers turn "localhost" away, and asking the system for one can take a minute.
        super().__init__(local_hostname=own_name)
        self.sock = connection
        self._host = host  # what starttls checks the certificate against; smtplib sets it in its own connect


class _Delivery:
    """One try, from the connection to the goodbye."""

    def __init__(self, server: MailServer, password: str | None, timeout: float, deadline: float) -> None:
        self._server, self._password = server, password
        self._timeout, self._deadline = timeout, deadline
        self._ends = time.monotonic() + deadline
        self._stage = Stage.CONNECT
        self._all_sent = False

    def run(self, message: EmailMessage, recipients: list[str]) -> Receipt:
        try:
            with self._connection() as connection, self._cut_off(connection):
                return self._talk(self._encrypted_at_once(connection), message, recipients)
        except smtplib.SMTPResponseException as error:
            # `from None`: the server's raw answer may repeat what it was sent, the password among it.
            raise self._refused(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            raise self._not_offered(str(error)) from None
        except ssl.SSLCertVerificationError as error:
            mend = (
                "Set ca_bundle in [mail] if the server's certificate comes from the school's own authority."
            )
            raise self._unreachable(
                f"its certificate is not trusted: {error.verify_message}", mend
            ) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise self._broken(error) from error

    def _talk(self, connection: socket.socket, message: EmailMessage, recipients: list[str]) -> Receipt:
        own_name = str(message["From"].addresses[0].domain)
        wire = _Wire(connection, self._server.host, own_name)
        try:
            self._greet(wire)
            self._start_tls(wire)
            self._log_in(wire)
            receipt = self._hand_over(wire, message, recipients)
            self._say_goodbye(wire)
        finally:
            wire.close()
        return receipt

    @contextlib.contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def _connect(self) -> socket.socket:
        """The first address that answers, each with its share of the time that is left."""
        failed: OSError | None = None
        found = socket.getaddrinfo(self._server.host, self._server.port, type=socket.SOCK_STREAM)
        for *_, address in found:
            try:
                return socket.create_connection((str(address[0]), self._server.port), timeout=self._step())
            except OSError as error:
                failed = error
        raise failed or OSError("the name has no address")

    def _step(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(self._timeout, left)

    @contextlib.contextmanager
    def _cut_off(self, connection: socket.socket) -> Iterator[None]:
        """Ends the connection at the deadline, whatever the server is doing.

        A server that sends one byte now and then never runs into a time-out of a single read. The timer
        holds a duplicate, because wrapping in TLS takes the first socket's number away.
        """
        twin = connection.dup()
        timer = threading.Timer(max(0.0, self._ends - time.monotonic()), _shut, [twin])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            twin.close()

    def _encrypted_at_once(self, connection: socket.socket) -> socket.socket:
        if self._server.security is not Security.TLS:
            return connection
        self._stage = Stage.TLS
        return self._trust().wrap_socket(connection, server_hostname=self._server.host)

    def _trust(self) -> ssl.SSLContext:
        bundle = self._server.ca_bundle
        try:
            return ssl.create_default_context(cafile=str(bundle) if bundle else None)
        except OSError as error:
            mend = "Point ca_bundle in [mail] to a file of PEM certificates."
            raise self._unreachable(f"{bundle} cannot be read as certificates", mend) from error

    def _greet(self, wire: smtplib.SMTP) -> None:
        self._stage = Stage.GREETING
        code, text = wire.getreply()
        if code != 220:
            raise smtplib.SMTPResponseException(code, text)
        self._stage = Stage.HELLO
        wire.ehlo_or_helo_if_needed()

    def _start_tls(self, wire: smtplib.SMTP) -> None:
        if self._server.security is not Security.STARTTLS:
            return
        self._stage = Stage.TLS
        wire.starttls(context=self._trust())
        self._stage = Stage.HELLO
        wire.ehlo_or_helo_if_needed()

    def _log_in(self, wire: smtplib.SMTP) -> None:
        """PLAIN or LOGIN in UTF-8: smtplib's own `login` cannot take a password with a pound sign."""
        if self._server.username is None or self._password is None:
            return
        self._stage = Stage.LOGIN
        name, password = self._server.username, self._password
        offered = wire.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            code, text = wire.docmd("AUTH", "PLAIN " + _base64(f"\0{name}\0{password}"))
        elif "LOGIN" in offered:
            wire.docmd("AUTH", "LOGIN " + _base64(name))
            code, text = wire.docmd(_base64(password))
        else:
            raise smtplib.SMTPNotSupportedError("it offers no login with a password")
        if code != 235:
            raise smtplib.SMTPResponseException(code, text)

    def _hand_over(self, wire: smtplib.SMTP, message: EmailMessage, recipients: list[str]) -> Receipt:
        self._stage = Stage.SENDER
        sender = _envelope_sender(message)
        international = needs_smtputf8([sender, *recipients])
        if international and not wire.has_extn("smtputf8"):
            raise MailRefused(
                True, Stage.RECIPIENT, 553, "the address is not ASCII, and the server has no SMTPUTF8"
            )
        wire.command_encoding = "utf-8" if international else "ascii"
        content = message.as_bytes(policy=policy.SMTP.clone(utf8=international))
        options = ["SMTPUTF8"] if international else []
        if wire.has_extn("size"):
            options.append(f"size={len(content)}")
        _expect(wire.mail(sender, options), 250)
        refused = self._name_recipients(wire, recipients)
        self._stage = Stage.MESSAGE
        code, text = self._send_content(wire, content)
        return Receipt(code, self._cleaned(text), refused)

    def _send_content(self, wire: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        _expect(wire.docmd("DATA"), 354)
        body = re.sub(rb"(?m)^\.", b"..", content)
        wire.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        # From the last dot on, a broken line no longer tells whether the server took it.
        self._all_sent = True
        wire.send(b".\r\n")
        code, text = wire.getreply()
        _expect((code, text), 250)
        return code, text

    def _name_recipients(self, wire: smtplib.SMTP, recipients: list[str]) -> dict[str, Refusal]:
        """Those the server will not take. Raises when it takes none; permanent only if it is so for all."""
        self._stage = Stage.RECIPIENT
        refused = {}
        for address in recipients:
            code, text = wire.rcpt(address)
            if code == 421:
                raise smtplib.SMTPResponseException(code, text)
            if code not in (250, 251):
                refused[address] = Refusal(self._is_permanent(code), code, self._cleaned(text))
        if len(refused) == len(recipients):
            kindest = min(refused.values(), key=lambda refusal: refusal.permanent)
            raise MailRefused(kindest.permanent, Stage.RECIPIENT, kindest.code, kindest.text)
        return refused

    def _say_goodbye(self, wire: smtplib.SMTP) -> None:
        """Whatever happens here, the message has been taken."""
        with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
            if wire.sock is not None:
                wire.sock.settimeout(min(_QUIT_WAIT, self._timeout))
            wire.quit()

    def _is_permanent(self, code: int) -> bool:
        at_ours = self._stage in (Stage.RECIPIENT, Stage.MESSAGE)
        return at_ours and 500 <= code < 600 and code not in AUTHENTICATION

    def _refused(self, code: int, text: bytes | str) -> MailRefused | MailUnreachable:
        if code <= 0:  # smtplib's sign for an answer that is no SMTP
            return self._unreachable("its answer is not SMTP", "Check host and port in [mail].")
        return MailRefused(self._is_permanent(code), self._stage, code, self._cleaned(text))

    def _not_offered(self, text: str) -> MailUnreachable:
        mend = {
            Stage.TLS: 'Use another port, or security = "tls" (mostly port 465); clear text is never used.',
            Stage.LOGIN: "Ask the mail provider for a server and account that take a password over SMTP.",
        }.get(self._stage, "Ask the mail provider what this server expects.")
        return self._unreachable(text, mend)

    def _broken(self, error: Exception) -> MailUnreachable:
        if time.monotonic() >= self._ends:
            what = f"no full answer within {self._deadline:g} seconds"
        elif isinstance(error, TimeoutError) or isinstance(
            error.__context__, TimeoutError
        ):  # smtplib wraps it
            what = f"no answer within {self._timeout:g} seconds"
        elif isinstance(error, socket.gaierror):
            what = f"the name {self._server.host} is not known"
        else:
            what = (
                "it broke the connection off" if isinstance(error, smtplib.SMTPException) else _reason(error)
            )
        return self._unreachable(
            what, "Check host, port and security in [mail]; the mail is tried again by itself."
        )

    def _unreachable(self, text: str, mend: str) -> MailUnreachable:
        where = f"{self._server.host}:{self._server.port}: "
        return MailUnreachable(
            self._stage, where + self._cleaned(text), mend=mend, perhaps_taken=self._all_sent
        )

    def _cleaned(self, text: bytes | str) -> str:
        """What a server said, on one line, cut, and without the password if it repeats it."""
        said = one_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
        for secret in self._secrets():
            said = said.replace(secret, "…")
        return said[:_TEXT_LIMIT]

    def _secrets(self) -> list[str]:
        if not self._password:
            return []
        together = f"\0{self._server.username}\0{self._password}"
        return [_base64(together), _base64(self._password), self._password]


def _expect(answer: tuple[int, bytes], code: int) -> None:
    if answer[0] != code:
        raise smtplib.SMTPResponseException(*answer)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
