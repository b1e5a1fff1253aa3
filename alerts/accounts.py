"""What a school asks of its own accounts (Market Drayton A and C): approval, assessment, passwords, people.

Pure: facts in, remarks out. No password is known here, only when somebody says that it was changed.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz.distance import DamerauLevenshtein

PASSWORD_AGE = timedelta(weeks=8)
"""Market Drayton C. A recorded decision for two-factor sign-in stands in for it."""

_SHORTEST = 6
"""Names of fewer letters are like too many others."""
_SLIPS = {"0": "o", "1": "l", "3": "e", "5": "s", "@": "a", "$": "s"}


@dataclass(frozen=True)
class Standing:
    """What is on record about one account. Times are aware UTC."""

    platform: str
    handle: str
    administrators: tuple[str, ...]
    approved: bool
    assessed: bool
    messages_off: bool
    password_is_complex: bool
    password_changed_at: datetime | None
    two_factor_decision: str | None


def remarks(account: Standing, school_domains: Iterable[str], now: datetime) -> tuple[str, ...]:
    """What somebody should mend about an account, each with its source; empty when all is well."""
    found = [
        "The head has not approved it (Market Drayton C)." if not account.approved else "",
        "It has no risk assessment (Market Drayton A)." if not account.assessed else "",
        "Direct messages are not recorded as off (Market Drayton C)." if not account.messages_off else "",
        *_people(account, school_domains),
        *_password(account, now),
    ]
    return tuple(one for one in found if one)


def _people(account: Standing, school_domains: Iterable[str]) -> list[str]:
    domains = {domain.casefold() for domain in school_domains}
    private = [one for one in account.administrators if one.rpartition("@")[2].casefold() not in domains]
    if not account.administrators:
        return ["Nobody is named as its administrator (Market Drayton C)."]
    return [f"{one} is not a mail address of the school (Market Drayton C)." for one in private]


def _password(account: Standing, now: datetime) -> list[str]:
    if account.two_factor_decision:
        return []
    said = [] if account.password_is_complex else ["Nobody has said that its password is complex."]
    if password_due(account, now):
        said.append(
            "Its password was last changed over eight weeks ago, or nobody said when (Market Drayton C)."
        )
    return said


def password_due(account: Standing, now: datetime) -> bool:
    """Whether eight weeks have passed since the password was changed; never with a two-factor decision."""
    if account.two_factor_decision:
        return False
    return account.password_changed_at is None or now - account.password_changed_at >= PASSWORD_AGE


def looks_like(shown: str, names: Sequence[str]) -> str | None:
    """The name of the school, or of one of its accounts, that somebody's shown name is made to look like.

    Looked for only among those who wrote in public already. One slip of the pen or a digit for a letter
    still is the name; a name that only holds a common word is not.
    """
    plain = _plain(shown)
    return next((name for name in names if _alike(plain, _plain(name))), None)


def _alike(shown: str, name: str) -> bool:
    if len(name) < _SHORTEST:
        return False
    return name in shown or DamerauLevenshtein.distance(shown, name) <= 1


def _plain(name: str) -> str:
    """Letters only, in small, without accents, and digits that stand for letters read as such."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(_SLIPS.get(one, one) for one in letters if one.isalnum() or one in _SLIPS)
