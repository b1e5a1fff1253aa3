"""Secrets: they must be found where the settings say, and never told to anybody."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.secrets import SecretMissing, SecretReference


def test_a_line_break_at_the_end_of_a_secret_would_break_the_login(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"\xef\xbb\xbf s3cret \r\n")
    assert SecretReference(file=path).read() == " s3cret "
    assert SecretReference(credential="token").read({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == " s3cret "
    assert SecretReference(env="TOKEN").read({"TOKEN": "s3cret\n"}) == "s3cret"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (SecretReference(env="NO_SUCH"), "environment variable NO_SUCH is not set or is empty"),
        (
            SecretReference(file=Path("/no/such/file")),
            "file /no/such/file cannot be read (FileNotFoundError)",
        ),
        (SecretReference(credential="smtp"), "CREDENTIALS_DIRECTORY is not set"),
    ],
)
def test_a_missing_secret_would_not_say_where_it_was_looked_for(
    reference: SecretReference, said: str
) -> None:
    with pytest.raises(SecretMissing) as caught:
        reference.read({})
    assert said in str(caught.value)


def test_an_unreadable_secret_would_show_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"\xff\xfesecret")
    with pytest.raises(SecretMissing) as caught:
        SecretReference(file=path).read()
    assert "UnicodeDecodeError" in str(caught.value)
    assert caught.value.__cause__ is None  # it carries the bytes


def test_a_credentials_name_would_lead_out_of_its_folder() -> None:
    with pytest.raises(ValidationError, match="expected the NAME"):
        SecretReference(credential="../../etc/shadow")
