"""The sheets of an export, read back out of the PDFs: words, times, bounds, and the same bytes each time."""

import io
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from support import sheet_facts

from alerts.export.sheets import (
    Step,
    exhibit_sheet,
    index_sheet,
    statement_draft,
    statement_sheet,
    text_card,
)

Sheet = Callable[..., bytes]
HOSTILE = (
    "Line <b>one</b> &amp; <font color='red'>more</font>\n\ttab \U0001f602\U0001f602 \u202eturned\u202c "
    "zero\u200bwidth Z\u0302\u0303\u0304\u0305 \u0995\u09be \u5b66\n" + "x" * 400 + "\nمدرسة (محمد) שלום 12"
)
RIDICULOUS = ["x" * 100_000, "ab \U0001f921\U0001f602 " * 15_000, "\n" * 100_000, "\u0627 " * 50_000]


def exhibit(**changes: Any) -> bytes:
    return exhibit_sheet(sheet_facts.exhibit(**changes))


def card(**changes: Any) -> bytes:
    return text_card(sheet_facts.exhibit(**changes))


def index(**changes: Any) -> bytes:
    return index_sheet(sheet_facts.index(**changes))


def statement(**changes: Any) -> bytes:
    return statement_sheet(sheet_facts.statement(**changes))


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    """All words of all pages on one line, as they are read."""
    return " ".join(" ".join(pages(pdf)).split())


def run_together(text: str) -> str:
    return "".join(text.split())


def test_an_exhibit_says_what_where_who_when_and_how_it_was_kept() -> None:
    """A sheet without author, place, times or continuity is refused as an exhibit."""
    facts = sheet_facts.exhibit()
    found = words(exhibit())
    for wanted in (
        facts.text, facts.context, facts.url, facts.external_id, facts.handle, facts.display_name, "Exhibit AM/1",
        "SW-2026-0041", "Tuesday 17 November 2026, 20:12:41 GMT (2026-11-17 20:12:41 UTC)",
        "2026-11-17T20:12:41+0000", "2026-11-17 20:15:05 UTC", "Signature of the person producing it",
        "viewed: to decide on a report to the host", "17,950, counted from 0", "first-authority",
        "It does not show who really wrote the words, whether they are true",
    ):  # fmt: skip
        assert wanted in found, wanted
    for file in facts.hashes:
        assert file.sha256 in found
    assert [run_together(step.sha256) in run_together(found) for step in facts.continuity] == [True] * 4


def test_a_card_holds_words_author_place_times_and_hash_on_one_page() -> None:
    """Without a picture the card is all that a host's desk gets to see."""
    facts = sheet_facts.exhibit()
    (page,) = pages(card())
    found = " ".join(page.split())
    hashed = {file.name: file.sha256 for file in facts.hashes}
    for wanted in (
        facts.text,
        facts.url,
        facts.handle,
        facts.display_name,
        "20:12:41 GMT",
        hashed["record.json"],
    ):
        assert wanted in found, wanted


def test_the_index_tells_a_stranger_what_it_is_and_how_to_check_it() -> None:
    """An officer who cannot tell what they were handed, or whom to ring, puts it aside."""
    facts = sheet_facts.index()
    found = words(index())
    for wanted in (
        "Evidence from Fernhill Primary & Nursery School", "EXP-2026-W47", "week 2026-W47", "01632 960 001",
        "certutil -hashfile NAME.zip SHA256", "py verify.py", "data/exhibits/AM-1.pdf", "@reader_2",
        "x-search: not read at all", "the platform did not answer", "still none when this was made",
        "2 more items are counted", "Do not open those addresses", facts.log.root_base64,
        "<SW-2026-0041.alert@fernhill.example>", "17,990",
    ):  # fmt: skip
        assert wanted in found, wanted
    assert run_together(facts.log.fingerprint) in run_together(found)
    assert re.findall(r"(?m)^([1-9])\. ?", pages(index())[0]) == list("123456"), "six lines"


def test_the_index_would_not_name_the_pictures_that_go_along() -> None:
    """An officer would not look for a screenshot that nothing on paper speaks of."""
    uid = sheet_facts.row(1).item_id
    captured = sheet_facts.row(
        1, captures=(f"data/captures/{uid}/1: page.pdf, page.png",),
        captures_left_out="capture 2 left untouched after a suspicion",
    )  # fmt: skip
    found = run_together(words(index(exhibits=(captured,))))
    assert run_together(f"Captured: data/captures/{uid}/1: page.pdf, page.png") in found
    assert run_together("Not here: capture 2 left untouched after a suspicion") in found


def test_nothing_missing_and_nothing_looked_at_do_not_look_alike() -> None:
    """ "Nothing found" must never be read where nobody looked (promise 8)."""
    all_read = words(index(failures=(), unread=()))
    assert "Yes: every source that should have been read" in all_read
    assert "Yes: every source" not in words(index())


@pytest.mark.parametrize("sheet", [exhibit, card, index, statement])
def test_a_sheet_is_the_same_bytes_each_time(sheet: Sheet) -> None:
    """Other bytes for the same facts would look like a changed export."""
    assert sheet() == sheet()


def test_a_sheet_is_the_same_bytes_in_another_process_with_another_zone_and_language(tmp_path: Path) -> None:
    """The export that a second machine makes again must match the first."""
    (tmp_path / "made.py").write_text(
        "import sys, hashlib\n"
        "from support import sheet_facts\n"
        "from alerts.export.sheets import exhibit_sheet, index_sheet\n"
        "made = exhibit_sheet(sheet_facts.exhibit()) + index_sheet(sheet_facts.index())\n"
        "sys.stdout.write(hashlib.sha256(made).hexdigest())\n"
    )
    tests = str(Path(__file__).parents[1])
    made = [
        subprocess.run(
            [sys.executable, str(tmp_path / "made.py")],
            env={"PYTHONPATH": f"{tests}:{Path(tests).parent}", "TZ": zone, "LC_ALL": language, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for zone, language, seed in (("UTC", "C", "1"), ("Asia/Tokyo", "C.UTF-8", "2"))
    ]  # fmt: skip
    assert made[0] == made[1] != ""


@pytest.mark.parametrize("sheet", [exhibit, card])
@pytest.mark.parametrize("text", RIDICULOUS, ids=["one word", "emoji", "line ends", "right to left"])
def test_a_hundred_thousand_letters_stay_within_a_few_pages(sheet: Sheet, text: str) -> None:
    """One spiteful comment must not hold up the week's export or fill an officer's desk."""
    began = time.process_time()
    made = sheet(
        text=text, context=text, handle=text, display_name=text, url=text, external_id=text, posted_raw=text
    )
    assert time.process_time() - began < 10
    assert len(pages(made)) <= (1 if sheet is card else 9)
    found = words(made)
    assert (
        f"of {len(text):,} characters. The whole text stands, letter for letter, in the file record.json"
        in found
    )
    assert len(made) < 400_000


def test_hostile_text_stands_there_and_does_nothing() -> None:
    """Markup that was obeyed, or a mark that turned a line round, would change what somebody said."""
    found = words(exhibit(text=HOSTILE, handle="@\u202eevil<b>", display_name="<para>&lt;"))
    for wanted in (
        "Line <b>one</b> &amp; <font color='red'>more</font>", "U+0009 tab", "U+1F602 face with tears of joy × 2",
        "U+202E right-to-left override", "U+200B zero width space", "evil<b>", "<para>&lt;",
        "U+0995 bengali letter ka", "U+5B66 cjk unified ideograph-5b66", "Words in grey boxes are not the writer's",
    ):  # fmt: skip
        assert wanted in found, wanted


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "\ud800", "()" * 5_000 + "\u05d0", "\u0301" * 50])
def test_odd_texts_make_a_sheet_all_the_same(text: str) -> None:
    """An export that dies of one comment leaves the whole week without evidence."""
    for sheet in (exhibit, card):
        assert pages(sheet(text=text, handle=text, url=text, context=text))


def test_a_withheld_item_shows_its_reference_and_nothing_of_its_words() -> None:
    """Nothing of a possible indecent image may leave but where it was seen (UKCIS)."""
    reason = "Possible indecent image: reference only."
    for sheet in (exhibit, card):
        found = words(sheet(text="", context="", hashes=(), withheld_reason=reason, indecent=True))
        assert reason in found
        assert "Do not open the address, not even to check" in found
        assert "1860000000041" in found
        assert "Picture or film" not in found


def test_words_are_not_shown_when_they_are_withheld() -> None:
    """A caller's slip must not print what was withheld."""
    for sheet in (exhibit, card):
        assert "Ashgrove" not in words(sheet(withheld_reason="Locked.", context=""))


def test_what_a_program_considered_is_no_part_of_an_exhibit() -> None:
    """A classifier's word on an exhibit would read like the school's verdict."""
    assert "alleged defamation" not in words(exhibit(categories=("alleged defamation",)))
    shown = words(exhibit(categories=("alleged defamation",), categories_shown=True))
    assert "no finding, no part of the exhibit: alleged defamation" in shown


def test_long_continuity_is_cut_in_the_middle_and_says_so() -> None:
    """A hundred pages of "viewed" would hide who exported it."""
    first = sheet_facts.SEEN
    steps = tuple(Step(first + timedelta(minutes=n), f"step {n}", "A. Manager") for n in range(500))
    made = exhibit(continuity=steps)
    found = words(made)
    assert "step 0 " in found
    assert "step 499 " in found
    assert (
        "460 steps between the first and the last are left out here; all stand in data/custody.csv" in found
    )
    assert len(pages(made)) <= 5


def test_an_index_of_a_thousand_exhibits_stays_readable() -> None:
    """The contact and the checks must not be lost behind a hundred pages."""
    made = index(exhibits=tuple(sheet_facts.row(number) for number in range(1_000)))
    assert len(pages(made)) <= 24
    assert "800 more are listed in data/INDEX.csv only" in words(made)


def test_pages_are_numbered_and_a4_and_ask_for_nothing(tmp_path: Path) -> None:
    """A lost page must be missed, and a sheet that phones home tells somebody that it was opened."""
    made = exhibit(continuity=sheet_facts.steps() * 8)
    reader = PdfReader(io.BytesIO(made))
    count = len(reader.pages)
    assert count > 1
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number} of {count}" in page.extract_text()
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
        assert "/Annots" not in page
    for forbidden in (
        b"/URI",
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/EmbeddedFile",
        b"/AcroForm",
        b"/Subtype /Image",
    ):
        assert forbidden not in made, forbidden
    assert reader.metadata
    assert reader.metadata.title == "Exhibit AM/1: SW-2026-0041"
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"


@pytest.mark.parametrize("sheet", [exhibit, card, index, statement])
def test_every_font_is_inside_the_file(sheet: Sheet) -> None:
    """A font of the reader's own machine may show another letter, or none."""
    for page in PdfReader(io.BytesIO(sheet())).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].get_object().values()]
        used = [font for font in fonts if font["/BaseFont"] != "/Helvetica"]
        assert used
        assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in used)
        assert "/Helvetica" not in re.findall(
            r"/F1 [\d.]+ Tf[^/]*?Tj", page.get_contents().get_data().decode("latin-1")
        )


def test_a_statement_is_a_draft_with_gaps_and_no_verdict() -> None:
    """A school must not sign, unread, what a program wrote for it."""
    text = statement_draft(sheet_facts.statement())
    flat = " ".join(text.split())
    for wanted in (
        "DRAFT. This is not a statement.", "section 9 of the Criminal Justice Act 1967",
        "«number, to be confirmed by the officer»", "«full name»", "«signed by hand»",
        "true to the best of my knowledge and belief", "wilfully stated in it anything which I know to be false",
        "as exhibit AM/1", "The source x-mentions gave no data", "The source x-search was not read at all",
        "I do not know from these records who wrote the words",
    ):  # fmt: skip
        assert wanted in flat, wanted
    for verdict in ("offence", "criminal offence", "guilty", "libel", "illegal", "defam", "abuse", "Part 16"):
        assert verdict not in flat, verdict
    assert max(map(len, text.splitlines())) <= 78
    assert text.count("«") == text.count("»") > 10


def test_a_draft_with_a_name_still_leaves_what_only_the_person_knows() -> None:
    text = statement_draft(sheet_facts.statement(witness_name="A. Manager", witness_role="senior manager"))
    assert "Name: A. Manager" in text
    assert "«full name»" not in text
    assert "«signed by hand»" in text


def test_the_statement_on_paper_has_the_words_of_the_text() -> None:
    """Two drafts that differ would let one be held against the other."""
    facts = sheet_facts.statement()
    text = re.sub(r"(?m)^[=-]+$", "", statement_draft(facts))
    paper = "".join(pages(statement()))
    for edge in re.findall(r"Fernhill[^\n]*\nDRAFT: not[^\n]*|Drafted by [^\n]*|Page \d of \d", paper):
        paper = paper.replace(edge, "")
    assert run_together(text) in run_together(paper) or set(text.split()) <= set(paper.split())
    assert all("DRAFT: not a statement until checked and signed" in page for page in pages(statement()))


def test_a_hostile_handle_in_a_statement_is_plain_text() -> None:
    """Somebody's name must not break off a sentence that a person signs."""
    odd = sheet_facts.row(1, handle="evil\u202e\n«gap»\U0001f921" + "x" * 500)
    text = " ".join(statement_draft(sheet_facts.statement(exhibits=(odd,))).split())
    assert "evil[U+202E right-to-left override] «gap»[U+1F921 clown face]" in text
    assert statement(exhibits=(odd,))


def test_times_without_a_zone_are_refused() -> None:
    """A time that names no instant cannot be put before anybody."""
    with pytest.raises(ValueError, match="time zone"):
        exhibit(seen_at=datetime(2026, 11, 17, 20, 15))  # noqa: DTZ001  the very mistake
    assert exhibit(seen_at=datetime(2026, 11, 17, 20, 15, tzinfo=UTC))
