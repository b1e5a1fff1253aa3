"""Keeps secrets out of exception texts, log lines and recorded requests.

Client libraries put tokens where they are seen: tweepy logs the bearer token at DEBUG, facebook-sdk
names the whole address, token and all, when a connection is refused.
"""

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"

_NAMES = (
    r"access_token|bearer_token|refresh_token|id_token|appsecret_proof|app_secret|client_secret"
    r"|consumer_key|consumer_secret|api_key|password|fb_exchange_token|input_token|oauth_\w+"
)
_NAMED_VALUE = re.compile(
    # After the name: `=`, `:` or `%3D`, with any quotes that repr() or JSON put around it. A bare `key`
    # needs the `=` of an address, or ordinary sentences would lose words.
    rf"(?:(?<![A-Za-z0-9_])|(?<=%3F)|(?<=%26))(?P<name>(?:{_NAMES})(?:[\"']?\s*(?:=|:|%3D)\s*[\"']?)|key(?:=|%3D))"
    r"(?P<value>\[hidden\]|[^\s&\"',;)}\]<>]+)",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(r"\b(?P<scheme>Bearer|Basic)\s+[A-Za-z0-9%._~+/=|-]{4,}", re.IGNORECASE)

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_NOISY = ("tweepy", "oauthlib", "requests_oauthlib", "urllib3", "facebook")


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets and without anything that looks like one by its name."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        for form in _forms(secret):
            text = text.replace(form, HIDDEN)
    text = _AUTHORIZATION.sub(rf"\g<scheme> {HIDDEN}", text)
    return _NAMED_VALUE.sub(rf"\g<name>{HIDDEN}", text)


def _forms(secret: str) -> tuple[str, ...]:
    # Below four characters a "secret" would tear ordinary words apart and protects nothing.
    if len(secret.strip()) < 4:
        return ()
    return tuple(dict.fromkeys((secret, quote(secret, safe=""), quote_plus(secret))))


def scrub_headers(headers: Iterable[tuple[str, str]], secrets: Iterable[str] = ()) -> dict[str, str]:
    """Headers for the record: credentials and cookies replaced, everything else scrubbed."""
    hidden = tuple(secrets)
    return {
        name: HIDDEN if name.lower() in _SECRET_HEADERS else scrub(value, hidden) for name, value in headers
    }


class RedactingFilter(logging.Filter):
    """Rewrites a log record in place, so that no handler after it sees a secret."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()

    def hide(self, secrets: Iterable[str]) -> None:
        self._secrets.update(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = scrub(record.getMessage(), self._secrets)
        record.args = ()
        if record.exc_info:
            # The text replaces the exception, whose own arguments may hold the token.
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info), self._secrets)
            record.exc_info = None
        return True


_filter = RedactingFilter()


def quieten_libraries(secrets: Iterable[str] = ()) -> None:
    """Client libraries log at INFO or above, and never a secret; safe to call again and again.

    A filter on a parent logger does not see its children's records, so every child gets it.
    """
    _filter.hide(secrets)
    for root in _NOISY:
        logger = logging.getLogger(root)
        logger.setLevel(max(logger.level, logging.INFO))
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _NOISY:
            logging.getLogger(name).addFilter(_filter)
