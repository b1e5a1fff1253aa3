"""`register import`, `classify` and `evaluate` with files as they come out of school offices."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from support.command_line import Ran, run
from support.school import write_settings

from config.loading import load_settings
from monitor.cli.shared import remember_config
from monitor.pipeline.judgement.register import load_register
from monitor.site import open_site
from monitor.store.database import Database
from monitor.store.models import Consent, Pupil

PUPILS = (
    "pupil_id,upn,first_name,preferred_name,surname,class,year_group,date_of_birth,photo_consent,"
    "consent_withdrawn_on\r\n"
    "P1,A123456789012,Zoë,,Blackthorn-Test,3B,3,2017-03-29,website;social,\r\n"
    "P2,A123456789013,Iolo,Io,Quillfeather,R,R,2021-01-02,none,2026-09-01\r\n"
)
STAFF = (
    "staff_id,title,first_name,surname,role,also_known_as\r\nS1,Ms,Ada,Testley,Headteacher,Mrs T;Miss T\r\n"
)
CONSENTS = (
    "pupil_id,channel,medium,from,to,given_by,document_ref\r\nP1,website,image,2026-09-01,,parent,C-1\r\n"
)


@pytest.fixture(autouse=True)
def _school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> Iterator[None]:
    write_settings(tmp_path, sqlite_database, {}, 25)
    monkeypatch.chdir(tmp_path)
    yield
    remember_config(None)


def written(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def known() -> tuple[list[str], list[str]]:
    site = open_site(load_settings(Path("schoolwatch.toml")))
    register = load_register(site)
    site.close()
    return [pupil.first_name for pupil in register.pupils], [one.surname for one in register.staff]


def test_a_register_is_read_whole_and_replaced_whole(sqlite_database: str) -> None:
    """A leaver who stays in the register would be looked for for ever."""
    pupils, staff = written("p.csv", PUPILS.encode("utf-8-sig")), written("s.csv", STAFF)
    first = run("register", "import", "--pupils", pupils, "--staff", staff,
                "--consents", written("c.csv", CONSENTS))  # fmt: skip
    assert (first.status, first.out) == (0, "Imported 2 pupils, 1 staff, 1 consents.\n")
    assert known() == (["Zoë", "Iolo"], ["Testley"])
    one = "\r\n".join(PUPILS.split("\r\n")[:2]) + "\r\n"
    assert run("register", "import", "--pupils", written("p.csv", one)).status == 0
    assert known() == (["Zoë"], ["Testley"]), "the staff stay as they were"
    content = b"".join(path.read_bytes() for path in Path().glob("schoolwatch.db*"))
    assert b"A123456789012" not in content, "a UPN is kept as a keyed token only"
    assert b"2017-03-29" not in content
    database = Database(sqlite_database)
    with database.read() as session:
        assert len(session.scalars(select(Pupil)).all()) == 1
        assert len(session.scalars(select(Consent).filter_by(origin="import")).all()) == 1
    database.close()


def test_columns_in_another_order_with_more_of_them_are_read() -> None:
    """What a school's information system exports has its own order, and spare columns."""
    rows = [line.split(",") for line in PUPILS.strip().split("\r\n")]
    turned = "\r\n".join(";".join([*reversed(row), "spare"]) for row in rows)
    ran = run("register", "import", "--pupils", written("p.csv", turned.replace("website;social", "website")))
    if ran.status == 0:
        assert known()[0] == ["Zoë", "Iolo"]
    else:
        assert "p.csv" in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PUPILS.replace("surname", "last name", 1), ("surname",)),
        (PUPILS + PUPILS.split("\r\n")[1] + "\r\n", ("row 4", "pupil_id")),
        (PUPILS.encode("latin-1") + b"P3,,\x81,,X,3B,3,,,\r\n", ("row 2", "UTF-8")),
        (PUPILS.replace("2017-03-29", "29/03/2017"), ("row 2", "date_of_birth")),
        (PUPILS.replace("P2,", ",", 1), ("row 3", "pupil_id")),
        (PUPILS.replace("A123456789013", "12"), ("row 3", "upn")),
        (PUPILS.replace(",Quillfeather,R,R", ""), ("row 3",)),
        ("", ("p.csv",)),
        (b"PK\x03\x04 an Excel file", ("p.csv",)),
        (PUPILS.replace("Iolo", "Io\0lo"), ("p.csv",)),
    ],
)
def test_a_file_with_a_fault_changes_nothing_and_names_the_place(
    content: str | bytes, said: tuple[str, ...]
) -> None:
    """Half a register would leave half the children unprotected; their names must not stand in an error."""
    assert run("register", "import", "--pupils", written("good.csv", PUPILS)).status == 0
    ran = run("register", "import", "--staff", written("s.csv", STAFF), "--pupils", written("p.csv", content))
    assert (ran.status, ran.out) == (1, "")
    for words in ("p.csv", *said):
        assert words in ran.err, ran.err
    for name in ("Zo", "Iolo", "Quillfeather", "Blackthorn", "A1234567"):
        assert name not in ran.err
    assert known() == (["Zoë", "Iolo"], [])


def test_a_file_of_an_old_excel_is_read_and_said_to_be_so() -> None:
    """`Zoë` would be looked for as `ZoÃ«`, and never be found."""
    ran = run("register", "import", "--pupils", written("p.csv", PUPILS.encode("latin-1")))
    assert ran.status == 0
    assert "p.csv: not UTF-8" in ran.err
    assert known()[0] == ["Zoë", "Iolo"]


def test_wrong_use_of_the_import() -> None:
    assert "at least one of" in run("register", "import").err
    missing = run("register", "import", "--pupils", "nowhere.csv")
    assert (missing.status, "nowhere.csv" in missing.err) == (2, True)
    assert run("register").status == 2


def lines(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.lines]


def test_classify_names_a_bad_line_and_goes_on(tmp_path: Path) -> None:
    """One broken line would hold back ten thousand others; one left out in silence would be missed."""
    given = (
        b'{"id": "a", "text": "lovely day at school"}\n'
        b"\n"
        b"{not json with Iolo in it\n"
        b'{"id": "b"}\n'
        b'{"id": "c", "text": "you are a useless idiot \\ud83d \\u0000", "has_image": true}\n'
        b"[1, 2]\n"
        b'{"id": "d", "text": ""}\n'
        b"\xff\xfe\n"
        b'{"id": 5, "text": "' + b"x" * 100_000 + b'"}'
    )
    ran = run("classify", stdin=given)
    assert ran.status == 1
    assert [one["id"] for one in lines(ran)] == ["a", "c", "d", "5"]
    for number in (3, 4, 6, 8):
        assert f"stdin: line {number}: " in ran.err
    assert "Iolo" not in ran.err
    assert set(lines(ran)[0]) >= {"id", "labels", "scores", "severity", "flags", "pupils", "staff", "reasons"}
    assert set(lines(ran)[0]["labels"]) == {"abuse", "defamation", "pupil_information"}  # type: ignore[call-overload]  # an object of JSON
    (tmp_path / "in.jsonl").write_bytes(given)
    assert "in.jsonl: line 3: " in run("classify", "in.jsonl").err
    clean = run("classify", stdin=b'{"id": "a", "text": "lovely day"}\n')
    assert (clean.status, clean.err) == (0, "")


def test_classify_knows_the_imported_register() -> None:
    """A child's full name in a comment would pass as any two words."""
    given = json.dumps({"id": "a", "text": "Iolo Quillfeather in class R was crying again today"}).encode()
    assert run("register", "import", "--pupils", written("p.csv", PUPILS)).status == 0
    (judged,) = lines(run("classify", stdin=given))
    assert judged["pupils"] == ["P2"]


def test_classify_without_settings_says_what_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("schoolwatch.toml").unlink()
    ran = run("classify", stdin=b'{"id": "a", "text": "hello"}\n')
    assert ran.status == 0
    assert "no register is known" in ran.err
    missing = run("classify", "nowhere.jsonl")
    assert (missing.status, "nowhere.jsonl" in missing.err) == (1, True)
    folder = run("classify", ".")
    assert (folder.status, "is a folder" in folder.err) == (1, True)


def test_evaluate_measures_and_refuses_what_is_not_labelled() -> None:
    labelled = [
        {"id": "1", "text": "lovely day", "labels": {"abuse": False, "defamation": False, "pupil_information": False}},
        {"id": "2", "text": "you useless idiot", "labels": {"abuse": True, "defamation": False,
                                                            "pupil_information": False}},
    ]  # fmt: skip
    good = written("dev.jsonl", "\n".join(map(json.dumps, labelled)))
    ran = run("evaluate", good, "--json")
    assert ran.status == 0, ran.err
    assert "abuse" in ran.out
    assert run("evaluate", good).status == 0
    spoiled = run("evaluate", written("bad.jsonl", good.read_text() + "\n{}"))
    assert (spoiled.status, "bad.jsonl: line 3" in spoiled.err) == (1, True)
    empty = run("evaluate", written("none.jsonl", ""))
    assert (empty.status, "no labelled comment" in empty.err) == (1, True)
    assert run("evaluate").status == 2
