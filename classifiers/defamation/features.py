"""Who is spoken of, what is imputed, how it is put: the features of the defamation model."""

from collections.abc import Sequence

from classifiers.defamation.cues import HARMLESS_MANNER, IMPUTED, MANNER
from classifiers.reading import Reading
from classifiers.register.mentions import Kind

_HOW = {topic: f"how_{topic}" for topic in (*MANNER, *HARMLESS_MANNER)}


def features(reading: Reading) -> dict[str, float]:
    counts = reading.counts
    who = {mention.kind.value for mention in reading.mentions}
    if any(mention.kind is Kind.STAFF for mention in reading.context_mentions):
        who.add("staff_in_context")
    if not who and ("school_subject" in counts or "person_subject" in counts):
        who.add("unnamed")
    imputed = [topic for topic in counts if topic in IMPUTED]
    how = [topic for topic in counts if topic in _HOW]
    question = "?" in reading.lower
    result = {f"who_{name}": 1.0 for name in who}
    result |= {_HOW[topic]: 1.0 for topic in how}
    result["imputed_topics"] = min(len(imputed), 4) / 2
    result["imputed_hits"] = min(sum(counts[topic] for topic in imputed), 8) / 4
    result["question"] = float(question)
    result["question_x_imputed"] = float(question and bool(imputed))
    if imputed:
        result |= dict.fromkeys(imputed, 1.0)
        result |= {f"{name}_x_{topic}": 1.0 for name in who for topic in imputed}
        result |= {f"imputed_x_{topic}": 1.0 for topic in how}
        result |= _near(reading, imputed)
    return result


def _near(reading: Reading, imputed: Sequence[str]) -> dict[str, float]:
    """An imputation close to the person it may be about."""
    return {
        f"{mention.kind.value}_near_{topic}": 1.0
        for mention in reading.mentions
        for topic in imputed
        if reading.near(mention, topic)
    }
