"""The machine and the software that made a record, as a stranger may know them. Read once a process."""

import getpass
import hashlib
import platform
import uuid
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from config.schema import Settings
from monitor import __version__
from monitor.evidence.canonical import canonical_json, sha256

_MACHINE_ID = Path("/etc/machine-id")
_CHECKOUT = Path(__file__).parents[2]


@cache
def host_id() -> str | None:
    """A name for this machine that says nothing of it: a hash, because machine-id(5) asks for one.

    The first 16 bytes of SHA-256("schoolwatch host" || machine id), in hex; None where there is no such id.
    """
    try:
        identity = _MACHINE_ID.read_text().strip()
    except OSError:
        return None
    return hashlib.sha256(b"schoolwatch host" + identity.encode()).hexdigest()[:32] if identity else None


@cache
def run_id() -> str:
    """A name for this process, so that what one run did can be told from what another did."""
    return str(uuid.uuid4())


def tool(settings: Settings) -> dict[str, str | None]:
    """What made a record: software, settings and surroundings."""
    return {**_software(), "config_sha256": config_sha256(settings)}


@cache
def _software() -> Mapping[str, str | None]:
    return {
        "software": "schoolwatch",
        "version": __version__,
        "commit": commit(_CHECKOUT),
        "wheel_record_sha256": _wheel_record(),
        "packages_sha256": _packages(),
        "python": platform.python_version(),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "host": host_id(),
        "run_id": run_id(),
        "service_user": _service_user(),
    }


_configs: dict[int, tuple[Settings, str]] = {}


def config_sha256(settings: Settings) -> str:
    """Of the settings as they were understood, as canonical JSON. Secrets are references in them."""
    known = _configs.get(id(settings))
    if known is None or known[0] is not settings:
        _configs.clear()
        known = (settings, sha256(canonical_json(settings.model_dump(mode="json"))))
        _configs[id(settings)] = known
    return known[1]


def commit(checkout: Path) -> str | None:
    """The commit that a checkout stands at; None for an installed copy. It says nothing of local changes."""
    try:
        head = (checkout / ".git" / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        loose = checkout / ".git" / name
        return loose.read_text().strip() if loose.exists() else _packed(checkout, name)
    except OSError:
        return None


def _packed(checkout: Path, name: str) -> str | None:
    lines = (checkout / ".git" / "packed-refs").read_text().splitlines()
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), None)


def _wheel_record() -> str | None:
    """SHA-256 of the wheel's RECORD, which lists the hash of every installed file."""
    try:
        record = metadata.distribution("schoolwatch").read_text("RECORD")
    except metadata.PackageNotFoundError:
        return None
    return sha256(record.encode()) if record else None


def _packages() -> str:
    """SHA-256 of the sorted lines `name==version` of everything installed: which libraries were at work."""
    installed = {f"{one.metadata['Name']}=={one.version}" for one in metadata.distributions()}
    return sha256("\n".join(sorted(installed)).encode())


def _service_user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
