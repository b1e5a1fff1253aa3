"""The openssl program as a second opinion: what it accepts here, an expert's own openssl accepts in court."""

import os
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from monitor.evidence.stamping.chain import Chain, pem_of

_SECONDS = 20.0


class ProgramMissing(Exception):
    """There is no openssl program on this machine, or it does not answer."""


def says_no(reply: bytes, request: bytes, chain: Chain, at: datetime) -> str | None:
    """None when `openssl ts -verify` accepts the reply to this request, else what it complains of.

    The request holds digest and nonce; certificates are taken as they were at `at`, the stamp's own time,
    because every authority's certificate ends one day. Raises ProgramMissing.
    """
    program = shutil.which("openssl")
    if program is None:
        raise ProgramMissing
    with tempfile.TemporaryDirectory(prefix="schoolwatch-stamp-") as name:
        folder = Path(name)
        for file, content in {"request": request, "reply": reply}.items():
            (folder / file).write_bytes(content)
        (folder / "root").write_bytes(pem_of(chain[-1:]))
        (folder / "between").write_bytes(pem_of(chain[:-1]))
        command = [program, "ts", "-verify", "-queryfile", "request", "-in", "reply"]
        command += ["-CAfile", "root", "-untrusted", "between", "-attime", str(int(at.timestamp()))]
        return _complaint(command, folder)


def _complaint(command: list[str], folder: Path) -> str | None:
    # The machine's own openssl.cnf gives names to policies and may load providers; neither belongs in here.
    surroundings = {"PATH": os.environ.get("PATH", os.defpath), "OPENSSL_CONF": os.devnull, "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603  a program of this machine and files of our own, no shell
            command, cwd=folder, env=surroundings, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramMissing from error
    if done.returncode == 0 and b"Verification: OK" in done.stdout:
        return None
    lines = done.stderr.decode("ascii", "replace").splitlines()
    errors = [line.split(":error:", 1)[-1] for line in lines if ":error:" in line]
    return errors[0] if errors else f"status {done.returncode}"
