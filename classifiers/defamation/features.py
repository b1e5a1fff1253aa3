"""Who is spoken of, what is imputed, how it is put: the features of the defamation model."""

from classifiers.defamation.cues import HARMLESS_MANNER, IMPUTED, MANNER
from classifiers.reading import Reading
from classifiers.register.mentions import Kind

_WHO = (Kind.STAFF, Kind.SCHOOL, Kind.PUPIL, Kind.ADULT)


def features(reading: Reading) -> dict[str, float]:
    who = {kind.value for kind in _WHO if reading.of(kind)}
    if any(mention.kind is Kind.STAFF for mention in reading.context_mentions):
        who.add("staff_in_context")
    if not who and (reading.counts.get("school_subject") or reading.counts.get("person_subject")):
        who.add("unnamed")
    imputed = [topic for topic in IMPUTED if reading.counts.get(topic)]
    how = [topic for topic in (*MANNER, *HARMLESS_MANNER) if reading.counts.get(topic)]
    result = {f"who_{name}": 1.0 for name in who}
    result |= dict.fromkeys(imputed, 1.0)
    result |= {f"how_{topic}": 1.0 for topic in how}
    result |= {f"{name}_x_{topic}": 1.0 for name in who for topic in imputed}
    result["imputed_topics"] = min(len(imputed), 4) / 2
    result["imputed_hits"] = min(sum(reading.counts.get(topic, 0) for topic in IMPUTED), 8) / 4
    result |= {f"imputed_x_{topic}": 1.0 for topic in how if imputed}
    result |= _near(reading)
    result["question"] = float("?" in reading.lower)
    result["question_x_imputed"] = float("?" in reading.lower and bool(imputed))
    return result


def _near(reading: Reading) -> dict[str, float]:
    """An imputation close to the person it may be about."""
    return {
        f"{mention.kind.value}_near_{topic}": 1.0
        for mention in reading.mentions
        for topic in IMPUTED
        if reading.counts.get(topic) and reading.near(mention, topic)
    }
