"""Secrets are taken out of any text, whatever shape they come in."""

import logging
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.redaction import HIDDEN, RedactingFilter, quieten_libraries, scrub, scrub_headers


@pytest.mark.parametrize(
    "text",
    [
        "HTTPSConnectionPool: /v26.0/me?access_token=TOP5ECRET&fields=id",
        "{'access_token': 'TOP5ECRET', 'fields': 'id'}",
        '{"client_secret": "TOP5ECRET"}',
        "Authorization: Bearer TOP5ECRET",
        "{'Authorization': 'Bearer TOP5ECRET'}",
        'OAuth oauth_token="TOP5ECRET", oauth_version="1.0"',
        "appsecret_proof=TOP5ECRET",
        "https://example.org/?key=TOP5ECRET&q=school",
        "url%3Faccess_token%3DTOP5ECRET%26x",
        "ACCESS_TOKEN=TOP5ECRET",
        "Basic TOP5ECRET==",
    ],
)
def test_a_token_would_be_printed(text: str) -> None:
    assert "TOP5ECRET" not in scrub(text)
    assert HIDDEN in scrub(text)


@pytest.mark.parametrize(
    "text",
    ["unknown key: evidence", "the bearer of bad news", "page 3 of 7", "keyboard = broken", "a monkey=1 key"],
)
def test_ordinary_words_would_disappear(text: str) -> None:
    assert scrub(text) == text


@given(st.text(min_size=6, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_a_known_secret_would_survive_in_some_spelling(secret: str, before: str, after: str) -> None:
    if not secret.strip() or len(secret.strip()) < 4 or secret in HIDDEN:
        return
    for spelling in (secret, quote_plus(secret)):
        cleaned = scrub(f"{before}{spelling}{after}", [secret])
        assert secret not in cleaned.replace(HIDDEN, "")


def test_a_cookie_or_a_header_would_be_kept() -> None:
    headers = [("Authorization", "OAuth x"), ("Set-Cookie", "guest=1"), ("X-Note", "Bearer TOP5ECRET")]
    assert scrub_headers(headers) == {
        "Authorization": HIDDEN,
        "Set-Cookie": HIDDEN,
        "X-Note": f"Bearer {HIDDEN}",
    }


def test_a_traceback_in_a_log_would_show_the_token() -> None:
    hide = RedactingFilter()
    hide.hide(["pa55word!"])
    try:
        raise ValueError("login with pa55word! failed")  # noqa: TRY301  a traceback is what is tested
    except ValueError as error:
        record = logging.LogRecord(
            "tweepy",
            logging.ERROR,
            __file__,
            1,
            "sent %s",
            ("pa55word!",),
            (type(error), error, error.__traceback__),
        )
    assert hide.filter(record)
    shown = logging.Formatter().format(record)
    assert "pa55word!" not in shown
    assert "ValueError" in shown


def test_a_library_would_log_tokens_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    child = logging.getLogger("urllib3.util.retry")
    quieten_libraries(["s3cr3t-value"])
    assert not logging.getLogger("tweepy.client").isEnabledFor(logging.DEBUG)
    child.setLevel(logging.DEBUG)
    child.debug("GET /?x=%s", "s3cr3t-value")
    child.setLevel(logging.NOTSET)
    assert "s3cr3t-value" not in caplog.text
    assert HIDDEN in caplog.text


def test_what_is_hidden_already_would_be_torn() -> None:
    """The record of a request goes through twice: by value, and by name."""
    address = "https://graph.example/x?limit=1&appsecret_proof=abcdef0123"
    hidden = f"https://graph.example/x?limit=1&appsecret_proof={HIDDEN}"
    assert scrub(address, ["abcdef0123"]) == hidden
    assert scrub(hidden) == hidden
