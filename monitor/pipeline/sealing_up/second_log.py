"""Catching the second log up after a crash or an outage, and telling when it cannot be kept."""

import structlog

from monitor.evidence.second_log import SecondLogUnusable
from monitor.pipeline.sealing_up.checkpointing import tell_unsigned
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site
from monitor.store.database import DatabaseUnusable
from monitor.store.second_log import LogSetBack, check_continues, copy_log

BEHIND = "second_log_behind"
_SUBJECT = "second evidence log"
log = structlog.get_logger()


def keep_second_log(site: Site) -> None:
    """Copy what is missing; an operator alert while that fails, one word when it works again."""
    folder = site.settings.evidence.second_log
    if folder is None:
        return
    try:
        copy_log(site.database, site.school_id, folder)
    except SecondLogUnusable as error:
        with site.database.write() as session:
            mend = "Nothing is lost: the log stands in the database, and is copied once this is mended."
            tell_operators(session, site, Trouble(BEHIND, _SUBJECT, str(error), mend))
        return
    except LogSetBack as error:
        with site.database.write() as session:
            tell_unsigned(session, site, error)
        return
    except DatabaseUnusable:
        raise
    except Exception as error:
        log.exception("second_log_broke")
        words = f"The evidence log cannot be copied to {folder}: {type(error).__name__}."
        with site.database.write() as session:
            mend = "Nothing is lost: the log stands in the database. The service's own log has the details."
            tell_operators(session, site, Trouble(BEHIND, _SUBJECT, words, mend))
        return
    with site.database.write() as session:
        all_clear(session, site, BEHIND, _SUBJECT, "The second log has everything again.")


def check_second_log(site: Site) -> None:
    """Raises LogSetBack or SecondLogUnusable; changes nothing."""
    folder = site.settings.evidence.second_log
    if folder is not None:
        with site.database.read() as session:
            check_continues(session, site.school_id, folder)
