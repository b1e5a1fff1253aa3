"""Reads `schoolwatch.toml`: found, decoded, parsed and checked whole, with every mistake named at once.

pydantic-settings' TOML source is not used: it reads the file out of sight, so that no line could be named,
and lets environment variables change values, so that the file would no longer say what is done.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.cross_checks import between_tables
from config.folders import FOLDER
from config.lines import line_numbers, line_of
from config.mistakes import Mistake, SettingsError, mistakes_of
from config.schema import Person, School, Settings, Source

USUAL_PLACES = (Path("schoolwatch.toml"), Path("/etc/schoolwatch/schoolwatch.toml"))
LARGEST_FILE = 1024 * 1024
"""Bytes. A real file has a few thousand; a larger one is some other file."""

_STAND_INS: dict[type[BaseModel], dict[str, str]] = {
    Person: {"name": "?", "email": "nobody@example.invalid"},
    Source: {"name": "?", "platform": "?", "account": "?", "account_id": "?", "x_terms_decision": "?"},
}
"""What stands for a wrong key while the tables are compared. A key that decides the comparison has none."""
_Model = TypeVar("_Model", bound=BaseModel)
__all__ = ["Mistake", "SettingsError", "find_settings", "load_settings", "require_production"]


def find_settings(path: Path | None = None, usual_places: Sequence[Path] = USUAL_PLACES) -> Path:
    """The file to read: the one that is named, else the first that exists. Raises SettingsError."""
    if path is not None:
        return path
    for usual in usual_places:
        if _is_there(usual):
            return usual
    looked = " nor ".join(str(usual) for usual in usual_places)
    raise SettingsError(
        f"no settings: neither {looked} exists; "
        "write one with `schoolwatch init`, or name it with --config PATH"
    )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True  # in a folder closed to us: reading it will say so


def load_settings(path: Path | None = None) -> Settings:
    """The settings, whole and checked. Relative paths in them start at the folder of the file.

    Raises SettingsError, whose text lists every mistake with file, line, key, what was found and what was
    expected, and never a secret.
    """
    file = find_settings(path)
    text = _read(file)
    data = _parse(file, text)
    context = {FOLDER: file.absolute().parent}
    try:
        return Settings.model_validate(data, context=context)
    except ValidationError as error:
        found = mistakes_of(error)
    raise _settings_error(file, text, [*found, *_hidden_behind(data, context)])


def require_production(settings: Settings) -> None:
    """Raises SettingsError while the school has no data protection impact assessment (UK GDPR 35)."""
    if settings.school.dpia_reference is None:
        raise SettingsError(
            "school.dpia_reference: missing; expected the reference of the school's data protection impact "
            'assessment, e.g. dpia_reference = "DPIA-2026-03" under [school]. '
            "Without one only `schoolwatch demo` and `schoolwatch check` run"
        )


def _read(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise SettingsError(f"{file}: no such file; write one with `schoolwatch init`") from None
    except IsADirectoryError:
        raise SettingsError(
            f"{file}: found a folder; expected a file such as {file / 'schoolwatch.toml'}"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{file}: cannot be read ({error.strerror}); check who owns it and its rights"
        ) from None
    if len(raw) > LARGEST_FILE:
        raise SettingsError(
            f"{file}: found {len(raw):,} bytes; expected settings of at most {LARGEST_FILE:,}"
        )
    return _decode(file, raw)


def _decode(file: Path, raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SettingsError(f"{file}: found UTF-16; expected UTF-8. Save it again with the encoding UTF-8")
    try:
        return raw.decode("utf-8-sig")  # some editors put a byte order mark first; it does no harm
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{file}, line {line}: found a byte that is not UTF-8 (0x{raw[error.start]:02x}); "
            "save the file again with the encoding UTF-8"
        ) from None


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, place = _split_place(str(error))
        raise SettingsError(
            f"{file}{place}: this is not TOML: {what}. Texts stand in quotation marks, and each key once"
        ) from None
    except RecursionError:
        raise SettingsError(f"{file}: this is not TOML that can be read: brackets stand too deep") from None


def _split_place(message: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if match is None:
        return message, ""
    return match[1], f", line {match[2]}, column {match[3]}" if match[2] else ", at the end"


def _settings_error(file: Path, text: str, mistakes: Sequence[Mistake]) -> SettingsError:
    lines = line_numbers(text)
    placed = {
        (mistake.place, mistake.message): Mistake(
            mistake.place, mistake.message, line_of(mistake.place, lines)
        )
        for mistake in mistakes
    }
    ordered = sorted(placed.values(), key=lambda mistake: mistake.line or 0)
    count = f"{len(ordered)} mistakes" if len(ordered) > 1 else "1 mistake"
    return SettingsError(f"{file} has {count}:", ordered)


def _hidden_behind(data: Mapping[str, Any], context: dict[str, Any]) -> list[Mistake]:
    """What tables must know of each other, in spite of mistakes inside them: one round of mending."""
    people = _rows(Person, data.get("people"), context)
    found = between_tables(
        _readable(School, data.get("school"), context),
        people,
        _rows(Source, data.get("sources"), context),
    )
    # With a role or the whole list unread, nobody knows whether a senior manager is among them.
    certain = isinstance(data.get("people"), list) and len(people) == len(data["people"])
    return [Mistake(place, message) for place, message in found if certain or place != ("people",)]


def _rows(model: type[_Model], rows: object, context: dict[str, Any]) -> dict[int, _Model]:
    listed = rows if isinstance(rows, list) else []
    read = {position: _readable(model, row, context, str(position)) for position, row in enumerate(listed)}
    return {position: table for position, table in read.items() if table is not None}


def _readable(model: type[_Model], row: object, context: dict[str, Any], name: str = "") -> _Model | None:
    """The table with stand-ins for the keys that are wrong, or None when too little is left to go by."""
    if not isinstance(row, Mapping):
        return None
    wrong = _wrong_keys(model, row, context)
    if wrong & {"account", "search"}:
        wrong |= {"search", "watch"}  # they are judged together
    if model is School and "also_known_as" in wrong:
        return None
    known = {key: value for key, value in row.items() if key in model.model_fields and key not in wrong}
    stand_ins = {key: value for key, value in _STAND_INS.get(model, {}).items() if key in wrong}
    if "name" in stand_ins:
        stand_ins["name"] += name
    try:
        return model.model_validate({**known, **stand_ins}, context=context)
    except ValidationError:
        return None


def _wrong_keys(model: type[BaseModel], row: Mapping[str, Any], context: dict[str, Any]) -> set[str]:
    try:
        model.model_validate(row, context=context)
    except ValidationError as error:
        return {str(details["loc"][0]) for details in error.errors() if details["loc"]}
    return set()
