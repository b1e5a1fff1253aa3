"""README.txt of an export: for somebody who has never heard of us and was handed the file."""

from collections.abc import Iterable, Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.export.bag import SIGNED, TAG_MANIFEST
from alerts.export.contents import ExportContents
from alerts.export.manifest import MANIFEST
from alerts.export.profiles import Profile
from alerts.export.seal import Seal
from alerts.mail import wording
from alerts.mail.folding import folded
from config.words import Lane


def readme(contents: ExportContents, seal: Seal, payload: Mapping[str, bytes]) -> str:
    """Plain text with CR LF (for Windows' own editor), at most 78 columns, commands on lines of their own."""
    text = _TEMPLATE.render(
        contents=contents,
        seal=seal,
        unread=contents.unread,
        indecent=any(item.lane is Lane.INDECENT_IMAGE for item in contents.items),
        left_out=[
            (item.item_id, item.captures_left_out) for item in contents.items if item.captures_left_out
        ],
        there={name.split("/")[1] for name in payload},
        stamped="SEAL/stamped-checkpoint" if seal.stamped_checkpoint else "SEAL/checkpoint",
        stamps=[(stamp.authority, stamp.gen_time, int(stamp.gen_time.timestamp())) for stamp in seal.stamps],
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
        count=wording.count, span=wording.shown_span, LANES=wording.LANES, Profile=Profile,
        MANIFEST=MANIFEST, TAG_MANIFEST=TAG_MANIFEST, SIGNED=SIGNED,
    )  # fmt: skip
    return environment


_TEMPLATE = _environment().get_template("README.txt.j2")
