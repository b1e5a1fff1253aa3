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
