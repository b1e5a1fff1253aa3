"""README.txt of an export: for somebody who has never heard of us and was handed the file."""

from collections.abc import Iterable
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.export.contents import ExportContents
from alerts.export.manifest import MANIFEST
from alerts.mail import wording
from alerts.mail.folding import folded
from config.words import Lane


def readme(contents: ExportContents, made_at: datetime) -> str:
    """Plain text with CR LF (for Windows' own editor), at most 78 columns, commands on lines of their own."""
    text = _TEMPLATE.render(
        contents=contents,
        made_at=made_at,
        unread=sorted(row.source for row in contents.sources if row.last_read_at is None),
        indecent=any(item.lane is Lane.INDECENT_IMAGE for item in contents.items),
    )
    return folded(text).replace("\n", "\r\n")


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)


def _underline(heading: str, mark: str) -> str:
    return mark * len(wording.one_line(heading))


def _finalised(value: object) -> object:
    return wording.one_line(value) if isinstance(value, str) else value


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts.export"),
        autoescape=False,  # noqa: S701  plain text: `&` in a school's name is no entity
        undefined=StrictUndefined,
        finalize=_finalised,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=wording.shown, joined=_joined, rule=_underline)
    environment.globals.update(
        count=wording.count, span=wording.shown_span, LANES=wording.LANES, MANIFEST=MANIFEST
    )
    return environment


_TEMPLATE = _environment().get_template("README.txt.j2")
