"""The shape of `schoolwatch.toml`: one class a table, validated whole before anything starts."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from config.durations import parse_duration
from config.secrets import SecretReference

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


class Table(BaseModel):
    """A table of the file: an unknown key is a mistake, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Nation(StrEnum):
    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


class Role(StrEnum):
    """Who somebody is to the school (policy.md §6.3)."""

    SENIOR_MANAGER = "senior_manager"
    DEPUTY = "deputy"
    HEADTEACHER = "headteacher"
    CHAIR = "chair"
    GOVERNOR = "governor"
    DSL = "dsl"
    DEPUTY_DSL = "deputy_dsl"
    DPO = "dpo"
    E_SAFETY = "e_safety"
    IT = "it"


class Watch(StrEnum):
    """What of an account is polled."""

    OWN_POSTS = "own_posts"
    COMMENTS = "comments"
    MENTIONS = "mentions"
    SEARCH = "search"


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class School(Table):
    name: str
    also_known_as: tuple[str, ...] = ()
    nation: Nation = Nation.ENGLAND
    dpia_reference: str | None = None


class Store(Table):
    database: str = "sqlite:///schoolwatch.db"
    evidence: Path = Path("evidence")


class MailServer(Table):
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Security = Security.STARTTLS
    username: str | None = None
    password: SecretReference | None = None
    ca_bundle: Path | None = None


class Mail(MailServer):
    sender: str
    second: MailServer | None = None
    """Another mail server, tried for operator alerts when the first one fails."""


class Person(Table):
    role: Role
    name: str
    email: str
    staff_id: str | None = None
    """The person's id in the staff register, so that nobody is mailed about themselves."""
    out_of_hours: bool = False
    holiday_cover: bool = False


class Source(Table):
    """One account of the school on one platform, and what of it is watched."""

    name: str
    platform: str
    account: str
    account_id: str
    watch: tuple[Watch, ...] = (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS)
    search: tuple[str, ...] = ()
    poll_every: Duration = timedelta(minutes=5)
    base_url: str | None = None
    """Where the platform answers; None means the platform's public address."""
    credentials: dict[str, SecretReference] = Field(default_factory=dict)
    options: dict[str, str] = Field(default_factory=dict)
    """What only this platform's connector knows, e.g. `graph_version`; named in docs/setup/."""
    x_terms_decision: str | None = None
    """Who decided, and when, that X's terms allow this use (X stays off without; loopback excepted)."""


class Network(Table):
    proxy: str | None = None
    ca_bundle: Path | None = None


class Console(Table):
    listen: str = "127.0.0.1:8765"
    public_url: str | None = None
    behind_proxy: bool = False


class Operations(Table):
    """How the daemon tells somebody that it has stopped seeing (promise 8)."""

    alert_after: Duration = timedelta(hours=1)
    apprise: tuple[SecretReference, ...] = ()
    dead_man_ping: SecretReference | None = None


class Settings(Table):
    school: School
    store: Store = Store()
    mail: Mail
    people: tuple[Person, ...]
    sources: tuple[Source, ...] = ()
    network: Network = Network()
    console: Console = Console()
    operations: Operations = Operations()
