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
_DANGER = ("medical", "disclosure", "despair", "exploitation", "at_home")
_DELICATE = re.compile(
    any_of(["in care", "looked after", r"foster\w*", r"adopt\w*", "social workers?", "social services",
            "court", "custody", "contact visits?", "prison", r"deport\w*", "asylum", "refuge", "food ?bank",
            "evicted", "free school meals", r"divorc\w*", r"bereave\w*", r"suspend\w*", r"suspension\w*",
            r"exclu\w*", r"expel\w*", "arrested", "police", r"bull(?:y|ies|ied|ying)\w*",
            r"vap(?:e|es|ing)", "knife", "weed", "steals?", "stealing", "stole", "nicked", r"bit(?:es|ten)",
            "punched", "missing", "last seen"]) + r"\b"
)  # fmt: skip
"""Of a child's family and behaviour what one would not tell a stranger; mum and sister are no such thing."""
_WHERE_AND_WHEN = re.compile(
    any_of([r"walks? (?:home|to|back|alone)", r"li(?:ves?|ving) (?:at|on|in|next|opposite)", "home alone",
            "on (?:his|her) own", "bus stop", "key under", "left alone", "picks (?:him|her)",
            "collects (?:him|her)",
            r"every (?:day|morning|night|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*)"])
)  # fmt: skip
"""Where a child can be met, and when."""


def signs_of(reading: Reading, found: Sequence[Identified]) -> Signs:
    personal = any(place.kind in _WHEREABOUTS for place in reading.places) or any(
        one.form == "upn" for one in found
    )
    told = any(reading.counts.get(topic) for topic in _DANGER)
    delicate = bool(_DELICATE.search(reading.lower) or _WHERE_AND_WHEN.search(reading.lower))
    return Signs(
        life_at_risk=bool(_LIFE.search(reading.lower)),
        published_whereabouts=personal or bool(_PLATE.search(reading.view.text)),
        sensitive_detail=personal or told or delicate,
    )


def speaks_of_a_picture(reading: Reading) -> bool:
    """Where no picture is spoken of or at hand, foul words are not about an indecent one."""
    at_hand = reading.comment.has_image or bool(reading.counts.get("indecent"))
    return at_hand or bool(_PICTURE.search(reading.lower))
