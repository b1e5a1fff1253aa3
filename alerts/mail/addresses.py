"""Mail addresses as they go over the wire."""

import re

_MAILBOX = re.compile(r"[^\s@<>,;:\"()\\\x00-\x1f\x7f]{1,64}@[^\s@<>,;:\"()\\\x00-\x1f\x7f]{1,255}")


class BadAddress(ValueError):
    """Something that is not one plain `name@domain`. The text shows what was found."""


def on_the_wire(address: str) -> str:
    """The address with an ASCII domain (IDNA), so that only a non-ASCII local part needs SMTPUTF8.

    Raises BadAddress for anything but one plain address: a line break or a comma would address others.
    """
    if not _MAILBOX.fullmatch(address):
        raise BadAddress(f"{address!r} is not a mail address; expected one like office@school.example")
    local, _, domain = address.partition("@")
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """Raises BadAddress. An empty label or a space never names a host."""
    try:
        found = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadAddress(f"{domain!r} is not the name of a mail domain") from error
    if not re.fullmatch(r"[A-Za-z0-9.\-\[\]_]+", found):
        raise BadAddress(f"{domain!r} is not the name of a mail domain")
    return found


def needs_smtputf8(addresses: list[str]) -> bool:
    return not all(address.isascii() for address in addresses)
