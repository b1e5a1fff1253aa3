"""The outside dead-man switch: we ping it while we work, and it tells somebody when we no longer do."""

import logging

import requests

# At DEBUG it writes the path of every address, and here the path is the secret.
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: record.levelno > logging.DEBUG)


class PingFailed(Exception):
    """The ping did not arrive. The text never holds the address: whoever has it can keep the switch quiet."""

    mend = "Look at [operations] dead_man_ping, and whether its service can be reached from here."


def ping(url: str, *, timeout: float, proxy: str | None = None, ca_bundle: str | None = None) -> None:
    """One GET; anything but a 2xx answer raises PingFailed. `timeout`: seconds for connecting and for a read.

    A redirect is a failure: a school filter's block page answers so, and it would look like a success.
    """
    try:
        with requests.Session() as session:
            session.trust_env = False  # no password of a .netrc file to a stranger, no unknown proxy
            session.proxies = {"http": proxy, "https": proxy} if proxy else {}
            with session.get(
                url, timeout=timeout, allow_redirects=False, stream=True, verify=ca_bundle or True
            ) as answer:
                status = answer.status_code
    except requests.RequestException as error:
        # `from None`: the text of requests' errors holds the address.
        raise PingFailed(f"the dead-man ping got no answer ({type(error).__name__})") from None
    if not 200 <= status < 300:
        raise PingFailed(f"the dead-man ping was answered with {status}")
