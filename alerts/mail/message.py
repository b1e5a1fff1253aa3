"""From a draft to the bytes that go over the wire. The same draft and row give the same bytes each time."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import policy
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.utils import format_datetime

from alerts.mail.addresses import ascii_domain, on_the_wire
from alerts.mail.drafts import Draft
from alerts.mail.wording import clean, one_line

_SIMPLE = re.compile(r"[A-Za-z0-9-]{1,40}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.-]{1,60}@[A-Za-z0-9.\-\[\]_]{1,255}>")
_OURS = {
    "from", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references", "reply-to",
    "sender", "auto-submitted", "x-auto-response-suppress", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip


def new_message_id(domain: str, unique: str) -> str:
    """`<schoolwatch.UNIQUE@domain>`: the same for the same row, and another for every other.

    A mail program shows two mails with one Message-ID once, so a retry after a lost answer is not seen twice.
    `unique` must never be given out again, even after a restore: a UUID, not a counter. What is not plain
    letters, digits and hyphens is told by its SHA-256. Raises BadAddress for a domain that is none.
    """
    plain = _SIMPLE.fullmatch(unique)
    digest = hashlib.sha256(unique.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    name = f"schoolwatch.{unique}" if plain else f"schoolwatch.h.{digest}"
    return f"<{name}@{ascii_domain(domain)}>"


def build_message(
    draft: Draft,
    *,
    sender: str,
    sender_name: str,
    to: Sequence[str],
    message_id: str,
    date: datetime,
    in_reply_to: str | None = None,
    automatic: bool = True,
    handed_in_by: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """A multipart/alternative message of ASCII bytes, plain text first. `date` is aware.

    Raises BadAddress for an address that is none, ValueError for a Message-ID or header that is none. No
    field can add a header or a recipient: line breaks and controls are taken out of every value.
    `automatic` is False for a letter that a person sent: an answer to it is wanted. `handed_in_by` is the
    mailbox that the mail server knows, where the letter comes from another one of the school.
    """
    message = EmailMessage(policy=policy.SMTP.clone(header_factory=_headers()))
    message["From"] = _address(sender, _header_text(sender_name))
    message["To"] = [_address(address) for address in to]
    message["Subject"] = _header_text(draft.subject)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = _checked_id(message_id)
    if in_reply_to is not None:
        message["In-Reply-To"] = message["References"] = _checked_id(in_reply_to)
    if handed_in_by is not None and handed_in_by != sender:
        message["Sender"] = _address(handed_in_by)
    if automatic:
        # Nobody's holiday answer should come back, and no ticket system should answer (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    for name, value in (headers or {}).items():
        message[_checked_name(name)] = _header_text(value)
    _add_parts(message, draft)
    return message


def _headers() -> HeaderRegistry:
    """Python folds a long Message-ID whole, but tears one apart in the headers that only repeat it."""
    registry = HeaderRegistry()
    for name in ("in-reply-to", "references"):
        registry.map_to_type(name, MessageIDHeader)  # type: ignore[arg-type]  # the stub leaves its base class out
    return registry


def _header_text(text: str) -> str:
    """One line that Python's header code cannot read as an encoded word.

    It decodes `=?utf-8?q?=0D=0ABcc:…?=` in a value and, before 3.11.10, writes the line break out again.
    """
    return one_line(text).replace("=?", "= ?")


def _address(address: str, name: str = "") -> Address:
    # Not `addr_spec`: Python refuses a non-ASCII local part there, which SMTPUTF8 allows.
    local, _, domain = on_the_wire(address).partition("@")
    return Address(name, local, domain)


def _add_parts(message: EmailMessage, draft: Draft) -> None:
    message.set_content(clean(draft.text), charset="utf-8", cte="quoted-printable")
    message.add_alternative(clean(draft.html), subtype="html", charset="utf-8", cte="quoted-printable")
    # Python would pick a boundary by chance; one from the Message-ID keeps the bytes the same at each try.
    message.set_boundary("=_" + hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:40])


def _checked_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"{message_id!r} is not a Message-ID made by new_message_id")
    return message_id


def _checked_name(name: str) -> str:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
        raise ValueError(f"{name!r} cannot be added as a header")
    return name
