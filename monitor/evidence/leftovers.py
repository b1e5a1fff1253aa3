"""Parts of files that a crash left half-written in the evidence folder: no evidence, and no tampering.

Nothing refers to them. The service overwrites and removes them at its next start.
"""

from collections.abc import Iterator
from pathlib import Path

from monitor.evidence.folder import is_part


def leftovers(evidence: Path, within: Path) -> Iterator[str]:
    """Where each below a folder stands in the evidence folder."""
    for part in sorted(within.rglob(".*.part")):
        if part.is_file() and is_part(part):
            yield str(part.relative_to(evidence))
