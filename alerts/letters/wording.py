"""Words that no letter of ours uses: they would say what only a court can.

Policy: a letter shows what to consider; it never finds that somebody broke the law. What is quoted stays as
it was written.
"""

import re
from collections.abc import Iterator

CONCLUSIONS = (
    "illegal", "unlawful", "criminal", "libel", "libellous", "slander", "slanderous", "guilty", "harasser",
    "offender", "perpetrator", "troll", "committed an offence", "offence committed", "broke the law",
    "against the law", "is defamatory", "are defamatory", "is harassment",
)  # fmt: skip
PROMISES = ("will be removed", "will be taken down", "we will remove it", "guarantee")
"""Nobody can promise that a host takes something down."""

_BREACH = r"breach(?:es|ed|ing)? of (?:s\.|section|sections)\s*\d+"
_BANNED = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, (*CONCLUSIONS, *PROMISES)))}|{_BREACH})(?:s|ly)?\b", re.IGNORECASE
)


def banned_words(text: str) -> Iterator[str]:
    """Each once, as it stands in the text, line breaks read as blanks."""
    yield from dict.fromkeys(match.group().lower() for match in _BANNED.finditer(" ".join(text.split())))
