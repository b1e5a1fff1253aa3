"""The tables, a module for each matter. Importing this package registers them all."""

from monitor.store.models.accounts import CriticalIncident, SchoolAccount
from monitor.store.models.at_rest import Erasure, Hold, IncidentBox, LabelledFile
from monitor.store.models.base import Base
from monitor.store.models.evidence import (
    CustodyEvent,
    Envelope,
    EvidenceItem,
    EvidenceState,
    Holding,
    Leaf,
    ObservationRow,
)
from monitor.store.models.exports import ExhibitNumber, Export, ExportState
from monitor.store.models.handed_in import HANDED_IN, HandedIn, HandedInState
from monitor.store.models.incidents import Incident, IncidentItem, Recheck, TakedownTask
from monitor.store.models.items import SEALED_STATES, ForgottenItem, Item, ItemState, Judgement
from monitor.store.models.learning import LearnedVersion
from monitor.store.models.letters import Letter, LetterState
from monitor.store.models.links import SinglePurposeLink
from monitor.store.models.log import CheckpointRow, TreeTile
from monitor.store.models.mail import MailState, OutgoingMail
from monitor.store.models.operations import OperatorAlert, Outage, WeeklyExport
from monitor.store.models.own_page import ActKind, ActState, OwnPageAct
from monitor.store.models.own_posts import ConsentSearch, OwnPostFinding, PostCheck, SearchState
from monitor.store.models.pictures import Capture, CaptureState, ImageRuling, Ruling
from monitor.store.models.providers import ProviderLookup
from monitor.store.models.recirculation import (
    AuthorReview,
    AuthorView,
    ItemMark,
    Likeness,
    MarkKind,
    Recirculation,
    Sharer,
)
from monitor.store.models.register import Consent, Pupil, StaffMember
from monitor.store.models.sources import School, Source, StreamCursor
from monitor.store.models.stamps import Stamp, StampState

__all__ = [
    "HANDED_IN",
    "SEALED_STATES",
    "ActKind",
    "ActState",
    "AuthorReview",
    "AuthorView",
    "Base",
    "Capture",
    "CaptureState",
    "CheckpointRow",
    "Consent",
    "ConsentSearch",
    "CriticalIncident",
    "CustodyEvent",
    "Envelope",
    "Erasure",
    "EvidenceItem",
    "EvidenceState",
    "ExhibitNumber",
    "Export",
    "ExportState",
    "ForgottenItem",
    "HandedIn",
    "HandedInState",
    "Hold",
    "Holding",
    "ImageRuling",
    "Incident",
    "IncidentBox",
    "IncidentItem",
    "Item",
    "ItemMark",
    "ItemState",
    "Judgement",
    "LabelledFile",
    "Leaf",
    "LearnedVersion",
    "Letter",
    "LetterState",
    "Likeness",
    "MailState",
    "MarkKind",
    "ObservationRow",
    "OperatorAlert",
    "Outage",
    "OutgoingMail",
    "OwnPageAct",
    "OwnPostFinding",
    "PostCheck",
    "ProviderLookup",
    "Pupil",
    "Recheck",
    "Recirculation",
    "Ruling",
    "School",
    "SchoolAccount",
    "SearchState",
    "Sharer",
    "SinglePurposeLink",
    "Source",
    "StaffMember",
    "Stamp",
    "StampState",
    "StreamCursor",
    "TakedownTask",
    "TreeTile",
    "WeeklyExport",
]
