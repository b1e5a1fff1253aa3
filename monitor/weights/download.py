"""One file from the web: whole, with the SHA-256 that was expected, or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import requests

from classifiers.errors import ModelBroken
from config.addresses import is_loopback, split

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and of silence between two bytes."""
_AS_IT_LIES = {"Accept-Encoding": "identity"}
"""The bytes are hashed as they lie on the server."""
_CHUNK = 1 << 20
_MOST_HOPS = 10
"""A release is one or two redirects away from its address."""
Progress = Callable[[int, int | None], None]
"""Told the bytes so far and in all, where the server says how many."""


class NotThere(ModelBroken):
    """The server has no such file (404)."""


def session_for(proxy: str | None, ca_bundle: Path | None) -> requests.Session:
    """Through the school's filter as the settings say; where they say nothing, as the environment does."""
    session = requests.Session()
    if proxy:
        session.proxies = {"http": proxy, "https": proxy}
    if ca_bundle:
        session.verify = str(ca_bundle)
    # The environment's proxy and bundle would take the place of those in the settings.
    session.trust_env = not (proxy or ca_bundle)
    return session


def download(
    session: requests.Session, url: str, to: Path, *, sha256_start: str = "", progress: Progress | None = None
) -> str:
    """Fetch `url` into the file `to` and answer its SHA-256. `ModelBroken` says what failed and the mend."""
    _refuse_in_clear(url)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=to.parent) as scratch:
        part = Path(scratch) / to.name
        found = _fetch(session, url, part, progress)
        if not found.startswith(sha256_start):
            raise _wrong_hash(url, found, sha256_start)
        part.replace(to)
    return found


def _fetch(session: requests.Session, url: str, part: Path, progress: Progress | None) -> str:
    try:
        with _opened(session, url) as answer:
            _refuse_status(answer, url)
            return _write(answer, part, progress)
    except requests.exceptions.ProxyError as error:
        raise ModelBroken(url, "the proxy cannot be used", "Correct network.proxy in the settings") from error
    except requests.exceptions.SSLError as error:
        mend = "Set network.ca_bundle if the school's filter opens TLS"
        raise ModelBroken(url, "its certificate is not trusted", mend) from error
    except requests.exceptions.RequestException as error:
        mend = "Run this on a machine with internet, and carry the folder over"
        raise ModelBroken(url, f"cannot be reached ({type(error).__name__})", mend) from error
    except ValueError as error:
        raise ModelBroken(url, "sends on to an address that cannot be read", "Check the address") from error


def _opened(session: requests.Session, url: str) -> requests.Response:
    """The answer at the end of the redirects, each of which is looked at before it is followed.

    One address in clear on the way is enough for anybody there to send the rest of it elsewhere.
    """
    asked = url
    for _ in range(_MOST_HOPS):
        _refuse_in_clear(asked)
        # `identity`: the bytes are hashed as they lie on the server.
        answer = session.get(
            asked,
            stream=True,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity"},
            allow_redirects=False,
        )
        target = session.get_redirect_target(answer)
        if target is None:
            return answer
        answer.close()
        asked = urljoin(asked, target)
    raise ModelBroken(url, f"sends on more than {_MOST_HOPS} times", "Check the address")


def _refuse_status(answer: requests.Response, url: str) -> None:
    if answer.status_code == 404:
        raise NotThere(url, "there is no such file", "Check the name and the address")
    if answer.status_code != 200:
        raise ModelBroken(url, f"the server answers HTTP {answer.status_code}", "Try again later")


def _write(answer: requests.Response, part: Path, progress: Progress | None) -> str:
    announced = answer.headers.get("Content-Length", "")
    whole = int(announced) if announced.isdigit() else None
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        for chunk in answer.iter_content(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            if progress:
                progress(size, whole)
        file.flush()
        os.fsync(file.fileno())
    if whole is not None and size != whole:
        raise ModelBroken(answer.url, f"ended after {size} of {whole} bytes", "Try again")
    return digest.hexdigest()


def _refuse_in_clear(url: str) -> None:
    try:
        parts = split(url)
    except ValueError as error:
        raise ModelBroken("the address", str(error), "Check it") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        what = "is no https address, so anybody on the way could swap the file"
        raise ModelBroken(f"{parts.scheme}://{parts.hostname}", what, "Use https")


def _wrong_hash(url: str, found: str, expected: str) -> ModelBroken:
    begins = "" if len(expected) == 64 else " one that begins with"
    what = f"the file's SHA-256 is {found}, expected{begins} {expected}; nothing was kept"
    mend = "Try again. If a source that you trust names the found SHA-256, fetch with --sha256 and that value"
    return ModelBroken(url, what, mend)
