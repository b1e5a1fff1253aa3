"""`evidence checkpoint` and `evidence proof`: what to hand to somebody who is to check the log without us."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.cli.shared import JsonOption, UserError, print_records, say, site
from monitor.evidence.keys import fingerprint, public_pem
from monitor.evidence.leaf import LeafKind
from monitor.evidence.log.note import Verifier
from monitor.pipeline.sealing_up.checkpointing import signed
from monitor.site import Site
from monitor.store.checkpoints import newest, proof_of
from monitor.store.models import CheckpointRow, Item, Leaf


def add_to(app: typer.Typer) -> None:
    app.command()(checkpoint)
    app.command()(proof)


def checkpoint(*, as_json: JsonOption = False) -> None:
    """Print the newest signed checkpoint of the log: keep it elsewhere, and give it to `verify --since`."""
    with site() as opened, opened.database.read() as session:
        row = newest(session, opened.school_id)
    if row is None:
        raise UserError("the log was not signed yet; it is with the first alert or weekly mail")
    if as_json:
        print_records([_shown(row)], (), as_json=True)
    else:
        say(row.note.rstrip("\n"))


def _shown(row: CheckpointRow) -> dict[str, object]:
    verifier = Verifier.parse(row.vkey)
    return {
        "origin": verifier.name,
        "size": row.size,
        "root": row.root,
        "made_at": row.made_at,
        "fingerprint": fingerprint(verifier.public_key),
        "vkey": row.vkey,
        "note": row.note,
    }


def proof(
    item: Annotated[str, typer.Argument(help="An item's id, here or on its platform.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path(),
) -> None:
    """Write the proofs that the log has an item: one file a leaf, with the log's public key beside them."""
    with site() as opened:
        files = _proofs(opened, item)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    except OSError as error:
        raise UserError(f"--out {out}: cannot be written ({error.strerror})") from error
    for name in files:
        say(f"Wrote {out / name}")


def _proofs(opened: Site, item: str) -> dict[str, bytes]:
    """File name → content, all under one checkpoint that is signed now where the log grew since the last."""
    with opened.database.write() as session:
        leaves = _leaves(session, opened.school_id, item)
        if not leaves:
            raise UserError(f"the log has no item {item}; `schoolwatch items` lists those that are kept")
        row = signed(session, opened)
        if row is None:
            raise UserError(
                "the log cannot be signed; `schoolwatch evidence verify` says what is wrong with it"
            )
        files = {
            name: proof_of(session, opened.school_id, seq, row.size).text().encode()
            for name, seq in leaves.items()
        }
        verifier = Verifier.parse(row.vkey)
    return {**files, "vkey.txt": f"{verifier.vkey}\n".encode(), "pubkey.pem": public_pem(verifier)}


def _leaves(session: Session, school_id: int, item: str) -> dict[str, int]:
    """Proof's file name → leaf. Of several that commit to its files, the last has the plain name."""
    by_platform = select(Item.uid).filter_by(school_id=school_id, external_id=item)
    uid = session.scalar(by_platform.order_by(Item.id.desc()).limit(1)) or item
    query = select(Leaf.kind, Leaf.seq).filter_by(school_id=school_id, item_uid=uid).order_by(Leaf.seq)
    plain_names: dict[str, str] = {LeafKind.ITEM: uid, LeafKind.EVIDENCE: f"{uid}.evidence"}
    names: dict[str, int] = {}
    for kind, seq in session.execute(query):
        plain = plain_names.get(kind, f"{uid}.{kind}-{seq}")
        if plain in names:
            names[f"{plain}-{names[plain]}"] = names[plain]
        names[plain] = seq
    return {f"{name}.tlog-proof": seq for name, seq in names.items()}
