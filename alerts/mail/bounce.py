"""A notice that a mail could not be delivered, as a mail server sends it (RFC 3464), or one in its own words.

Only the form is read. What stands in such a notice was written by strangers and is never followed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message

from alerts.mail.wording import one_line

LARGEST = 5 * 1024 * 1024
_OURS = re.compile(rb"<schoolwatch\.[A-Za-z0-9.-]{1,60}@[A-Za-z0-9.\-\[\]_]{1,255}>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")


class NotABounce(ValueError):
    """The file is no notice about a mail of ours; the text says what is missing."""


@dataclass(frozen=True)
class Bounce:
    message_id: str
    """Of our mail that came back."""
    recipient: str | None
    """For whom it was, as the notice names them; None when it does not."""
    permanent: bool
    """False for a notice that it is only delayed: the server still tries."""
    words: str
    """What the server said, on one line and cut."""


def read_bounce(content: bytes) -> Bounce:
    """Raises NotABounce."""
    if len(content) > LARGEST:
        raise NotABounce(f"the file is larger than {LARGEST // 1024 // 1024} MiB; a notice is small")
    ours = _OURS.findall(content)
    if not ours:
        raise NotABounce(
            "it names no mail of schoolwatch. Save the whole notice as a file (.eml), with the part that "
            "shows the mail that came back"
        )
    if len(set(ours)) > 1:
        raise NotABounce("it names more than one mail of schoolwatch; hand in each notice by itself")
    fields = _fields(content)
    status = fields.get("status", "")
    action = fields.get("action", "").casefold()
    delayed = action == "delayed" or (not action and _class_of(status) == "4")
    if action in ("delivered", "relayed", "expanded") or _class_of(status) == "2":
        raise NotABounce("it says that the mail was delivered")
    return Bounce(
        message_id=ours[0].decode("ascii"),
        recipient=_address(fields.get("final-recipient") or fields.get("original-recipient")),
        permanent=not delayed,
        words=_words(fields),
    )


def _class_of(status: str) -> str | None:
    found = _STATUS.search(status)
    return found[1] if found else None


def _fields(content: bytes) -> dict[str, str]:
    """The fields about the recipient, in small letters; empty where the notice is in a server's own words."""
    try:
        message = message_from_bytes(content, policy=policy.default)
        blocks = list(_delivery_status(message))
    except (MessageError, ValueError, LookupError):  # whatever a stranger's mail server made of it
        return {}
    fields: dict[str, str] = {}
    for block in blocks:
        for name, value in block.items():
            fields.setdefault(name.lower(), one_line(str(value)))
    return fields


def _delivery_status(message: EmailMessage | Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (
                (block for block in payload if isinstance(block, Message))
                if isinstance(payload, list)
                else ()
            )


def _address(field: str | None) -> str | None:
    """`rfc822; name@domain` → `name@domain`."""
    if field is None:
        return None
    address = field.rpartition(";")[2].strip().strip("<>")
    return address if "@" in address else None


def _words(fields: dict[str, str]) -> str:
    said = fields.get("diagnostic-code") or fields.get("status") or "the notice does not say why"
    return said[:300]
