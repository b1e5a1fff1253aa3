"""The index: the first page that somebody opens who was handed an export and has never heard of us."""

from reportlab.platypus import Flowable

from alerts.export.sheets import times
from alerts.export.sheets.exhibit import log_part
from alerts.export.sheets.facts import IndexFacts, IndexRow, Missing, Witness
from alerts.export.sheets.page import Edges, built
from alerts.export.sheets.parts import (
    FACT_ACROSS,
    VALUE,
    facts,
    foreign,
    heading,
    inner,
    numbered,
    table,
    together,
    warning,
    words,
)
from alerts.mail.wording import count, platform_name

MOST_ROWS, MOST_FAILURES, MOST_WITNESSES = 200, 60, 10
_FOR = {
    "police": "police: everything that this reader may see",
    "host": "host: the reported posts only",
    "governors": "governors: names masked, raw files left out",
    "person": "the person it is about: this incident, to keep or to hand on as they decide",
}
_ABOUT = (
    "{school} uses a computer program, schoolwatch. It reads the comments on the school's own social media "
    "pages and public mentions of the school, picks out what people at the school should look at, and "
    "keeps that unchanged. This is a copy of what it kept. Nothing in it was written or changed by hand."
)
_UNSTAMPED = "at times that so far only its own clock says (no outside authority has stamped them yet)"
_SHARES = (0.14, 0.18, 0.24, 0.44)


def index_sheet(contents: IndexFacts) -> bytes:
    edges = Edges(
        title=f"{contents.export_id}: evidence from {contents.school}",
        left=contents.school,
        right=f"Index of {contents.export_id}",
        foot=f"State of {times.utc(contents.as_of)} · made with {contents.tool}",
    )
    return built(_story(contents), edges)


def _story(contents: IndexFacts) -> list[Flowable]:
    return [
        words(f"Evidence from {contents.school}", "title"),
        words(_ABOUT.format(school=contents.school), "lead"),
        facts(_particulars(contents)),
        *_care(contents),
        *heading("How to check it"),
        *numbered(_checks()),
        *heading("What is in it"),
        *_exhibits(contents),
        *heading("Was everything read?"),
        *_read(contents),
        *together("What it shows, and what it does not", _meaning(contents)),
        *log_part(contents.log, "The log and its key"),
        *_witnessed(contents.witnesses[:MOST_WITNESSES]),
    ]


def _particulars(contents: IndexFacts) -> list[tuple[str, str | list[Flowable]]]:
    span = []
    if contents.start is not None and contents.end is not None:
        span = [("From", times.both(contents.start)), ("Up to", times.both(contents.end))]
    ask = (
        foreign(contents.contact, FACT_ACROSS, VALUE, most_lines=6)
        if contents.contact
        else "the school's office"
    )
    return [
        ("Export", f"{contents.export_id}, {contents.about}"),
        *span,
        ("State of", f"{times.both(contents.as_of)}; nothing later is in it"),
        ("Made with", contents.tool),
        ("Made for", _FOR.get(contents.profile, contents.profile)),
        ("Whom to ask", ask),
    ]


def _care(contents: IndexFacts) -> list[Flowable]:
    care = "Please take care: this holds personal data, and its words may hurt those whom they are about. "
    blocks = warning(care + "Pass it on only to those who must have it, and publish none of it.")
    if contents.indecent:
        told = (
            "One or more references below may lead to an indecent image of a child. Do not open those "
            "addresses: that is for the police. Nothing of those posts but the reference is in this export."
        )
        blocks += warning(told)
    return blocks


def _checks() -> list[str]:
    """Six lines, each of which a person on Windows can follow; README.txt has them for other systems."""
    return [
        "Keep the zip as you received it and work on a copy.",
        (
            "Check number of the zip, on Windows: certutil -hashfile NAME.zip SHA256 (NAME is the zip's own "
            "name). Compare it with the one in the school's e-mail, or ask the school to read it out."
        ),
        (
            "Unpack the copy, open a command window in its folder and run: py verify.py (it needs Python 3.8 "
            "or later and the free program openssl). It names every file changed, added or removed."
        ),
        (
            "Compare the fingerprint that verify.py prints with the one below, and with the one that the "
            "school gives you by another way than this file, such as by telephone."
        ),
        (
            "Compare the log with the foot of a school's e-mail named below: verify.py --since tells "
            "whether the log still holds all that it held on that day."
        ),
        "README.txt has the openssl lines that check the time stamps without any program of ours.",
    ]


def _exhibits(contents: IndexFacts) -> list[Flowable]:
    shown = contents.exhibits[:MOST_ROWS]
    said = count(len(contents.exhibits), "exhibit is", "exhibits are")
    blocks: list[Flowable] = [words(f"{said} listed here; data/INDEX.csv has the same as a table.")]
    if contents.counted_only:
        hidden = count(contents.counted_only, "more item is", "more items are")
        blocks.append(words(f"{hidden} counted but not shown to this reader."))
    if shown:
        blocks.append(
            table(("Exhibit", "Where", "Seen", "Words and sheet"), [_row(row) for row in shown], _SHARES)
        )
    if len(shown) < len(contents.exhibits):
        left = len(contents.exhibits) - len(shown)
        blocks.append(words(f"{left:,} more are listed in data/INDEX.csv only.", "small"))
    return blocks


def _row(row: IndexRow) -> list[str | list[Flowable]]:
    named = [words(row.exhibit_ref or "not given yet", "cell"), words(row.reference, "small")]
    where = [
        words(platform_name(row.platform), "cell"),
        *foreign(row.handle, inner(_SHARES[1]), most_lines=2),
    ]
    seen = [words(times.short(row.seen_at), "cell"), words(times.utc(row.seen_at), "small")]
    return [named, where, seen, _told(row)]


def _told(row: IndexRow) -> list[Flowable]:
    if row.withheld_reason is not None:
        return [words(f"Only the reference is here. {row.withheld_reason}", "cell")]
    begun = foreign(row.words, inner(_SHARES[3]), most_lines=2) if row.words else [words("no words", "cell")]
    pictures = [words(f"Captured: {one}", "small") for one in row.captures]
    if row.captures_left_out:
        pictures.append(words(f"Not here: {row.captures_left_out}", "small"))
    return [*begun, words(row.file or f"data/items/{row.item_id}", "small"), *pictures]


def _read(contents: IndexFacts) -> list[Flowable]:
    if not (contents.failures or contents.unread):
        return [words("Yes: every source that should have been read was read all through.")]
    told = [words("No. What was said in these times may be missing here:")]
    told += [words(f"{source}: not read at all in this time.") for source in contents.unread[:MOST_FAILURES]]
    rows = [_gap(gap) for gap in contents.failures[:MOST_FAILURES]]
    shares = (0.2, 0.27, 0.27, 0.26)
    gaps = [table(("Source", "No data from", "To", "What happened"), rows, shares)] if rows else []
    left = len(contents.failures) - len(rows)
    more = [words(f"{left:,} more such times stand in data/FAILURES.csv.", "small")] if left else []
    return [*told, *gaps, *more]


def _gap(gap: Missing) -> list[str | list[Flowable]]:
    still: list[Flowable] = [words("still none when this was made", "cell")]
    return [
        foreign(gap.source, inner(0.2), most_lines=2),
        [words(times.short(gap.start), "cell"), words(times.utc(gap.start), "small")],
        still
        if gap.end is None
        else [words(times.short(gap.end), "cell"), words(times.utc(gap.end), "small")],
        foreign(gap.words, inner(0.26), most_lines=3),
    ]


def _witnessed(witnesses: tuple[Witness, ...]) -> list[Flowable]:
    head = heading("The e-mails that witnessed it")
    if not witnesses:
        return [*head, words("No e-mail with a checkpoint had left the school before this export was made.")]
    said = (
        "Each e-mail carried the state of the log out of the school at its time. Whoever received it can "
        "show whether the log was written anew afterwards."
    )
    shares = (0.24, 0.24, 0.1, 0.42)
    rows: list[list[str | list[Flowable]]] = [
        [
            [words(times.short(mail.sent_at), "cell"), words(times.utc(mail.sent_at), "small")],
            foreign(mail.to, inner(0.24), most_lines=2),
            f"{mail.size:,}",
            foreign(mail.message_id, inner(0.42)),
        ]
        for mail in witnesses
    ]
    return [*head, words(said), table(("Sent", "To", "Lines", "Message-ID"), rows, shares)]


def _meaning(contents: IndexFacts) -> list[str]:
    stamped = "no later than the time stamps say" if contents.log.stamps else _UNSTAMPED
    shows = (
        f"If the checks pass, it shows that the program of {contents.school} recorded this, {stamped}, and "
        "that nothing was changed since."
    )
    not_shown = (
        "It does not show who really wrote the words, whether they are true, or that any rule or law was "
        "broken. It says nothing of what was not read."
    )
    draft = (
        "data/statement-draft.pdf is a draft for a person at the school to check, complete and sign. It is "
        "not a statement before that."
    )
    return [shows, not_shown, *([draft] if contents.profile == "police" else [])]
