"""What somebody may want to consider about an incident, in the law pack's one wording."""

from collections import Counter
from collections.abc import Collection, Iterator

from alerts.ladder.policy import nation_of
from alerts.law import Measured, to_consider
from alerts.occasions import Occasion
from config.policy.law import law_pack
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.store.models import Incident


def law_lines(incident: Incident, occasions: Collection[Occasion]) -> Iterator[str]:
    """Never a finding; nothing where nothing was measured."""
    ladder = read_ladder(incident)
    pairs = Counter((one.account, one.person) for one in occasions)
    measured = Measured(
        ladder.matter, ladder.lane, nation_of(ladder.policy), occasions=max(pairs.values(), default=0)
    )
    found = to_consider(measured)
    for one in found:
        yield f"{one.text} {one.law.shown_limits()}"
    if found:
        yield f"Law pack {law_pack().version}; to be gone through again by {law_pack().next_look:%d %B %Y}."
