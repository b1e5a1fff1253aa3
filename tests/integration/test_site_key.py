"""The key of the register's tokens: made once, whole, and never quietly replaced."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.school import write_settings

from config.schema import Settings
from monitor.site import open_site
from monitor.site_files import SiteUnusable


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return write_settings(tmp_path, f"sqlite:///{tmp_path}/schoolwatch.db", {}, mail_port=25)


def test_a_full_disk_would_leave_an_empty_key(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every later token would be a plain hash that anybody can try out."""
    whole: Callable[[int], None] = os.fsync

    def full(descriptor: int) -> None:
        if ".part" in Path(f"/proc/self/fd/{descriptor}").readlink().name:
            raise OSError(28, "No space left on device")
        whole(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SiteUnusable, match="No space left on device"):
        open_site(settings)
    assert not list(tmp_path.glob("register.key*"))
    monkeypatch.undo()
    site = open_site(settings)
    site.close()
    assert (tmp_path / "register.key").read_bytes() == site.token_key


def test_a_damaged_key_would_be_used(settings: Settings, tmp_path: Path) -> None:
    """Nothing that the register's own key made would match any more, and nobody would know why."""
    (tmp_path / "register.key").write_bytes(b"short")
    with pytest.raises(SiteUnusable, match="5 bytes, not 32"):
        open_site(settings)


def test_the_key_would_change_with_each_start(settings: Settings) -> None:
    first, second = open_site(settings), open_site(settings)
    first.close()
    second.close()
    assert first.token_key == second.token_key
    assert len(first.token_key) == 32
