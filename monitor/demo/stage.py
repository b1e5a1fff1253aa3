"""The demo's folder: settings, secrets and register, as a technician would have set them up."""

import json
import shutil
from collections.abc import Mapping
from importlib.resources import as_file
from pathlib import Path

from connectors.loopback import LoopbackPlatform
from monitor.daemon.instance import AnotherDaemon, file_lock
from monitor.demo.story import SCHOOL

MARK = "# Written by `schoolwatch demo`"


class FolderInUse(Exception):
    """There is a folder of that name which the demo did not make; it is left alone."""


def clear(folder: Path) -> None:
    """Make room for a new demo: only what an earlier demo made is removed."""
    if not folder.exists():
        return
    settings = folder / "schoolwatch.toml"
    if not settings.is_file() or not settings.read_text(encoding="utf-8").startswith(MARK):
        raise FolderInUse(
            f"{folder} exists and was not made by the demo, so it is left alone; move it, or run elsewhere"
        )
    try:
        with file_lock(folder / "schoolwatch.db.lock", str(folder)):
            shutil.rmtree(folder)
    except AnotherDaemon as running:
        raise FolderInUse(f"{folder} is being watched by a running schoolwatch; stop it first") from running


def set_up(folder: Path, platforms: Mapping[str, LoopbackPlatform], mail_port: int) -> Path:
    """Write everything a real school would have; answers the settings file."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = sources_text(folder, platforms)
    settings = folder / "schoolwatch.toml"
    settings.write_text(settings_text(mail_port, sources), encoding="utf-8")
    with as_file(SCHOOL / "register") as register:
        shutil.copytree(register, folder / "register")
    return settings


def settings_text(mail_port: int, sources: str) -> str:
    """The invented school's settings with these `[[sources]]`."""
    return _SETTINGS.format(mark=MARK, port=mail_port, sources=sources)


def sources_text(folder: Path, platforms: Mapping[str, LoopbackPlatform]) -> str:
    """The `[[sources]]` of loopback platforms, named as they are; their secrets go into files of `folder`."""
    (folder / "secrets").mkdir(mode=0o700, exist_ok=True)
    return "\n".join(_source(folder, name, platform) for name, platform in platforms.items())


def _source(folder: Path, name: str, platform: LoopbackPlatform) -> str:
    lines = []
    for key, value in platform.credentials().items():
        path = folder / "secrets" / f"{name}-{key}"
        path.write_text(value, encoding="utf-8")
        path.chmod(0o600)
        lines.append(f'{key} = {{ file = "secrets/{path.name}" }}')
    watch = ["own_posts", "comments", "mentions"]
    return _SOURCE.format(
        name=name,
        account=platform.account,
        account_id=platform.account_id,
        watch=json.dumps(watch),
        base_url=platform.base_url,
        credentials="\n".join(lines),
    )


_SETTINGS = """{mark}: everything in this folder is invented, and the platforms answer on this machine only.

[school]
name = "Fernhill Primary & Nursery School"
also_known_as = ["Fernhill Primary", "Fernhill"]
nation = "england"
dpia_reference = "DEMO"

[store]
database = "sqlite:///schoolwatch.db"
evidence = "evidence"

[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "schoolwatch@fernhill.example"

[[people]]
role = "senior_manager"
name = "A. Manager"
email = "manager@fernhill.example"
out_of_hours = true

[[people]]
role = "headteacher"
name = "B. Head"
email = "head@fernhill.example"
staff_id = "s-001"

[[people]]
role = "dsl"
name = "C. Lead"
email = "dsl@fernhill.example"
staff_id = "s-002"

[[people]]
role = "chair"
name = "D. Chair"
email = "chair@fernhill.example"

[[people]]
role = "dpo"
name = "E. Officer"
email = "dpo@fernhill.example"

[[people]]
role = "it"
name = "F. Technician"
email = "it@fernhill.example"
holiday_cover = true

{sources}"""

_SOURCE = """
[[sources]]
name = "{name}"
platform = "{name}"
account = "{account}"
account_id = "{account_id}"
watch = {watch}
base_url = "{base_url}"

[sources.credentials]
{credentials}
"""
