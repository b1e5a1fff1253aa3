"""Decided comments as labelled JSON lines: what `evaluate` reads and a training can use.

The file holds what people wrote about the school, names included, so it is made only where somebody says so,
readable by its owner alone, and the custody record says who made it and for whom. It holds its reader's lanes
and counts the rest. Labels are those that the judge gave and a person confirmed; a dismissed comment has
none. Nobody went through each label singly.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.schema import Role
from config.words import Flag, Label, Lane
from monitor.pipeline.at_rest.clear_copies import note_labelled_file
from monitor.pipeline.judgement.decided import DecidedComment, closed_to_all, decided_comments
from monitor.pipeline.telling.weekly_readers import kept_from, lanes_of, readers_of
from monitor.site import Site
from monitor.store import custody
from monitor.store.evidence_door import EXPORTED, Access, shown_evidence

_FOR_NOBODY_NAMED = frozenset({Lane.OWN_BREACH, Lane.STANDARD, Lane.COMPLAINT})
"""What goes into a file of which nobody said for whom it is: no child at risk, no allegation, no image."""


@dataclass(frozen=True)
class Selection:
    """The decided comments that a reader may be given, and what was kept back."""

    comments: list[DecidedComment]
    of_other_lanes: dict[Lane, int]
    """Lane → incidents."""
    naming_the_reader: int
    """Incidents."""

    @property
    def left_out(self) -> int:
        return sum(self.of_other_lanes.values()) + self.naming_the_reader

    def told(self) -> Iterator[str]:
        """What was left out and why, by lane and number."""
        for lane, number in self.of_other_lanes.items():
            yield f"Left out: {number} decided incidents of the lane {lane}; {_who_hears(lane)}"
        if self.naming_the_reader:
            yield f"Left out: {self.naming_the_reader} decided incidents that name whoever it is made for."
        if not self.left_out:
            yield "Left out: nothing."


def _who_hears(lane: Lane) -> str:
    if lane is Lane.INDECENT_IMAGE:
        return "its words never leave the evidence."
    roles = ", ".join(role for role in Role if lane in lanes_of(role))
    return f"--for a role that is told of them includes them ({roles})."


def select_for(site: Site, reader: Role | None) -> Selection:
    """The lanes of the reader's role, without what names its holders; fewer lanes when no reader is named.

    The words of a suspected indecent image are for nobody.
    """
    decided = decided_comments(site)
    lanes = _FOR_NOBODY_NAMED if reader is None else frozenset(lanes_of(reader)) - {Lane.INDECENT_IMAGE}
    with site.database.read() as session:
        naming = kept_from(session, site, readers_of(site, reader or Role.SENIOR_MANAGER))
    of_lane = {one.incident_id: one.lane for one in decided}
    outside = [lane for lane in of_lane.values() if lane not in lanes]
    outside += [Lane.INDECENT_IMAGE] * closed_to_all(site)
    return Selection(
        [one for one in decided if one.lane in lanes and one.incident_id not in naming],
        {lane: outside.count(lane) for lane in Lane if lane in outside},
        sum(lane in lanes and incident in naming for incident, lane in of_lane.items()),
    )


def write_labelled(site: Site, selection: Selection, path: Path, by: str, reader: Role | None) -> None:
    """Raises OSError, FileExistsError among them: a file that is there is never written over."""
    decided = selection.comments
    lines = "".join(json.dumps(_line(one)) + "\n" for one in decided)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as file, site.database.write() as session:
            custody.note(
                session, site.school_id, site.now(), "decided_comments_exported", actor=by,
                comments=len(decided), incidents=len({one.reference for one in decided}),
                left_out=selection.left_out, reader=None if reader is None else str(reader),
            )  # fmt: skip
            note_labelled_file(session, site, path, {one.reference for one in decided}, by)
            purpose = "labelled comments for evaluation"
            access = Access(by, "command line", purpose, "the school", EXPORTED, reader and str(reader))
            shown_evidence(session, site, [one.comment.id for one in decided], access)
            file.write(lines)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _line(one: DecidedComment) -> dict[str, Any]:
    comment = one.comment
    return {
        "id": comment.id,
        "incident": one.reference,
        "decided": "confirmed" if one.confirmed else "dismissed",
        "platform": comment.platform,
        "surface": comment.surface,
        "author": comment.author,
        "context": comment.context,
        "has_image": comment.has_image,
        "text": comment.text,
        "labels": {label.value: int(one.confirmed and label in one.labels) for label in Label},
        "flags": [flag.value for flag in Flag if one.confirmed and flag in one.flags],
        "pupils": list(one.pupils) if one.confirmed else [],
        "staff": list(one.staff) if one.confirmed else [],
    }
