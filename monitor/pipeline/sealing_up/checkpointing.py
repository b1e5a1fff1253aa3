"""The log signed in the transaction that tells of it, and shown at the foot of the mail: the outside witness.

Whoever holds the key could rewrite the log, but not the mails that already left.
"""

from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from monitor.evidence.keys import KeyUnusable, fingerprint, log_signer
from monitor.evidence.log.note import BadNote, Verifier, parted
from monitor.evidence.second_log import SecondLogUnusable
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site
from monitor.store.checkpoints import LogForked, make_checkpoint
from monitor.store.models import CheckpointRow
from monitor.store.second_log import LogSetBack, check_continues

UNSIGNED = "log_unsigned"
_SUBJECT = "evidence log"
_MEND = "Change nothing, keep the last backup, and run `schoolwatch evidence verify`."
SET_BACK_MEND = (
    "Was an old backup restored? Stop schoolwatch, keep this database and the second log as they are, and "
    "restore the newest backup. Nothing is signed or copied until then."
)
_log = structlog.get_logger()


def foot(session: Session, site: Site) -> str:
    """The three lines of a checkpoint over all that this transaction sealed, and the key's fingerprint.

    Nothing when the log cannot be signed: an alert is not held back by that, and the operators hear of it.
    """
    row = signed(session, site)
    if row is None:
        return ""
    return f"{parted(row.note)[0]}{fingerprint(Verifier.parse(row.vkey).public_key)}"


def signed(session: Session, site: Site, now: datetime | None = None) -> CheckpointRow | None:
    """A checkpoint in the caller's transaction; None, and an operator alert, when it must not be signed."""
    try:
        passing(Boundary.BEFORE_CHECKPOINT)
        _check_second_log(session, site)
        row = make_checkpoint(session, site.school_id, log_signer(site), now or site.now())
        passing(Boundary.AFTER_CHECKPOINT)
    except (LogForked, KeyUnusable, BadNote) as error:
        _log.exception("log_not_signed", problem=type(error).__name__)
        tell_unsigned(session, site, error)
        return None
    all_clear(session, site, UNSIGNED, _SUBJECT, "The evidence log is signed again.")
    return row


def tell_unsigned(session: Session, site: Site, error: Exception) -> None:
    mend = SET_BACK_MEND if isinstance(error, LogSetBack) else _MEND
    tell_operators(session, site, Trouble(UNSIGNED, _SUBJECT, f"{error}", mend))


def _check_second_log(session: Session, site: Site) -> None:
    """Two logs under one key would be a fork. A second log out of reach holds nothing up: it is told of."""
    folder = site.settings.evidence.second_log
    if folder is not None:
        with suppress(SecondLogUnusable):
            check_continues(session, site.school_id, folder)
