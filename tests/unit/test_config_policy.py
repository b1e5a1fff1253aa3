"""The shipped policy: a route that nobody has opened must not be told as if somebody had."""

import pytest
from pydantic import ValidationError

from config.policy import Confidence, Host, helplines, host_for, hosts
from config.policy.known import UNCONFIRMED


@pytest.mark.parametrize("host", hosts().values(), ids=lambda host: host.platform)
def test_an_unconfirmed_route_would_be_shown_as_certain(host: Host) -> None:
    if host.confirmed:
        assert host.verified_on is not None
        assert host.shown_route() == host.route
    else:
        assert host.verified_on is None
        assert host.shown_route() == UNCONFIRMED + host.route
        assert host.shown_who_may_report().startswith(UNCONFIRMED)


def test_an_unconfirmed_telephone_number_would_be_shown_as_certain() -> None:
    for helpline in helplines().values():
        assert helpline.confirmed or helpline.shown_contact().startswith(UNCONFIRMED)


@pytest.mark.parametrize(
    "facts",
    [
        {"confirmed": True},
        {"confirmed": True, "confidence": Confidence.OPENED},
        {"confirmed": False, "verified_on": "2026-01-01"},
        {"confidence": Confidence.OPENED},
    ],
)
def test_a_route_would_be_marked_confirmed_without_a_date(facts: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="belong together"):
        Host.model_validate(
            {"platform": "p", "title": "P", "route": "r", "who_may_report": "w", "rules": ["r"], **facts}
        )


def test_a_route_that_was_opened_would_still_be_doubted() -> None:
    opened = {"confirmed": True, "confidence": "opened", "verified_on": "2026-11-20"}
    host = Host.model_validate(
        {"platform": "p", "title": "P", "route": "r", "who_may_report": "w", "rules": ["r"], **opened}
    )
    assert host.shown_route() == "r"


def test_a_platform_that_is_polled_would_have_no_report_route() -> None:
    assert host_for("x").title == "X"
    assert host_for("facebook").title == "Facebook"


def test_a_post_on_an_unknown_site_would_have_no_next_step() -> None:
    other = host_for("somebody-elses-forum")
    assert other.platform == "other"
    assert other.escalates_to_provider


def test_a_large_platform_would_be_reported_to_its_own_provider() -> None:
    assert not any(host_for(name).escalates_to_provider for name in ("x", "facebook", "instagram", "youtube"))
