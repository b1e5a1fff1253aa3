"""Whether closed evidence will be locked, and to keys that can open it again."""

from collections.abc import Iterator
from pathlib import Path

from config.schema import Settings
from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.evidence.lock_keys import KeyUnusable, read_public
from monitor.evidence.lockbox import key_id

SUBJECT = "locked evidence"
MAKE_KEYS = (
    "Make two pairs with `schoolwatch evidence keys new --out FILE` and name their .pub.pem files under "
    "[evidence] as manager_key and recovery_key."
)


def locking_lines(settings: Settings) -> list[CheckLine]:
    named = (settings.evidence.manager_key, settings.evidence.recovery_key)
    files = [path for path in named if path is not None]
    if not files:
        words = "no keys are named: the evidence of closed incidents stays readable on this machine"
        return [warning(SUBJECT, words, MAKE_KEYS)]
    return list(_keys(files))


def _keys(files: list[Path]) -> Iterator[CheckLine]:
    try:
        ids = [key_id(read_public(path)) for path in files]
    except KeyUnusable as unusable:
        yield failed(SUBJECT, str(unusable), "Put the public key back; until then nothing is locked.")
        return
    if len(set(ids)) < len(ids):
        words = "manager_key and recovery_key are the same key: whoever loses it loses all evidence"
        yield failed(SUBJECT, words, "Make a second pair with `schoolwatch evidence keys new`.")
        return
    yield ok(SUBJECT, f"14 days after closing, to the keys {' and '.join(one[:16] for one in ids)}")
    for path in _private_beside(files):
        words = f"{path} looks like a private key and lies on this machine, which is what it guards against"
        yield warning(SUBJECT, words, "Move it to a stick, check that it opens there, and remove it here.")


def _private_beside(files: list[Path]) -> Iterator[Path]:
    for public in files:
        private = public.with_name(public.name.replace(".pub.pem", ".pem"))
        if private != public and private.exists():
            yield private
