"""Keeps a test run to this machine: no outside connection, nothing taken from the person's own shell."""

import contextlib
import ipaddress
import logging
import os
import socket
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import structlog

# What would change how a test behaves depending on whose terminal it runs in.
FOREIGN_VARIABLES = (
    "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy",
    "requests_ca_bundle", "curl_ca_bundle", "ssl_cert_file", "ssl_cert_dir",
    "credentials_directory", "notify_socket", "watchdog_usec", "watchdog_pid",
    "force_color", "py_colors", "github_actions",
)  # fmt: skip
KEPT_POSTGRES_VARIABLES = ("PG_BIN",)


class OutsideConnection(BaseException):
    """A test tried to leave this machine. Not an Exception, so that no `except Exception` hides it."""


def foreign_names(names: Iterable[str]) -> list[str]:
    """Which environment variables a test must not see; libpq reads every `PG…`, pytest keeps its own."""
    return [
        name
        for name in names
        if name.lower() in FOREIGN_VARIABLES
        or (name.startswith("PG") and name not in KEPT_POSTGRES_VARIABLES)
    ]


def clean_environment() -> None:
    for name in foreign_names(list(os.environ)):
        del os.environ[name]


def is_this_machine(host: str) -> bool:
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def forbid_outside_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and name look-up that would leave this machine."""
    monkeypatch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
    monkeypatch.setattr(socket.socket, "sendto", _guarded(socket.socket.sendto))
    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name.rstrip(".").lower().endswith(".invalid"):
            # RFC 6761: such a name never resolves, so there is no need to ask anybody.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name and not is_this_machine(name) and not _is_address(name):
            raise OutsideConnection(f"a test asked for the address of {name}")
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


def _guarded(original: Any) -> Any:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        # The address is the last argument of connect, connect_ex and sendto alike.
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_this_machine(address[0]):
            raise OutsideConnection(f"a test tried to reach {address[0]} port {address[1]}")
        return original(self, *arguments)

    return guarded


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


@contextlib.contextmanager
def logging_put_back() -> Iterator[None]:
    """The program sets up logging for its whole process; the next test must not inherit that."""
    root = logging.getLogger()
    handlers, before = list(root.handlers), {logger: _settings(logger) for logger in _loggers()}
    try:
        yield
    finally:
        structlog.reset_defaults()
        # pytest's own handlers come and go with the phases of a test.
        ours = [handler for handler in root.handlers if type(handler).__module__ != "_pytest.logging"]
        for handler in set(ours) - set(handlers):
            root.removeHandler(handler)
        for logger in _loggers():
            level, propagate, disabled, filters = before.get(logger, (logging.NOTSET, True, False, ()))
            logger.setLevel(level)
            logger.propagate, logger.disabled, logger.filters = propagate, disabled, list(filters)


def _loggers() -> list[logging.Logger]:
    named = [entry for entry in logging.root.manager.loggerDict.values() if isinstance(entry, logging.Logger)]
    return [logging.getLogger(), *named]


def _settings(logger: logging.Logger) -> tuple[int, bool, bool, tuple[Any, ...]]:
    return logger.level, logger.propagate, logger.disabled, tuple(logger.filters)
