"""The file that `init` writes: a technician fills it in once and must not have to guess."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import schema
from config.loading import SettingsError, load_settings
from config.template import Answers, Contact, template, write_template

ANSWERS = Answers(
    school='Fernhill "Primary" \\ Nursery',
    mail_host="smtp.example.sch.uk",
    mail_sender="schoolwatch@example.sch.uk",
    senior_manager=Contact("A. Manager", "manager@example.sch.uk"),
    headteacher=Contact("B. Head", "head@example.sch.uk"),
    dsl=Contact("D. Lead", "dsl@example.sch.uk"),
    out_of_hours=Contact("E. Evening", "evening@example.sch.uk"),
    holiday_cover=Contact("H. Holiday", "holiday@example.sch.uk"),
)


def switched_on(text: str) -> str:
    """Every setting that stands behind a # without a space."""
    return re.sub(r"^#(?=[\[\w])", "", text, flags=re.MULTILINE)


def test_a_filled_in_template_would_not_load(tmp_path: Path) -> None:
    path = tmp_path / "schoolwatch.toml"
    write_template(path, ANSWERS)
    settings = load_settings(path)
    assert settings.school.name == ANSWERS.school
    assert settings.school.dpia_reference is None
    assert [person.name for person in settings.people if person.out_of_hours] == ["E. Evening"]
    assert [person.name for person in settings.people if person.holiday_cover] == ["H. Holiday"]


def test_a_setting_that_is_switched_on_would_turn_out_to_be_misspelt(tmp_path: Path) -> None:
    path = tmp_path / "schoolwatch.toml"
    path.write_text(switched_on(template(ANSWERS)))
    settings = load_settings(path)
    assert [source.platform for source in settings.sources] == ["facebook", "x"]
    assert settings.mail.second is not None
    assert [authority.name for authority in settings.evidence.authorities] == ["first-authority"]
    assert settings.operations.dead_man_ping is not None
    assert any(person.role == "chair" for person in settings.people)


def test_a_key_that_the_template_forgets_would_never_be_found_by_a_school() -> None:
    text = template()
    told = set(re.findall(r"^#?(\w+) = ", text, flags=re.MULTILINE))
    known = {key for table in _tables() for key in table}
    assert known - told <= {
        "search",
        "base_url",
        "options",
        "ca_bundle",
        "second",
        "credentials",
        "authorities",
        "channels",
    }


def _tables() -> list[set[str]]:
    tables = (
        schema.School, schema.Store, schema.Evidence, schema.TimeAuthority, schema.MailServer, schema.Person,
        schema.Source, schema.Operations, schema.Alerts, schema.SchoolPolicy, schema.Console,
    )  # fmt: skip
    return [set(table.model_fields) for table in tables]


def test_blanks_that_are_left_would_be_found_only_at_night(tmp_path: Path) -> None:
    path = tmp_path / "schoolwatch.toml"
    write_template(path)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    blank = {mistake.place[-1] for mistake in caught.value.mistakes}
    assert blank == {"name", "email", "host", "sender"}
    assert all(mistake.line for mistake in caught.value.mistakes)


def test_init_in_the_wrong_folder_would_overwrite_the_schools_settings(tmp_path: Path) -> None:
    path = tmp_path / "schoolwatch.toml"
    path.write_text("mine")
    with pytest.raises(SettingsError, match="exists already and was left as it is; use --force"):
        write_template(path)
    assert path.read_text() == "mine"
    write_template(path, ANSWERS, force=True)
    assert load_settings(path)


def test_init_into_no_folder_would_end_in_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        write_template(tmp_path / "missing" / "schoolwatch.toml")


def test_the_names_in_the_settings_would_be_open_to_every_account(tmp_path: Path) -> None:
    path = tmp_path / "schoolwatch.toml"
    before = os.umask(0)
    try:
        write_template(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o007 == 0


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(str.strip))
def test_a_school_whose_name_holds_odd_characters_would_not_get_a_file(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "odd.toml"
    write_template(path, Answers(**{**vars(ANSWERS), "school": name}), force=True)
    assert load_settings(path).school.name == name.strip()
