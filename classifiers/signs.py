"""Signs of urgency that are read from the words themselves, beside labels and flags."""

import re
from collections.abc import Sequence

from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.scanning import any_of, word_start
from classifiers.severity import Signs

_LIFE = re.compile(
    any_of([r"kill\w*", r"murder\w*", r"stab\w*", "shoot", "shot", "gun", "knife", r"bomb\w*",
            r"blow(?:n)? (?:it |them |you |u )?up", "blown to bits", r"burn (?:it|the|this|that|down)\w*",
            "torch", "petrol", "acid", r"hang(?:ed)?", "dead", "in a box", "slit"]) + r"\b|[🔪🔫💣🪦⚰]"
)  # fmt: skip
_PICTURE = re.compile(
    any_of(["pic", "pics", r"picture\w*", r"photo\w*", r"image\w*", "vid", "vids", r"video\w*", "clip",
            "clips", r"film\w*", r"record(?:s|ed|ing|ings)", r"camera\w*", r"screenshot\w*", r"snap\w*",
            r"laptop\w*", r"tablet\w*", r"phone\w*", "gallery", r"folder\w*", r"nude\w*", "naked"])
    + r"\b|[📷📸🎥📹]"
)  # fmt: skip
_WHEREABOUTS = ("address", "postcode", "phone", "email")
_PLATE = re.compile(word_start("[A-Z]") + r"[A-Z]\d{2}\s?[A-Z]{3}\b")
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
