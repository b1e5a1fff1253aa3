"""Secrets by reference: the settings say where a secret stands, never what it is."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from config.addresses import IN_CLEAR, looks_like_a_secret
from config.folders import SettingsPath


class SecretMissing(Exception):
    """A secret is not where the settings say; the text names the place, never the value."""


class SecretReference(BaseModel):
    """`{ env = "NAME" }`, `{ file = "PATH" }` or `{ credential = "NAME" }` (systemd)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = None
    file: SettingsPath | None = None
    credential: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_clear_text(cls, value: object) -> object:
        if not isinstance(value, (Mapping, SecretReference)):
            raise ValueError(IN_CLEAR)
        return value

    @field_validator("env", "credential")
    @classmethod
    def _is_a_name(cls, value: str | None) -> str | None:
        if value is not None and (
            not re.fullmatch(r"[\w.@-]{1,64}", value, re.ASCII) or looks_like_a_secret(value)
        ):
            raise ValueError(
                "expected the NAME of an environment variable or systemd credential, not the secret itself"
            )
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> "SecretReference":
        if sum(place is not None for place in (self.env, self.file, self.credential)) != 1:
            raise ValueError("give exactly one of env, file or credential")
        return self

    def __str__(self) -> str:
        if self.env is not None:
            return f"environment variable {self.env}"
        return f"file {self.file}" if self.file is not None else f"systemd credential {self.credential}"

    def read(self, environment: Mapping[str, str] = os.environ) -> str:
        """The secret, without the line break at its end; raises SecretMissing."""
        if self.env is not None:
            value = environment.get(self.env, "")
        else:
            value = _read_file(self._path(environment), str(self))
        if not value.strip():
            raise SecretMissing(f"{self} is not set or is empty")
        return value.strip("\r\n")

    def _path(self, environment: Mapping[str, str]) -> Path:
        if self.file is not None:
            return self.file
        folder = environment.get("CREDENTIALS_DIRECTORY")
        if folder is None or self.credential is None:
            raise SecretMissing(f"{self}: CREDENTIALS_DIRECTORY is not set; is this run by systemd?")
        return Path(folder) / self.credential


def _read_file(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretMissing(f"{where} cannot be read ({type(error).__name__})") from None
