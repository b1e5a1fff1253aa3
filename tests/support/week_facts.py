"""What an export of a week would say beside its items, without making one."""

from pathlib import Path

from support.school import TestSchool

from alerts.export.week import IsoWeek
from monitor.pipeline.exports.choice import choice
from monitor.pipeline.exports.facts import Facts, gathered
from monitor.pipeline.exports.order import Moment, Order, Scope

WHOLE_LOG = 1_000_000


def week_facts(school: TestSchool, week: IsoWeek) -> Facts:
    moment = Moment(WHOLE_LOG, school.clock.now())
    with school.site.database.read() as session:
        chosen = choice(session, school.site, Order(Scope(week=week), Path()), moment)
        return gathered(session, school.site, chosen, moment, readers=(), stamped_size=0)
