"""Whose network and whose name it is, by RDAP, through whoisit."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import whoisit
from whoisit.errors import ResourceDoesNotExist, WhoisItError

from alerts.routes.providers import Network, Registration
from config.addresses import is_loopback

_FEWEST_LABELS = 2


class RegistriesSilent(Exception):
    """The list of registries could not be read. The text says why."""


class Registries:
    """Asks the registries. whoisit keeps their list for the whole process, so it is read anew here."""

    def __init__(
        self, *, bootstrap: Path | None, proxy: str | None = None, ca_bundle: Path | None = None
    ) -> None:
        self._session = whoisit.utils.create_session()
        if proxy:
            self._session.proxies = {"http": proxy, "https": proxy}
        if ca_bundle:
            self._session.verify = str(ca_bundle)
        self._learn(bootstrap)

    def _learn(self, bootstrap: Path | None) -> None:
        """From a file that somebody saved, or from IANA. http is taken for this machine only."""
        whoisit.clear_bootstrapping()
        try:
            if bootstrap is None:
                whoisit.set_session(self._session)
                whoisit.bootstrap(overrides=True)
            else:
                words = bootstrap.read_text(encoding="utf-8")
                whoisit.load_bootstrap_data(words, allow_insecure=_all_here(json.loads(words)))
        except (OSError, ValueError, WhoisItError, requests.RequestException) as error:
            raise RegistriesSilent(f"the list of registries could not be read: {error}") from error

    def network(self, address: str) -> Network | str:
        """The network of an address, or the problem in words."""
        try:
            answer = whoisit.ip(address, session=self._session)
        except (WhoisItError, requests.RequestException) as error:
            return f"the registry of addresses did not answer about {address}: {type(error).__name__}"
        return Network(address, str(answer.get("name") or address), _abuse(answer))

    def registration(self, name: str) -> Registration | str:
        """The registration of the nearest name above that has one, or the problem in words."""
        labels = name.split(".")
        for cut in range(max(1, len(labels) - _FEWEST_LABELS + 1)):
            domain = ".".join(labels[cut:])
            try:
                answer = whoisit.domain(domain, session=self._session, follow_related=False)
            except ResourceDoesNotExist:
                continue
            except (WhoisItError, requests.RequestException) as error:
                return f"the registry of names did not answer about {domain}: {type(error).__name__}"
            return Registration(domain, _registrar(answer), _abuse(answer))
        return f"the registry of names knows no {name}"


def _all_here(bootstrap: Mapping[str, Any]) -> bool:
    services = [one.get("services", []) for one in bootstrap.values() if isinstance(one, Mapping)]
    urls = [url for entries in services for entry in entries for url in entry[-1]]
    return bool(urls) and all(is_loopback(urlsplit(url).hostname) for url in urls)


def _abuse(answer: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_emails(answer.get("entities", {}).get("abuse", []))))


def _emails(entities: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for entity in entities:
        yield from entity.get("emails") or ([entity["email"]] if entity.get("email") else [])


def _registrar(answer: Mapping[str, Any]) -> str:
    registrars = answer.get("entities", {}).get("registrar", [])
    return str(registrars[0].get("name", "")) if registrars else ""
