"""The words that more than one room uses (those of the ladder follow NEU 9.3–9.5)."""

from enum import StrEnum


class Label(StrEnum):
    ABUSE = "abuse"
    DEFAMATION = "defamation"
    PUPIL_INFORMATION = "pupil_information"


class Flag(StrEnum):
    INSULT = "insult"
    THREAT = "threat"
    HATE = "hate"
    SEXUAL = "sexual"
    HARASSMENT = "harassment"
    SELF_HARM_ENCOURAGEMENT = "self_harm_encouragement"
    SAFEGUARDING = "safeguarding"
    INDECENT_IMAGE = "indecent_image"
    STAFF_TARGET = "staff_target"
    PUPIL_TARGET = "pupil_target"
    ALLEGATION_CRIME = "allegation_crime"


class Severity(StrEnum):
    """How soon a person must look; `config.policy` holds the times."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Caution(StrEnum):
    """How readily the judgement speaks up; a model holds one threshold for each, in this order."""

    QUIET = "quiet"
    BALANCED = "balanced"
    CAUTIOUS = "cautious"


class Surface(StrEnum):
    """Where on a platform an item stands."""

    OWN_POST = "own_post"
    COMMENT_ON_OWN_POST = "comment_on_own_post"
    MENTION = "mention"
    TAGGED_POST = "tagged_post"
    MANUAL = "manual"
    """Handed in by a person: what no connector can see."""


class CommunityRole(StrEnum):
    """Who somebody is to the school, as author, affected person or reporter (Huntington 2.2 and 3.3)."""

    STAFF = "staff"
    PUPIL = "pupil"
    PARENT = "parent"
    GOVERNOR = "governor"
    VOLUNTEER = "volunteer"
    EX_PUPIL = "ex_pupil"
    LOCAL = "local"
    ADULT = "adult"
    STRANGER = "stranger"
    GROUP = "group"
    SCHOOL = "school"
    UNKNOWN = "unknown"


class Situation(StrEnum):
    """What no program can tell from the words alone: a person says it, and the ladder follows."""

    IMPERSONATION = "impersonation"
    """An account that passes itself off as the school or one of its staff."""
    PRIVATE_CHANNEL = "private_channel"
    """A closed group or a direct message: only who takes part in it can see or report it."""
    EXTREMISM = "extremism"
    OWN_CHILD_ONLY = "own_child_only"
    """A parent shows their own child and no other."""
    AUTHOR_AT_RISK = "author_at_risk"
    """The author is a child who tells of harm, or may harm themselves."""
    OPINION = "opinion"
    """Criticism, a complaint, or facts that are public anyway."""
    COPIED_PICTURE = "copied_picture"
    """A picture or the badge of the school, used without leave."""
    OTHER_CHILDRENS_PICTURE = "other_childrens_picture"
    """A picture shows pupils who may not be the author's own children (Market Drayton D)."""
    CRITICAL_INCIDENT = "critical_incident"
    UNDER_AGE_ACCOUNT = "under_age_account"
    """A pupil younger than the platform allows (Huntington 6.6)."""
    STAFF_CONFIDENTIALITY = "staff_confidentiality_breach"
    """A member of staff gives away what is confidential (Queen's Crescent 2.3.6, Nunney 2.3.9)."""
    STAFF_POST_WITHOUT_CONSENT = "staff_post_without_consent"
    """A member of staff shows a school event without the head's leave (Market Drayton B)."""
    MALICIOUS_OR_FICTITIOUS = "malicious_or_fictitious"
    """A person finds so; no program ever does (Market Drayton D)."""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """Our own post was lawful when it was published, and the consent is gone since (Huntington 4.5)."""


class Remover(StrEnum):
    """Who took it away, as far as somebody said so."""

    AUTHOR = "author"
    US = "us"
    HOST = "host"
    UNKNOWN = "unknown"


class Visibility(StrEnum):
    """The answer of a re-check. A refused or failed question is UNKNOWN, never GONE."""

    VISIBLE = "visible"
    EDITED = "edited"
    HIDDEN_BY_US = "hidden_by_us"
    GONE = "gone"
    NOT_PUBLICLY_VISIBLE = "not_publicly_visible"
    UNKNOWN = "unknown"


class Lane(StrEnum):
    """Strictest first; the strictest that fits wins."""

    INDECENT_IMAGE = "indecent_image"
    LIFE = "life"
    CHILD = "child"
    STAFF_ALLEGATION = "staff_allegation"
    OWN_BREACH = "own_breach"
    INTIMATE_IMAGE = "intimate_image"
    STANDARD = "standard"
    COMPLAINT = "complaint"


class Rung(StrEnum):
    REMOVE = "remove"
    HOST_REPORT = "host_report"
    ISP = "isp"
    POLICE = "police"

    @property
    def shown_as(self) -> str:
        return {
            Rung.REMOVE: "Ask for removal",
            Rung.HOST_REPORT: "Report to the host",
            Rung.ISP: "Hosting or internet provider",
            Rung.POLICE: "Police",
        }[self]


class TaskState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    SILENT = "silent"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    REMOVED = "removed"
    AMENDED = "amended"
    HIDDEN = "hidden"
    REPLACED = "replaced"
    UNTAGGED = "untagged"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed_over"
    UNFOUNDED = "unfounded"
    NOT_PUBLICLY_VISIBLE = "not_publicly_visible"
