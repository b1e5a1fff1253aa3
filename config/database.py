"""The address of the database as it stands in the settings: SQLite beside the file, or PostgreSQL."""

from pathlib import Path

from config.addresses import IN_CLEAR, holds_a_password, split

_SQLITE = "sqlite:///"
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
EXPECTED = 'expected "sqlite:///FILE" or "postgresql+psycopg://NAME@HOST/DATABASE"'


def database_address(url: str, folder: Path | None) -> str:
    """The URL with a full path and a driver's name; raises ValueError that never repeats a password."""
    if holds_a_password(url):
        raise ValueError(f"found a password inside the address; {IN_CLEAR} (for the whole address)")
    return complete_address(url, folder)


def complete_address(url: str, folder: Path | None) -> str:
    """As `database_address`, for an address that came from a secret and may hold a password."""
    parts = split(url)
    scheme = _DRIVERS.get(parts.scheme, parts.scheme)
    if scheme == "sqlite":
        return _sqlite(url, folder)
    if scheme != "postgresql+psycopg":
        raise ValueError(f"found another kind of address; {EXPECTED}")
    if not parts.path.strip("/"):
        raise ValueError(f"found no name of a database at the end of the address; {EXPECTED}")
    return scheme + url[len(parts.scheme) :]


def sqlite_file(url: str) -> Path | None:
    """The file behind an address, or None for a database server."""
    return Path(url.removeprefix(_SQLITE).partition("?")[0]) if url.startswith(_SQLITE) else None


def _sqlite(url: str, folder: Path | None) -> str:
    name, mark, query = url.removeprefix(_SQLITE).partition("?")
    if not url.startswith(_SQLITE) or not name or name == ":memory:":
        raise ValueError('found no file, so that nothing would be kept; expected "sqlite:///schoolwatch.db"')
    return f"{_SQLITE}{name if folder is None else folder / name}{mark}{query}"
