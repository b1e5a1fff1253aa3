"""What the tables of the settings must know of each other."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from config.search_terms import SchoolNames, refusal

if TYPE_CHECKING:  # config.schema calls this module
    from config.schema import Person, School, Source

Place = tuple[str | int, ...]
"""Where in the settings, as keys and positions: `("sources", 2, "name")`."""


def between_tables(
    school: "School | None", people: "Mapping[int, Person]", sources: "Mapping[int, Source]"
) -> list[tuple[Place, str]]:
    """Every mistake as place and text. Keys are positions in the file; what could not be read is left out."""
    return [*_nobody_to_mail(people), *_same_name_twice(sources), *_searches(school, sources)]


def _nobody_to_mail(people: "Mapping[int, Person]") -> list[tuple[Place, str]]:
    if any(person.role == "senior_manager" for person in people.values()):
        return []
    return [
        (
            ("people",),
            'nobody has role = "senior_manager"; expected a [[people]] table for the person alerted',
        )
    ]


def _same_name_twice(sources: "Mapping[int, Source]") -> list[tuple[Place, str]]:
    first: dict[str, int] = {}
    mistakes: list[tuple[Place, str]] = []
    for position, source in sources.items():
        earlier = first.setdefault(source.name.casefold(), position)
        if earlier != position:
            message = f'"{source.name}" is the name of sources[{earlier}] already; expected a name of its own'
            mistakes.append((("sources", position, "name"), message))
    return mistakes


def _searches(school: "School | None", sources: "Mapping[int, Source]") -> list[tuple[Place, str]]:
    if school is None:
        return []
    mistakes: list[tuple[Place, str]] = []
    for position, source in sources.items():
        names = SchoolNames.of((school.name, *school.also_known_as), (source.account,))
        for number, term in enumerate(source.search):
            why = refusal(term, names)
            if why is not None:
                mistakes.append((("sources", position, "search", number), why))
    return mistakes
