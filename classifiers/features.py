"""Everything the school models look at in one reading, as named numbers."""

from classifiers.abuse import features as abuse
from classifiers.defamation import features as defamation
from classifiers.pupil_information import features as pupil_information
from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading

PUBLIC = "public_abuse"
"""Name of the feature that carries the public abuse model's margin, and of that model's only head."""
HASH_SCALE = 4.0
"""How much louder the hashed words speak than the named features (chosen by leave-one-school-out)."""


def describe(reading: Reading, found: list[Identified]) -> dict[str, float]:
    return {
        **pupil_information.features(reading, found),
        **defamation.features(reading),
        **abuse.features(reading),
    }


def public_text(reading: Reading) -> str:
    """What the public abuse model reads: names left in, figures and links masked as in its training."""
    return reading.plain
