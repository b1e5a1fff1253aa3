"""No token ever stands where somebody could read it: errors, logs, envelopes, representations."""

import logging
import time
import traceback
from collections.abc import Iterator

import pytest
from support.connector_bench import Bench

from connectors.errors import ConnectorError
from connectors.loopback import Fault


def secrets_of(bench: Bench) -> list[str]:
    return [value for value in bench.platform.credentials().values() if len(value) > 8]


def assert_clean(bench: Bench, text: str) -> None:
    for secret in secrets_of(bench):
        assert secret not in text


@pytest.fixture
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A technician has turned every logger to DEBUG, the libraries' own ones too."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] != "hypothesis"]
    before = {name: logging.getLogger(name).level for name in names}
    caplog.set_level(logging.DEBUG)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def use_everything(bench: Bench) -> str:
    """Read, re-check, act and check; all that was said about it."""
    post = bench.platform.own_post("A post.", bench.ago(hours=3))
    comment = bench.platform.comment(post, "A comment.", "Ann Example", bench.ago(hours=2))
    said = []
    for stream in bench.connector.streams():
        try:
            said.append(repr(bench.step(stream, seconds=0.4)))
        except ConnectorError as error:
            said += [str(error), repr(error), error.mend, *traceback.format_exception(error)]
    said.append(repr(bench.connector.recheck([comment], deadline=time.monotonic() + 0.4)))
    said.append(repr(bench.connector.check()))
    for act in (bench.connector.hide, bench.connector.unhide, bench.connector.delete):
        try:
            said.append(repr(act(comment)))
        except ConnectorError as error:
            said += [str(error), *traceback.format_exception(error)]
    return "\n".join([*said, repr(bench.connector), repr(bench.envelopes), repr(bench.account())])


QUICK = [fault for fault in Fault if fault not in (Fault.STALL, Fault.SLOW_DRIP)]


@pytest.mark.usefixtures("_everything_is_logged")
@pytest.mark.parametrize("fault", [None, *QUICK])
def test_a_token_would_be_read_in_a_log_or_an_error(
    bench: Bench, caplog: pytest.LogCaptureFixture, fault: Fault | None
) -> None:
    if fault is not None:
        bench.platform.misbehave(fault, times=1000)
    said = use_everything(bench)
    assert_clean(bench, said)
    logged = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert_clean(bench, logged)


@pytest.mark.usefixtures("_everything_is_logged")
def test_a_token_would_be_read_when_the_platform_is_unreachable(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused connection's text holds the whole address, with whatever stands in it."""
    bench.connector.close()
    bench.connector = bench.connect(base_url="http://127.0.0.1:9")
    assert_clean(bench, use_everything(bench))
    assert_clean(bench, "\n".join(logging.Formatter().format(record) for record in caplog.records))


def test_a_token_would_stand_in_an_address(bench: Bench) -> None:
    """Addresses are written down by every proxy on the way."""
    bench.platform.own_post("A post.", bench.ago(hours=3))
    bench.poll()
    for request in bench.platform.requests:
        assert_clean(bench, request.path)
        assert_clean(bench, repr(dict(request.query)))
    for envelope in bench.envelopes:
        assert_clean(bench, repr(envelope))
