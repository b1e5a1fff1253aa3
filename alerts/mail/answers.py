"""What a mail server can answer, in the words that the outbox decides by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

AUTHENTICATION = frozenset({530, 534, 535, 538})
"""Answers that ask for a (better) login (RFC 4954): the settings' fault, not the mail's."""


class Stage(StrEnum):
    """How far the talk with the server had come."""

    CONNECT = "connect"
    GREETING = "greeting"
    HELLO = "hello"
    TLS = "tls"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server's no to one recipient."""

    permanent: bool
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server took the message, for all recipients but those in `refused`."""

    code: int
    text: str
    refused: Mapping[str, Refusal] = field(default_factory=dict)


class MailRefused(Exception):
    """The server answered, and the answer was no.

    `permanent` means that this message to this recipient will never be taken (a 5xx to the recipient or to
    the message itself). A refused login, sender or greeting is the server's or the settings' fault and
    not permanent: the mail waits until a person has mended it, and `about_server` says to tell one.
    """

    def __init__(self, permanent: bool, stage: Stage, code: int, text: str) -> None:
        super().__init__(f"the mail server refused at {stage}: {code} {text}")
        self.permanent, self.stage, self.code, self.text = permanent, stage, code, text

    @property
    def about_server(self) -> bool:
        return self.stage not in (Stage.RECIPIENT, Stage.MESSAGE) or self.code in AUTHENTICATION


class MailUnreachable(Exception):
    """There was no answer, or no safe way to talk. `mend` says what a technician can do.

    `perhaps_taken`: the whole message had gone when the line broke, so it may have arrived. It is sent again
    under the same Message-ID (at least once, promise 1).
    """

    def __init__(self, stage: Stage, text: str, *, mend: str, perhaps_taken: bool = False) -> None:
        super().__init__(f"the mail server cannot be used ({stage}): {text}")
        self.stage, self.text, self.mend, self.perhaps_taken = stage, text, mend, perhaps_taken
