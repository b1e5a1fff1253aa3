"""The mail servers: connect, encrypt, log in, and hang up without sending anything."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from config.schema import MailServer, Security, Settings
from config.secrets import SecretMissing
from monitor.checks.asking import answer_of, database_missing
from monitor.checks.certificates import issuer, looking, trusting, valid_until, why_unusable
from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.checks.surroundings import Surroundings

RENEW_WITHIN = timedelta(days=21)
_STEP_SECONDS = 5.0


class _Refused(Exception):
    """What the server did, and what to do about it."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def mail_lines(server: MailServer, subject: str, around: Surroundings) -> list[CheckLine]:
    """Whether this server would take a mail from us, and how long its certificate is good."""
    try:
        password = server.password.read(around.environment) if server.password else None
        client, expires = _open(server, trusting(server.ca_bundle), around.seconds)
    except SecretMissing as error:
        return [failed(subject, str(error), "Put the password there, or correct the reference.")]
    except _Refused as error:
        return [failed(subject, f"{server.host}:{server.port} {error}", error.mend)]
    except OSError as error:  # only reading ca_bundle is left to fail
        return [failed(subject, f"{server.ca_bundle} {why_unusable(error)}", "Correct ca_bundle.")]
    with client:
        try:
            said = _log_in(client, server, password)
        except _Refused as error:
            return [failed(subject, f"{server.host}:{server.port} {error}", error.mend)]
    return [ok(subject, f"{server.host}:{server.port} answers, {said}"), *expires(subject, around)]


def unsent_lines(settings: Settings, probe: Callable[[], tuple[int, int]]) -> list[CheckLine]:
    """Whether mails wait or were refused. A database that cannot tell is told of in its own line."""
    counted = None if database_missing(settings) else answer_of(probe)
    if counted is None:
        return []
    waiting, refused = counted
    if not waiting and not refused:
        return [ok("mails", "all left that were tried")]
    told = f"{waiting} wait for another try, {refused} were refused for good"
    return [warning("mails", told, "See which, and why: `schoolwatch mail`.")]


_Expiry = Callable[[str, Surroundings], list[CheckLine]]


def _open(server: MailServer, context: ssl.SSLContext, seconds: float) -> tuple[smtplib.SMTP, _Expiry]:
    """A greeted and, where asked for, encrypted connection. Raises _Refused."""
    try:
        client = _connect(server, context, min(_STEP_SECONDS, seconds))
        _encrypt(client, server, context)
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(server, error.verify_message) from None
    except ssl.SSLError:
        raise _Refused(
            "answers, but not in TLS",
            'Use security = "starttls" (usually port 587) or "tls" (usually port 465), as the server asks.',
        ) from None
    except smtplib.SMTPException as error:
        raise _Refused(
            f"answers, but not as a mail server that takes us ({type(error).__name__})",
            "Check host, port and security under [mail].",
        ) from None
    except OSError as error:
        raise _Refused(
            f"cannot be reached ({error.strerror or 'timed out'})",
            "Check host and port, and that the school's firewall lets this machine out on that port.",
        ) from None
    return client, _expiry(client)


def _connect(server: MailServer, context: ssl.SSLContext, seconds: float) -> smtplib.SMTP:
    if server.security is Security.TLS:
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=seconds)
    client.ehlo_or_helo_if_needed()
    return client


def _encrypt(client: smtplib.SMTP, server: MailServer, context: ssl.SSLContext) -> None:
    if server.security is not Security.STARTTLS:
        return
    if not client.has_extn("starttls"):
        client.close()
        raise _Refused(
            "offers no STARTTLS, so that the password would travel in clear",
            'Use security = "tls" (usually port 465), or ask whoever runs the server to offer STARTTLS.',
        )
    try:
        client.starttls(context=context)
        client.ehlo()
    except BaseException:
        client.close()
        raise


def _log_in(client: smtplib.SMTP, server: MailServer, password: str | None) -> str:
    secured = {Security.NONE: "not encrypted", Security.TLS: "TLS", Security.STARTTLS: "STARTTLS"}
    try:
        if server.username and password is not None:
            client.login(server.username, password)
        client.noop()
    except smtplib.SMTPAuthenticationError as error:
        raise _Refused(
            f"refuses the login of {server.username} (code {error.smtp_code})",
            "Correct username or password; some providers want an app password or SMTP switched on.",
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise _Refused(
            "offers no login", "Take username and password out, or use the submission port."
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _Refused(
            f"hangs up at the login ({type(error).__name__})", "Try again; ask whoever runs it."
        ) from None
    return f"{secured[server.security]}, " + ("login accepted" if server.username else "no login asked for")


def _expiry(client: smtplib.SMTP) -> _Expiry:
    """The lines about the certificate, to be made once the login is done."""
    end = valid_until(client.sock) if isinstance(client.sock, ssl.SSLSocket) else None

    def lines(subject: str, around: Surroundings) -> list[CheckLine]:
        if end is None:
            return []
        told = f"valid until {end:%-d %B %Y}"
        if end - around.now() < RENEW_WITHIN:
            mend = "Have it renewed: from that day on no mail leaves."
            return [warning(f"{subject} certificate", told, mend)]
        return [ok(f"{subject} certificate", told)]

    return lines


def _untrusted(server: MailServer, why: str) -> _Refused:
    signed = _signed_by(server)
    return _Refused(
        f"shows a certificate that is not trusted: {why}"
        + (f"; it was signed by {signed}" if signed else ""),
        "Give the file of the authority that signed it as ca_bundle in the same table, or correct host; "
        "see also that this machine's clock is right.",
    )


def _signed_by(server: MailServer) -> str:
    """Asks once more, only to look at the certificate."""
    with suppress(OSError, smtplib.SMTPException, _Refused):
        context = looking()
        with _connect(server, context, _STEP_SECONDS) as client:
            _encrypt(client, server, context)
            if isinstance(client.sock, ssl.SSLSocket):
                return issuer(client.sock.getpeercert(binary_form=True) or b"")
    return ""
