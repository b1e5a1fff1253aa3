"""`schoolwatch check` against a real mail server that has a bad day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.mail_server import RealMailServer, Stage

from config.schema import MailServer, Security
from config.secrets import SecretReference
from monitor.checks.lines import CheckLine, State
from monitor.checks.mail import mail_lines
from monitor.checks.surroundings import Surroundings

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
LOGIN = ("watch@example.sch.uk", "hunter2")


def check(
    server: MailServer, now: datetime = NOW, password: str = "hunter2", seconds: float = 5.0
) -> list[CheckLine]:
    # The settings of the school are not looked at: the server is handed over by itself.
    around = Surroundings(None, lambda: now, {"SMTP_PASSWORD": password}, {}, seconds)  # type: ignore[arg-type]  # as said above
    lines = mail_lines(server, "mail server", around)
    assert "hunter2" not in str(lines)
    return lines


@pytest.mark.parametrize(
    ("security", "said"),
    [(Security.NONE, "not encrypted"), (Security.STARTTLS, "STARTTLS"), (Security.TLS, "TLS")],
)
def test_a_good_server_would_be_called_bad(security: Security, said: str, tmp_path: Path) -> None:
    login = None if security is Security.NONE else LOGIN
    with RealMailServer(security=security, login=login, folder=tmp_path) as server:
        lines = check(server.settings())
        assert server.accepted == []
        assert "mail" not in server.reached
    assert {line.state for line in lines} == {State.OK}
    assert lines[0].message == f"127.0.0.1:{server.port} answers, {said}, " + (
        "login accepted" if login else "no login asked for"
    )
    assert (len(lines) == 2) == (security is not Security.NONE)


def test_a_certificate_would_run_out_on_a_sunday_and_no_mail_leave(tmp_path: Path) -> None:
    with RealMailServer(security=Security.STARTTLS, folder=tmp_path) as server:
        [_, sound] = check(server.settings())
        end = datetime.strptime(sound.message, "valid until %d %B %Y").replace(tzinfo=UTC)
        [_, long_before] = check(server.settings(), now=end - timedelta(days=30))
        [first, shortly_before] = check(server.settings(), now=end - timedelta(days=10))
    assert (first.state, sound.state, long_before.state) == (State.OK, State.OK, State.OK)
    assert shortly_before.state is State.WARNING
    assert shortly_before.subject == "mail server certificate"


def test_a_wrong_password_would_be_found_by_the_first_alert(tmp_path: Path) -> None:
    with RealMailServer(security=Security.STARTTLS, login=LOGIN, folder=tmp_path) as server:
        [line] = check(server.settings(), password="wrong-hunter")
    assert line.state is State.FAILED
    assert "refuses the login of watch@example.sch.uk (code 535)" in line.message


def test_a_missing_password_would_be_found_by_the_first_alert() -> None:
    server = MailServer(host="localhost", username="a", password=SecretReference(env="NO_SUCH"))
    [line] = check(server)
    assert line.message == "environment variable NO_SUCH is not set or is empty"


def test_a_password_would_be_sent_in_clear_to_a_server_without_starttls() -> None:
    with RealMailServer(login=LOGIN) as server:
        [line] = check(server.settings(security=Security.STARTTLS))
        assert "auth" not in server.reached
    assert "offers no STARTTLS" in line.message
    assert "465" in line.mend


def test_the_wrong_kind_of_tls_would_look_like_a_dead_server(tmp_path: Path) -> None:
    with RealMailServer(security=Security.STARTTLS, folder=tmp_path) as server:
        [line] = check(server.settings(security=Security.TLS))
    assert "answers, but not in TLS" in line.message


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_the_technician_would_not_learn_who_signed_a_strange_certificate(
    security: Security, tmp_path: Path
) -> None:
    with RealMailServer(security=security, folder=tmp_path) as server:
        [line] = check(server.settings(ca_bundle=None))
    assert line.state is State.FAILED
    assert "shows a certificate that is not trusted" in line.message
    assert "signed by trustme" in line.message
    assert "ca_bundle" in line.mend


def test_a_ca_bundle_that_is_not_there_would_end_in_a_traceback(tmp_path: Path) -> None:
    [line] = check(MailServer(host="localhost", ca_bundle=tmp_path / "none.pem"))
    assert "none.pem cannot be read (No such file" in line.message
    (tmp_path / "empty.pem").write_text("no certificate here")
    [line] = check(MailServer(host="localhost", ca_bundle=tmp_path / "empty.pem"))
    assert "empty.pem holds no certificate" in line.message


def test_a_server_that_is_down_or_unknown_would_hide_among_other_faults() -> None:
    [line] = check(MailServer(host="127.0.0.1", port=1))
    assert "127.0.0.1:1 cannot be reached (Connection refused)" in line.message
    [line] = check(MailServer(host="mail.school.invalid"))
    assert "mail.school.invalid:587 cannot be reached (Name or service not known)" in line.message


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "starttls", "auth"])
def test_a_server_that_hangs_up_or_stalls_would_take_the_whole_check_with_it(
    stage: Stage, tmp_path: Path
) -> None:
    with RealMailServer(security=Security.STARTTLS, login=LOGIN, folder=tmp_path) as server:
        for misbehave in (server.drop, server.stall):
            misbehave(stage)
            [line] = check(server.settings(), seconds=0.4)
            server.behave()
            assert line.state is State.FAILED
            assert line.mend


def test_a_server_that_turns_us_away_would_be_called_good() -> None:
    with RealMailServer() as server:
        server.refuse("greeting", "554 5.7.1 no")
        [line] = check(server.settings())
    assert "answers, but not as a mail server that takes us" in line.message
