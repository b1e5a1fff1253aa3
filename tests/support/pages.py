"""A person with a browser in front of the school's own pages: opens links, reads, fills in forms."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from monitor.console.app import make_app
from monitor.pipeline.handing_in.links import Invited, LinkPurpose, invite_link, link_for
from monitor.site import Site

PUBLIC = "https://watch.fernhill.example"
CONSOLE = f'\n[console]\npublic_url = "{PUBLIC}"\n'
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Visitor:
    """Keeps cookies, as a browser does. `page` is what it shows now."""

    site: Site
    place: str = "192.0.2.7"
    page: str = ""
    status: int = 0
    headers: Any = None
    _client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._client = make_app(self.site).test_client()

    def open(self, address: str) -> "Visitor":
        return self._shown(self._client.get(urlsplit(address).path, **self._from()))

    def press(self, address: str, **fields: str) -> "Visitor":
        """Send the form of the page that is shown; follows the redirect behind it."""
        token = _TOKEN.search(self.page)
        data = {**({"csrf_token": token[1]} if token else {}), **fields}
        answer = self._client.post(urlsplit(address).path, data=data, follow_redirects=True, **self._from())
        return self._shown(answer)

    def _from(self) -> dict[str, Any]:
        headers = {"Referer": f"{PUBLIC}/"}
        return {"base_url": PUBLIC, "headers": headers, "environ_base": {"REMOTE_ADDR": self.place}}

    def _shown(self, answer: Any) -> "Visitor":
        self.status, self.headers, self.data = answer.status_code, answer.headers, answer.data
        is_text = str(answer.content_type).startswith("text/")
        self.page = answer.get_data(as_text=True) if is_text else ""
        return self


def alert_link(site: Site, incident_id: int, person: str = "A. Manager", hours: float = 72) -> str:
    with site.database.write() as session:
        address = link_for(
            session, site, LinkPurpose.ACKNOWLEDGE, incident_id=incident_id, person=person, hours=hours
        )
    assert address is not None
    return address


def own_link(site: Site, incident_id: int, person: str = "S1") -> tuple[str, str]:
    """Address and code of an invitation."""
    with site.database.write() as session:
        made = invite_link(session, site, Invited(LinkPurpose.WISHES, incident_id, person, 48, "B. Head"))
    assert made is not None
    return made.address, made.code
