"""Plain text as people read it in a narrow window."""

import re
import textwrap

from alerts.mail.wording import clean

COLUMNS = 78
SIGNATURE_MARK = "-- "
"""Mail programs show what follows as a signature; the blank at its end belongs to it (RFC 3676)."""
_LIST_MARK = re.compile(r"\s*(?:(?:[-*]|\d+\.) )?")


def folded(text: str) -> str:
    """Lines of at most 78 columns (an address or hash is never broken), no two blank lines in a row."""
    lines = [part for line in clean(text).split("\n") for part in _folded_line(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _folded_line(line: str) -> list[str]:
    if line == SIGNATURE_MARK:
        return [line]
    line = line.rstrip()
    if len(line) <= COLUMNS:
        return [line]
    mark = _LIST_MARK.match(line)
    hang = " " * (mark.end() if mark else 0)
    return textwrap.wrap(
        line, COLUMNS, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )
