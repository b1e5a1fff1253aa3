"""Which line of a TOML file a key stands on: the standard reader does not say."""

import re
import tomllib
from collections.abc import Iterator, Mapping

from config.addresses import looks_like_a_secret

Place = tuple[str | int, ...]
_LONGEST_STATEMENT = 200
"""Lines. A longer value is passed over line by line: its key is then found, its end guessed."""


def line_numbers(text: str) -> dict[Place, int]:
    """The first line (from 1) of every table and key of a valid TOML text, by its place."""
    found: dict[Place, int] = {}
    table: Place = ()
    arrays: dict[Place, int] = {}
    for number, statement in _statements(text):
        keys = _keys(statement)
        if statement.lstrip().startswith("["):
            table = _table(keys[0], statement.lstrip().startswith("[["), arrays)
            found.setdefault(table, number)
        else:
            for key in keys:
                found.setdefault((*table, *key), number)
    return found


def line_of(place: Place, lines: Mapping[Place, int]) -> int | None:
    """The line of a place, or of the nearest thing around it that stands in the file."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each table header and each `key = value`, with the number of its first line."""
    held: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not held and not line.split("#")[0].strip():
            continue
        held.append(line)
        if _reads("\n".join(held)):
            yield number - len(held) + 1, "\n".join(held)
            held = []
        elif len(held) > _LONGEST_STATEMENT:
            held = []


def _reads(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _keys(statement: str) -> list[tuple[str, ...]]:
    """The key and, for an inline table, the keys inside it; outermost first."""
    keys: list[tuple[str, ...]] = []
    _walk(tomllib.loads(statement), (), keys)
    return sorted(keys, key=len, reverse=statement.lstrip().startswith("["))


def _walk(value: object, place: tuple[str, ...], keys: list[tuple[str, ...]]) -> None:
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        keys.append((*place, key))
        _walk(inner, (*place, key), keys)
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        _walk(value[0], place, keys)


def _table(key: tuple[str, ...], is_array: bool, arrays: dict[Place, int]) -> Place:
    """The place of a header: `[[sources]]` counts on, `[sources.credentials]` belongs to the last of them."""
    place: Place = ()
    for depth, name in enumerate(key, start=1):
        place = (*place, name)
        if depth == len(key) and is_array:
            arrays[place] = arrays.get(place, -1) + 1
        if place in arrays:
            place = (*place, arrays[place])
    return place


def shown(place: Place) -> str:
    """`sources[2].poll_every`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{_quoted(part)}"
    return text.removeprefix(".")


def _quoted(key: str) -> str:
    """The key, unless somebody put a secret on the wrong side of the equals sign."""
    plain = re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) and not looks_like_a_secret(key)
    return key if plain else '"…"'
