"""What writes evidence, each act by itself, for a life that is to be ended in its middle and for the next one."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from support.at_rest import MANAGER
from support.log_site import grow
from support.school import PlainJudge

from config.schema import Role
from monitor.capture.dialling import Dialler
from monitor.capture.fetching import Limits
from monitor.passes import read_source
from monitor.pipeline.at_rest.erasing import ErasureRefused, Request, erase_on_request
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.at_rest.unlocking import Opener, UnlockRefused, unlock
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import Order, Scope
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.pipeline.sealing_up.capture_locking import lock_captures
from monitor.pipeline.sealing_up.capturing import Tools, Wish, capture
from monitor.pipeline.sealing_up.second_log import keep_second_log
from monitor.pipeline.sealing_up.stamping import stamp_due
from monitor.site import Site
from monitor.store import custody

Told = dict[str, Any]
"""Which incident or item each act is about, and where the picture stands."""


def page(site: Site, _: Told) -> None:
    read_source(site, "x")
    while judge_waiting(site, PlainJudge()):
        pass


def checkpoint(site: Site, _: Told) -> None:
    grow(site, 2)
    keep_second_log(site)


def stamp(site: Site, _: Told) -> None:
    with site.database.write() as session:
        custody.note(session, site.school_id, site.now(), "verified")
    stamp_due(site)


def take(site: Site, told: Told) -> None:
    loopback = dict.fromkeys(told["names"], ("127.0.0.1", told["port"]))
    dialler = Dialler(resolve=lambda _: [], loopback=loopback, ca_bundle=Path(told["ca"]))
    wish = Wish("A. Manager", "the police asked", media=True)
    capture(site, told["capture"], wish, Tools(dialler, limits=Limits(seconds=20)))


def lock(site: Site, _: Told) -> None:
    lock_due(site)
    lock_captures(site)


def open_up(site: Site, told: Told) -> None:
    with suppress(UnlockRefused):  # done before the end of the life before
        unlock(site, told["unlock"], MANAGER, Opener("A. Manager", Role.SENIOR_MANAGER, "it is back"))


def erase(site: Site, told: Told) -> None:
    with suppress(ErasureRefused):  # done before the end of the life before
        erase_on_request(site, told["erase"], Request("the author asks", "A. Manager", "B. Head"))


def export(site: Site, told: Told) -> None:
    folder = site.evidence.parent / "out"
    make_export(site, Order(Scope(incident=told["export"]), folder, actor="A. Manager"))


ACTS: dict[str, Callable[[Site, Told], None]] = {
    "seal a page": page,
    "sign a checkpoint": checkpoint,
    "have it stamped": stamp,
    "capture": take,
    "lock": lock,
    "unlock": open_up,
    "erase": erase,
    "export": export,
}
