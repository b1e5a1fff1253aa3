"""What of a school's settings the X connector takes, and what it refuses before any call."""

import re

from connectors.errors import ConnectorError
from connectors.interface import Account
from connectors.x import asking
from connectors.x.ids import is_id

_COMMENT_DAYS = 30
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)
_QUOTED = re.compile(r'"[^"]*"')
_OPERATOR = re.compile(r"(\w+):")
_NAMED = re.compile(r"@(\w+)")
# Every other operator asks about a person, a list, a place or one conversation: that would be surveillance.
_OPERATORS = frozenset({"url", "lang", "is", "has"})


def accepted(account: Account) -> Account:
    """The account when it can be the school's own; raises ConnectorError that names the mend."""
    if not is_id(account.account_id):
        raise ConnectorError(
            "account_id is not an id of X's.", mend="Give the number of the school's account."
        )
    if _HANDLE.fullmatch(account.account.removeprefix("@")) is None:
        raise ConnectorError(
            "account is not a handle of X's.", mend="Give the school's handle without the @."
        )
    for words in account.search:
        if _asks_about_people(words, account.account):
            raise ConnectorError(
                "A search may not name an account, a list or a post of other people.",
                mend="Search for the school's names, its web address or its hashtags only.",
            )
        if len(asking.search_query(words, account.account)) > asking.LONGEST_QUERY:
            raise ConnectorError(
                f"A search is longer than X takes ({asking.LONGEST_QUERY} characters).",
                mend="Split it into several entries under search.",
            )
    return account


def comment_days(account: Account) -> int:
    days = account.options.get("comment_days", str(_COMMENT_DAYS))
    if not days.isdecimal() or not 1 <= int(days) <= 365:
        raise ConnectorError(
            "comment_days is not a number of days.", mend="Give a whole number from 1 to 365."
        )
    return int(days)


def _asks_about_people(words: str, own_handle: str) -> bool:
    plain = _QUOTED.sub("", words)
    own = own_handle.removeprefix("@").lower()
    named = {name.lower() for name in _NAMED.findall(words)}
    return bool(named - {own}) or bool({one.lower() for one in _OPERATOR.findall(plain)} - _OPERATORS)
