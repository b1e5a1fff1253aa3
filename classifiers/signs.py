"""Signs of urgency that are read from the words themselves, beside labels and flags."""

import re
from collections.abc import Sequence

from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.severity import Signs

_LIFE = re.compile(
    r"\b(?:kill\w*|murder\w*|stab\w*|shoot|shot|gun|knife|bomb\w*|blow(?:n)? (?:it |them |you |u )?up|"
    r"blown to bits|burn (?:it|the|this|that|down)\w*|"
    r"torch|petrol|acid|hang(?:ed)?|dead|in a box|slit)\b|[🔪🔫💣🪦⚰]"
)
_PICTURE = re.compile(
    r"\b(?:pic|pics|picture\w*|photo\w*|image\w*|vid|vids|video\w*|clip|clips|film\w*|record(?:s|ed|ing|ings)|"
    r"camera\w*|screenshot\w*|snap\w*|laptop\w*|tablet\w*|phone\w*|gallery|folder\w*|nude\w*|naked)\b|[📷📸🎥📹]"
)
_WHEREABOUTS = ("address", "postcode", "phone", "email")
_PLATE = re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{3}\b")
_SENSITIVE = ("medical", "family", "behaviour", "routine", "disclosure", "despair", "exploitation", "at_home")


def signs_of(reading: Reading, found: Sequence[Identified]) -> Signs:
    personal = any(place.kind in _WHEREABOUTS for place in reading.places)
    sensitive = any(reading.counts.get(topic) for topic in _SENSITIVE)
    return Signs(
        life_at_risk=bool(_LIFE.search(reading.lower)),
        published_whereabouts=personal or bool(_PLATE.search(reading.view.text)),
        sensitive_detail=personal or (sensitive and bool(found)),
    )


def speaks_of_a_picture(reading: Reading) -> bool:
    """Where no picture is spoken of or at hand, foul words are not about an indecent one."""
    at_hand = reading.comment.has_image or bool(reading.counts.get("indecent"))
    return at_hand or bool(_PICTURE.search(reading.lower))
