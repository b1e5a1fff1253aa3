"""What a person may say is wrong with a post: the nine bullets of NEU 5.2, as codes, never as a verdict."""

from enum import StrEnum


class Concern(StrEnum):
    CONFIDENTIAL = "NEU5.2-confidential_alleged"
    BULLYING = "NEU5.2-bullying_alleged"
    DISCRIMINATION = "NEU5.2-discrimination_alleged"
    DISREPUTE = "NEU5.2-disrepute_alleged"
    LEWD_OR_THREATENING = "NEU5.2-lewd_or_threatening_alleged"
    REPUTATION = "NEU5.2-reputation_alleged"
    DEFAMATORY = "NEU5.2-defamatory_alleged"
    COPYRIGHT = "NEU5.2-copyright_alleged"
    UNLAWFUL = "NEU5.2-unlawful_alleged"

    @property
    def shown_as(self) -> str:
        return _SHOWN_AS[self]


_SHOWN_AS = {
    Concern.CONFIDENTIAL: "alleged: shares confidential information",
    Concern.BULLYING: "alleged: bullies somebody",
    Concern.DISCRIMINATION: "alleged: discriminates against or harasses somebody",
    Concern.DISREPUTE: "alleged: brings the school into disrepute",
    Concern.LEWD_OR_THREATENING: "alleged: lewd, sexual or threatening",
    Concern.REPUTATION: "alleged: harms the reputation of the school or a person",
    Concern.DEFAMATORY: "alleged: defamatory or knowingly false",
    Concern.COPYRIGHT: "alleged: uses somebody else's work without leave",
    Concern.UNLAWFUL: "alleged: against the law in another way",
}


def concern_named(name: str) -> Concern | None:
    """By its whole code, or by the word in it: `defamatory` means `NEU5.2-defamatory_alleged`."""
    wanted = name.strip().casefold().removeprefix("neu5.2-").removesuffix("_alleged").replace("-", "_")
    return next((one for one in Concern if one.name.casefold() == wanted or _word(one) == wanted), None)


def _word(one: Concern) -> str:
    return one.value.removeprefix("NEU5.2-").removesuffix("_alleged")
