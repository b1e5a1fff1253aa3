"""The shape of `schoolwatch.toml`: one class a table, validated whole before anything starts.

What one table can know of itself is checked here; what tables must know of each other, in
`config.cross_checks`. No error text repeats a value that may be a secret.
"""

import os
import unicodedata
from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from config.addresses import (
    IN_CLEAR,
    AuthorityAddress,
    HostName,
    ListenAddress,
    Mailbox,
    WebAddress,
    is_loopback,
    names_a_secret,
    proxy_address,
    split,
)
from config.clock_times import ClockSpan, parse_clock_span, parse_clock_time
from config.cross_checks import between_tables
from config.database import complete_address, database_address, sqlite_file
from config.durations import parse_duration
from config.folders import FOLDER, SettingsPath
from config.policy.retention import shipped_periods
from config.secrets import SecretMissing, SecretReference
from config.words import Caution, Severity

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
ClockTime = Annotated[time, BeforeValidator(parse_clock_time)]
QuietHours = Annotated[ClockSpan, BeforeValidator(parse_clock_span)]


def _one_line(value: str) -> str:
    """Names go into mail headers and log lines."""
    if any(unicodedata.category(letter) == "Cc" for letter in value):
        raise ValueError("expected text on one line, without control characters")
    return value


Words = Annotated[str, StringConstraints(min_length=1), AfterValidator(_one_line)]
"""Text that must not be left blank."""


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


OptionalWords = Annotated[str | None, BeforeValidator(_blank_is_none)]


def _kind(value: object) -> str:
    return "<text>" if isinstance(value, str) else "<reference>"


Reference = Annotated[SecretReference, Tag("<reference>")]


class Table(BaseModel):
    """A table of the file: an unknown key is a mistake, and nothing changes after loading."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        validate_default=True,
        revalidate_instances="always",  # a default table's paths start at the settings file's folder too
    )


class Nation(StrEnum):
    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


class Role(StrEnum):
    """Who somebody is to the school; what each may see and do follows from it (NEU 9, QC 2.7)."""

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

    @property
    def shown_as(self) -> str:
        """As a person would write it."""
        short = {"dsl": "DSL", "deputy_dsl": "deputy DSL", "dpo": "DPO", "it": "IT"}
        return short.get(self.value, self.value.replace("_", " "))


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
    name: Words
    also_known_as: tuple[Words, ...] = ()
    nation: Nation = Nation.ENGLAND
    dpia_reference: OptionalWords = None
    closed: tuple[tuple[date, date], ...] = ()
    """Holidays and training days, first and last day of each: school-day clocks pass over them."""

    @field_validator("closed")
    @classmethod
    def _closed_in_order(cls, value: tuple[tuple[date, date], ...]) -> tuple[tuple[date, date], ...]:
        for first, last in value:
            if last < first:
                raise ValueError(f"found {first} to {last}; expected the first day before the last")
        return value


class Support(Table):
    """Whom the offer of support names (NEU 9.6, Nunney 2.8.4). Both may stay blank."""

    eap: OptionalWords = None
    """The employee assistance programme: name and number."""
    union: OptionalWords = None
    """The trade unions' or professional associations' representative: name and how to reach them."""


class MeetingWith(StrEnum):
    """Whom the school invites to a meeting (Huntington 8.6)."""

    AFFECTED_PERSON = "affected_person"
    AUTHOR = "author"
    BOTH = "both"
    """The affected person first."""


class LadderRules(Table):
    """What the schools' policies leave open about the takedown ladder; copied onto each new incident."""

    meeting_with: MeetingWith = MeetingWith.BOTH
    staff_remarks_to_lado: bool = True
    """Whether derogatory or racist remarks by staff go to the LADO (Queen's Crescent 2.3.9)."""


DatabaseAddress = Annotated[Annotated[str, Tag("<text>")] | Reference, Discriminator(_kind)]


class Store(Table):
    database: DatabaseAddress = "sqlite:///schoolwatch.db"
    """An address without a password, or a reference to a whole address that holds one."""
    evidence: SettingsPath = Path("evidence")

    @field_validator("database")
    @classmethod
    def _database(cls, value: str | SecretReference, info: ValidationInfo) -> str | SecretReference:
        folder = (info.context or {}).get(FOLDER)
        return database_address(value, folder) if isinstance(value, str) else value

    def database_url(self, environment: Mapping[str, str] = os.environ) -> str:
        """The address to connect to. It may hold a password: never log it. Raises SecretMissing."""
        if isinstance(self.database, str):
            return self.database
        try:
            return complete_address(self.database.read(environment), None)
        except ValueError as error:
            raise SecretMissing(f"store.database, {self.database}: {error}") from None

    def database_shown(self) -> str:
        """The address as it may be printed."""
        return self.database if isinstance(self.database, str) else f"address in {self.database}"

    def sqlite_file(self) -> Path | None:
        """The database's file, or None for a server or an address that is a secret."""
        return sqlite_file(self.database) if isinstance(self.database, str) else None


class TimeAuthority(Table):
    """A time-stamping authority (RFC 3161). Only a digest of the log's checkpoint is sent to it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """In small letters, digits and hyphens: its stamps are files of this name in an export."""
    url: AuthorityAddress
    roots: SettingsPath
    """PEM file with the root certificates that its stamps must lead to."""
    chain: SettingsPath | None = None
    """PEM file with the certificates between, where the authority does not send them."""
    policy: str | None = Field(None, pattern=r"^[0-2](\.\d+)+$")
    """The only policy (object identifier) that is accepted; any if left out."""


class Evidence(Table):
    """How the evidence is signed, stamped and locked."""

    origin: str | None = Field(None, pattern=r"^[\x21-\x2a\x2c-\x7e]{1,200}$")
    """The log's name in its checkpoints, fixed at its first one; made from the mail domain if left out."""
    log_key: SecretReference | None = None
    """The Ed25519 key (PEM) that signs checkpoints; made as `log.key` beside the evidence if left out."""
    second_log: SettingsPath | None = None
    """A folder on another disk or machine that gets a copy of every leaf and checkpoint."""
    authorities: tuple[TimeAuthority, ...] = Field((), max_length=4)
    stamp_every: Duration = timedelta(hours=24)
    """How often the newest checkpoint is stamped; every export asks for a stamp besides."""
    manager_key: SettingsPath | None = None
    """The manager's public key (PEM, X25519): evidence of closed incidents is locked to it."""
    recovery_key: SettingsPath | None = None
    """A second public key, kept elsewhere, for when the manager's is lost."""

    @field_validator("authorities")
    @classmethod
    def _told_apart(cls, value: tuple[TimeAuthority, ...]) -> tuple[TimeAuthority, ...]:
        names = [authority.name for authority in value]
        if len(set(names)) < len(names):
            raise ValueError("found two authorities of one name; expected a name of its own for each")
        return value

    @model_validator(mode="after")
    def _two_keys(self) -> Self:
        if (self.manager_key is None) != (self.recovery_key is None):
            raise ValueError("expected manager_key and recovery_key together: one lost key must lose nothing")
        return self


class MailServer(Table):
    host: HostName
    port: int = Field(default=587, ge=1, le=65535)
    security: Security = Security.STARTTLS
    username: OptionalWords = None
    password: SecretReference | None = None
    ca_bundle: SettingsPath | None = None

    @field_validator("security")
    @classmethod
    def _in_clear_only_here(cls, value: Security, info: ValidationInfo) -> Security:
        if value is Security.NONE and not is_loopback(info.data.get("host", "localhost")):
            raise ValueError('found "none" for a host that is not this machine; expected "starttls" or "tls"')
        return value

    @field_validator("password")
    @classmethod
    def _login_is_whole(cls, value: SecretReference | None, info: ValidationInfo) -> SecretReference | None:
        if "username" in info.data and (info.data["username"] is None) != (value is None):
            raise ValueError("expected username and password together, or neither")
        return value


class Mail(MailServer):
    sender: Mailbox
    second: MailServer | None = None
    """Another mail server, tried for operator alerts when the first one fails."""


class Person(Table):
    role: Role
    name: Words
    email: Mailbox
    phone: OptionalWords = None
    """For the call sheet and for whoever is handed an export."""
    staff_id: OptionalWords = None
    """The person's id in the staff register, so that nobody is mailed about themselves."""
    out_of_hours: bool = False
    holiday_cover: bool = False


class Contacts(Table):
    """Whom the school rings outside. These are local: nobody but the school can know the right number."""

    lado: OptionalWords = None
    """The local authority's designated officer, or who does that where there is none: name, number, hours."""
    childrens_services: OptionalWords = None
    """Children's social care or its front door, by day and out of hours."""
    police: OptionalWords = None
    """The school's own contact at the police, beside 999 and 101."""


def _account_name(value: str) -> str:
    if "/" in value or "://" in value:
        raise ValueError("found an address; expected the account alone, e.g. the handle without https://")
    return value.removeprefix("@")


AccountName = Annotated[Words, AfterValidator(_account_name)]


class Source(Table):
    """One account of the school on one platform, and what of it is watched."""

    name: Words
    platform: Words
    account: AccountName
    account_id: AccountName
    watch: tuple[Watch, ...] = Field(default=(Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS), min_length=1)
    search: tuple[Words, ...] = ()
    poll_every: Duration = timedelta(minutes=5)
    base_url: WebAddress | None = None
    """Where the platform answers; None means the platform's public address."""
    credentials: dict[str, SecretReference] = Field(default_factory=dict)
    options: dict[str, str] = Field(default_factory=dict)
    """What only this platform's connector knows, e.g. `graph_version`; named in docs/setup/."""
    x_terms_decision: OptionalWords = None
    """Who decided, and when, that X's terms allow this use (X stays off without; loopback excepted)."""

    @field_validator("search")
    @classmethod
    def _search_is_meant(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        watched = info.data.get("watch")
        if watched is not None and (Watch.SEARCH in watched) != bool(value):
            raise ValueError(
                'found search terms that nothing looks for; add "search" to watch'
                if value
                else 'found "search" in watch but no search terms; add e.g. search = [\'"Fernhill Primary"\']'
            )
        return value

    @field_validator("options", mode="before")
    @classmethod
    def _no_secret_among_options(cls, value: object) -> object:
        named = [key for key in value if names_a_secret(str(key))] if isinstance(value, Mapping) else []
        if named:
            raise ValueError(f"found {named[0]!r}: {IN_CLEAR}, under [sources.credentials]")
        return value

    @field_validator("x_terms_decision")
    @classmethod
    def _x_is_decided(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value or info.data.get("platform") != "x" or _answers_here(info.data.get("base_url")):
            return value
        raise ValueError(
            "X stays off until somebody has decided that its terms allow this school's use: they ask bodies "
            "related to government for an Enterprise plan and X's approval. Record who decided, when "
            'and why, e.g. x_terms_decision = "A. Head, 2026-09-01: approved, see minutes 14/26", '
            "or take this source out"
        )


def _answers_here(base_url: str | None) -> bool:
    return base_url is not None and is_loopback(split(base_url).hostname)


ProxyAddress = Annotated[
    Annotated[str, AfterValidator(proxy_address), Tag("<text>")] | Reference, Discriminator(_kind)
]


class Network(Table):
    """How this machine reaches the outside when the school filters it (Huntington 7.1)."""

    proxy: ProxyAddress | None = None
    """An address without a password, or a reference to a whole address that holds one."""
    ca_bundle: SettingsPath | None = None

    def proxy_url(self, environment: Mapping[str, str] = os.environ) -> str | None:
        """The proxy to use, or None. It may hold a password: never log it. Raises SecretMissing."""
        return self.proxy.read(environment) if isinstance(self.proxy, SecretReference) else self.proxy


class OwnPage(Table):
    """Rules that hide comments on the school's own pages by themselves. Off unless somebody decided them.

    Each holds who decided it and when, and stands as the reason beside what it hid. Evidence is sealed
    first, and `schoolwatch incidents unhide` takes it back.
    """

    hide_severe_threats: OptionalWords = None
    hide_pupil_data: OptionalWords = None


class Registries(Table):
    """How to find out who hosts a site, where this machine cannot ask IANA or any name server it likes."""

    bootstrap: SettingsPath | None = None
    """The registries of the world (RFC 9224), saved in a file; fetched from IANA if left out."""
    nameserver: str | None = Field(None, pattern=r"^[0-9A-Fa-f.:]+:[0-9]{1,5}$")
    """Address and port of the name server to ask; those of the machine if left out."""


class Console(Table):
    listen: ListenAddress = "127.0.0.1:8765"
    public_url: WebAddress | None = None
    behind_proxy: bool = False


class Judgement(Table):
    """How readily each label speaks up: few false alarms, or few misses.

    `danger` is for threat, safeguarding, indecent image and encouragement of self-harm. Beside a label they
    keep a floor of recall even when quiet; where no label stands beside it, a danger flag must be surer.
    """

    abuse: Caution = Caution.BALANCED
    defamation: Caution = Caution.BALANCED
    pupil_information: Caution = Caution.BALANCED
    danger: Caution = Caution.BALANCED


class Detoxify(Table):
    """Weights of one's own for a second opinion on abuse, in one of two forms.

    `checkpoint` with `config_folder` needs the extra `detoxify`; `onnx`, the folder that
    `schoolwatch models convert` made of a checkpoint, needs the small extra `second-opinion`.
    """

    checkpoint: SettingsPath | None = None
    config_folder: SettingsPath | None = None
    onnx: SettingsPath | None = None
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    """Of the checkpoint: a checkpoint can run code when it is loaded, so another file is refused.
    With `onnx`, of its model.onnx, and may be left out: such a file holds no code."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        of_a_checkpoint = (self.checkpoint, self.config_folder, self.sha256)
        if self.onnx is not None and (self.checkpoint or self.config_folder):
            raise ValueError("found onnx beside checkpoint or config_folder; expected one of the two forms")
        if self.onnx is None and None in of_a_checkpoint:
            raise ValueError("expected checkpoint, config_folder and sha256, or onnx")
        return self


class Retention(Table):
    """What this school decided about how long it keeps things, in place of the shipped periods."""

    periods: dict[str, Duration] = Field(default_factory=dict)
    """Rule (`schoolwatch retention --rules` lists them) → length, e.g. `closed_incident = "730d"`."""

    @field_validator("periods")
    @classmethod
    def _rules_are_known(cls, value: dict[str, timedelta]) -> dict[str, timedelta]:
        for name, length in value.items():
            if name not in shipped_periods():
                raise ValueError(f"found {name!r}; expected one of {', '.join(shipped_periods())}")
            if length % timedelta(days=1):
                raise ValueError(f'found a part of a day for {name}; expected whole days, such as "365d"')
        return value


class Operations(Table):
    """How the daemon tells somebody that it has stopped seeing (promise 8)."""

    alert_after: Duration = timedelta(hours=1)
    apprise: tuple[SecretReference, ...] = ()
    dead_man_ping: SecretReference | None = None


class Channel(Table):
    """A further way to reach a person or everybody in a role: Teams, SMS, ntfy and others (Apprise)."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """In small letters, digits and hyphens, so that faults can name it without its address."""
    role: Role | None = None
    email: Mailbox | None = None
    """Whose channel it is, by the address under [[people]]."""
    address: SecretReference
    least: Severity = Severity.HIGH
    """What it carries: this severity and graver."""

    @model_validator(mode="after")
    def _one_reader(self) -> Self:
        if (self.role is None) == (self.email is None):
            raise ValueError("expected role or email: whom the channel reaches")
        return self


class Alerts(Table):
    """When and by which ways people hear. Critical and high are never held, whatever stands here."""

    quiet_hours: QuietHours | None = None
    """Hold what is medium or low from one time of day to another; nothing is held if left out."""
    digest_at: ClockTime | None = None
    """Tell medium and low in one mail a day, at this time; each by itself if left out."""
    spike_items: int = Field(10, ge=2)
    """So many new items on one incident within `spike_within` are told, in one alert."""
    spike_incidents: int = Field(5, ge=2)
    """So many new incidents of one source within `spike_within` are told in one alert."""
    spike_within: Annotated[Duration, Field(le=timedelta(days=1))] = timedelta(hours=1)
    channels: tuple[Channel, ...] = ()

    @field_validator("channels")
    @classmethod
    def _told_apart(cls, value: tuple[Channel, ...]) -> tuple[Channel, ...]:
        if len({channel.name for channel in value}) < len(value):
            raise ValueError("found two channels of one name; expected a name of its own for each")
        return value


class SchoolPolicy(Table):
    """A policy of the school that has to be looked at again (Huntington 10, QC 4.1.1)."""

    name: Words
    reviewed: date
    """When it was adopted or last reviewed."""
    every_months: int = Field(12, ge=1, le=60)


class Letters(Table):
    """What every letter of the school says about itself. Blank fields are asked for in each letter."""

    sender: Mailbox | None = None
    """The official mailbox that letters come from; mail.sender if left out."""
    reply_to: OptionalWords = None
    """How people answer: a mailbox that somebody reads, a number, or both."""
    complaints_procedure: OptionalWords = None
    """Where the complaints procedure can be read."""
    privacy_notice: OptionalWords = None
    policy_clause: OptionalWords = None
    """The place in the school's own policy that a request to an author rests on."""
    same_person_may_authorise: bool = False
    """Whether whoever asks for a blocked site may also allow it (Huntington 7.5 wants two people)."""


class Settings(Table):
    school: School
    store: Store = Store()
    evidence: Evidence = Evidence()
    mail: Mail
    people: tuple[Person, ...]
    contacts: Contacts = Contacts()
    support: Support = Support()
    ladder: LadderRules = LadderRules()
    sources: tuple[Source, ...] = ()
    network: Network = Network()
    own_page: OwnPage = OwnPage()
    registries: Registries = Registries()
    console: Console = Console()
    operations: Operations = Operations()
    alerts: Alerts = Alerts()
    policies: tuple[SchoolPolicy, ...] = ()
    retention: Retention = Retention()
    letters: Letters = Letters()
    judgement: Judgement = Judgement()
    detoxify: Detoxify | None = None

    @model_validator(mode="after")
    def _tables_fit_together(self) -> Self:
        found = between_tables(self.school, dict(enumerate(self.people)), dict(enumerate(self.sources)))
        if found:
            details = [
                InitErrorDetails(type=PydanticCustomError("between_tables", message), loc=place, input=None)
                for place, message in found
            ]
            raise ValidationError.from_exception_data("Settings", details, hide_input=True)
        return self
