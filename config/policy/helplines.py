"""People outside who help, and what each is for (NEU 9, QC 2.7.4)."""

from functools import cache

from config.policy.known import Fact, load


class Helpline(Fact):
    name: str
    title: str
    use: str
    """What it is for."""
    contact: str
    limits: str | None = None
    """What it does not do, or what must have happened before."""

    def shown_contact(self) -> str:
        """The contact as it may be shown: an unconfirmed one says so."""
        return self._shown(self.contact)


@cache
def helplines() -> dict[str, Helpline]:
    """Every helpline by its short name."""
    return {
        name: Helpline.model_validate({"name": name, **facts})
        for name, facts in load("helplines.toml").items()
    }
