"""The commented settings file that `schoolwatch init` writes."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from config.mistakes import SettingsError


@dataclass(frozen=True)
class Contact:
    """A person as `init` asks for them; blank means: to be filled in by hand."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Answers:
    """What `init` asks. Whatever is left blank stands in the file as a blank, which loading names."""

    school: str = ""
    nation: str = "england"
    mail_host: str = ""
    mail_sender: str = ""
    senior_manager: Contact = Contact()
    headteacher: Contact = Contact()
    dsl: Contact = Contact()
    out_of_hours: Contact = Contact()
    holiday_cover: Contact = Contact()


def template(answers: Answers | None = None) -> str:
    """A settings file. `# text` explains; `#key = …` is a setting that is switched off."""
    given = answers or Answers()
    return "\n".join(
        [
            _HEAD,
            _school(given),
            _STORE,
            _EVIDENCE,
            _mail(given),
            _people(given),
            _CONTACTS,
            _ALERTS,
            _CONSOLE,
            _POLICIES,
            _SOURCES,
            _NETWORK,
            _JUDGEMENT,
            _OPERATIONS,
            _LETTERS,
        ]
    )


def write_template(path: Path, answers: Answers | None = None, *, force: bool = False) -> None:
    """Write the file, readable by its owner and group. Raises SettingsError; overwrites only with `force`."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        with os.fdopen(os.open(path, flags, 0o640), "w", encoding="utf-8") as file:
            file.write(template(answers))
    except FileExistsError:
        raise SettingsError(
            f"{path}: exists already and was left as it is; use --force to overwrite it"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be written ({error.strerror}); make the folder, or choose one you may write in"
        ) from None


def _text(value: str) -> str:
    """A TOML text. JSON's escapes are TOML's too, but for the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


_HEAD = """\
# Settings of schoolwatch.
#
# A line that starts with "# " explains. A line such as "#proxy = …" is a setting that is switched off:
# take the # away to use it. Fill in every "" that is left, then run `schoolwatch check`.
#
# No password and no token ever stands in this file. Where a secret is needed, say where it is:
#   { credential = "smtp-password" }     a systemd credential (LoadCredential= in the unit); the usual way
#   { file = "secrets/smtp-password" }   a file that only the service may read
#   { env = "SMTP_PASSWORD" }            an environment variable
#
# A path that does not start with / begins at the folder of this file.
"""


def _school(given: Answers) -> str:
    return f"""\
[school]
name = {_text(given.school)}
# Other names that people use for the school. Searches may only be built from these names.
also_known_as = []
# england, wales, scotland or northern_ireland: decides on law, contacts and bank holidays.
nation = {_text(given.nation)}
# The data protection impact assessment that covers this watching. `schoolwatch run` refuses to start
# without one.
dpia_reference = ""
# Holidays and training days, first and last day of each. Reminders that count school days pass over them;
# the 24 hours for a host do not.
#closed = [["2026-12-21", "2027-01-01"], ["2027-02-15", "2027-02-19"]]
"""


_STORE = """\
[store]
# One file beside this one is right for a school. A trust with its own server can use PostgreSQL; if that
# needs a password, put the whole address into a secret: database = { credential = "database-address" }
database = "sqlite:///schoolwatch.db"
# Where sealed evidence lies. Back it up together with the database.
evidence = "evidence"
"""


_EVIDENCE = """\
[evidence]
# The log that commits to everything sealed has a name, fixed at its first checkpoint: made from the domain of
# mail.sender if left out. Its key is made as log.key beside the evidence folder; or give one of your own.
#origin = "fernhill.example/evidence-log"
#log_key = { credential = "log-key" }
# A folder on another disk or machine that gets a copy of the log.
#second_log = "second-log"
# How often the time-stamping authorities below stamp the log; every export asks for a stamp besides.
stamp_every = "24h"
# Public keys (PEM, X25519) that evidence of closed incidents is locked to: `schoolwatch evidence keys new`.
#manager_key = "manager.pub.pem"
#recovery_key = "recovery.pub.pem"

# Who vouches that the evidence was there at a time: name two, run by different people. Only a digest of the
# log is sent. The school has to choose them and to confirm their addresses and roots with the authorities
# themselves: docs/setup/timestamps.md. `policy` is the only one accepted; any if left out.
#[[evidence.authorities]]
#name = "first-authority"
#url = "https://tsa.example.org/stamp"
#roots = "authorities/first-roots.pem"
#chain = "authorities/first-chain.pem"
#policy = "1.3.6.1.4.1.99999.1"
"""


def _mail(given: Answers) -> str:
    return f"""\
[mail]
# The school's own mail server, and the mailbox that alerts come from.
host = {_text(given.mail_host)}
port = 587
# starttls (port 587) or tls (port 465). "none" is allowed for a mail server on this machine only.
security = "starttls"
#username = "schoolwatch@example.sch.uk"
#password = {{ credential = "smtp-password" }}
sender = {_text(given.mail_sender)}

# A second server, used to tell somebody when the first one fails. It should share nothing with the first.
#[mail.second]
#host = "smtp.example.org"
#port = 587
#security = "starttls"
#username = "fernhill"
#password = {{ credential = "second-smtp-password" }}
"""


def _people(given: Answers) -> str:
    return "\n".join(
        [
            """\
# Who is told. Recipients follow from what a matter is about, so the more roles are filled, the fewer mails
# reach people whom they do not concern. Roles: senior_manager, deputy, headteacher, chair, governor, dsl,
# deputy_dsl, dpo, e_safety, it. `staff_id` is the person's id in the staff register: nobody is mailed about
# a matter in which they are named.
""",
            _person("senior_manager", given.senior_manager, "Gets the alerts and decides what is done."),
            _person("headteacher", given.headteacher, "Approves what goes to providers and police."),
            _person("dsl", given.dsl, "Gets everything in which a child may be at risk."),
            _person(
                "deputy",
                given.out_of_hours,
                "Reached in the evening and at weekends: the 24 hours for removal do not stop then.",
                "out_of_hours",
            ),
            _person(
                "deputy",
                given.holiday_cover,
                "Reached in the school holidays. May be the same person as above.",
                "holiday_cover",
            ),
            """\
# Hears when a matter concerns the headteacher.
#[[people]]
#role = "chair"
#name = "C. Chair"
#email = "chair@example.sch.uk"
""",
        ]
    )


def _person(role: str, contact: Contact, why: str, duty: str | None = None) -> str:
    lines = ["[[people]]", f"role = {_text(role)}", f"name = {_text(contact.name)}"]
    lines += [f"email = {_text(contact.email)}", '#phone = "01632 960001"']
    lines += ['#staff_id = "S001"' if duty is None else f"{duty} = true"]
    return "\n".join([f"# {why}", *lines, ""])


_CONTACTS = """\
# Whom the school rings when a child may be at risk: they stand on the call sheet. Fill them in now, from
# your local safeguarding partnership's own page; nobody looks for a number in that hour.
[contacts]
#lado = "Fernshire designated officer, 01632 960010, Mon-Fri 9-17; out of hours 01632 960011"
#childrens_services = "Fernshire children's services front door, 01632 960020, day and night"
#police = "Fernshire Police, schools officer, 01632 960030"

# Whom the offer of support names. Blank is allowed; the offer is made all the same.
[support]
#eap = "Employee assistance, 01632 960040, day and night"
#union = "J. Rep, staff room, 01632 960041"

# What the policies leave open about the ladder. It is copied onto each incident when it opens.
[ladder]
# Whom the school invites to a meeting: affected_person, author, or both (the affected person first).
#meeting_with = "both"
# Whether derogatory or racist remarks by a member of staff go to the LADO.
#staff_remarks_to_lado = true
"""

_ALERTS = """\
[alerts]
# What is critical or high is told at once, day and night. The rest waits for the end of the quiet hours, and
# comes in one mail a day; without digest_at, each comes by itself. Times are those of UK clocks.
quiet_hours = "21:00-07:00"
digest_at = "07:30"
# Many at once are told in one alert: so many new items on one incident, or so many new incidents of one
# source, within this time.
spike_items = 10
spike_incidents = 5
spike_within = "1h"
# Further ways to reach somebody (Apprise addresses: Teams, SMS, ntfy …), for a role or for one person by the
# e-mail address above. They carry a reference and a severity, no name and no word of a post.
#[[alerts.channels]]
#name = "manager-phone"
#role = "senior_manager"
#address = { credential = "manager-phone" }
#least = "high"
"""

_CONSOLE = """\
# The pages behind the links in mails: acknowledging, wishes, an own copy (docs/intake.md). Without public_url
# mails carry no link and name the command instead, and nothing listens.
#[console]
#public_url = "https://watch.example.sch.uk"
#listen = "127.0.0.1:8765"
# A web server in front, which sets X-Forwarded-For, -Proto and -Host itself.
#behind_proxy = true
"""

_POLICIES = """\
# The school's policies and when they were last reviewed. A month before the next review the head hears of it.
#[[policies]]
#name = "Social media policy"
#reviewed = 2026-09-01
#every_months = 12
"""

_SOURCES = """\
# What is watched: the school's own accounts and public mentions of the school, nothing else. A table for
# each account. docs/setup/ has a page for each platform: where its token comes from, how to find account_id.
#[[sources]]
#name = "facebook-page"
#platform = "facebook"
#account = "fernhillprimary"
#account_id = "100000000000001"
#watch = ["own_posts", "comments", "mentions"]
#poll_every = "10m"
#[sources.credentials]
#page_token = { credential = "facebook-page-token" }
#app_secret = { credential = "facebook-app-secret" }

# X stays off until somebody has decided that its terms allow the school's use, and x_terms_decision says
# who did, when and why. Every search term must name the school.
#[[sources]]
#name = "x-mentions"
#platform = "x"
#account = "fernhillprimary"
#account_id = "1234567890"
#watch = ["own_posts", "comments", "mentions"]
#poll_every = "15m"
#x_terms_decision = "A. Head, 2026-09-01: approved, see governors' minutes 14/26"
#[sources.credentials]
#bearer_token = { credential = "x-bearer-token" }
"""

_NETWORK = """\
[network]
# Many schools filter the web. docs/setup/network.md says what to ask of whoever runs the filter.
#proxy = "http://proxy.school.lan:8080"
# A file with every certificate authority to be trusted: those of the system AND the filter's own.
#ca_bundle = "/etc/ssl/school-filter.pem"
"""

_JUDGEMENT = """\
[judgement]
# How readily each speaks up: "quiet" (few false alarms), "balanced", or "cautious" (few misses). What each
# means in alarms and misses: `schoolwatch evaluate FILE`. `danger` is for threats, safeguarding, indecent
# images and encouragement of self-harm: beside abuse, defamation or pupil information even "quiet" keeps a
# floor of what is found; alone, each must be surer.
abuse = "balanced"
defamation = "balanced"
pupil_information = "balanced"
danger = "balanced"
"""

_OPERATIONS = """\
[operations]
# How long a source or the mail may fail before somebody is told.
alert_after = "1h"
# Other ways to tell somebody (Apprise addresses: Teams, SMS …), and a ping to an outside watcher that
# raises the alarm when this machine falls silent. Both are secrets.
#apprise = [{ credential = "apprise-teams" }]
#dead_man_ping = { credential = "dead-man-ping" }

# A second opinion on abuse by weights of your own: the folder that `schoolwatch models convert` made of a
# checkpoint; `sha256` is that of its model.onnx. docs/setup/detoxify.md says where it comes from.
#[detoxify]
#onnx = "weights/onnx"
#sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
"""

_LETTERS = """\
[letters]
# What stands in every letter of the school; what is left out is asked for in each one. Letters come from the
# official mailbox `sender` (mail.sender if left out), and only after a person pressed send.
#sender = "office@example.sch.uk"
#reply_to = "office@example.sch.uk or 01632 960123"
#complaints_procedure = "https://www.example.sch.uk/complaints"
#privacy_notice = "https://www.example.sch.uk/privacy"
#policy_clause = "section 5 of our social media policy"
# Whether one person may both ask for a blocked website and allow it.
same_person_may_authorise = false
"""
