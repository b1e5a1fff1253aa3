"""Mail over real SMTP: what the server does, and what the outbox is told."""

import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from support.mail_server import RealMailServer, Stage, as_base64

from alerts.mail.addresses import BadAddress
from alerts.mail.drafts import Draft
from alerts.mail.message import build_message, new_message_id
from alerts.mail.retry import next_attempt
from alerts.mail.smtp import MailRefused, MailUnreachable, Receipt, send
from config.schema import MailServer, Security
from config.secrets import SecretReference

NOW = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)
MANAGER, DEPUTY = "manager@fernhill.example", "deputy@fernhill.example"


def a_message(*, to: tuple[str, ...] = (MANAGER,), text: str = "Look at SW-2026-0042.\n") -> EmailMessage:
    return build_message(
        Draft("High: SW-2026-0042 on X", text, "<p>Look at SW-2026-0042.</p>"),
        sender="watch@fernhill.example",
        sender_name="schoolwatch",
        to=to,
        message_id=new_message_id("fernhill.example", "0190-row"),
        date=NOW,
    )


def deliver(
    settings: MailServer,
    to: tuple[str, ...] = (MANAGER,),
    *,
    password: str | None = None,
    timeout: float = 5,
    deadline: float = 10,
    text: str = "Look at SW-2026-0042.\n",
) -> Receipt:
    return send(
        settings, a_message(to=to, text=text), to, password=password, timeout=timeout, deadline=deadline
    )


def test_an_alert_would_arrive_whole_and_readable() -> None:
    with RealMailServer() as server:
        receipt = deliver(server.settings())
    (mail,) = server.accepted
    assert receipt.code == 250
    assert mail.hello == "fernhill.example", "strict servers turn away a name that is no full one"
    assert receipt.refused == {}
    assert (mail.sender, mail.recipients) == ("watch@fernhill.example", (MANAGER,))
    assert mail.message["Message-ID"] == "<schoolwatch.0190-row@fernhill.example>"
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Look at SW-2026-0042."]


def test_two_tries_of_one_row_would_look_like_two_mails_if_a_byte_differed() -> None:
    with RealMailServer() as server:
        deliver(server.settings())
        deliver(server.settings())
    assert server.accepted[0].content == server.accepted[1].content


def test_a_line_that_begins_with_a_dot_would_end_the_mail_early() -> None:
    text = "first\n.\n..second\n.third\nlast\n"
    with RealMailServer() as server:
        deliver(server.settings(), text=text)
    body = server.accepted[0].message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == text.splitlines()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_password_and_mail_would_cross_the_network_in_clear(security: Security, tmp_path: Path) -> None:
    with RealMailServer(security=security, folder=tmp_path, login=("watch", "pa££ word")) as server:
        deliver(server.settings(), password="pa££ word")
    assert server.accepted[0].encrypted
    assert server.accepted[0].login == "watch"


def test_a_provider_that_only_knows_login_would_lock_the_school_out(tmp_path: Path) -> None:
    with RealMailServer(
        security=Security.STARTTLS, folder=tmp_path, login=("watch", "pa££ word"), mechanisms_off=("PLAIN",)
    ) as server:
        deliver(server.settings(), password="pa££ word")
    assert server.accepted[0].login == "watch"


def test_a_login_that_is_not_offered_would_be_a_riddle() -> None:
    with (
        RealMailServer(mechanisms_off=("PLAIN", "LOGIN")) as server,
        pytest.raises(MailUnreachable, match="no login with a password") as caught,
    ):
        deliver(server.settings(username="watch", password=SecretReference(env="X")), password="secret")
    assert "take a password" in caught.value.mend


def test_a_wrong_password_would_lose_the_mail_or_show_the_password(tmp_path: Path) -> None:
    """The mail must wait until the password is mended, so the refusal is not permanent."""
    with (
        RealMailServer(security=Security.STARTTLS, folder=tmp_path, login=("watch", "right")) as server,
        pytest.raises(MailRefused) as caught,
    ):
        deliver(server.settings(), password="wrong-pa55word")
    assert (caught.value.stage, caught.value.code, caught.value.permanent) == ("login", 535, False)
    assert caught.value.about_server
    assert "pa55word" not in str(caught.value)


def test_a_server_that_repeats_the_password_would_put_it_into_the_log(tmp_path: Path) -> None:
    secret = "hunter-twenty-two"
    together = as_base64(f"\0watch\0{secret}")
    with RealMailServer(security=Security.STARTTLS, folder=tmp_path, login=("watch", secret)) as server:
        server.refuse("auth", f"535 5.7.8 no: {secret} {as_base64(secret)} {together}")
        with pytest.raises(MailRefused) as caught:
            deliver(server.settings(), password=secret)
    shown = f"{caught.value}{caught.value.text}{caught.value.__cause__}"
    assert secret not in shown
    assert as_base64(secret) not in shown
    assert together not in shown


def test_a_foreign_certificate_would_be_trusted(tmp_path: Path) -> None:
    with RealMailServer(security=Security.STARTTLS, folder=tmp_path) as server:
        with pytest.raises(MailUnreachable, match="certificate is not trusted") as caught:
            deliver(server.settings(ca_bundle=None))
        with pytest.raises(MailUnreachable, match="certificate is not trusted"):
            deliver(server.settings(ca_bundle=None, security=Security.STARTTLS))
    assert "ca_bundle" in caught.value.mend
    assert server.accepted == []


def test_a_missing_certificate_file_would_be_a_riddle(tmp_path: Path) -> None:
    with (
        RealMailServer(security=Security.TLS, folder=tmp_path) as server,
        pytest.raises(MailUnreachable, match=r"none\.pem cannot be read as certificates"),
    ):
        deliver(server.settings(ca_bundle=tmp_path / "none.pem"))


def test_a_server_without_starttls_would_get_the_mail_in_clear() -> None:
    with RealMailServer() as server, pytest.raises(MailUnreachable, match="STARTTLS") as caught:
        deliver(server.settings(security=Security.STARTTLS))
    assert "clear text is never used" in caught.value.mend
    assert server.accepted == []


def test_a_username_without_password_would_try_without_login() -> None:
    with pytest.raises(MailUnreachable, match="no password"):
        deliver(MailServer(host="127.0.0.1", username="watch", password=SecretReference(env="X")))


@pytest.mark.parametrize(
    ("stage", "shown", "permanent"),
    [
        ("greeting", "greeting", False),
        ("mail", "sender", False),
        ("rcpt", "recipient", True),
        ("data", "message", True),
        ("message", "message", True),
    ],
)
def test_a_refusal_for_good_would_be_tried_for_ever(stage: Stage, shown: str, permanent: bool) -> None:
    """Only the recipient's and the message's own 5xx are for good; the server's own faults can be mended."""
    with RealMailServer() as server:
        server.refuse(stage, "554 5.7.1 not here")
        with pytest.raises(MailRefused) as caught:
            deliver(server.settings())
    assert (caught.value.stage, caught.value.code, caught.value.permanent) == (shown, 554, permanent)
    assert caught.value.text == "5.7.1 not here"
    assert server.accepted == []
    assert (next_attempt(1, caught.value.permanent, NOW) is None) is permanent


@pytest.mark.parametrize("stage", ["greeting", "mail", "rcpt", "data", "message"])
def test_a_refusal_for_now_would_be_taken_for_good(stage: Stage) -> None:
    with RealMailServer() as server:
        server.refuse(stage, "421 4.3.2 closing", times=1)
        with pytest.raises(MailRefused) as caught:
            deliver(server.settings())
        assert not caught.value.permanent
        assert deliver(server.settings()).code == 250
    assert len(server.accepted) == 1


def test_a_server_that_knows_no_ehlo_would_be_given_up(tmp_path: Path) -> None:
    with RealMailServer() as server:
        server.refuse("ehlo", "502 5.5.2 what is EHLO")
        assert deliver(server.settings()).code == 250


def test_a_missing_login_would_be_taken_for_a_refused_recipient() -> None:
    with RealMailServer() as server:
        server.refuse("rcpt", "530 5.7.0 authentication required")
        with pytest.raises(MailRefused) as caught:
            deliver(server.settings())
    assert (caught.value.permanent, caught.value.about_server) == (False, True)


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "message"])
def test_a_silent_server_would_hold_up_every_other_mail(stage: Stage, tmp_path: Path) -> None:
    with RealMailServer(security=Security.STARTTLS, folder=tmp_path, login=("watch", "secret")) as server:
        server.stall(stage)
        with pytest.raises(MailUnreachable, match=r"no answer within 0\.5 seconds") as caught:
            deliver(server.settings(), password="secret", timeout=0.5, deadline=30)
    assert server.reached[-1] == stage
    assert caught.value.perhaps_taken is (stage == "message")


@pytest.mark.parametrize("stage", ["greeting", "rcpt", "message"])
def test_a_server_that_answers_a_line_now_and_then_would_hold_up_every_other_mail(stage: Stage) -> None:
    """No single read ever runs out of time; the deadline of the whole ends it."""
    with RealMailServer() as server:
        server.drip(stage)
        begun = time.monotonic()
        with pytest.raises(MailUnreachable, match="no full answer within 1 seconds") as caught:
            deliver(server.settings(), timeout=30, deadline=1)
    assert time.monotonic() - begun < 10
    assert caught.value.perhaps_taken is (stage == "message")


def test_a_server_that_accepts_and_says_nothing_in_tls_would_hold_up_every_other_mail(tmp_path: Path) -> None:
    with RealMailServer(security=Security.NONE) as plain:
        plain.stall("greeting")
        RealMailServer(security=Security.TLS, folder=tmp_path)._certificate()
        settings = MailServer(
            host="127.0.0.1", port=plain.port, security=Security.TLS, ca_bundle=tmp_path / "authority.pem"
        )
        begun = time.monotonic()
        with pytest.raises(MailUnreachable, match=r"within 0\.5 seconds") as caught:
            deliver(settings, timeout=30, deadline=0.5)
    assert time.monotonic() - begun < 10
    assert caught.value.stage == "tls"


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "mail", "rcpt", "data", "message"])
def test_a_dropped_connection_would_lose_the_mail(stage: Stage) -> None:
    with RealMailServer() as server:
        server.drop(stage, times=1)
        with pytest.raises(MailUnreachable) as caught:
            deliver(server.settings())
        deliver(server.settings())
    assert caught.value.perhaps_taken is (stage == "message")
    arrived = {mail.message["Message-ID"] for mail in server.accepted}
    assert len(arrived) == 1, "an ambiguous answer must lead to the same Message-ID again"
    assert len(server.accepted) == (2 if stage == "message" else 1)


def test_a_web_server_on_the_port_would_be_a_riddle() -> None:
    with RealMailServer() as server:
        server.garbage("greeting")
        with pytest.raises(MailUnreachable, match="not SMTP") as caught:
            deliver(server.settings())
    assert "host and port" in caught.value.mend


def test_nobody_listening_would_be_a_riddle() -> None:
    with RealMailServer() as server:
        settings = server.settings()
    with pytest.raises(MailUnreachable, match="Connection refused") as caught:
        deliver(settings)
    assert caught.value.stage == "connect"
    assert "tried again by itself" in caught.value.mend


def test_a_greylisting_server_would_never_get_the_mail() -> None:
    with RealMailServer() as server:
        server.greylist(0.2)
        with pytest.raises(MailRefused) as caught:
            deliver(server.settings())
        assert (caught.value.code, caught.value.permanent) == (451, False)
        assert next_attempt(1, caught.value.permanent, NOW) == NOW + timedelta(minutes=1)
        time.sleep(0.25)
        assert deliver(server.settings()).code == 250


def test_one_bad_address_would_keep_the_mail_from_everybody() -> None:
    with RealMailServer() as server:
        server.refuse("rcpt", "550 5.1.1 no such mailbox", recipient=DEPUTY)
        receipt = deliver(server.settings(), (MANAGER, DEPUTY))
    assert server.accepted[0].recipients == (MANAGER,)
    assert set(receipt.refused) == {DEPUTY}
    assert receipt.refused[DEPUTY].permanent


def test_one_recipient_refused_for_now_would_be_dropped_with_one_refused_for_good() -> None:
    with RealMailServer() as server:
        server.refuse("rcpt", "550 5.1.1 no such mailbox", recipient=DEPUTY)
        server.refuse("rcpt", "452 4.2.2 mailbox full", recipient=MANAGER)
        with pytest.raises(MailRefused) as caught:
            deliver(server.settings(), (MANAGER, DEPUTY))
    assert (caught.value.permanent, caught.value.code) == (False, 452)


def test_a_school_with_an_umlaut_in_its_domain_would_need_a_rare_server() -> None:
    with RealMailServer(smtputf8=False) as server:
        deliver(server.settings(), ("office@schüle.example",))
    assert server.accepted[0].recipients == ("office@xn--schle-mva.example",)
    assert "SMTPUTF8" not in server.accepted[0].options


def test_a_welsh_name_in_the_address_would_be_mangled() -> None:
    with RealMailServer() as server:
        deliver(server.settings(), ("siân@fernhill.example",))
    assert server.accepted[0].recipients == ("siân@fernhill.example",)
    assert "SMTPUTF8" in server.accepted[0].options
    assert "siân@fernhill.example".encode() in server.accepted[0].content


def test_a_welsh_name_at_an_old_server_would_crash_the_outbox() -> None:
    with RealMailServer(smtputf8=False) as server, pytest.raises(MailRefused, match="no SMTPUTF8") as caught:
        deliver(server.settings(), ("siân@fernhill.example",))
    assert caught.value.permanent


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nRCPT TO:<x@evil.example>", "a@b.example,x@evil.example", "a"]
)
def test_an_address_would_smuggle_in_a_second_one(address: str) -> None:
    with RealMailServer() as server, pytest.raises(BadAddress):
        send(server.settings(), a_message(), [address], password=None, timeout=2, deadline=4)
    assert server.reached == []
