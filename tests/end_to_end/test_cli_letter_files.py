"""Long forms are filled in as a file; typing thirty-five fields on a command line is how they stay empty."""

from pathlib import Path

import pytest
from support.command_line import run

from alerts.letters.filling import slots
from alerts.letters.kinds import LetterKind
from monitor.cli.letter_files import empty_file, filled_in
from monitor.cli.shared import UserError


@pytest.mark.parametrize("kind", LetterKind)
def test_a_field_would_be_missing_from_the_file(tmp_path: Path, kind: LetterKind) -> None:
    file = tmp_path / "form.toml"
    file.write_text(empty_file(kind), encoding="utf-8")
    assert filled_in(file) == {}
    file.write_text(empty_file(kind).replace('= ""', '= "said"'), encoding="utf-8")
    assert filled_in(file) == {slot.name: ["said"] for slot in slots(kind)}


def test_a_slip_in_the_file_would_end_in_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "form.toml").write_text('service = "facebook')
    with pytest.raises(UserError, match="cannot be read"):
        filled_in(tmp_path / "form.toml")


def test_the_command_prints_the_file() -> None:
    ran = run("letters", "blank", "risk_assessment")
    assert ran.status == 0
    assert 'file_upload.pupils_at_risk = ""' in ran.out
