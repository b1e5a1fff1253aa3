"""`judgement`: how readily the judge speaks up here, and what it learned from the school's own decisions."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

import typer

from classifiers.caution import DANGER
from classifiers.judge import EmbeddedJudge
from classifiers.learning import Learned
from config.schema import Role
from config.words import Label
from monitor.cli.shared import (
    JsonOption,
    UserError,
    login_name,
    london,
    print_records,
    say,
    settings,
    site,
)
from monitor.pipeline.judgement import learning
from monitor.pipeline.judgement.absent_models import absent_models
from monitor.pipeline.judgement.decided import DecidedComment, decided_comments
from monitor.pipeline.judgement.judges import site_judge
from monitor.pipeline.judgement.labelled_export import select_for, write_labelled
from monitor.pipeline.judgement.learning import Change, Lesson, Standing
from monitor.pipeline.telling.weekly_readers import lanes_of
from monitor.site import Site
from monitor.store.models import LearnedVersion

HEADS = (*Label, *DANGER)
_COLUMNS = ("head", "level", "shipped", "threshold", "alone", "offset", "confirmed", "dismissed")
_ALONE = "A score has to reach `threshold`; a danger flag without a label beside it `alone`."
By = Annotated[str | None, typer.Option("--by", help="Who decides; your login name unless given.")]

_NOTHING_DECIDED = "nothing is exported: no decided incident has words that are kept and may go out."

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
    stands = learning.standing(rows, judge.shipped_models)
    in_force = stands.in_force
    heads = [_head(judge, head.value, in_force) for head in HEADS]
    if as_json:
        number = in_force.version if in_force else None
        told = {"heads": heads, "in_force": number, "versions": [_version(row) for row in rows]}
        sys.stdout.write(json.dumps(told) + "\n")
        return
    print_records(heads, _COLUMNS, as_json=False)
    say(f"\n{_ALONE}\n")
    for line in _told(rows, stands, judge):
        say(line)


def _head(judge: EmbeddedJudge, head: str, in_force: LearnedVersion | None) -> dict[str, Any]:
    """`shipped`: the model's threshold at this level; `threshold`: what a score has to reach here.

    `alone`: the same for a danger flag where no label stands beside it.
    """
    counts = in_force.decisions.get(head, {}) if in_force else {}
    alone = judge.thresholds_alone.get(head)
    return {
        "head": head,
        "level": str(judge.levels.of(head)),
        "shipped": round(judge.with_learned(None, judge.levels).thresholds[head], 3),
        "threshold": round(judge.thresholds[head], 3),
        "alone": None if alone is None else round(alone, 3),
        "offset": in_force.offsets.get(head, 0.0) if in_force else 0.0,
        "confirmed": counts.get("confirmed", 0),
        "dismissed": counts.get("dismissed", 0),
    }


def _told(rows: Sequence[LearnedVersion], stands: Standing, judge: EmbeddedJudge) -> Iterator[str]:
    if stands.in_force is not None:
        number, since = stands.in_force.version, london(stands.in_force.made_at)
        yield f"Learned version {number} is in force, since {since}."
    else:
        yield "Nothing learned is in force: the shipped models alone."
    if stands.set_aside is not None:
        yield _why_set_aside(stands.set_aside, judge)
    for row in reversed(rows):
        whence = f"restored from version {row.restores}" if row.restores else row.origin
        yield f"  version {row.version}: {whence}, {london(row.made_at)}, by {row.made_by}"


def _why_set_aside(row: LearnedVersion, judge: EmbeddedJudge) -> str:
    missing, others = learning.unlike(row.models, judge.shipped_models)
    found = [f"{name} is missing" for name in missing] + [f"{name} is another one" for name in others]
    absent = absent_models(judge.shipped_models, settings())
    mend = (
        f"It fits again when the {absent[0].name} is back, so do not learn anew: {absent[0].mend}"
        if absent
        else "`schoolwatch judgement learn` learns again from the decisions."
    )
    return (
        f"Learned version {row.version} was made beside other models and is set aside, because its "
        f"corrections do not fit these: {', '.join(found)}. {mend}"
    )


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
        _refuse_without_a_model(judge)
        lesson = _lesson(judge, decided)
        version = None
        if (new := _is_new(opened, judge, lesson)) and not dry_run:
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


def _refuse_without_a_model(judge: EmbeddedJudge) -> None:
    """What was learned from the scores of half a judge would not fit the whole one."""
    for one in absent_models(judge.shipped_models, settings()):
        raise UserError(f"nothing was learned, because the {one.name} is missing. {one.words} {one.mend}")


def _lesson(judge: EmbeddedJudge, decided: Sequence[DecidedComment]) -> Lesson:
    try:
        return learning.lesson_from(judge, decided)
    except learning.NotAllModels as broken:
        raise UserError(f"nothing was learned: {broken}. Install schoolwatch again, then learn") from broken


def _is_new(opened: Site, judge: EmbeddedJudge, lesson: Lesson) -> bool:
    """A lesson that agrees with what is in force is new too where it takes the place of one set aside."""
    stands = learning.standing(learning.versions(opened), judge.shipped_models)
    in_force = stands.in_force.offsets if stands.in_force else {}
    return stands.set_aside is not None or lesson.offsets != in_force


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
                f"  {head:24}{counts['confirmed']:4} confirmed {counts['dismissed']:4} dismissed"
                f"{_moved('threshold', head, judge.thresholds, after.thresholds)}"
                f"{_moved('alone', head, judge.thresholds_alone, after.thresholds_alone)}"
            )


def _moved(what: str, head: str, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Blank for a label: it has no other threshold alone than beside others."""
    return f"   {what} {before[head]:.3f} -> {after[head]:.3f}" if head in before else ""


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
        rows = learning.versions(opened)
        if not any(row.offsets for row in takewhile(lambda row: row.models, reversed(rows))):
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
        judge = site_judge(opened)
        set_aside = learning.standing(learning.versions(opened), judge.shipped_models).set_aside
    say(f"Version {number} holds what version {version} did.")
    if set_aside is not None:
        say(_why_set_aside(set_aside, judge))


@app_.command()
def export(
    file: Annotated[Path, typer.Argument(help="A file that is not there yet.", dir_okay=False)],
    by: By = None,
    reader: Annotated[
        Role | None,
        typer.Option(
            "--for", help="For whom: it holds the lanes that this role is told of, and counts the rest."
        ),
    ] = None,
) -> None:
    """Write the decided comments as labelled JSON lines, to evaluate or train with: words and names."""
    if reader is not None and not lanes_of(reader):
        raise UserError(f"--for {reader}: nobody in this role is shown incidents")
    with site() as opened:
        selection = select_for(opened, reader)
        if not selection.comments:
            raise UserError(" ".join((_NOTHING_DECIDED, *selection.told())))
        try:
            write_labelled(opened, selection, file, by or login_name(), reader)
        except FileExistsError as there:
            raise UserError(f"{file}: exists already and was left as it is; name another file") from there
    confirmed = sum(one.confirmed for one in selection.comments)
    say(f"{file}: {confirmed} confirmed and {len(selection.comments) - confirmed} dismissed comments.")
    for line in selection.told():
        say(line)
    say(
        "It holds their words, and with them names of pupils and staff, but nothing of suspected indecent "
        "images. Only this account can read it, and the custody record says that it was made. Delete it "
        "after use."
    )
