"""What an export says a thing was taken for."""

from config.words import Flag, Label, Severity, Situation
from monitor.pipeline.exports.facts import Thought, categories


def test_an_incident_with_a_situation_would_stop_the_weeks_export() -> None:
    """Where an item has no judgement its incident's words stand in, and those hold situations too."""
    words = (*Situation, Label.ABUSE.value, Flag.THREAT.value)
    assert categories(Thought(Severity.LOW, words)) == (Label.ABUSE, Flag.THREAT)
