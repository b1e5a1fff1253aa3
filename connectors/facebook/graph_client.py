"""facebook-sdk 3.1.0 with what it lacks: deadlines, a token that stays out of addresses, current versions.

The library was last released in 2018. Its own code builds and reads every request here; around it
stand a session that moves the token, and a translation of everything that it may throw.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import facebook
import requests

from connectors.errors import ConnectorError, ProtocolDrift, Transient
from connectors.facebook.errors import from_problem, from_status
from connectors.facebook.usage import Usage, read_usage
from connectors.http import BoundedSession
from connectors.interface import Now
from connectors.network_errors import html_answer, translate_network_error

PUBLIC_URL = "https://graph.facebook.com"
DEFAULT_VERSION = "v26.0"
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}")
_GRAPH_ID = re.compile(r"[0-9]{1,40}(_[0-9]{1,40}){0,2}")


def is_graph_id(text: str) -> bool:
    """Digits, or `{page}_{post}` and `{post}_{comment}`: anything else has no place in a path."""
    return _GRAPH_ID.fullmatch(text) is not None


def checked_version(text: str) -> str:
    """`v26.0` or `26.0` as `v26.0`; raises ValueError."""
    version = text if text.startswith("v") else f"v{text}"
    if not _VERSION.fullmatch(version):
        raise ValueError(f"graph_version {text!r} is not of the form v26.0")
    return version


class GraphSession(BoundedSession):
    """Sends what facebook-sdk asks for, with the token in a header and to this instance's own address."""

    def __init__(
        self, now: Now, *, base_url: str | None, token: str, app_secret: str | None,
        proxy: str | None = None, ca_bundle: Path | None = None,
    ) -> None:  # fmt: skip
        proof = _proof(token, app_secret) if app_secret else None
        secrets = (token, *(secret for secret in (app_secret, proof) if secret))
        super().__init__(now, secrets=secrets, proxy=proxy, ca_bundle=ca_bundle)
        self.last: requests.Response | None = None
        self._base_url = (base_url or PUBLIC_URL).rstrip("/") + "/"
        self._token, self._proof_of_secret = token, proof

    def request(  # type: ignore[override]  # only the call that facebook-sdk makes is offered
        self, method: str, url: str, *, params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None, **kwargs: Any,
    ) -> requests.Response:  # fmt: skip
        """One exchange; the library's `access_token` travels as `Authorization: Bearer`."""
        self.last = None
        query, form = dict(params or {}), dict(data or {})
        given = (form.pop("access_token", None), query.pop("access_token", None))
        token = str(given[0] or given[1] or self._token)
        if self._proof_of_secret and token == self._token:
            (form if method == "POST" else query)["appsecret_proof"] = self._proof_of_secret
        self.last = super().request(
            method, self._own_address(url), params=query, data=form or None,
            headers={"Authorization": f"Bearer {token}"}, **kwargs,
        )  # fmt: skip
        return self.last

    def _own_address(self, url: str) -> str:
        # The library's address is one global for the whole process; each source needs its own.
        if not url.startswith(facebook.FACEBOOK_GRAPH_URL):
            raise requests.exceptions.InvalidURL("not an address of the Graph API")
        return self._base_url + url.removeprefix(facebook.FACEBOOK_GRAPH_URL)


class GraphClient:
    """Reads and writes through `facebook.GraphAPI`; raises `ConnectorError`s and nothing else."""

    def __init__(self, session: GraphSession, token: str, version: str, now: Now) -> None:
        self.session = session
        self.version = version
        self._now = now
        self._graph = facebook.GraphAPI(access_token=token, session=session)
        # Its constructor knows no version after 3.1; the attribute is used as it stands.
        self._graph.version = version

    def read(self, path: str, **arguments: str | int) -> Mapping[str, Any]:
        """GET; the JSON object that came."""
        return self._ask(path, arguments={name: str(value) for name, value in arguments.items()})

    def write(self, path: str, **form: str) -> Mapping[str, Any]:
        """POST with a form, never a query."""
        return self._ask(path, form=form, method="POST")

    def remove(self, path: str) -> Mapping[str, Any]:
        """DELETE."""
        return self._ask(path, method="DELETE")

    def usage(self) -> Usage:
        """What the last answer said of our allowance."""
        return read_usage(self.session.last.headers) if self.session.last is not None else Usage()

    def _ask(
        self, path: str, *, arguments: dict[str, str] | None = None, form: dict[str, str] | None = None,
        method: str = "GET",
    ) -> Mapping[str, Any]:  # fmt: skip
        problem: ConnectorError
        try:
            result = self._graph.request(f"{self.version}/{path}", arguments, form, None, method)
        except Exception as error:  # noqa: BLE001  the library throws KeyError as well as its own
            problem = self._translate(error)
        else:
            # The library makes dictionaries of pictures and of query strings as well.
            if isinstance(result, dict) and self._answered_json():
                return result
            problem = ProtocolDrift("The answer was not a JSON object.")
        # Raised here and not above, so that no cause with the request's address hangs on it.
        raise problem

    def _answered_json(self) -> bool:
        last = self.session.last
        return last is not None and "json" in last.headers.get("content-type", "")

    def _translate(self, error: Exception) -> ConnectorError:
        if isinstance(error, ConnectorError):
            return error
        answer = self.session.last
        if answer is None:
            return translate_network_error(error)
        problem = _envelope(error)
        if problem is not None:
            usage = read_usage(answer.headers)
            return from_problem(problem, answer.status_code, usage, self._now(), self.session.secrets)
        return _without_envelope(answer, error)


def _envelope(error: Exception) -> Mapping[str, Any] | None:
    """Graph's own error object, which the library keeps in `result` with the subcode it does not show."""
    result = error.result if isinstance(error, facebook.GraphAPIError) else None
    problem = result.get("error") if isinstance(result, dict) else None
    return problem if isinstance(problem, dict) else None


def _without_envelope(answer: requests.Response, error: Exception) -> ConnectorError:
    """An answer that is no Graph answer: a web page, half a JSON text, no content type."""
    page = html_answer(answer)
    if page is not None:
        return page
    if answer.status_code >= 400:
        return from_status(answer.status_code)
    if isinstance(error, requests.exceptions.JSONDecodeError) and _was_cut(answer.text):
        return Transient("The answer broke off in the middle.")
    return ProtocolDrift(f"The answer was not what Graph answers ({type(error).__name__}).")


def _was_cut(text: str) -> bool:
    return text.lstrip().startswith("{") and not text.rstrip().endswith("}")


def _proof(token: str, app_secret: str) -> str:
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def fields(names: Iterable[str]) -> str:
    """Graph's `fields` parameter."""
    return ",".join(names)
