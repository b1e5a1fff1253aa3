"""`judgement`: how readily the judge speaks up here, and what it learned from the school's own decisions."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from classifiers.caution import DANGER
from classifiers.judge import EmbeddedJudge
from classifiers.learning import Learned
from config.words import Label
from monitor.cli.shared import JsonOption, UserError, login_name, london, print_records, say, site
from monitor.pipeline import learning
from monitor.pipeline.decided import DecidedComment, decided_comments
from monitor.pipeline.judges import site_judge
from monitor.pipeline.labelled_export import write_labelled
from monitor.pipeline.learning import Change, Lesson
from monitor.store.models import LearnedVersion

HEADS = (*Label, *DANGER)
_COLUMNS = ("head", "level", "shipped", "threshold", "offset", "confirmed", "dismissed")
By = Annotated[str | None, typer.Option("--by", help="Who decides; your login name unless given.")]

app_ = typer.Typer(help="How readily the judge speaks up, and what it learned here.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(app_, name="judgement")


@app_.callback()
def about() -> None:
    """How readily the judge speaks up, and what it learned from the school's own decisions."""


@app_.command()
def show(as_json: JsonOption = False) -> None:
    """Levels, thresholds and what was learned, with every version there ever was."""
    with site() as opened:
        judge, rows = site_judge(opened), learning.versions(opened)
    in_force = next((row for row in rows if judge.learned and row.version == judge.learned.version), None)
    heads = [_head(judge, head.value, in_force) for head in HEADS]
    if as_json:
        number = in_force.version if in_force else None
        told = {"heads": heads, "in_force": number, "versions": [_version(row) for row in rows]}
        sys.stdout.write(json.dumps(told) + "\n")
        return
    print_records(heads, _COLUMNS, as_json=False)
    say()
    for line in _told(rows, in_force):
        say(line)


def _head(judge: EmbeddedJudge, head: str, in_force: LearnedVersion | None) -> dict[str, Any]:
    """`shipped`: the model's threshold at this level; `threshold`: what a score has to reach here."""
    counts = in_force.decisions.get(head, {}) if in_force else {}
    return {
        "head": head,
        "level": str(judge.levels.of(head)),
        "shipped": round(judge.with_learned(None, judge.levels).thresholds[head], 3),
        "threshold": round(judge.thresholds[head], 3),
        "offset": in_force.offsets.get(head, 0.0) if in_force else 0.0,
        "confirmed": counts.get("confirmed", 0),
        "dismissed": counts.get("dismissed", 0),
    }


def _told(rows: Sequence[LearnedVersion], in_force: LearnedVersion | None) -> Iterator[str]:
    if in_force is not None:
        yield f"Learned version {in_force.version} is in force, since {london(in_force.made_at)}."
    elif rows and rows[-1].offsets:
        yield (
            f"Learned version {rows[-1].version} was made beside other models and is set aside: its "
            "corrections do not fit these. `schoolwatch judgement learn` learns again from the decisions."
        )
    else:
        yield "Nothing learned is in force: the shipped models alone."
    for row in reversed(rows):
        whence = f"restored from version {row.restores}" if row.restores else row.origin
        yield f"  version {row.version}: {whence}, {london(row.made_at)}, by {row.made_by}"


def _version(row: LearnedVersion) -> dict[str, Any]:
    return {
        "version": row.version,
        "origin": row.origin,
        "restores": row.restores,
        "made_at": row.made_at.isoformat(),
        "made_by": row.made_by,
        "offsets": row.offsets,
        "decisions": row.decisions,
    }


@app_.command()
def learn(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Learn from the decisions made so far, in force from the next comment on. Only thresholds move."""
    with site() as opened:
        judge, decided = site_judge(opened), decided_comments(opened)
        lesson = learning.lesson_from(judge, decided)
        new = lesson.offsets != (judge.learned.offsets if judge.learned else {})
        version = None
        if new and not dry_run:
            version = learning.keep_lesson(opened, lesson, judge.shipped_models, by or login_name())
    after = judge.with_learned(Learned(version or 0, lesson.offsets, judge.shipped_models), judge.levels)
    found = learning.changes(judge, after, decided)
    if as_json:
        told = {"version": version, "offsets": lesson.offsets, "decisions": lesson.decisions}
        sys.stdout.write(json.dumps(told | {"changes": [asdict(change) for change in found]}) + "\n")
        return
    for line in (*_lesson_told(judge, after, lesson, decided), *_changes_told(found)):
        say(line)
    say(_outcome(version, new=new))


def _outcome(version: int | None, *, new: bool) -> str:
    if version is not None:
        return f"Version {version} is in force from the next comment on. `judgement forget` takes it back."
    if new:
        return "Nothing was stored. Without --dry-run this is put in force."
    return "Nothing new: what is in force stays."


def _lesson_told(
    judge: EmbeddedJudge, after: EmbeddedJudge, lesson: Lesson, decided: Sequence[DecidedComment]
) -> Iterator[str]:
    incidents = len({one.reference for one in decided})
    yield f"{incidents} decided incidents with {len(decided)} comments whose words are kept."
    for head, counts in lesson.decisions.items():
        if counts["confirmed"] or counts["dismissed"]:
            yield (
                f"  {head:24}{counts['confirmed']:4} confirmed {counts['dismissed']:4} dismissed   threshold "
                f"{judge.thresholds[head]:.3f} -> {after.thresholds[head]:.3f}"
            )


def _changes_told(changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        yield "None of the decided comments would be marked otherwise."
        return
    counted = Counter((one.head, one.marked, one.confirmed) for one in changes)
    yield "Of the decided comments would be marked otherwise:"
    for (head, marked, confirmed), number in sorted(counted.items()):
        yield f"  {head}: {number} {_decided(confirmed)} {'now' if marked else 'no longer'} marked"
    for one in changes:
        sign = "+" if one.marked else "-"
        yield f"    {sign} {one.reference}  item {one.item}  {one.head} ({_decided(one.confirmed)})"


def _decided(confirmed: bool) -> str:
    return "confirmed" if confirmed else "dismissed"


@app_.command()
def forget(by: By = None) -> None:
    """Go back to the shipped models alone. Nothing is lost: `restore` takes up an earlier version again."""
    with site() as opened:
        if learning.newest_learned(opened) is None:
            say("Nothing learned is in force.")
            return
        version = learning.forget(opened, by or login_name())
    say(f"The shipped models alone are in force from the next comment on (version {version}).")


@app_.command()
def restore(
    version: Annotated[int, typer.Argument(help="The number that `judgement show` lists.")], by: By = None
) -> None:
    """Put an earlier version in force again."""
    with site() as opened:
        try:
            number = learning.restore(opened, version, by or login_name())
        except learning.NoSuchVersion as unknown:
            raise UserError(str(unknown)) from unknown
        set_aside = learning.newest_learned(opened) is not None and site_judge(opened).learned is None
    say(f"Version {number} holds what version {version} did.")
    if set_aside:
        say("It was learned beside other models and is not in force; `schoolwatch judgement learn` instead.")


@app_.command()
def export(
    file: Annotated[Path, typer.Argument(help="A file that is not there yet.", dir_okay=False)],
    by: By = None,
) -> None:
    """Write the decided comments as labelled JSON lines, to evaluate or train with: words and names."""
    with site() as opened:
        decided = decided_comments(opened)
        if not decided:
            raise UserError(
                "no incident with words that are kept was decided yet; there is nothing to export"
            )
        try:
            write_labelled(opened, decided, file, by or login_name())
        except FileExistsError as there:
            raise UserError(f"{file}: exists already and was left as it is; name another file") from there
    confirmed = sum(one.confirmed for one in decided)
    say(f"{file}: {confirmed} confirmed and {len(decided) - confirmed} dismissed comments.")
    say(
        "It holds their words, and with them names of pupils and staff, but nothing of suspected indecent "
        "images. Only this account can read it, and the custody record says that it was made. Delete it "
        "after use."
    )
