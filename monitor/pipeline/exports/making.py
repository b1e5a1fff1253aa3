"""Making an export: planned in a row, written, sealed into the log, proven. Any step can die and be taken up.

1. One transaction: the log is signed, the row says what the export will hold and where.
2. The sealed files are opened (and noted as exported), the bag is built, the zip is written.
3. One transaction: the log's line over the payload's list, and a checkpoint over that line.
4. The proof of that line is written beside the zip. Until it is, the row is found and step 4 done again.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.export.container import packed
from alerts.export.contents import ExportContents
from alerts.export.files import export_files
from alerts.export.manifest import MANIFEST
from alerts.export.profiles import Profile, for_profile
from alerts.export.writer import BOX, ExportMade, file_stem, free_name, write_whole
from config.words import Lane
from monitor.evidence.canonical import sha256
from monitor.evidence.folder import shred
from monitor.evidence.identity import new_uid
from monitor.evidence.leaf import SALT_BYTES, LeafKind, commitment
from monitor.evidence.lockbox import key_id, locked_to
from monitor.pipeline.at_rest.unboxing import out_of_boxes
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.exports import facts as facts_of
from monitor.pipeline.exports.choice import Choice, choice
from monitor.pipeline.exports.contents import Opened, contents, withheld
from monitor.pipeline.exports.later import opened_captures
from monitor.pipeline.exports.masking import names
from monitor.pipeline.exports.numbers import give
from monitor.pipeline.exports.order import ExportRefused, Moment, Order
from monitor.pipeline.exports.proving import give_up_unfinished, making, prove
from monitor.pipeline.exports.sealing import seal, stamped_size
from monitor.pipeline.sealing_up.checkpointing import signed
from monitor.pipeline.sealing_up.stamping import stamp_wanted
from monitor.pipeline.telling.weekly_readers import readers_of
from monitor.site import Site
from monitor.store import custody, log
from monitor.store.checkpoints import at, newest
from monitor.store.evidence_door import EXPORTED, Access, opened_evidence
from monitor.store.models import CheckpointRow, Export, ExportState

Beside = Callable[[Session, "Built", ExportMade], None]
"""What else belongs into the transaction that seals an export: the row of the week, its mails."""
Begun = Callable[[Session, Site, Order], int | None]
_log = structlog.get_logger()


@dataclass(frozen=True)
class Built:
    """An export in memory."""

    contents: ExportContents
    files: dict[str, bytes]


def make_export(site: Site, order: Order, beside: Beside | None = None) -> ExportMade:
    """Raises ExportRefused, ExportFailed, KeyUnusable. What was begun before and died is given up first."""
    with making(site):
        give_up_unfinished(site)
        return finish(site, plan(site, order), order, beside)


def plan(site: Site, order: Order, begun: Begun | None = None) -> int:
    """The row of an export (its id): what it will hold, where, and the salt of its line in the log.

    `begun` may find one that was planned before; two processes that ask follow one another here.
    """
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        earlier = begun(session, site, order) if begun else None
        if earlier is not None:
            return earlier
        row = _checkpoint(session, site, order)
        if row is not None:
            stamp_wanted(session, site, row.size)  # had by the time that somebody asks for it again
        export = None if row is None else _planned(session, site, order, Moment(row.size, row.made_at))
        if export is not None:
            session.flush()
            return export.id
    # Outside of the transaction, which keeps what it told the operators.
    raise ExportRefused(
        "the log of the evidence cannot be signed, so nothing can be proved by an export; run "
        "`schoolwatch evidence verify`"
    )


def _checkpoint(session: Session, site: Site, order: Order) -> CheckpointRow | None:
    if order.at is None:
        # A line of its own, so that the checkpoint is of this moment: a week in which nothing was sealed and
        # a source failed would else be shown as it was when the log last grew.
        custody.note(
            session, site.school_id, site.now(), "export_begun", actor=order.actor,
            reference=order.scope.incident, scope=str(order.scope), profile=str(order.profile),
            reader=str(order.reader),
        )  # fmt: skip
        session.flush()
        return signed(session, site)
    row = at(session, site.school_id, order.at)
    if row is None:
        last = newest(session, site.school_id)
        known = f"the newest has {last.size}" if last else "there is none yet"
        raise ExportRefused(f"--at {order.at}: there is no checkpoint of {order.at} lines; {known}")
    return row


def _planned(session: Session, site: Site, order: Order, moment: Moment) -> Export:
    chosen = choice(session, site, order, moment)
    _allowed(order, chosen)
    if order.produced_by is not None:
        give(
            session, site.school_id, [item.uid for _, item, _ in chosen.shown], order.produced_by, site.now()
        )
    stamped = stamped_size(session, site.school_id, moment.size)
    export = Export(
        school_id=site.school_id,
        uid=new_uid(site.now()),
        scope=str(order.scope),
        profile=str(order.profile),
        reader=str(order.reader),
        checkpoint_size=moment.size,
        made_by=order.actor,
        produced_by=order.produced_by,
        made_at=site.now(),
        path=str(_place(session, site, order)),
        locked_to=key_id(order.locked_to) if order.locked_to else None,
        state=ExportState.PLANNED,
        items=[item.uid for _, item, _ in chosen.shown],
        facts={
            **_facts(session, site, order, moment, chosen=chosen, stamped=stamped),
            "stamps_over": stamped,
        },
        salt=secrets.token_bytes(SALT_BYTES),
    )
    session.add(export)
    return export


def _allowed(order: Order, chosen: Choice) -> None:
    if order.profile is not Profile.HOST:
        return
    if order.scope.incident is None:
        raise ExportRefused("--profile host goes with --incident: a host is given what it hosts, and no week")
    if any(Lane(incident.lane) is Lane.INDECENT_IMAGE for _, _, incident in chosen.shown):
        raise ExportRefused(
            "schoolwatch prepares nothing for a host about a possible indecent image: ring the police (101, "
            "or 999 if a child is in danger now)"
        )


def _facts(
    session: Session, site: Site, order: Order, moment: Moment, *, chosen: Choice, stamped: int
) -> dict[str, Any]:
    """Those of an earlier export of the same, where there was one: then both have the same payload."""
    query = select(Export).filter_by(
        school_id=site.school_id,
        checkpoint_size=moment.size,
        scope=str(order.scope),
        reader=str(order.reader),
    )
    uids = {item.uid for _, item, _ in chosen.shown}
    for earlier in session.scalars(query.order_by(Export.id)):
        if earlier.facts is not None and uids <= earlier.facts["facts"]["thoughts"].keys():
            return {"facts": earlier.facts["facts"]}
    addresses = [person.email for person in readers_of(site, order.reader)]
    found = facts_of.gathered(session, site, chosen, moment, readers=addresses, stamped_size=stamped)
    return {"facts": facts_of.written(found)}


def _place(session: Session, site: Site, order: Order) -> Path:
    taken = set(session.scalars(select(Export.path).filter_by(school_id=site.school_id)))
    taken |= {path.removesuffix(BOX) for path in taken}
    stem = file_stem(site.school_name, str(order.scope), str(order.profile))
    path = free_name(order.folder.absolute(), stem, taken)
    return path.with_name(f"{path.name}{BOX}") if order.locked_to else path


def finish(site: Site, export_id: int, order: Order, beside: Beside | None = None) -> ExportMade:
    """Write, seal and prove what is planned; what is sealed already stays as it is. Only within `making`."""
    earlier = _sealed_already(site, export_id)
    if earlier is not None:
        prove(site, export_id)
        return earlier
    built = build(site, export_id, order)
    data, path = packed(built.files), _path(site, export_id)
    if order.locked_to is not None:
        zip_name = path.name.removesuffix(BOX)
        data = locked_to({zip_name: data}, [order.locked_to], zip_name.encode())
    passing(Boundary.BEFORE_EXPORT)
    write_whole(path, data)
    passing(Boundary.AFTER_EXPORT)
    made = ExportMade(path, sha256(data), tuple(sorted(built.files)))
    with site.database.write() as session:
        stands = _seal(session, site, export_id, built, made)
        if stands and beside is not None:
            beside(session, built, made)
    if not stands:
        shred(path)
        raise ExportRefused(
            "one of its items was erased, locked or suspected while it was made, and it was erased; ask again"
        )
    passing(Boundary.AFTER_EXPORT_SEALED)
    prove(site, export_id)
    _log.info("exported", scope=str(order.scope), items=len(built.contents.items), sha256=made.sha256)
    return made


def _sealed_already(site: Site, export_id: int) -> ExportMade | None:
    with site.database.read() as session:
        export = session.get_one(Export, export_id)
        return None if export.sha256 is None else ExportMade(Path(export.path), export.sha256, ())


def _path(site: Site, export_id: int) -> Path:
    with site.database.read() as session:
        return Path(session.get_one(Export, export_id).path)


def build(site: Site, export_id: int, order: Order) -> Built:
    """The bag, with every item's files opened through the door of the evidence."""
    with site.database.read() as session:
        export = session.get_one(Export, export_id)
        moment = _moment(session, export)
        chosen = choice(session, site, order, moment)
        masked = names(session, site, chosen.shown)
    known = facts_of.read((export.facts or {})["facts"])
    export_id_shown = f"EXP-{order.scope}-{order.profile}-{moment.size}"
    has_key = order.key is not None
    uids = [row[1].uid for row in chosen.shown if withheld(row, moment, has_key=has_key) is None]
    # The masked words are read out of the rows; the sealed files of a governors' export stay where they are.
    files = {} if not uids else opened_evidence(site, uids, _access(order, export_id_shown))
    sealed_files, words = out_of_boxes(files, order.key)
    with_pictures = () if order.profile is Profile.GOVERNORS else uids
    pictures = opened_captures(site, with_pictures, order, moment, _access(order, export_id_shown))
    opened = Opened(order, export_id_shown, moment, chosen, known, sealed_files, masked, pictures, words)
    with site.database.read() as session:
        whole = contents(session, site, opened)
        stamps_over = int((export.facts or {})["stamps_over"])
        sealed = seal(session, site, export, stamps_over)
    shown = for_profile(whole, order.profile, masked)
    return Built(shown, export_files(shown, sealed))


def _moment(session: Session, export: Export) -> Moment:
    row = at(session, export.school_id, export.checkpoint_size)
    if row is None:
        raise ExportRefused(f"the checkpoint of {export.checkpoint_size} lines is gone")
    return Moment(row.size, row.made_at)


def _access(order: Order, export_id: str) -> Access:
    by_clock = order.actor == custody.DAEMON
    return Access(
        actor=order.actor,
        role=custody.SYSTEM if by_clock else "whoever ran the command",
        purpose=f"export {export_id}",
        authority="weekly export of the settings" if by_clock else order.produced_by or order.actor,
        action=EXPORTED,
        recipient=str(order.profile) if order.profile is not Profile.POLICE else str(order.reader),
    )


def _seal(session: Session, site: Site, export_id: int, built: Built, made: ExportMade) -> bool:
    """The log's own line about the export, once: two who make the same follow one another here.

    Answers whether the export stands; it does not when it was erased with an item in the meantime.
    """
    custody.first_in_line(session, site.school_id)
    export = session.get_one(Export, export_id)
    if export.state != ExportState.PLANNED:
        return export.state != ExportState.ERASED
    commit = commitment(export.salt or b"", built.files[MANIFEST])
    (leaf,) = log.append(
        session, site.school_id, site.now(), [log.Entry(LeafKind.EXPORT, export.uid, commit)]
    )
    session.flush()
    custody.note(
        session, site.school_id, site.now(), "export_sealed", actor=export.made_by, reference=_of(export),
        export=export.uid, scope=export.scope, profile=export.profile, reader=export.reader,
        items=len(export.items), sha256=made.sha256,
    )  # fmt: skip
    export.sha256, export.leaf_seq, export.state = made.sha256, leaf.seq, ExportState.SEALED
    session.flush()
    row = signed(session, site)
    export.proof_size = row.size if row else None
    return True


def _of(export: Export) -> str | None:
    """The incident, where it is about one."""
    return None if "-W" in export.scope else export.scope
