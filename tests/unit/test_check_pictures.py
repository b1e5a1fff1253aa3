"""What `check` says of captures and of the numbers on the call sheet."""

from pathlib import Path

import pytest
from support.school import SETTINGS

from config.loading import load_settings
from config.schema import Settings
from monitor.capture import browser
from monitor.checks.lines import State
from monitor.checks.pictures import capture_lines, numbers_lines


def settings(folder: Path, more: str = "") -> Settings:
    (folder / "database-url").write_text("sqlite:///x.db")
    path = folder / "schoolwatch.toml"
    path.write_text(SETTINGS.format(port=25) + more)
    return load_settings(path)


def test_numbers_that_are_missing_are_named_before_they_are_needed(tmp_path: Path) -> None:
    """Somebody would look for the LADO's number while the picture is up."""
    (line,) = numbers_lines(settings(tmp_path))
    assert line.state is State.WARNING
    assert line.message == "[contacts] lacks lado, childrens_services; no phone for B. Head, C. Lead"


def test_numbers_that_are_there_are_well(tmp_path: Path) -> None:
    """A warning that never goes is not read."""
    more = '[contacts]\nlado = "01632 960010"\nchildrens_services = "01632 960020"\n'
    text = SETTINGS.replace('name = "B. Head"', 'name = "B. Head"\nphone = "01632 960001"')
    text = text.replace('name = "C. Lead"', 'name = "C. Lead"\nphone = "01632 960002"')
    (tmp_path / "database-url").write_text("sqlite:///x.db")
    (tmp_path / "schoolwatch.toml").write_text(text.format(port=25) + more)
    (line,) = numbers_lines(load_settings(tmp_path / "schoolwatch.toml"))
    assert line.state is State.OK


@pytest.mark.parametrize(
    ("missing", "state", "says"),
    [
        (None, State.OK, "after a person has ruled"),
        ("The optional extra is not installed: …", State.OK, "schoolwatch card"),
        ("Chromium's sandbox does not work for root: …", State.WARNING, "no pages"),
    ],
)
def test_a_school_is_told_whether_a_page_can_be_captured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str | None, state: State, says: str
) -> None:
    """It would be found out on the day on which the police ask."""
    monkeypatch.setattr("monitor.checks.pictures.why_no_browser", lambda _: missing)
    monkeypatch.setattr("monitor.checks.pictures.chromium", lambda: "/usr/bin/chromium")
    (line,) = capture_lines(settings(tmp_path), browser.Browser())
    assert (line.state, says in line.message) == (state, True)


def test_a_proxy_leaves_the_card(tmp_path: Path) -> None:
    """The proxy would choose the address that the guard has to check."""
    (line,) = capture_lines(settings(tmp_path, '[network]\nproxy = "http://proxy.school.example:8080"\n'))
    assert "not possible" in line.message
