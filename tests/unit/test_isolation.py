"""Were these guards open, a test could post to a real platform or depend on whose terminal it runs in."""

import logging
import os
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.isolation import OutsideConnection, foreign_names, is_this_machine, logging_put_back


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_connection_to_the_outside_is_refused(method: str) -> None:
    """Or a forgotten base_url would send a school's invented comments to a real platform."""
    with socket.socket() as plug, pytest.raises(OutsideConnection, match=r"192\.0\.2\.1 port 443"):
        getattr(plug, method)(("192.0.2.1", 443))


def test_a_datagram_to_the_outside_is_refused() -> None:
    """Or a look-up by hand would get past the guard."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug, pytest.raises(OutsideConnection):
        plug.sendto(b"x", ("192.0.2.1", 53))


def test_no_name_is_looked_up_outside() -> None:
    """Or the name server of wherever the tests run would learn what we ask for."""
    with pytest.raises(OutsideConnection, match=r"api\.example"):
        socket.create_connection(("api.example", 443))


def test_a_name_that_cannot_exist_fails_as_it_does_everywhere() -> None:
    """Or a wrong host name in the settings would be tested against a guard and not against the error."""
    with pytest.raises(socket.gaierror):
        socket.create_connection(("mail.school.invalid", 25))


def test_this_machine_stays_reachable() -> None:
    """Or no test could talk to a loopback platform."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = threading.Thread(target=lambda: server.accept()[0].close())  # noqa: PLW0108  must wait in the thread
        answer.start()
        socket.create_connection(("localhost", server.getsockname()[1])).close()
        answer.join()


@given(st.ip_addresses(v=4))
def test_only_loopback_addresses_count_as_this_machine(address: object) -> None:
    """Or a private address of the school's network would pass for our own machine."""
    assert is_this_machine(str(address)) == str(address).startswith("127.")


def test_no_proxy_and_no_server_of_the_person_who_runs_the_tests_is_seen() -> None:
    """Or a test would pass behind one proxy and fail behind another."""
    assert foreign_names(["HTTPS_PROXY", "no_proxy", "PGPASSWORD", "PG_BIN", "PATH"]) == [
        "HTTPS_PROXY",
        "no_proxy",
        "PGPASSWORD",
    ]
    assert foreign_names(os.environ) == []


def test_what_one_test_does_to_logging_ends_with_it() -> None:
    """Or a test that looks for a leaked token would look into a log that an earlier one switched off."""
    logger, root = logging.getLogger("urllib3.somewhere"), logging.getLogger()
    before = (root.level, [type(handler) for handler in root.handlers])
    with logging_put_back():
        logging.basicConfig(level=logging.CRITICAL, handlers=[logging.NullHandler()])
        root.addHandler(logging.NullHandler())
        logger.disabled, logger.propagate = True, False
        logger.addFilter(lambda _: False)
    assert (root.level, [type(handler) for handler in root.handlers]) == before
    assert (logger.disabled, logger.propagate, logger.filters) == (False, True, [])
