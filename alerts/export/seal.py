"""What ties an export to the school's log: made by whoever holds the log and its key, taken here as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.export.contents import BadContents, is_plain_name


@dataclass(frozen=True, slots=True)
class StampFile:
    """A time-stamping authority's whole answer (DER) and its certificates up to the root (PEM)."""

    authority: str
    reply: bytes
    chain: bytes
    gen_time: datetime

    def __post_init__(self) -> None:
        if not is_plain_name(self.authority):
            raise BadContents(f"the authority {self.authority!r} cannot be the name of a file")


@dataclass(frozen=True, slots=True)
class Seal:
    """Raises nothing of its own; `sign` may raise whatever the key's holder does."""

    origin: str
    size: int
    root_base64: str
    checkpoint: str
    """The signed note that every proof in the export leads to."""
    vkey: str
    public_key: bytes
    """PEM."""
    fingerprint: str
    consistency: str
    """A line an earlier checkpoint: size, root and the hashes of its proof, in base64 (RFC 6962, 2.1.2)."""
    salt: str
    """In hexadecimal digits: opens the log's own line about this export."""
    sign: Callable[[str], str]
    """Text → signed note, under the same key."""
    stamps: tuple[StampFile, ...] = ()
    stamped_checkpoint: str | None = None
    """The checkpoint that the stamps are over, where it is an earlier one than `checkpoint`."""
    stamped_size: int = 0


def seal_files(seal: Seal) -> dict[str, bytes]:
    """All of SEAL/ but for the signature over the export's own lists."""
    files = {
        "SEAL/checkpoint": seal.checkpoint.encode(),
        "SEAL/vkey.txt": f"{seal.vkey}\n".encode(),
        "SEAL/pubkey.pem": seal.public_key,
        "SEAL/consistency": seal.consistency.encode(),
        "SEAL/export-salt": f"{seal.salt}\n".encode(),
    }
    if seal.stamped_checkpoint is not None:
        files["SEAL/stamped-checkpoint"] = seal.stamped_checkpoint.encode()
    for stamp in seal.stamps:
        files[f"SEAL/{stamp.authority}.tsr"] = stamp.reply
        files[f"SEAL/{stamp.authority}-chain.pem"] = stamp.chain
    return files
