"""Letters with many fields are filled in as a file: an empty one to begin with, and reading it back."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from alerts.letters.filling import slots
from alerts.letters.kinds import LetterKind
from monitor.cli.shared import UserError


def empty_file(kind: LetterKind) -> str:
    """TOML with every field of a letter, each below what it asks for."""
    lines = [f"# {kind.shown_as}. Fill in between the quotes; then: schoolwatch letters edit ID --from FILE"]
    for slot in slots(kind):
        hint = f" ({slot.hint})" if slot.hint else ""
        lines += ["", f"# {slot.title}{hint}", f"{slot.name} = {json.dumps('')}"]
    return "\n".join(lines) + "\n"


def filled_in(path: Path) -> dict[str, list[str]]:
    """Field → its lines, of what was filled in; a field left empty is left as it is. Raises UserError."""
    try:
        form = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path}: cannot be read as a filled-in file: {error}") from error
    return {name: lines for name, lines in _flat(form) if any(line.strip() for line in lines)}


def _flat(form: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, list[str]]]:
    for name, value in form.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", [str(one) for one in value] if isinstance(value, list) else [str(value)]
