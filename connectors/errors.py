"""What can go wrong between us and a platform, in one vocabulary.

Every connector turns whatever its client library throws into one of these. The daemon decides by the
class alone: when to try again, whom to tell, and whether other streams of the source may go on.
The texts never hold a secret (`connectors.redaction`).
"""

from datetime import datetime


class ConnectorError(Exception):
    """Base. `mend` tells the technician what to do, in one sentence."""

    retryable = False
    mend = "Look at the log for this source."

    def __init__(self, message: str, *, mend: str | None = None) -> None:
        super().__init__(message)
        if mend is not None:
            self.mend = mend


class CredentialsRefused(ConnectorError):
    """The platform does not accept the token (401, Graph 190). Nothing but a person can mend it."""

    mend = "Renew this source's token; docs/setup/ has a page for each platform."


class PermissionMissing(ConnectorError):
    """The token is good but may not read this (403, Graph 10 and 200–299)."""

    mend = "Give the token the permissions that docs/setup/ lists for this platform."


class RateLimited(ConnectorError):
    """Too many requests (429, Graph 4/17/32/613/800xx). `until` is None when the platform did not say."""

    retryable = True
    mend = "Nothing to do: the source is read again when the platform allows it."

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class CreditsUsedUp(ConnectorError):
    """The plan's credits or monthly cap are used up (402, usage-capped)."""

    mend = "Buy credits or raise the spending limit in the platform's developer console."


class Transient(ConnectorError):
    """The platform or the network failed in a way that passes (5xx, time-outs, dropped connections)."""

    retryable = True
    mend = "Nothing to do unless it lasts: the source is read again by itself."


class Gone(ConnectorError):
    """One named thing is not there any more, or never was."""


class CursorTooOld(ConnectorError):
    """The platform no longer reaches back to where we stopped; a gap must be recorded."""

    retryable = True


class ProtocolDrift(ConnectorError):
    """An answer that the platform's documentation does not describe (HTML for JSON, a missing key)."""

    mend = "The platform may have changed: look for a newer release of schoolwatch."


class Blocked(ConnectorError):
    """Something between us and the platform answered instead: a school filter's page or certificate."""

    mend = "Ask whoever runs the school's web filter to allow the hosts that `schoolwatch check` prints."


class NotSupported(ConnectorError):
    """The platform has no such action; see the connector's capabilities."""
